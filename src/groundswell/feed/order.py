"""Order as arithmetic: which sample stands at a position, and which positions belong to a rank.

Nothing here holds a list of indices. A shuffle is a function of (seed, epoch, position), so an epoch over
10^10 samples is planned in no time and no memory, and to resume is to count.
"""

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Literal, Protocol, TypeVar, get_args

import numpy as np
import numpy.typing as npt

from groundswell.errors import InputError

PERMUTATION = 1
"""Version of the shuffle; a change of anything below is a new one, under which old states do not resume."""

Words = npt.NDArray[np.uint64]

Tail = Literal["exact", "drop", "pad"]
"""What becomes of the last, incomplete batch of an epoch.

- `exact`: it is delivered as it is. Every sample is seen exactly once; a rank's last batch may be smaller
  than the others' or empty, and every rank still makes the same number of steps.
- `drop`: it is left out. All batches are full; up to `batch_size - 1` samples of each epoch are not seen.
- `pad`: it is filled up from the beginning of the same epoch's order. All batches are full; some samples
  are seen twice (more often, if the whole set is smaller than one batch).
"""

_TAILS = get_args(Tail)

_ROUNDS = 8
"""Rounds of the shuffle over more than 2**15 samples. With fewer, each half has only a few bits, and twice as many
are needed before all orders of a handful of samples are equally likely (a chi-squared test watches this)."""

_LARGEST = 2**62


class Ordering(Protocol):
    """Which sample stands at which position of which epoch, as arithmetic in both directions."""

    @property
    def n(self) -> int:
        """Positions of an epoch, at least 1."""
        ...

    def sample(self, epoch: int, positions: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return the samples that stand at `positions` in an epoch, as int64 of the same shape."""
        ...

    def find(self, epoch: int, samples: npt.ArrayLike) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return where in an epoch these samples stand.

        Returns:
            Positions, and for each the place in `samples` of the sample that stands there; both int64
            `[occurrences]`, since a sample may stand at several positions of an epoch or at none.
        """
        ...

    def describe(self) -> dict[str, Any]:
        """Return what names the order, JSON-compatible: equal for equal orders, small whatever `n` is."""
        ...


@dataclass(frozen=True)
class Order:
    """The order of `n` samples in every epoch: a keyed permutation that needs no memory.

    For each epoch, `sample` maps the positions 0..n-1 one to one onto the samples 0..n-1. Orders of
    different epochs or seeds are unrelated; the same seed gives the same orders on every machine.

    Attributes:
        n: number of samples, at least 1.
        seed: any integer; names the sequence of orders.
        shuffle: False keeps the samples in their own order in every epoch.
    """

    n: int
    seed: int = 0
    shuffle: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.n <= _LARGEST:
            raise InputError(f"an order needs 1 to 2**62 samples, got {self.n}")

    def sample(self, epoch: int, positions: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return the samples that stand at `positions` in an epoch, as int64 of the same shape.

        Args:
            epoch: number of the epoch, from 0.
            positions: integers from 0 to n - 1, any shape, also empty.

        Raises:
            InputError: a position is outside 0..n-1.
        """
        places = require_within(positions, self.n, "positions")
        return self._permute(_feistel, epoch, places) if self.shuffle else places.copy()

    def find(self, epoch: int, samples: npt.ArrayLike) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the positions of samples in an epoch: the inverse of `sample`; see `Ordering.find`.

        Raises:
            InputError: a sample is outside 0..n-1.
        """
        wanted = require_within(samples, self.n, "samples").reshape(-1)
        positions = self._permute(_unfeistel, epoch, wanted) if self.shuffle else wanted.copy()
        return positions, np.arange(len(wanted))

    def describe(self) -> dict[str, Any]:
        """Return what names the order."""
        return {"samples": self.n, "seed": self.seed, "shuffle": self.shuffle}

    def _permute(
        self, permute: "_Permutation", epoch: int, values: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        bits = (self.n - 1).bit_length()
        keys = _round_keys(self.seed, epoch, bits >= 16)
        walked = _walk(permute, values.reshape(-1).astype(np.uint64), self.n, bits, keys)
        return walked.astype(np.int64).reshape(values.shape)


def require_within(values: npt.ArrayLike, n: int, what: str) -> npt.NDArray[np.int64]:
    """Return integers as int64, after a check that all are from 0 to n - 1; `what` names them.

    Raises:
        InputError: one is outside.
    """
    given = np.asarray(values, dtype=np.int64)
    if given.size:
        some = given.reshape(-1).tolist() if given.size <= _FEW else [given.min(), given.max()]
        if not 0 <= min(some) <= max(some) < n:
            raise InputError(f"{what} must be from 0 to {n - 1}, got {min(some)} to {max(some)}")
    return given


def steps_per_epoch(n: int, batch_size: int, tail: Tail = "exact") -> int:
    """Return how many batches an epoch has: the same number on every rank, whatever the world size.

    Args:
        n: number of samples in an epoch.
        batch_size: samples of one step over all ranks together, at least 1.
        tail: what becomes of the last, incomplete batch.

    Raises:
        InputError: `batch_size` is under 1 or `tail` is unknown.
    """
    if batch_size < 1:
        raise InputError(f"batch_size must be at least 1, got {batch_size}")
    if tail not in _TAILS:
        raise InputError(f"tail must be one of {', '.join(_TAILS)}, got {tail!r}")
    return n // batch_size if tail == "drop" else -(-n // batch_size)


def rank_positions(
    step: int, n: int, batch_size: int, rank: int = 0, world_size: int = 1, tail: Tail = "exact"
) -> npt.NDArray[np.int64]:
    """Return the positions within an epoch that one rank reads at one step.

    A step covers `batch_size` consecutive positions over all ranks. They are dealt in rank order, as evenly
    as they can be (sizes differ by at most one), so the ranks' parts joined are the same global batch at any
    world size. When fewer samples are left than there are ranks, `exact` leaves some ranks with none.

    Args:
        step: step within the epoch, from 0 to `steps_per_epoch(...) - 1`.
        n: number of samples in an epoch.
        batch_size: samples of one step over all ranks together.
        rank: this process, from 0 to `world_size - 1`.
        world_size: number of processes that share the work.
        tail: what becomes of the last, incomplete batch.

    Returns:
        int64 positions, ascending except where `pad` wraps round to the epoch's beginning.

    Raises:
        InputError: the step or the rank is out of range.
    """
    check_rank(rank, world_size)
    steps = steps_per_epoch(n, batch_size, tail)
    if not 0 <= step < steps:
        raise InputError(f"step must be from 0 to {steps - 1}, got {step}")
    first = step * batch_size
    size = batch_size if tail == "pad" else min(batch_size, n - first)
    low, high = (first + size * part // world_size for part in (rank, rank + 1))
    positions = np.arange(low, high, dtype=np.int64)
    return positions if high <= n else positions % n


def check_rank(rank: int, world_size: int) -> None:
    """Raise `InputError` unless `rank` is one of 0 to `world_size - 1`."""
    if not 0 <= rank < world_size:
        raise InputError(f"rank must be from 0 to world_size - 1 = {world_size - 1}, got {rank}")


_FEW = 64
"""Up to so many values are permuted as one large integer of Python: on so few, an operation of NumPy costs more."""

_LANE_BYTES = 16
"""Each value of such an integer has twice the bits of a word, so that a product does not reach the next one."""

_WORD = 2**64 - 1

_Value = TypeVar("_Value", npt.NDArray[Any], int)
"""Values of 64 bits: an array of them, or one integer that has them side by side."""

_Keys = tuple[tuple[int, int], ...]

_Mix = Callable[[Any, int], Any]

_Permutation = Callable[[Any, int, _Keys, int, _Mix], Any]


def _walk(permute: _Permutation, values: Words, n: int, bits: int, keys: _Keys) -> Words:
    """Permute 0..n-1 by a permutation of the next power of two: repeat it until the value is below n.

    Less than two applications are needed on average, since the power of two is below 2n. The walk ends
    because a permutation's cycle returns to its start, which is below n. Walked by the inverse permutation it
    comes back.

    Source:
        Black and Rogaway (2002), "Ciphers with arbitrary finite domains" (cycle walking).
    """
    left = np.arange(len(values))
    while len(left):
        if len(left) > _FEW:
            values[left] = permute(values[left], bits, keys, 1, _mix)
        else:
            values[left] = _permute_few(permute, values[left].tolist(), bits, keys)
        left = left[values[left] >= n]
    return values


def _permute_few(permute: _Permutation, values: list[int], bits: int, keys: _Keys) -> tuple[int, ...]:
    """Permute values side by side in one integer; the results are those of an array."""
    lanes = struct.Struct("<" + "Q8x" * len(values))
    ones = int.from_bytes(lanes.pack(*[1] * len(values)), "little")
    packed = int.from_bytes(lanes.pack(*values), "little")
    permuted: int = permute(packed, bits, keys, ones, partial(_mix_few, ones, _WORD * ones))
    return lanes.unpack(permuted.to_bytes(_LANE_BYTES * len(values), "little"))


def _feistel(values: _Value, bits: int, keys: _Keys, ones: int, mix: _Mix) -> _Value:
    """Permute 0..2**bits-1: a round changes one half by a keyed function of the other, and can be undone.

    `ones` has a one at the place of each value of an integer that has several; it is 1 for an array.
    """
    low, high, low_mask, high_mask = _halves(values, bits, ones)
    for even, odd in keys:
        low ^= mix(high, even) & low_mask
        high ^= mix(low, odd) & high_mask
    high <<= bits // 2
    high |= low
    return high


def _unfeistel(values: _Value, bits: int, keys: _Keys, ones: int, mix: _Mix) -> _Value:
    """Undo `_feistel`: the same rounds, last first."""
    low, high, low_mask, high_mask = _halves(values, bits, ones)
    for even, odd in reversed(keys):
        high ^= mix(low, odd) & high_mask
        low ^= mix(high, even) & low_mask
    high <<= bits // 2
    high |= low
    return high


def _halves(values: _Value, bits: int, ones: int) -> tuple[_Value, _Value, int, int]:
    """Return the low and the high half of each value, and the mask of each half."""
    low_mask = ((1 << (bits // 2)) - 1) * ones
    high_mask = ((1 << (bits - bits // 2)) - 1) * ones
    return values & low_mask, (values >> (bits // 2)) & high_mask, low_mask, high_mask


_FACTORS = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def _mix(values: Words, key: int) -> Words:
    """Scatter 64-bit values under a key; the multipliers are those of SplitMix64's finaliser.

    Source:
        Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators",
        doi:10.1145/2660193.2660195.
    """
    mixed = values ^ np.uint64(key)
    mixed *= _FACTORS[0]
    mixed ^= mixed >> 27
    mixed *= _FACTORS[1]
    mixed ^= mixed >> 31
    return mixed


def _mix_few(ones: int, words: int, values: int, key: int) -> int:
    """Return what `_mix` does of values side by side, right in the low 33 bits of each: no half has more.

    What leaves the 64 bits of a value (`words`) is taken away where it would come back.
    """
    mixed = (values ^ key * ones) * _FACTORS[0] & words
    mixed = ((mixed ^ mixed >> 27) & words) * _FACTORS[1]
    return mixed ^ mixed >> 31


@lru_cache(maxsize=64)
def _round_keys(seed: int, epoch: int, is_large: bool) -> _Keys:
    """Return the keys of an epoch's rounds, two by two: a digest, the same on every machine."""
    name = f"groundswell order {PERMUTATION}: seed {seed}, epoch {epoch}"
    keys = struct.unpack(f"<{2 * _ROUNDS}Q", hashlib.shake_128(name.encode()).digest(8 * 2 * _ROUNDS))
    used = keys[:_ROUNDS] if is_large else keys
    return tuple(zip(used[::2], used[1::2], strict=True))
