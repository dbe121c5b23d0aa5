"""Commands that name, restore, merge, compact and remove versions. They need no database but to know what it labels."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundswell import clock
from groundswell.cli import options
from groundswell.cli.datasets import local_datasets
from groundswell.cli.output import show
from groundswell.settings import Settings

if TYPE_CHECKING:
    from groundswell.organize import Version


@click.group()
def versions() -> None:
    """Name, restore, merge, compact and remove versions of datasets."""


@versions.command()
@click.argument("reference")
@click.argument("tag")
@click.option("--note", default="", help="One line for people.")
@click.option("--move", is_flag=True, help="Take the tag away from another version that has it.")
@click.pass_obj
def tag(settings: Settings, reference: str, tag: str, note: str, move: bool) -> None:
    """Give a version a name: REFERENCE is for example reviews or reviews@3. It is then kept for ever."""
    store = local_datasets(settings)
    named = store.tag(store.open(reference), tag, note=note, move=move)
    click.echo(f"version {named.number} is {reference.partition('@')[0]}@{tag}")


@versions.command()
@click.argument("name")
@click.argument("tag")
@click.pass_obj
def untag(settings: Settings, name: str, tag: str) -> None:
    """Take a tag away from a dataset; the version stays until retention removes it."""
    local_datasets(settings).untag(name, tag)
    click.echo(f"{name} has no tag {tag} any more")


@versions.command()
@click.argument("reference")
@click.argument("branch")
@click.option("--note", default="", help="One line for people.")
@click.option("--end", is_flag=True, help="End the branch instead; REFERENCE is the dataset.")
@click.pass_obj
def branch(settings: Settings, reference: str, branch: str, note: str, end: bool) -> None:
    """Begin a line of versions for an experiment at REFERENCE, for example reviews or reviews@3."""
    store = local_datasets(settings)
    if end:
        store.end_branch(reference, branch)
        click.echo(f"{reference} has no branch {branch} any more")
        return
    made = store.branch(store.open(reference), branch, note=note)
    click.echo(f"{reference.partition('@')[0]}@{branch} begins at version {made.number}")


@versions.command()
@click.argument("reference")
@click.option("--branch", default="main", show_default=True, help="The line whose newest version it becomes.")
@click.pass_obj
def promote(settings: Settings, reference: str, branch: str) -> None:
    """Make a version the newest again: back in time (reviews@3), or an experiment that won (reviews@BRANCH)."""
    store = local_datasets(settings)
    _made(store.promote(store.open(reference), branch))


@versions.command()
@click.argument("into")
@click.argument("other")
@click.pass_obj
def merge(settings: Settings, into: str, other: str) -> None:
    """Join the columns of two versions over the same rows: INTO reviews, OTHER reviews@BRANCH (or @BRANCH)."""
    store = local_datasets(settings)
    name = into.partition("@")[0]
    _made(store.merge(store.open(into), store.open(name + other if other.startswith("@") else other)))


@versions.command()
@click.argument("reference")
@click.pass_obj
def compact(settings: Settings, reference: str) -> None:
    """Write a version's many small files as few large ones, as a new version of the same content."""
    store = local_datasets(settings)
    _made(store.compact(store.open(reference)))


def _made(version: "Version") -> None:
    click.echo(f"{version.rows:,} items: {version.name}, version {version.number}, branch {version.branch}")


@versions.command("clean-up")
@click.argument("name", required=False)
@click.option(
    "--keep-last",
    type=click.IntRange(min=1),
    help="Versions of each branch to keep, whatever the catalogue says.",
)
@click.option(
    "--keep-days",
    type=click.FloatRange(min=0),
    help="Days for which versions are kept, whatever the catalogue says.",
)
@click.option(
    "--keep-runs",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    help="How long a run of collecting or cleaning that was stopped can be gone on with [default: 14].",
)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@options.as_json
@click.pass_obj
def clean_up(
    settings: Settings,
    name: str | None,
    keep_last: int | None,
    keep_days: float | None,
    keep_runs: float | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Remove versions that retention lets go, files that no version has, and runs that were stopped and left.

    Newest versions of branches, versions with a tag, what projects label, and what anybody has open always stay. While
    the service is used, its database must answer: it says what projects label.
    """
    from groundswell.organize import Retention, clean_up_media
    from groundswell.organize import clean_up as tidy
    from groundswell.organize.runs import KEEP_RUNS, remove_old_runs
    from groundswell.organize.saving import runs_of

    store = local_datasets(settings)
    policy = None if keep_last is None and keep_days is None else Retention(keep_last, keep_days)
    kept = _labelled(settings)
    done = [
        tidy(store, each, policy=policy, keep=kept.get(each, ()), dry_run=dry_run)
        for each in ([name] if name else store.names())
    ]
    media, media_bytes = clean_up_media(store, dry_run=dry_run)
    left = KEEP_RUNS if keep_runs is None else timedelta(days=keep_runs)
    runs = remove_old_runs(runs_of(store), clock.now(), keep=left, dry_run=dry_run)
    rows = [vars(one) for one in done]
    total = sum(one.freed_bytes for one in done) + media_bytes + sum(run.size_bytes for run in runs)
    went = Counter({one.dataset: len(one.versions) for one in done})
    lines = [f"{one.dataset}: versions {', '.join(map(str, one.versions))}" for one in done if one.versions]
    lines += [f"{one.dataset}: versions {one.in_use} are in use and stay" for one in done if one.in_use]
    lines += [f"{one.dataset}: somebody is writing; files stay until next time" for one in done if one.busy]
    verb = "would go" if dry_run else "went"
    lines.append(
        f"{went.total():,} versions, {media:,} media and {len(runs):,} stopped runs {verb}: {total:,} bytes"
    )
    result = {"datasets": rows, "media": media, "runs": [run.name for run in runs], "freed_bytes": total}
    show(result, as_json=as_json, text="\n".join(lines))


def _labelled(settings: Settings) -> dict[str, set[int]]:
    """Return the versions that projects refer to; nothing where there was never a service."""
    if settings.database_url is None and not (settings.home / "postgres").exists():
        return {}
    import asyncio

    from groundswell.app import local_member, open_app
    from groundswell.label.lineage.service import versions_in_use

    async def ask() -> dict[str, set[int]]:
        async with open_app(settings) as app:
            return await versions_in_use(app.db, (await local_member(app)).scope())

    return asyncio.run(ask())


@versions.command()
@click.argument("name")
@click.option("--owner", "owners", multiple=True, help="Who answers for it; once for each.")
@click.option("--licence", help="SPDX id or text, of the dataset as a whole.")
@click.option("--description", help="Markdown, or @FILE to read it from a file.")
@click.option("--keep-last", type=click.IntRange(min=1), help="Versions of each branch that retention keeps.")
@click.option("--keep-days", type=click.FloatRange(min=0), help="Days for which retention keeps versions.")
@click.option("--keep-all", is_flag=True, help="Retention removes nothing, as in the beginning.")
@options.as_json
@click.pass_obj
def describe(
    settings: Settings,
    name: str,
    owners: tuple[str, ...],
    licence: str | None,
    description: str | None,
    keep_last: int | None,
    keep_days: float | None,
    keep_all: bool,
    as_json: bool,
) -> None:
    """Say whose a dataset is, under which licence, what it is for, and how long versions are kept."""
    from dataclasses import asdict

    from groundswell.organize import Retention, read_entry
    from groundswell.organize import describe as say

    folder = local_datasets(settings).existing(name)
    changes: dict[str, Any] = {}
    if owners:
        changes["owners"] = owners
    if licence is not None:
        changes["licence"] = licence
    if description is not None:
        changes["description"] = (
            Path(description[1:]).read_text("utf-8") if description[:1] == "@" else description
        )
    if keep_all or keep_last is not None or keep_days is not None:
        changes["retention"] = Retention(keep_last, keep_days)
    entry = say(folder, **changes) if changes else read_entry(folder)
    lines = [
        f"owners: {', '.join(entry.owners) or '-'}",
        f"licence: {entry.licence or '-'}",
        f"keeps: {_kept_in_words(entry.retention)}",
        *([entry.description] if entry.description else []),
    ]
    show(asdict(entry), as_json=as_json, text="\n".join(lines))


def _kept_in_words(policy: Any) -> str:
    if policy.keeps_all:
        return "every version"
    parts = [f"the newest {policy.keep_last} of each branch"] if policy.keep_last is not None else []
    parts += [f"what is younger than {policy.keep_days:g} days"] if policy.keep_days is not None else []
    return " and ".join(parts)


@click.command()
@click.argument("organization", default="local")
@click.option(
    "--limit", metavar="SIZE", help="Set it, for example 50GB; `default` for that of the installation."
)
@options.as_json
@click.pass_obj
def quota(settings: Settings, organization: str, limit: str | None, as_json: bool) -> None:
    """Show or set how much an organization may keep of datasets and media.

    GROUNDSWELL_QUOTA_BYTES holds for organizations without a limit of their own.
    """
    from groundswell.errors import NotFound
    from groundswell.organize import DatasetStore, set_own_limit
    from groundswell.store import BlobStore

    root = settings.home / "datasets" / organization
    if not root.is_dir():
        raise NotFound(f"there is no organization {organization!r} with datasets in {settings.home}")
    if limit is not None:
        set_own_limit(root, None if limit == "default" else _bytes(limit))
    blobs = BlobStore(settings.home / "blobs" / organization)
    found = DatasetStore(root, blobs, quota_bytes=settings.quota_bytes).quota
    used, most = found.used_bytes(), found.limit_bytes
    text = f"{used:,} bytes of " + ("any number" if most is None else f"{most:,}")
    show({"organization": organization, "used_bytes": used, "limit_bytes": most}, as_json=as_json, text=text)


def _bytes(text: str) -> int:
    units = {"kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
    unit = next((unit for unit in units if text.endswith(unit)), "")
    try:
        return int(float(text.removesuffix(unit)) * units.get(unit, 1))
    except (ValueError, OverflowError):
        raise click.UsageError(f"{text!r} is no size; write for example 50GB") from None
