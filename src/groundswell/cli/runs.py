"""What a training run saw, both ways: the part of `trace` that follows a feed, and `trace-run`, its older name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundswell.cli import options
from groundswell.cli.datasets import local_datasets
from groundswell.cli.output import show
from groundswell.settings import Settings

if TYPE_CHECKING:
    from groundswell.feed import Feed
    from groundswell.feed.tracing import Run
    from groundswell.organize import DatasetStore, Version


@dataclass(frozen=True)
class Followed:
    """A training run that can be followed.

    Attributes:
        feed: what it was fed, as it was then.
        delivered: batches that it is known to have seen.
        run: its record; None where only the state of its feed is there.
    """

    feed: "Feed"
    delivered: int
    run: "Run | None" = None


def follow(store: "DatasetStore", path: Path) -> Followed:
    """Return the run that a file is of: the state of its feed, or its record.

    Raises:
        InputError: the file is neither, or its record does not say how to make the feed again.
        NotFound: no dataset here has the version that the state is of.
        SourceNotFound: the snapshot that the record names is not there any more.
    """
    from groundswell.feed.tracing import feed_of_run, read_run

    text = path.read_text("utf-8", errors="replace")
    if not _is_record(text):
        return _of_state(store, text, path)
    run = read_run(path)
    return Followed(feed_of_run(run), max((each.delivered for each in run.checkpoints), default=0), run)


def items_seen(followed: Followed, step: int) -> list[str]:
    """Return the ids of the samples of a batch, in order."""
    from groundswell.feed.tracing import items_of_step

    return [item for sample in items_of_step(followed.feed, step) for item in sample]


def show_steps(followed: Followed, items: list[str], *, as_json: bool) -> None:
    """Say which steps and checkpoints saw any of some items."""
    from groundswell.feed.tracing import checkpoints_that_saw, steps_of_items

    steps = steps_of_items(followed.feed, items, followed.delivered)
    seen = {step for each in steps.values() for step in each}
    text = f"{len(seen):,} of {followed.delivered:,} steps saw them"
    names = []
    if followed.run is not None:
        names = [each.name for each in checkpoints_that_saw(followed.run, seen)]
        text += f"; checkpoints to train again: {', '.join(names) or 'none'}"
    show({"steps": steps, "checkpoints": names}, as_json=as_json, text=text)


def wanted_items(items: tuple[str, ...], listed: Path | None) -> list[str]:
    """Return the ids that were asked for, one by one and in a file."""
    return [*items, *(listed.read_text("utf-8").split() if listed else ())]


def _is_record(text: str) -> bool:
    """Say whether a file is the record of a run: it begins with a line that names the stream."""
    try:
        head = json.loads(text.partition("\n")[0])
    except ValueError:
        return False
    return isinstance(head, dict) and "stream" in head


def _of_state(store: "DatasetStore", text: str, path: Path) -> Followed:
    from groundswell.errors import InputError
    from groundswell.feed import feed

    try:
        stream: Mapping[str, Any] = json.loads(text)
        version = _of_digest(store, stream["dataset"])
        told = dict(zip(("split", "fractions", "split_seed"), stream.get("split") or (), strict=False))
        given = {name: stream[name] for name in ("seed", "shuffle", "tail", "window") if name in stream}
        batches = feed(version, stream["batch_size"], columns=["id"], epochs=None, **given, **told)
        batches.load_state_dict(stream)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        found = f"{type(error).__name__}: {error}"
        raise InputError(f"{path} is no state of a feed and no record of a run ({found})") from error
    return Followed(batches, batches.delivered)


def _of_digest(store: "DatasetStore", digest: str) -> "Version":
    from groundswell.errors import NotFound

    for name in store.names():
        for version in store.versions(name):
            if version.digest == digest:
                return store.open(name, version.number)
    raise NotFound(
        f"no dataset has a version with the digest {digest[:64]!r}; it was fed from another data folder"
    )


@click.command("trace-run", hidden=True)
@click.argument("record", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--step", type=click.IntRange(min=0), help="List the items that this step saw.")
@click.option(
    "--item", "items", multiple=True, help="Find the steps and checkpoints that saw this item; repeat it."
)
@click.option(
    "--items", "listed", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Ids, one a line."
)
@options.as_json
@click.pass_obj
def trace_run(
    settings: Settings,
    record: Path,
    step: int | None,
    items: tuple[str, ...],
    listed: Path | None,
    as_json: bool,
) -> None:
    """Do what `groundswell trace --feed RECORD` does: its older name."""
    wanted = wanted_items(items, listed)
    if (step is None) == (not wanted):
        raise click.UsageError("give --step, or items by --item and --items")
    followed = follow(local_datasets(settings), record)
    if step is None:
        show_steps(followed, wanted, as_json=as_json)
    else:
        ids = items_seen(followed, step)
        show({"step": step, "items": ids}, as_json=as_json, text="\n".join(ids))
