"""Following a dataset that grows: every pass reads the newest version that was there when the pass began."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundswell.errors import Conflict, InputError
from groundswell.feed.loader import Feed
from groundswell.feed.rows import Batch
from groundswell.feed.snapshot import Snapshot, newest_snapshot, open_snapshot
from groundswell.feed.storage.cache import Cache

FORMAT = 1


@dataclass(frozen=True)
class Turn:
    """Where a feed turned to another version.

    Attributes:
        delivered: batches that were delivered before.
        pass_number: the pass that begins there, from 0.
        version: number of the version that is read from there on.
        digest: of that version.
    """

    delivered: int
    pass_number: int
    version: int
    digest: str


class Following:
    """A feed over the snapshots of a growing dataset, for example one that is being labelled.

    A pass visits every sample of one version once. When the next pass begins, the newest version that has a
    snapshot is taken: what was added is fed, what was retracted is not. What was delivered never changes, since
    a pass keeps its version to its end, also when it is resumed.

    Args:
        where: the folder or URL of the snapshots.
        batch_size: samples of one step over all ranks together.
        passes: how many; None goes on for ever.
        cache: for a URL: see `open_snapshot`.
        agree: given the number of the newest version, returns the one to turn to. With several ranks, return what the
            first rank says (`torch.distributed.broadcast_object_list`), so that all turn alike.
        on_turn: told of every turn, also the first: to keep a record.
        options: of `Feed`, without `epochs`.

    Attributes:
        delivered: how many batches were delivered since the beginning.
    """

    def __init__(
        self,
        where: str | Path,
        batch_size: int,
        *,
        passes: int | None = None,
        cache: str | Path | Cache | None = None,
        agree: Callable[[int], int] = lambda newest: newest,
        on_turn: Callable[[Turn], None] = lambda turn: None,
        **options: Any,
    ) -> None:
        self._where = where
        self._cache = cache
        self._agree = agree
        self._on_turn = on_turn
        self._passes = passes
        self._batch_size = batch_size
        self._options = options
        self._feed: Feed | None = None
        self._version = 0
        self._pass = self._step = self.delivered = 0

    @property
    def finished(self) -> bool:
        """Whether all passes are over."""
        return self._passes is not None and self._pass >= self._passes

    @property
    def version(self) -> int | None:
        """Number of the version that the present pass reads; None before the first batch."""
        return None if self._feed is None else self._version

    def __iter__(self) -> Iterator[Batch]:
        """Deliver the batches that are left, and turn to the newest version between passes.

        Raises:
            Conflict: all were delivered before.
        """
        if self.finished:
            raise Conflict(
                f"this feed has delivered all its {self._passes} passes; ask for more with passes=..."
            )
        return self._deliver()

    def _deliver(self) -> Iterator[Batch]:
        while not self.finished:
            feed = self._current()
            batch = feed.batch(self._pass * feed.plan.steps_per_epoch + self._step)
            self._step += 1
            self.delivered += 1
            if self._step == feed.plan.steps_per_epoch:
                self._pass, self._step = self._pass + 1, 0
            yield batch

    def _current(self) -> Feed:
        """Return the feed of the present pass; at the beginning of a pass, of the newest version."""
        if self._step == 0 or self._feed is None:
            newest = self._agree(newest_snapshot(self._where, self._cache))
            if self._feed is None or newest != self._version:
                opened = self._open(newest)
                self._on_turn(Turn(self.delivered, self._pass, newest, opened.digest))
        assert self._feed is not None
        return self._feed

    def _open(self, version: int) -> Snapshot:
        opened = open_snapshot(self._where, version, cache=self._cache)
        self._feed = Feed(opened, self._batch_size, epochs=None, **self._options)
        self._version = version
        return opened

    def state_dict(self) -> dict[str, Any]:
        """Return the state: JSON-compatible, under 1 kB, the same on every rank."""
        place = {"format": FORMAT, "pass": self._pass, "step": self._step, "delivered": self.delivered}
        stream = None if self._feed is None else {**self._feed.state_dict(), "delivered": 0}
        return {**place, "version": self.version, "stream": stream}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where a state was taken, in the version that its pass was reading.

        Raises:
            SourceNotFound: there is no snapshot of that version any more.
            InputError: it is no such state, or the version or the options are others now.
        """
        try:
            version, stream = state["version"], state["stream"]
            place = [int(state[name]) for name in ("pass", "step", "delivered")]
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"this is not the state of a following feed: {state!r:.200}") from error
        if version is not None:
            self._open(version)
            assert self._feed is not None
            self._feed.load_state_dict(stream)
        self._pass, self._step, self.delivered = place
