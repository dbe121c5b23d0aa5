"""The feed: an ordered, resumable stream of columnar batches."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from groundswell.errors import Conflict, EmptySource, InputError
from groundswell.feed.ahead import Ahead
from groundswell.feed.blocks import BlockOrder
from groundswell.feed.columns import Columns, require_columns
from groundswell.feed.mixture import Mixture
from groundswell.feed.order import PERMUTATION, Order, Ordering, Tail
from groundswell.feed.plan import Plan
from groundswell.feed.rows import Batch, Rows, Subset, is_rows
from groundswell.feed.samples import Samples
from groundswell.feed.split import FRACTIONS, SPLIT_COLUMN, split_of
from groundswell.feed.state import FORMAT, delivered_of

T = TypeVar("T")

Decoder = Callable[[Any], Any]
"""From one value of a column to an array or number, of one shape for all samples."""


class Feed:
    """A stream of batches from a dataset: the same for the same seed, and it goes on where it stopped.

    A batch is a dict with one NumPy array for each column, samples along the first axis: texts and bytes as
    objects, numbers and vectors as themselves. Iterating delivers the batches of all epochs in turn, each
    epoch in an order of its own. `state_dict` says at any moment how many were delivered; a feed that loads
    it delivers exactly those that are left, also with another number of ranks.

    Args:
        samples: what is fed: a dataset, or rows made of one or of several (`Mixture`, `TokenBlocks`, ...).
        batch_size: samples of one step over all ranks together (the global batch).
        seed: names the order; any integer.
        epochs: how often every sample is visited; None goes on for ever.
        shuffle: False feeds each epoch in the dataset's own order.
        window: shuffle whole shards, and samples only within windows of this many shards, for data that is
            remote or larger than memory; None shuffles all samples. See `BlockOrder`.
        rank: this process among those that share the work.
        world_size: how many processes share the work.
        tail: what becomes of the last, incomplete batch of an epoch: "exact" delivers it, "drop" leaves it
            out, "pad" fills it up. Every rank makes the same number of steps in any case; with "exact" a
            rank's part of the last batch may be smaller than another's, or empty.
        columns: columns to deliver; None means all. Rows that are made of others have theirs already.
        views: deliver bytes as read-only `memoryview`s of the shard's memory instead of `bytes`: without a
            copy, which pays for media; they keep the shard mapped as long as they live.
        split: deliver only the items of this split, for example "train"; None delivers all. A column `split`,
            as `groundswell split` makes it, says which they are; without one, the hash of each id.
        fractions: the splits and their shares, see `split_of`, where there is no such column.
        split_seed: names the split. It is apart from `seed`, so that another order never moves items from
            test to training.
        decode: for some columns a function from one value to an array, for example
            `{"data": decode_image}`; the arrays of a batch are stacked.

    Attributes:
        rows: what is read.
        plan: which sample stands in which batch.
        delivered: how many batches were delivered since the beginning.
        stride: how far apart the batches are that `batch` will be asked for: the number of workers, in each of
            several that take turns. It changes what is prepared, never what is returned.

    Raises:
        InputError: an argument is out of range or names no split.
        MissingColumn: a column does not exist, or a split is asked of samples without `id`.
        EmptySource: there is nothing to feed.
    """

    def __init__(
        self,
        samples: Samples | Rows,
        batch_size: int,
        *,
        seed: int = 0,
        epochs: int | None = 1,
        shuffle: bool = True,
        window: int | None = None,
        rank: int = 0,
        world_size: int = 1,
        tail: Tail = "exact",
        columns: Sequence[str] | None = None,
        views: bool = False,
        split: str | None = None,
        fractions: Mapping[str, float] = FRACTIONS,
        split_seed: int = 0,
        decode: Mapping[str, Decoder] | None = None,
    ) -> None:
        whole = _rows(samples, columns, views)
        self._decode = dict(decode or {})
        require_columns(list(self._decode), whole.names)
        self._dataset = whole.digest
        self._split = None if split is None else [split, dict(fractions), split_seed]
        self.rows: Rows = whole
        if split is not None:
            self.rows = Subset(whole, _in_split(samples, split, fractions, split_seed))
        if not len(self.rows):
            raise EmptySource("there are no samples to feed" + (f" in split {split!r}" if split else ""))
        order = _order(self.rows, seed, shuffle=shuffle, window=window)
        self.plan = Plan(order, batch_size, epochs, rank, world_size, tail)
        self.delivered = 0
        self.stride = 1
        self._ended = False
        self._ahead = Ahead(self.rows, self.plan)

    def __repr__(self) -> str:
        size = f"{self.plan.order.n:,} samples in batches of {self.plan.batch_size:,}"
        return f"<Feed of {size}: {self.delivered:,} delivered>"

    def __len__(self) -> int:
        """Batches of all epochs, those already delivered included; an endless feed has no length."""
        if self.plan.batches is None:
            raise TypeError("a feed with epochs=None never ends and has no length")
        return self.plan.batches

    @property
    def epoch(self) -> int:
        """Epoch of the next batch, from 0."""
        return self.delivered // self.plan.steps_per_epoch

    @property
    def finished(self) -> bool:
        """Whether all batches were delivered."""
        return self.plan.batches is not None and self.delivered >= self.plan.batches

    def __iter__(self) -> Iterator[Batch]:
        """Deliver the batches that are left.

        Raises:
            Conflict: all were delivered before; a second loop would silently train on nothing.
        """
        return self.counted(self._left())

    def counted(self, batches: Iterable[T]) -> Iterator[T]:
        """Pass on the batches that are left, made elsewhere and in order, and count each as delivered.

        For loaders that prepare batches ahead, in threads or processes: these call `batch`, and what is
        prepared but not yet passed on does not count.

        Raises:
            Conflict: all were delivered before.
        """
        self.require_some_left()
        return self._count(batches)

    def require_some_left(self) -> None:
        """Raise `Conflict` if a loop has delivered the last batch: a second one would train on nothing."""
        if self._ended:
            raise Conflict(
                f"this feed has delivered all its {self.plan.batches} batches; "
                "ask for more with epochs=..., or call rewind() to start over"
            )

    def _left(self) -> Iterator[Batch]:
        while not self.finished:
            yield self.batch(self.delivered)

    def _count(self, batches: Iterable[T]) -> Iterator[T]:
        for batch in batches:
            self.delivered += 1
            yield batch
        self._ended = True

    def batch(self, number: int) -> Batch:
        """Return any batch by its number, from 0 through all epochs; what was delivered does not change.

        Raises:
            InputError: there is no such batch, or the decoded arrays of a column differ in shape.
        """
        return self.prepared(number)()

    def prepared(self, number: int) -> Callable[[], Batch]:
        """Return what reads and decodes a batch, with where its samples lie looked up already.

        The look-up belongs to one thread; what is returned may be called in any other.

        Raises:
            InputError: there is no such batch.
        """
        if number < 0 or (self.plan.batches is not None and number >= self.plan.batches):
            raise InputError(f"batches are numbered from 0 to {len(self) - 1}, got {number}")
        take = self._ahead.batch(number, self.stride)
        return partial(self._read, take) if self._decode else take

    def _read(self, take: Callable[[], Batch]) -> Batch:
        batch = take()
        return batch | {name: _decoded(name, batch[name], decode) for name, decode in self._decode.items()}

    def sample_numbers(self, number: int) -> npt.NDArray[np.int64]:
        """Return the row numbers in the dataset of the samples of a batch, int64: the thread back to each."""
        numbers = self.rows_of(number)
        return self.rows.numbers(numbers) if isinstance(self.rows, Subset) else numbers

    def rows_of(self, number: int) -> npt.NDArray[np.int64]:
        """Return the numbers that the samples of a batch have among `rows`, int64."""
        return self._ahead.sample_numbers(number)

    def state_dict(self) -> dict[str, Any]:
        """Return the state: JSON-compatible, under 1 kB, the same on every rank.

        It counts the batches that were handed out, so one that is being trained on counts as delivered.
        """
        return {**self._stream(), "delivered": self.delivered}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on after the batches that a state says were delivered; rank and world size may be others.

        Raises:
            InputError: the state is of another stream (dataset, seed, batch size, ...); nothing changes.
        """
        self.delivered = delivered_of(state, self._stream())
        self._ended = False

    def numbers_left(self, first: int = 0, stride: int = 1) -> Iterable[int]:
        """Return the numbers of the batches that are left, without end where the feed has none.

        Args:
            first: leave out so many.
            stride: take every so many-th, as one of so many workers does.
        """
        start = self.delivered + first
        return count(start, stride) if self.plan.batches is None else range(start, self.plan.batches, stride)

    def rewind(self) -> None:
        """Start over from the first batch of the first epoch."""
        self.delivered = 0
        self._ended = False

    def _stream(self) -> dict[str, Any]:
        """What names the stream: all that decides which sample comes when, and nothing else."""
        return {
            "format": FORMAT,
            "permutation": PERMUTATION,
            "dataset": self._dataset,
            "split": self._split,
            **self.plan.order.describe(),
            "batch_size": self.plan.batch_size,
            "tail": self.plan.tail,
        }


def _rows(samples: Samples | Rows, columns: Sequence[str] | None, views: bool) -> Rows:
    """Return what batches are read from."""
    if not is_rows(samples):
        return Columns(samples, columns, views=views)
    if columns is not None or views:
        raise InputError("columns and views are chosen where rows are made, not where they are fed")
    return samples


def _order(rows: Rows, seed: int, *, shuffle: bool, window: int | None) -> Ordering:
    """Return the order that rows are fed in; the sources of a mixture have each their own."""
    if isinstance(rows, Mixture):
        return rows.order(lambda each, own: _order(each, own, shuffle=shuffle, window=window), seed)
    if shuffle and window is not None:
        return BlockOrder(rows.blocks, window=window, seed=seed)
    return Order(len(rows), seed, shuffle)


def _in_split(
    samples: Samples | Rows, split: str, fractions: Mapping[str, float], seed: int
) -> npt.NDArray[np.int64]:
    """Return the row numbers of the items in a split, ascending: as the column says if there is one, else by hash."""
    if is_rows(samples):
        raise InputError("a split is of a dataset: split each before it is mixed or packed")
    if SPLIT_COLUMN in samples.schema.names:
        told = [
            samples.shard(number, [SPLIT_COLUMN]).column(SPLIT_COLUMN)
            for number in range(len(samples.shard_rows))
        ]
        return np.flatnonzero(
            np.concatenate([column.to_numpy(zero_copy_only=False) for column in told]) == split
        )
    if split not in fractions:
        raise InputError(f"no split {split!r}; there are {', '.join(fractions)}")
    require_columns(["id"], samples.schema.names)
    shards = (
        samples.shard(number, ["id"]).column("id").to_pylist() for number in range(len(samples.shard_rows))
    )
    splits = [split_of(ids, fractions, seed) for ids in shards]
    return np.flatnonzero(np.concatenate(splits) == split)


def _decoded(name: str, values: npt.NDArray[Any], decode: Decoder) -> npt.NDArray[Any]:
    """Decode the values of a column and stack the results along a new first axis."""
    arrays = [np.asarray(decode(value)) for value in values]
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1:
        found = ", ".join(map(str, sorted(shapes)))
        raise InputError(
            f"decoded samples of {name!r} have shapes {found}; decode to one, for example by size=..."
        )
    return np.stack(arrays) if arrays else np.empty((0,))
