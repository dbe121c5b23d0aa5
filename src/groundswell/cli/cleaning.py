"""Commands that bring data in and clean it: collect, clean, drops. They need no database."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from groundswell.cli import options
from groundswell.cli.datasets import local_datasets
from groundswell.cli.output import Step, Steps, say, show, table
from groundswell.errors import InputError
from groundswell.settings import Settings

if TYPE_CHECKING:
    from groundswell.clean import Operator, Progress
    from groundswell.collect import Query, Source
    from groundswell.items import Drop
    from groundswell.organize import Report, Version

Command = TypeVar("Command", bound=Callable[..., Any])

_ANSWERS = "answers:"

_STEPS = {
    "pair": "comparing",
    "link": "comparing",
    "cluster": "grouping",
    "choose": "choosing",
    "name": "naming",
    "count": "counting",
}


def _running(command: Command) -> Command:
    """Add the options that say where and within what a pipeline runs."""
    for option in (
        click.option("--on", metavar="PLACE", help="Run on Ray: ray, ray:auto or ray://host:10001."),
        click.option("--memory", metavar="SIZE", help="What all processes may hold together, such as 4GB."),
        click.option("--workers", type=click.IntRange(min=1), help="The most processes at once."),
        click.option(
            "--against",
            multiple=True,
            metavar="FILE",
            help="An evaluation set: texts that quote it go. May be given several times.",
        ),
        click.option(
            "--recipe",
            metavar="NAME",
            help="default, web-text, instructions, preferences, images, or a Python file that sets `recipe`.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("path")
@click.option("--name", help="Name of the dataset [default: from PATH].")
@click.option("--raw", is_flag=True, help="Keep everything that can be read; do not clean.")
@click.option("--update", is_flag=True, help="Read only what is new since the newest version, and add it.")
@click.option(
    "--query", metavar="SQL", help="What to read, where PATH is sqlite:FILE or postgresql://HOST/NAME."
)
@click.option(
    "--grows", metavar="COLUMN", help="The column of --query that only grows; --update goes on after it."
)
@click.option(
    "--allow-host", multiple=True, metavar="HOST", help="Fetch from this host what a .urls file lists."
)
@_running
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
    update: bool,
    query: str | None,
    grows: str | None,
    allow_host: tuple[str, ...],
    recipe: str | None,
    against: tuple[str, ...],
    workers: int | None,
    memory: str | None,
    on: str | None,
    text_column: str | None,
    records: bool,
    licence: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Collect, clean and store raw data as a new version of a dataset.

    PATH is a file, a folder or a pattern such as 'crawl/**/*.warc.gz': JSONL, CSV, Parquet, Arrow, text, WARC,
    also compressed; HTML, Markdown, PDF; images; recordings; a .urls file with an address a line. Or a prefix such as
    s3://bucket/crawl/, or with --query a database, or answers:PROJECT, what people wrote in a project. `digits` is
    a built-in set of images. What is set aside is kept beside the version, with the reason. A run that was stopped
    goes on when the same command is given again.
    """
    from groundswell.collect import AS_RECORD
    from groundswell.organize import collect as collect_items

    if raw and (recipe or against):
        raise click.UsageError("--raw does not clean; leave out --recipe and --against")
    name = _named(path, name, query)
    limit = settings.max_item_bytes
    text_column = AS_RECORD if records else text_column
    source = _source(settings, path, query, grows, text_column, licence)
    collection = collect_items(
        source, text_column=text_column, licence=licence, max_item_bytes=limit, hosts=allow_host
    )
    options.refuse_if_huge(path, collection.size_bytes(), settings.max_source_bytes, confirmed=yes)
    chosen = collection if raw else collection.clean(*_operators(recipe, against))
    store = local_datasets(settings)
    before = store.versions(name) if update else []
    notes: list[str] = []
    with _resumable(f"Collecting {collection.describe()}") as step:
        bar = _Bar(step)
        version = chosen.save(
            name,
            store=store,
            on_progress=bar.on_records,
            on_step=bar.on_step,
            on_note=notes.append,
            workers=workers,
            memory=memory,
            on=on,
            update=update,
        )
        step.outcome = str(chosen.report)
    for note in notes:
        say(f"Note: {note}.")
    is_new = version.number not in [each.number for each in before]
    _told(version, chosen.report, is_new=is_new, as_json=as_json)


@click.command()
@click.argument("name")
@click.option("--to", metavar="NAME", help="Store under another name [default: the next version of NAME].")
@click.option("--version", "number", type=click.IntRange(min=1), help="Which version [default: the newest].")
@_running
@options.as_json
@click.pass_obj
def clean(
    settings: Settings,
    name: str,
    to: str | None,
    number: int | None,
    recipe: str | None,
    against: tuple[str, ...],
    workers: int | None,
    memory: str | None,
    on: str | None,
    as_json: bool,
) -> None:
    """Send a dataset through more cleaning steps, and store what is left as a new version.

    A run that was stopped goes on when the same command is given again.
    """
    from groundswell import clock
    from groundswell.clean import Running, bytes_of
    from groundswell.organize.saving import Saving, clean_version

    store = local_datasets(settings)
    version = store.open(name, number)
    running = Running(workers, bytes_of(memory) if memory else None, on)
    with _resumable(f"Cleaning {version.name} version {version.number}") as step:
        bar = _Bar(step)
        saving = Saving(_operators(recipe, against), clock.now(), running, bar.on_step, bar.on_records)
        made, report = clean_version(store, to or name, version, saving)
        step.outcome = str(report)
    _told(made, report, is_new=True, as_json=as_json)


@click.command()
@click.argument("name")
@click.option("--version", "number", type=click.IntRange(min=1), help="Which version [default: the newest].")
@click.option("--reason", help="Only of this reason, such as duplicate:near, or its first part.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many to list.")
@options.as_json
@click.pass_obj
def drops(
    settings: Settings, name: str, number: int | None, reason: str | None, limit: int, as_json: bool
) -> None:
    """List what was set aside when a version was made: how many for which reason, and examples of each."""
    version = local_datasets(settings).open(name, number)
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], list[Drop]] = {}
    for drop in version.drops():
        if reason is None or drop.reason == reason or drop.reason.startswith(f"{reason}:"):
            kind = (drop.reason, "error" if drop.failed else "decision")
            counts[kind] += 1
            if counts[kind] <= limit:
                examples.setdefault(kind, []).append(drop)
    listed = _some_of_each([examples[kind] for kind, _ in counts.most_common()], limit)
    summary = [[why, kind, count] for (why, kind), count in counts.most_common()]
    rows = [[drop.locator, drop.step, drop.reason, drop.detail] for drop in listed]
    text = "\n\n".join(
        [table(["reason", "kind", "records"], summary), table(["locator", "step", "reason", "detail"], rows)]
        if counts
        else [_nothing(version, reason)]
    )
    value = {"reasons": {why: count for why, _, count in summary}, "drops": [vars(drop) for drop in listed]}
    show(value, as_json=as_json, text=text)


def _some_of_each(groups: "Sequence[Sequence[Drop]]", limit: int) -> "list[Drop]":
    """Return the first of each group, then the second of each, until there are enough; group after group."""
    turns = sorted((turn, number) for number, group in enumerate(groups) for turn in range(len(group)))
    return [groups[number][turn] for number, turn in sorted((number, turn) for turn, number in turns[:limit])]


def _nothing(version: "Version", reason: str | None) -> str:
    if reason is None or not version.drop_counts:
        return "Nothing was set aside."
    return f"Nothing was set aside for {reason!r}; the reasons are {', '.join(version.drop_counts)}."


def _named(path: str, name: str | None, query: str | None) -> str:
    """Return the name of the dataset; a query or a project says none."""
    if name is None and (query is not None or path.startswith(_ANSWERS)):
        what = "--query" if query is not None else f"{_ANSWERS}PROJECT"
        raise click.UsageError(f"{what} needs a --name for the dataset")
    return options.dataset_name(path, name)


def _source(
    settings: Settings,
    path: str,
    query: str | None,
    grows: str | None,
    text_column: str | None,
    licence: str | None,
) -> "str | Source":
    """Return what is read: a query, what people wrote in a project, or whatever the path names."""
    if query is not None:
        return _query(path, query, grows, text_column, licence, settings.max_item_bytes)
    if path.startswith(_ANSWERS):
        return _answers(settings, path.removeprefix(_ANSWERS), text_column, licence)
    return path


def _query(
    path: str, query: str, grows: str | None, text_column: str | None, licence: str | None, limit: int
) -> "Query":
    from groundswell import clock
    from groundswell.cli.databases import database_at
    from groundswell.collect import Options, Query

    return Query(database_at(path), query, Options(clock.now(), text_column, licence, limit), grows)


def _answers(settings: Settings, project: str, text_column: str | None, licence: str | None) -> "Source":
    """Return what people wrote in a project; also works while `groundswell up` runs."""
    from groundswell import clock
    from groundswell.app import local_member, open_app
    from groundswell.collect import Options
    from groundswell.label.delivery.written import written_in
    from groundswell.label.projects.service import find_project

    async def read() -> "Source":
        async with open_app(settings) as app:
            member = await local_member(app)
            scope, uploads = member.scope(), app.uploads(member.org_slug)
            options = Options(clock.now(), text_column, licence, settings.max_item_bytes)
            return await written_in(
                app.db, scope, await find_project(app.db, scope, project), options, uploads
            )

    return asyncio.run(read())


def _operators(recipe: str | None, against: Sequence[str]) -> "tuple[Operator, ...]":
    """Return the steps of a recipe, with the search for evaluation sets in front."""
    from groundswell.clean import DropContaminated, recipe_named

    steps = recipe_named(recipe or "default")
    if not against:
        return steps
    return (DropContaminated.of({Path(file).name: _texts_of(file) for file in against}), *steps)


def _texts_of(file: str) -> list[str]:
    """Return the texts of an evaluation set."""
    from groundswell import clock
    from groundswell.collect import open_source
    from groundswell.items import Item

    texts = [
        each.text
        for each in open_source(file, collected_at=clock.now()).read()
        if isinstance(each, Item) and each.text
    ]
    if not texts:
        raise InputError(f"{file} holds no texts to look for")
    return texts


@contextmanager
def _resumable(what: str) -> Iterator[Step]:
    """Show a step; say how to go on if it is stopped."""
    try:
        with Steps().step(what) as step:
            yield step
    except KeyboardInterrupt:
        say("Stopped. No version was stored; the same command goes on with what is done.")
        raise


class _Bar:
    """Shows how far a run is: by records while it is one task, by tasks where there are several."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.is_by_tasks = False

    def on_step(self, progress: "Progress") -> None:
        """Show the tasks of a step."""
        self.is_by_tasks |= progress.total > 1
        if self.is_by_tasks:
            name, _, work = progress.step.partition(".")
            told = _STEPS.get(work.partition("-")[0], "reading")
            self.step.rename(f"{told} ({name.partition('-')[2]})")
            self.step.reach(progress.done, progress.total)

    def on_records(self, count: int) -> None:
        """Show how many records were read."""
        if not self.is_by_tasks:
            self.step.reach(count)


def _told(version: "Version", report: "Report | None", *, is_new: bool, as_json: bool) -> None:
    result = {
        "dataset": version.name,
        "version": version.number,
        "rows": version.rows,
        "collected": report.collected if report else None,
        "dropped": dict(version.drop_counts),
    }
    text = f"{version.rows:,} items stored as {version.name}, version {version.number}"
    if not is_new:
        text = f"Nothing new to store; {version.name} stays at version {version.number} with {version.rows:,} items"
    elif report is not None and report.kept == 0 and version.rows:
        text = f"Nothing new to store but what was set aside, which version {version.number} of {version.name} lists"
    if is_new and version.drop_counts:
        text += f"; what was set aside: groundswell drops {version.name}"
    show(result, as_json=as_json, text=text)
