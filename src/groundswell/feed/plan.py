"""The plan of a feed: which samples stand in which batch. Pure arithmetic over the order."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from groundswell.errors import EmptySource, InputError
from groundswell.feed.order import Ordering, Tail, check_rank, rank_positions, steps_per_epoch


@dataclass(frozen=True)
class Plan:
    """Every batch of a feed as a function of its number; batches are numbered from 0 through all epochs.

    Attributes:
        order: the samples and their order in each epoch.
        batch_size: samples of one step over all ranks together (the global batch).
        epochs: how often every sample is visited; None goes on for ever.
        rank: this process among those that share the work.
        world_size: how many processes share the work.
        tail: what becomes of the last, incomplete batch of an epoch.
    """

    order: Ordering
    batch_size: int
    epochs: int | None = 1
    rank: int = 0
    world_size: int = 1
    tail: Tail = "exact"

    def __post_init__(self) -> None:
        check_rank(self.rank, self.world_size)
        if self.epochs is not None and self.epochs < 1:
            raise InputError(f"epochs must be at least 1, or None to go on for ever, got {self.epochs}")
        if not self.steps_per_epoch:
            found = f"a batch takes {self.batch_size} samples and there are {self.order.n}"
            raise EmptySource(
                f"{found}; with tail='drop' nothing would be fed: take a smaller batch or 'exact'"
            )

    @cached_property
    def steps_per_epoch(self) -> int:
        """Batches of one epoch, the same on every rank."""
        return steps_per_epoch(self.order.n, self.batch_size, self.tail)

    @property
    def batches(self) -> int | None:
        """Batches of all epochs; None if they go on for ever."""
        return None if self.epochs is None else self.epochs * self.steps_per_epoch

    def samples(self, first: int, count: int, stride: int = 1) -> list[npt.NDArray[np.int64]]:
        """Return the sample numbers of `count` batches from `first` on, or of fewer where its epoch ends.

        Args:
            first: number of the first batch.
            count: how many batches, at least 1.
            stride: take every so many-th batch, as one of so many workers does.
        """
        epoch, step = divmod(first, self.steps_per_epoch)
        if count == 1:  # the first batch of all shall be there soon
            return [self.order.sample(epoch, self._positions(step))]
        steps = np.arange(step, min(step + count * stride, self.steps_per_epoch), stride)
        full = steps[(steps + 1) * self.batch_size <= self.order.n]
        parts = [self._full(full), *(self._positions(number) for number in steps[len(full) :].tolist())]
        sizes = [len(parts[0]) // len(full)] * len(full) if len(full) else []
        sizes += [len(part) for part in parts[1:]]
        return _divide(self.order.sample(epoch, np.concatenate(parts)), sizes)

    def steps_of(self, epoch: int, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the numbers of the batches that deliver any of these positions of an epoch, ascending.

        A position that "drop" leaves out has none; one that "pad" fills up with has another one.
        """
        steps, n = self.steps_per_epoch, self.order.n
        repeats = -(-steps * self.batch_size // n) if self.tail == "pad" else 1
        found = np.unique((positions + n * np.arange(repeats)[:, None]) // self.batch_size)
        return epoch * steps + found[found < steps]

    def _full(self, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return this rank's positions in full batches: what `rank_positions` says of each, for all at once."""
        low, high = (self.batch_size * part // self.world_size for part in (self.rank, self.rank + 1))
        return (steps[:, None] * self.batch_size + np.arange(low, high)).reshape(-1)

    def _positions(self, step: int) -> npt.NDArray[np.int64]:
        return rank_positions(step, self.order.n, self.batch_size, self.rank, self.world_size, self.tail)


def _divide(numbers: npt.NDArray[np.int64], sizes: Sequence[int]) -> list[npt.NDArray[np.int64]]:
    ends = np.cumsum(sizes).tolist()
    return [numbers[end - size : end] for size, end in zip(sizes, ends, strict=True)]
