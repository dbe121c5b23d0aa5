"""Commands of lineage: trace, retract."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundswell.cli import options
from groundswell.cli.datasets import described, local_datasets
from groundswell.cli.output import show
from groundswell.cli.runs import follow, items_seen, show_steps, wanted_items
from groundswell.settings import Settings

if TYPE_CHECKING:
    from groundswell.label.lineage.model import Touched, Work
    from groundswell.organize import DatasetStore, ItemTrace, Version


class Instant(click.ParamType[datetime]):
    """A date or an instant; a date is its beginning, and without a zone it is UTC."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the instant."""
        try:
            if len(value) == 10:
                return datetime.combine(date.fromisoformat(value), datetime.min.time(), UTC)
            instant = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            self.fail(f"{value!r} is no date; write for example 2026-05-03 or 2026-05-03T12:00", param, ctx)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


@click.command()
@click.argument("what", required=False)
@click.option("--annotator", metavar="WHO", help="Trace a person forward: number, name or e-mail address.")
@click.option("--after", type=Instant(), help="With --annotator: only work from this time on.")
@click.option("--before", type=Instant(), help="With --annotator: only work before this time.")
@click.option(
    "--feed",
    "state",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Trace a training run: its record (RunRecord), or its feed's state_dict as JSON.",
)
@click.option("--step", type=click.IntRange(min=0), help="With --feed: list what this batch saw, from 0.")
@click.option("--sample", type=click.IntRange(min=0), help="With --step: the place in the batch, from 0.")
@click.option(
    "--item",
    "items",
    multiple=True,
    metavar="ID",
    help="With --feed: find the steps and checkpoints that saw this item; repeat it.",
)
@click.option(
    "--items",
    "listed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The same for ids in a file, one a line: all that a retracted annotator labelled, for example.",
)
@options.as_json
@click.pass_obj
def trace(
    settings: Settings,
    what: str | None,
    annotator: str | None,
    after: datetime | None,
    before: datetime | None,
    state: Path | None,
    step: int | None,
    sample: int | None,
    items: tuple[str, ...],
    listed: Path | None,
    as_json: bool,
) -> None:
    """Show where something comes from, and what it went into.

    WHAT is a dataset (reviews, reviews@3), or an item by the first digits of its id: its bytes, the steps that it
    passed, who labelled it under which instructions and how sure that is, and the versions, files and runs that have
    it. With --feed and --step it is what a step of a training run saw, with --sample one item of that, and with --item
    or --items the way back: the steps and checkpoints that saw them. With --annotator it is all that rests on a
    person's answers.
    """
    from groundswell.organize import find_item, may_be_item

    store = local_datasets(settings)
    if annotator is not None:
        touched = asyncio.run(_touched(settings, annotator, after, before))
        show(asdict(touched), as_json=as_json, text=_story_of_person(touched))
    elif state is not None:
        _show_run(settings, store, state, step, sample, wanted_items(items, listed), as_json=as_json)
    elif what is None:
        raise click.UsageError("say WHAT to trace: a dataset or an item; or give --annotator or --feed")
    elif what.partition("@")[0] in store.names() or not may_be_item(what):
        _show_dataset(store, what, as_json=as_json)
    else:
        _show_item(settings, store, find_item(store, what), as_json=as_json)


# ── datasets ──


def _show_dataset(store: "DatasetStore", reference: str, *, as_json: bool) -> None:
    version = store.open(reference)
    chain = [version, *store.trace(version)]
    rows = [{**described(each), "lineage": dict(each.lineage), "dropped": _reasons(each)} for each in chain]
    show(rows, as_json=as_json, text="\n".join(_story(row) for row in rows))


def _story(row: dict[str, Any]) -> str:
    line = f"{row['dataset']} version {row['version']}: {row['rows']:,} items, {row['created_at']}"
    if source := row["lineage"].get("source"):
        line += f"\n  collected from {source}: {row['lineage'].get('collected', row['rows']):,} read"
    if project := row["lineage"].get("project"):
        line += f"\n  labelled by project {project['name']!r}"
    if certificate := row["lineage"].get("certificate"):
        line += f"\n  certificate: accuracy {certificate['low']:.1%} to {certificate['high']:.1%}"
    if query := row["lineage"].get("query"):
        line += f"\n  items that fit {query!r}"
    if row["dropped"]:
        line += "\n  set aside: " + ", ".join(
            f"{count:,} {reason}" for reason, count in row["dropped"].items()
        )
    return line


def _reasons(version: "Version") -> dict[str, int]:
    return dict(Counter(drop.reason for drop in version.drops()).most_common())


# ── runs ──


def _show_run(
    settings: Settings,
    store: "DatasetStore",
    path: Path,
    step: int | None,
    sample: int | None,
    wanted: list[str],
    *,
    as_json: bool,
) -> None:
    if (step is None) == (not wanted):
        raise click.UsageError("--feed needs --step, or items by --item and --items")
    followed = follow(store, path)
    if step is None:
        show_steps(followed, wanted, as_json=as_json)
        return
    ids = items_seen(followed, step)
    if sample is None:
        text = "\n".join(f"{place:5} {item_id}" for place, item_id in enumerate(ids))
        show(ids, as_json=as_json, text=text)
    elif sample < len(ids):
        _show_item(settings, store, ids[sample], as_json=as_json)
    else:
        raise click.UsageError(f"batch {step} has samples 0 to {len(ids) - 1}")


# ── items ──


def _show_item(settings: Settings, store: "DatasetStore", item_id: str, *, as_json: bool) -> None:
    from groundswell.organize import trace_item

    found = trace_item(store, item_id)
    labelled = asyncio.run(_labels(settings, item_id)) if _has_service(settings) else None
    result = asdict(found) | {"labelled": labelled}
    lines = [*_story_of_item(found), *(_story_of_labels(labelled) if labelled else [])]
    show(result, as_json=as_json, text="\n".join(lines))


def _has_service(settings: Settings) -> bool:
    return settings.database_url is not None or (settings.home / "postgres").exists()


async def _labels(settings: Settings, item_id: str) -> dict[str, Any]:
    from groundswell.app import local_member, open_app
    from groundswell.label.lineage.service import trace_labels

    async with open_app(settings) as app:
        return asdict(await trace_labels(app.db, (await local_member(app)).scope(), item_id))


def _story_of_item(found: "ItemTrace") -> list[str]:
    lines = [f"item {found.id}"]
    for origin in found.origins:
        licence = f", {origin.licence}" if origin.licence else ""
        lines.append(
            f"  from {origin.source}, {origin.locator}, {origin.collected_at:%Y-%m-%d %H:%M}{licence}"
        )
    lines += [f"  made from {each}" for each in found.ancestors]
    lines += [f"  made into {each}" for each in found.descendants]
    for place in found.places:
        steps = f", after {', '.join(place.recipe)}" if place.recipe else ""
        lines.append(f"  in {place.dataset}@{place.number}, row {place.row}{steps}")
        lines += [f"    {name}: {value}" for name, value in place.columns.items() if value is not None]
    for each in found.set_aside:
        why = f" ({each.drop.detail})" if each.drop.detail else ""
        lines.append(f"  set aside on the way to {each.dataset}@{each.number}: {each.drop.reason}{why}")
    lines += [
        f"  {use.kind} {use.name} used {name}@{use.number}, {use.at:%Y-%m-%d}" for name, use in found.uses
    ]
    return lines


def _story_of_labels(labelled: Mapping[str, Any]) -> list[str]:
    lines = []
    for task in labelled["tasks"]:
        sure = f", {task['probability']:.1%} sure" if task["probability"] is not None else ""
        label = _said(task["label"]) if task["label"] else "no label yet"
        lines.append(f"  in project {task['project']!r}: {label}{sure} ({task['source'] or task['state']})")
        if task["review"] is not None:
            lines.append(f"    review by {task['reviewer']}: {_said(task['review'])}")
        for answer in task["given"]:
            who = f"{answer['worker']} (worker {answer['worker_id']})"
            gone = ", retracted" if answer["retraction_id"] else ""
            lines.append(
                f"    {who}: {_said(answer['answer'])}, {answer['created_at']:%Y-%m-%d %H:%M}, "
                f"instructions {answer['guideline_version']}, classes {answer['ontology_version']}{gone}"
            )
    for one in labelled["deliveries"]:
        lines.append(f"  delivered as {one['dataset']}@{one['number']}, {one['delivered_at']:%Y-%m-%d}")
    for one in labelled["exports"]:
        lines.append(
            f"  exported from {one['dataset']}@{one['number']} as {one['format']}, sha256 {one['sha256'][:12]}"
        )
    return lines


def _said(answer: Mapping[str, Any]) -> str:
    return str(answer["choice"]) if set(answer) == {"choice"} else json.dumps(answer, ensure_ascii=False)


# ── people ──


async def _touched(
    settings: Settings, annotator: str, after: datetime | None, before: datetime | None
) -> "Touched":
    from groundswell.app import local_member, open_app
    from groundswell.label.lineage.service import find_worker, touched_by

    async with open_app(settings) as app:
        member = await local_member(app)
        worker = await find_worker(app.db, member.scope(), annotator)
        store = app.datasets(member.org_slug)
        return await touched_by(app.db, member.scope(), store, _work(worker, None, after, before))


def _work(worker: Any, project: Any, after: datetime | None, before: datetime | None) -> "Work":
    from groundswell.label.lineage.model import EVER, NEVER, Work

    return Work(worker, project, after or EVER, before or NEVER)


def _story_of_person(touched: "Touched") -> str:
    if not touched.projects:
        return (
            f"{touched.worker} (worker {touched.work.worker_id}) has no answers that count within this time"
        )
    lines = [f"{touched.worker} (worker {touched.work.worker_id})"]
    for project in touched.projects:
        fates = ", ".join(f"{count:,} {fate}" for fate, count in project.fates.items())
        lines.append(
            f"  project {project.project!r}: {project.answers:,} answers to {project.tasks:,} tasks, "
            f"{project.first_at:%Y-%m-%d} to {project.last_at:%Y-%m-%d}"
        )
        lines.append(f"    without them, labels are: {fates}")
        if project.certificates:
            lines.append(f"    certificates that speak of them: {project.certificates}")
        for version in project.versions:
            lines.append(f"    {version.dataset}@{version.number}: {version.labels:,} labels")
            lines += [f"      {each.format} file, sha256 {each.sha256[:12]}" for each in version.exports]
            lines += [f"      {use.kind} {use.name}, {use.at:%Y-%m-%d}" for use in version.uses]
    return "\n".join(lines)


@click.command()
@click.option("--annotator", metavar="WHO", help="Whose answers: number, name or e-mail address.")
@click.option("--after", type=Instant(), help="Only answers from this time on.")
@click.option("--before", type=Instant(), help="Only answers before this time.")
@click.option("--project", help="Only answers in this project.")
@click.option("--reason", help="Why, for people who look at it later.")
@click.option("--ask-again", is_flag=True, help="Ask tasks again that have fewer answers now than they want.")
@click.option(
    "--undo",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="Make retracted answers count again, instead.",
)
@click.option("--dry-run", is_flag=True, help="Only say what rests on the answers.")
@options.as_json
@click.pass_obj
def retract(
    settings: Settings,
    annotator: str | None,
    after: datetime | None,
    before: datetime | None,
    project: str | None,
    reason: str | None,
    ask_again: bool,
    undo: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Let a person's answers count no more, and make new versions of the labels without them.

    Labels are inferred again from the other answers, or withdrawn where there are none. Nothing is deleted: old
    versions stay as they are, pay stays paid, and --undo makes the answers count again.
    """
    if undo is None and annotator is None:
        raise click.UsageError("say whose answers: --annotator WHO, or --undo NUMBER")
    if undo is None and not dry_run and not reason:
        raise click.UsageError("give a --reason, or look first with --dry-run")

    async def run() -> tuple[Any, str]:
        from groundswell.app import local_member, open_app
        from groundswell.ids import RetractionId
        from groundswell.label.lineage.retraction import get_retraction, undo_retraction
        from groundswell.label.lineage.retraction import retract as take_back
        from groundswell.label.lineage.service import find_worker, touched_by
        from groundswell.label.projects.service import find_project

        async with open_app(settings) as app:
            member = await local_member(app)
            at = (app.db, member.scope())
            if undo is not None:
                done = await undo_retraction(*at, RetractionId(undo))
            else:
                project_id = None if project is None else await find_project(*at, project)
                work = _work(await find_worker(*at, str(annotator)), project_id, after, before)
                touched = await touched_by(*at, app.datasets(member.org_slug), work)
                if dry_run:
                    return asdict(touched), _story_of_person(touched)
                done = await take_back(*at, work, str(reason), ask_again=ask_again)
            await app.redelivery_room.redeliver(str(member.org_id), done.id)
            again = await get_retraction(*at, done.id)
            return asdict(again), _story_of_retraction(again, done.asked_again)

    result, text = asyncio.run(run())
    show(result, as_json=as_json, text=text)


def _story_of_retraction(done: Any, asked_again: int) -> str:
    what = "count again" if done.undone_at else "count no more"
    lines = [f"retraction {done.id}: {done.answers:,} answers of {done.worker} {what}"]
    if asked_again:
        lines.append(f"  {asked_again:,} tasks are asked again")
    for one in (done.outcome or {}).get("delivered", []):
        lines.append(
            f"  {one['dataset']}@{one['after']} (before: @{one['before']}): {one['relabelled']:,} labels are others, "
            f"{one['withdrawn']:,} withdrawn"
        )
    if not (done.outcome or {}).get("delivered"):
        lines.append("  no version had these labels")
    return "\n".join(lines)
