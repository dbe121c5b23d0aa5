"""Proportions as arithmetic: whose turn it is at a position, and how often each had its turn before."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from math import gcd, lcm

import numpy as np
import numpy.typing as npt

from groundswell.errors import InputError

FINEST = 10_000
"""Most turns of a round. Weights that need more are rounded to shares of this many."""

Numbers = npt.NDArray[np.int64]


def shares_of(weights: Sequence[float | Fraction]) -> tuple[int, ...]:
    """Return whole shares in proportion to weights, as small as they can be.

    Weights are taken as the simple fractions that they are close to (0.1 is 1/10, 0.333333 is 1/3). Shares
    that would add up to more than 10,000 are rounded to that many by the largest remainder, none to 0.

    Raises:
        InputError: there is no weight, or one is not above 0.
    """
    if not weights or not all(weight > 0 for weight in weights):
        raise InputError(f"weights must be above 0, got {list(weights)}; leave out what shall not be fed")
    exact = [Fraction(weight).limit_denominator(FINEST) or Fraction(1, FINEST) for weight in weights]
    scale = lcm(*(fraction.denominator for fraction in exact))
    shares = [int(fraction * scale) for fraction in exact]
    divisor = gcd(*shares)
    shares = [share // divisor for share in shares]
    return tuple(shares if sum(shares) <= FINEST else _rounded(shares))


def _rounded(shares: Sequence[int]) -> list[int]:
    """Return shares that add up to `FINEST`, each at least 1, closest to the proportions of those given."""
    if len(shares) > FINEST:
        raise InputError(f"a mixture has at most {FINEST} sources, got {len(shares)}")
    exact = [Fraction(share * FINEST, sum(shares)) for share in shares]
    rounded = [max(1, int(value)) for value in exact]
    missing = FINEST - sum(rounded)
    by_need = sorted(range(len(shares)), key=lambda place: rounded[place] - exact[place])
    for place in by_need[:missing] if missing > 0 else by_need[missing:] if missing else []:
        rounded[place] += 1 if missing > 0 else -1
    return rounded


@dataclass(frozen=True)
class Turns:
    """Whose turn it is: a round that repeats, in which each source has its share as evenly as can be.

    At every position each source has had less than one turn more or less than its exact proportion. So any
    stretch of a whole round's length, wherever it starts, holds the shares exactly, and any stretch at all
    misses them by less than two.

    Attributes:
        shares: turns of each source in a round.
        pattern: source of each turn of a round, int64 `[round]`.
        before: for each source and turn, how many turns the source had in the round before it;
            int64 `[sources, round + 1]`.

    Source:
        Earliest deadline first, with the windows of Baruah, Cohen, Plaxton and Varvel (1996), "Proportionate
        progress: a notion of fairness in resource allocation", doi:10.1007/BF01940883.
    """

    shares: tuple[int, ...]
    pattern: Numbers
    before: Numbers

    @property
    def round(self) -> int:
        """Turns until the pattern repeats."""
        return len(self.pattern)

    def at(self, positions: Numbers) -> tuple[Numbers, Numbers]:
        """Return for each position the source whose turn it is, and how many turns that source had before."""
        rounds, places = np.divmod(positions, self.round)
        sources = self.pattern[places]
        return sources, rounds * np.asarray(self.shares)[sources] + self.before[sources, places]

    def count(self, position: int) -> Numbers:
        """Return how many turns each source has had before a position, int64 `[sources]`."""
        rounds, place = divmod(position, self.round)
        return rounds * np.asarray(self.shares, dtype=np.int64) + self.before[:, place]

    def positions(self, source: int, turns: Numbers) -> Numbers:
        """Return the positions of a source's turns, which are numbered from 0."""
        rounds, places = np.divmod(turns, self.shares[source])
        return rounds * self.round + np.flatnonzero(self.pattern == source)[places]


@lru_cache(maxsize=64)
def turns_of(shares: tuple[int, ...]) -> Turns:
    """Return the turns for whole shares."""
    pattern = np.array(_by_deadline(shares), dtype=np.int64)
    before = np.zeros((len(shares), len(pattern) + 1), dtype=np.int64)
    for source in range(len(shares)):
        before[source, 1:] = np.cumsum(pattern == source)
    return Turns(shares, pattern, before)


def _by_deadline(shares: Sequence[int]) -> list[int]:
    """Give each turn to the waiting source whose next turn is due first.

    Turn i of a source with share a in a round of R may come from floor(i R / a) on and must come before
    ceil((i + 1) R / a): within that window its count is always within one of its exact proportion.
    """
    size = sum(shares)
    coming = [(0, -(-size // share), source, 0) for source, share in enumerate(shares)]
    due: list[tuple[int, int, int]] = []
    heapq.heapify(coming)
    pattern = []
    for place in range(size):
        while coming and coming[0][0] <= place:
            _, deadline, source, turn = heapq.heappop(coming)
            heapq.heappush(due, (deadline, source, turn))
        _, source, turn = heapq.heappop(due)
        pattern.append(source)
        turn, share = turn + 1, shares[source]
        if turn < share:
            heapq.heappush(coming, (turn * size // share, -(-(turn + 1) * size // share), source, turn))
    return pattern


@dataclass(frozen=True)
class Stage:
    """A stretch of a curriculum: so many samples, in these proportions.

    Attributes:
        samples: how many, at least 1.
        weights: for each source its weight; sources that are left out are not fed in this stage.
    """

    samples: int
    weights: Mapping[str, float]


class Schedule:
    """Stages one after another, as turns: whose turn it is at a position, through all stages.

    A source goes on in a stage where it stopped in those before.

    Args:
        stages: of each its length and, for every source, its share (0 leaves it out).
    """

    def __init__(self, stages: Sequence[tuple[int, tuple[int, ...]]]) -> None:
        self.lengths = [length for length, _ in stages]
        self.starts = np.array([0, *accumulate(self.lengths)], dtype=np.int64)
        self._present = [np.flatnonzero(shares) for _, shares in stages]
        self._turns = [turns_of(tuple(share for share in shares if share)) for _, shares in stages]
        counts = [np.zeros(len(stages[0][1]), dtype=np.int64)]
        for length, present, turns in zip(self.lengths, self._present, self._turns, strict=True):
            counts.append(counts[-1].copy())
            counts[-1][present] += turns.count(length)
        self._counts = np.array(counts)

    @property
    def n(self) -> int:
        """Positions of all stages."""
        return int(self.starts[-1])

    @property
    def totals(self) -> Numbers:
        """Turns that each source has in all stages, int64 `[sources]`."""
        return np.asarray(self._counts[-1])

    def at(self, positions: Numbers) -> tuple[Numbers, Numbers]:
        """Return for each position the source whose turn it is, and how many turns that source had before."""
        sources, turns = np.empty((2, len(positions)), dtype=np.int64)
        stages = np.searchsorted(self.starts, positions, side="right") - 1
        for stage in np.unique(stages).tolist():
            chosen = stages == stage
            local, count = self._turns[stage].at(positions[chosen] - self.starts[stage])
            sources[chosen] = self._present[stage][local]
            turns[chosen] = self._counts[stage][sources[chosen]] + count
        return sources, turns

    def positions(self, source: int, turns: Numbers) -> Numbers:
        """Return the positions of a source's turns, which are numbered from 0 through all stages."""
        found = np.empty(len(turns), dtype=np.int64)
        stages = np.searchsorted(self._counts[:, source], turns, side="right") - 1
        for stage in np.unique(stages).tolist():
            chosen = stages == stage
            local = int(np.searchsorted(self._present[stage], source))
            within = self._turns[stage].positions(local, turns[chosen] - self._counts[stage][source])
            found[chosen] = self.starts[stage] + within
        return found
