"""Commands for data: collect, datasets, trace. They need no database."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from groundswell.cli import options
from groundswell.cli.output import Steps, show, table
from groundswell.settings import Settings

if TYPE_CHECKING:
    from groundswell.organize import DatasetStore


def _store(settings: Settings) -> "DatasetStore":
    from groundswell.organize import local_store

    return local_store(settings.home)


@click.command()
@click.argument("path")
@click.option("--name", help="Name of the dataset [default: from PATH].")
@click.option("--raw", is_flag=True, help="Keep everything that can be read; do not clean.")
@options.text_column
@options.records
@options.licence
@options.yes
@options.as_json
@click.pass_obj
def collect(
    settings: Settings,
    path: str,
    name: str | None,
    raw: bool,
    text_column: str | None,
    records: bool,
    licence: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Collect, clean and store raw data as a new version of a dataset.

    PATH is a folder of images, of recordings or of .txt files, or a .jsonl, .csv, .parquet or .txt file; `digits` is a
    built-in set of images. What is set aside is kept beside the version, with the reason.
    """
    from groundswell.organize import collect as collect_items

    collection = collect_items(
        path,
        text_column=text_column,
        licence=licence,
        max_item_bytes=settings.max_item_bytes,
        as_records=records,
    )
    options.refuse_if_huge(path, collection.size_bytes(), settings.max_source_bytes, confirmed=yes)
    chosen = collection if raw else collection.clean()
    with Steps().step(f"Collecting {collection.describe()}") as step:
        version = chosen.save(
            options.dataset_name(path, name), store=_store(settings), on_progress=step.reach
        )
        step.outcome = str(chosen.report)
    result = {
        "dataset": version.name,
        "version": version.number,
        "rows": version.rows,
        "dropped": _reasons(version),
    }
    show(
        result,
        as_json=as_json,
        text=f"{version.rows:,} items stored as {version.name}, version {version.number}",
    )


@click.command()
@click.argument("name", required=False)
@click.option(
    "--drops", is_flag=True, help="List what was set aside on the way to the newest version of NAME, and why."
)
@options.as_json
@click.pass_obj
def datasets(settings: Settings, name: str | None, drops: bool, as_json: bool) -> None:
    """List the datasets, the versions of one, or what was set aside from it."""
    store = _store(settings)
    if drops and name is None:
        raise click.UsageError("--drops needs the NAME of a dataset")
    if drops:
        newest = store.open(str(name))
        rows = [vars(drop) for each in [newest, *store.trace(newest)] for drop in each.drops()]
        columns = ["locator", "reason", "detail"]
    elif name is not None:
        store.open(name)  # says so where there is none
        rows = [_describe(version) for version in store.versions(name)]
        columns = ["version", "rows", "columns", "created_at", "parents"]
    else:
        rows = [_describe(store.open(each)) for each in store.names()]
        columns = ["dataset", "version", "rows", "created_at"]
    empty = "Nothing was set aside." if drops else "No datasets yet. Make one: groundswell collect PATH"
    text = table(columns, [[row[column] for column in columns] for row in rows]) if rows else empty
    show(rows, as_json=as_json, text=text)


@click.command()
@click.argument("name")
@click.option("--version", "number", type=click.IntRange(min=1), help="[default: the newest]")
@options.as_json
@click.pass_obj
def trace(settings: Settings, name: str, number: int | None, as_json: bool) -> None:
    """Show where a dataset version comes from, back to the raw data."""
    store = _store(settings)
    version = store.open(name, number)
    chain = [version, *store.trace(version)]
    rows = [{**_describe(each), "lineage": dict(each.lineage), "dropped": _reasons(each)} for each in chain]
    lines = [_story(row) for row in rows]
    show(rows, as_json=as_json, text="\n".join(lines))


def _story(row: dict[str, Any]) -> str:
    line = f"{row['dataset']} version {row['version']}: {row['rows']:,} items, {row['created_at']}"
    if source := row["lineage"].get("source"):
        line += f"\n  collected from {source}: {row['lineage'].get('collected', row['rows']):,} read"
    if project := row["lineage"].get("project"):
        line += f"\n  labelled by project {project['name']!r}"
    if certificate := row["lineage"].get("certificate"):
        line += f"\n  certificate: accuracy {certificate['low']:.1%} to {certificate['high']:.1%}"
    if row["dropped"]:
        line += "\n  set aside: " + ", ".join(
            f"{count:,} {reason}" for reason, count in row["dropped"].items()
        )
    return line


def _describe(version: Any) -> dict[str, Any]:
    return {
        "dataset": version.name,
        "version": version.number,
        "rows": version.rows,
        "columns": ", ".join(version.columns),
        "created_at": version.created_at.isoformat(timespec="seconds"),
        "digest": version.digest,
        "parents": ", ".join(f"{parent.name} {parent.number}" for parent in version.parents) or "-",
    }


def _reasons(version: Any) -> dict[str, int]:
    return dict(Counter(drop.reason for drop in version.drops()).most_common())
