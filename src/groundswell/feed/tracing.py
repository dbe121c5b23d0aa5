"""From a step of a training run to the items behind it, and from items to the steps and checkpoints that saw them.

Nothing of this is logged while training: which sample stands where is arithmetic, and arithmetic goes both ways.
A run only keeps a record of what names its stream and of when checkpoints were taken.
"""

import json
import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from groundswell.errors import Conflict, InputError, SourceNotFound, UnreadableSource
from groundswell.feed.columns import Columns
from groundswell.feed.loader import Feed
from groundswell.feed.rows import Rows, Subset
from groundswell.feed.snapshot import Snapshot, open_snapshot

FORMAT = 1

_ROWS = 8192


@dataclass(frozen=True)
class Checkpoint:
    """A model that was kept.

    Attributes:
        name: as the trainer names it, for example its path.
        delivered: batches that it had been trained on.
    """

    name: str
    delivered: int


@dataclass(frozen=True)
class Run:
    """What a training run left in its record.

    Attributes:
        stream: names what was fed, and in which order; see `Feed.state_dict`.
        source: where that is, as the trainer wrote it down.
        checkpoints: in the order in which they were taken.
    """

    stream: Mapping[str, Any]
    source: Mapping[str, Any]
    checkpoints: tuple[Checkpoint, ...]


class RunRecord:
    """The record of a training run: a file to which a line is added at the start and for each checkpoint.

    Keep it on the first rank. A run that is resumed goes on with the same file.

    Args:
        path: the file; made if it is not there.
        feed: what the run trains on.
        source: how to find that again, in the trainer's own words; None writes down the snapshot, if that is what
            is fed, so that `feed_of_run` finds it.

    Raises:
        Conflict: the file is the record of another stream.
    """

    def __init__(self, path: str | Path, feed: Feed, source: Mapping[str, Any] | None = None) -> None:
        self._path = Path(path)
        self._feed = feed
        stream = _stream(feed)
        if not self._path.exists():
            where = _snapshot_of(feed) if source is None else dict(source)
            self._add({"format": FORMAT, "stream": stream, "source": where})
        elif read_run(self._path).stream != stream:
            raise Conflict(f"{path} is the record of another stream; choose another file")

    def checkpoint(self, name: str) -> None:
        """Note that a model was kept which has seen what the feed has delivered so far."""
        self._add({"checkpoint": name, "delivered": self._feed.delivered})

    def _add(self, line: Mapping[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())


def read_run(path: str | Path) -> Run:
    """Read the record of a run; a last line that a killed run did not finish is left out.

    Raises:
        SourceNotFound: there is no such file.
        UnreadableSource: it is no record.
    """
    try:
        lines = Path(path).read_text("utf-8").split("\n")[:-1]
    except OSError as error:
        raise SourceNotFound(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        head, *rest = (json.loads(line) for line in lines)
        taken = tuple(Checkpoint(each["checkpoint"], each["delivered"]) for each in rest)
        return Run(head["stream"], head["source"], taken)
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableSource(f"{path} is no record of a run: {error!r}") from error


def feed_of_run(run: Run, *, cache: str | Path | None = None) -> Feed:
    """Return the feed that a run was trained on, whole (of one rank), from its record.

    Args:
        run: whose `source` names a snapshot: its record was begun without another `source`.
        cache: for a snapshot at a URL: see `open_snapshot`.

    Raises:
        InputError: the record does not say enough, as for mixtures and packed rows: make the feed as it was.
        SourceNotFound: the snapshot is not there any more.
    """
    stream, source = run.stream, run.source
    shuffle = stream.get("shuffle")
    is_blocks = isinstance(shuffle, list) and shuffle[:1] == ["blocks"]
    if not {"snapshot", "version"} <= source.keys() or not (is_blocks or isinstance(shuffle, bool)):
        raise InputError("the record of this run does not say how to make its feed again; make it as it was")
    split = dict(zip(("split", "fractions", "split_seed"), stream["split"] or (), strict=False))
    feed = Feed(
        open_snapshot(source["snapshot"], source["version"], cache=cache),
        stream["batch_size"],
        seed=stream["seed"],
        epochs=None,
        shuffle=bool(shuffle),
        window=shuffle[1] if isinstance(shuffle, list) else None,
        tail=stream["tail"],
        columns=["id"],
        **split,
    )
    if _stream(feed) != dict(stream):
        raise InputError("the snapshot of this run is another one now, so what it saw cannot be told from it")
    return feed


def items_of_step(feed: Feed, step: int) -> list[list[str]]:
    """Return for each sample of a batch, of this feed's rank, the ids of the items that it was made of.

    Make the feed as it was for the run, with `world_size=1` for the global batch.
    """
    return feed.rows.origins(feed.rows_of(step))


def steps_of_items(feed: Feed, ids: Iterable[str], delivered: int | None = None) -> dict[str, list[int]]:
    """Return for each item the steps that delivered it on any rank, ascending; items that were not fed have none.

    The ids are read once from end to end; the steps are arithmetic.

    Args:
        feed: as it was for the run.
        ids: of items, for example all that a retracted annotator has labelled.
        delivered: look at so many steps from the beginning; None means as many as the feed has delivered.
    """
    wanted = list(dict.fromkeys(ids))
    last = feed.delivered if delivered is None else delivered
    numbers, owners = _rows_with(feed.rows, set(wanted))
    steps: dict[str, set[int]] = defaultdict(set)
    for epoch in range(-(-last // feed.plan.steps_per_epoch)):
        positions, places = feed.plan.order.find(epoch, numbers)
        for position, place in zip(positions, places.tolist(), strict=True):
            for step in feed.plan.steps_of(epoch, np.array([position])).tolist():
                for owner in owners[place] if step < last else ():
                    steps[owner].add(step)
    return {each: sorted(steps[each]) for each in wanted}


def checkpoints_that_saw(run: Run, steps: Collection[int]) -> list[Checkpoint]:
    """Return the checkpoints of a run that were trained on any of these steps."""
    return [each for each in run.checkpoints if any(step < each.delivered for step in steps)]


def _rows_with(rows: Rows, ids: set[str]) -> tuple[np.ndarray[Any, np.dtype[np.int64]], list[set[str]]]:
    """Return the rows that hold any of the items, and for each which."""
    numbers, owners = [], []
    for first in range(0, len(rows), _ROWS):
        chunk = np.arange(first, min(first + _ROWS, len(rows)))
        for number, origins in zip(chunk.tolist(), rows.origins(chunk), strict=True):
            found = ids.intersection(origins)
            if found:
                numbers.append(number)
                owners.append(found)
    return np.array(numbers, dtype=np.int64), owners


def _snapshot_of(feed: Feed) -> dict[str, Any]:
    rows = feed.rows.chosen_from if isinstance(feed.rows, Subset) else feed.rows
    samples = rows.samples if isinstance(rows, Columns) else None
    if not isinstance(samples, Snapshot):
        return {}
    return {"snapshot": str(samples.storage), "version": samples.manifest.origin.number}


def _stream(feed: Feed) -> dict[str, Any]:
    stream = json.loads(json.dumps(feed.state_dict()))
    del stream["delivered"]
    return dict(stream)
