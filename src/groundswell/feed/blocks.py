"""Block shuffle: an order that reads storage in pieces, for data that is remote or larger than memory."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from groundswell.errors import InputError
from groundswell.feed.order import Order, require_within

Numbers = npt.NDArray[np.int64]


class BlockOrder:
    """Shuffles blocks, and then the samples within each window of so many blocks.

    Samples of a block lie together in storage, for example in one shard. In each epoch every block is visited in
    one window only, so a reader that holds `window` blocks fetches each once an epoch. The price is that
    two samples of one block are never further apart than a window: take the largest window that the cache holds.
    One window over all blocks is a full shuffle.

    The memory is that of the blocks, not of the samples: 16 bytes for each.

    Args:
        sizes: samples of each block, in the samples' own order, each at least 1.
        window: blocks of a window, at least 1.
        seed: any integer; names the sequence of orders.

    Raises:
        InputError: there are no blocks, one is empty, or the window is under 1.
    """

    def __init__(self, sizes: Sequence[int] | Numbers, *, window: int, seed: int = 0) -> None:
        self._sizes = np.asarray(sizes, dtype=np.int64)
        if not self._sizes.size or self._sizes.min() < 1:
            raise InputError("an order of blocks needs at least one block, and one sample in each")
        if window < 1:
            raise InputError(f"a window has at least 1 block, got {window}")
        self.window = window
        self.seed = seed
        self._ends = np.cumsum(self._sizes)
        self._blocks = Order(len(self._sizes), seed)
        self._epoch: tuple[int, _Epoch] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_epoch": None}

    @property
    def n(self) -> int:
        """Positions of an epoch: all samples."""
        return int(self._ends[-1])

    def sample(self, epoch: int, positions: npt.ArrayLike) -> Numbers:
        """Return the samples that stand at `positions` in an epoch; see `Ordering.sample`.

        Raises:
            InputError: a position is outside 0..n-1.
        """
        places = require_within(positions, self.n, "positions")
        layout = self._layout(epoch)
        inner = layout.within_windows(places.reshape(-1), self.seed, epoch, inverse=False)
        slots = np.searchsorted(layout.ends, inner, side="right")
        blocks = layout.blocks[slots]
        offsets = inner - (layout.ends[slots] - self._sizes[blocks])
        return (self._ends[blocks] - self._sizes[blocks] + offsets).reshape(places.shape)

    def find(self, epoch: int, samples: npt.ArrayLike) -> tuple[Numbers, Numbers]:
        """Return the positions of samples in an epoch; see `Ordering.find`.

        Raises:
            InputError: a sample is outside 0..n-1.
        """
        wanted = require_within(samples, self.n, "samples").reshape(-1)
        layout = self._layout(epoch)
        blocks = np.searchsorted(self._ends, wanted, side="right")
        slots, _ = self._blocks.find(epoch, blocks)
        inner = layout.ends[slots] - self._ends[blocks] + wanted
        return layout.within_windows(inner, self.seed, epoch, inverse=True), np.arange(len(wanted))

    def describe(self) -> dict[str, Any]:
        """Return what names the order; of the blocks a digest."""
        blocks = hashlib.sha256(self._sizes.astype("<i8").tobytes()).hexdigest()[:16]
        return {"samples": self.n, "seed": self.seed, "shuffle": ["blocks", self.window, blocks]}

    def _layout(self, epoch: int) -> "_Epoch":
        if self._epoch is None or self._epoch[0] != epoch:
            blocks = self._blocks.sample(epoch, np.arange(len(self._sizes)))
            self._epoch = epoch, _Epoch(blocks, np.cumsum(self._sizes[blocks]), self.window)
        return self._epoch[1]


class _Epoch:
    """How one epoch is laid out: its blocks in their order, where each ends, and where each window does."""

    def __init__(self, blocks: Numbers, ends: Numbers, window: int) -> None:
        self.blocks = blocks
        self.ends = ends
        last = np.minimum(np.arange(window, len(blocks) + window, window), len(blocks)) - 1
        self._window_ends = ends[last]

    def within_windows(self, places: Numbers, seed: int, epoch: int, *, inverse: bool) -> Numbers:
        """Shuffle places of the epoch, each within its window, or undo that."""
        moved = np.empty_like(places)
        windows = np.searchsorted(self._window_ends, places, side="right")
        for window in np.unique(windows).tolist():
            start = int(self._window_ends[window - 1]) if window else 0
            order = Order(int(self._window_ends[window]) - start, window_seed(seed, window))
            chosen = windows == window
            inner = places[chosen] - start
            moved[chosen] = start + (order.find(epoch, inner)[0] if inverse else order.sample(epoch, inner))
        return moved


@lru_cache(maxsize=1024)
def window_seed(seed: int, window: int) -> int:
    """Return the seed of one window's order, unrelated to that of any other and of the blocks."""
    return derived_seed(f"window {window}", seed)


def derived_seed(purpose: str, seed: int) -> int:
    """Return a seed for one of several orders that belong together: for each purpose another, unrelated one."""
    digest = hashlib.sha256(f"groundswell seed 1: {purpose} of seed {seed}".encode()).digest()
    return int.from_bytes(digest[:8], "little")
