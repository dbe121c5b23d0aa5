"""Distances of any kind: ratios, and functions that compare spans, shapes, texts or whatever a project asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.agreement.answers import Compared
from groundswell.quality.agreement.within import Places, all_pairs_within, sums_at
from groundswell.quality.result import Floats

EXACT_RATIO, SAMPLED_RATIO = 2000, 1_000_000
"""Distinct numbers up to which all are compared with all, and the pairs that are sampled above it."""

EXACT_ANSWERS, SAMPLED_PAIRS = 400, 100_000
"""Distinct answers up to which a function compares all with all (79,800 calls), and the calls at most above it."""


class Distances(Protocol):
    """Distances between distinct answers."""

    @property
    def exact(self) -> int:
        """Distinct answers up to which the expected disagreement is exact."""
        ...

    @property
    def sampled(self) -> int:
        """Pairs of answers that it is estimated from above that."""
        ...

    def between(self, left: NDArray[Any], right: NDArray[Any]) -> Floats:
        """Return the distance of each pair of codes."""
        ...


@dataclass(frozen=True, eq=False)
class Ratios:
    """Squared relative differences, ((x - y) / (x + y))^2; two zeros are 0 apart."""

    values: Floats
    exact: int = EXACT_RATIO
    sampled: int = SAMPLED_RATIO

    def between(self, left: NDArray[Any], right: NDArray[Any]) -> Floats:
        """Return the distance of each pair of codes."""
        one, other = self.values[left], self.values[right]
        both = one + other
        out: Floats = ((one - other) / np.where(both > 0, both, 1.0)) ** 2
        return out


@dataclass(frozen=True, eq=False)
class Measured:
    """What a function says of two answers; it is asked once for each pair of distinct answers."""

    function: Callable[[Any, Any], float]
    choices: Sequence[Any] | NDArray[Any]
    exact: int = EXACT_ANSWERS
    sampled: int = SAMPLED_PAIRS
    known: dict[int, float] = field(default_factory=dict)

    def between(self, left: NDArray[Any], right: NDArray[Any]) -> Floats:
        """Return the distance of each pair of codes; the same answer is 0 apart."""
        low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right)
        key, place = np.unique(low * len(self.choices) + high, return_inverse=True)
        found = np.array([self._of(one) for one in key.tolist()], np.float64)
        out: Floats = found[place]
        return out

    def _of(self, key: int) -> float:
        low, high = divmod(key, len(self.choices))
        if low == high:
            return 0.0
        if key not in self.known:
            self.known[key] = self._asked(self.choices[low], self.choices[high])
        return self.known[key]

    def _asked(self, first: Any, second: Any) -> float:
        distance = float(self.function(first, second))
        if not 0 <= distance < np.inf:
            raise InputError(
                f"the metric says that {first!r} and {second!r} are {distance} apart; "
                "a distance is 0 for the same answer and at most 1 for the most different"
            )
        return distance


@dataclass(frozen=True, eq=False)
class Paired:
    """Answers with any distance: exact on items; by chance exact for few distinct answers, else from a sample."""

    compared: Compared
    distances: Distances
    rng: np.random.Generator

    @cached_property
    def apart(self) -> Floats:
        """Mean distance to the others on its item, `[n]`."""
        left, right = all_pairs_within(self.compared.size)
        found = self.distance(left, right)
        each = sums_at(left, found, len(self.compared)) + sums_at(right, found, len(self.compared))
        out: Floats = each / (self.compared.size[self.compared.item] - 1)
        return out

    def distance(self, left: Places, right: Places) -> Floats:
        """Return what the metric says of pairs of answers."""
        return self.distances.between(self.compared.code[left], self.compared.code[right])

    @cached_property
    def _used(self) -> tuple[NDArray[Any], Places]:
        """The distinct answers, and which of them each answer is."""
        return np.unique(self.compared.code, return_inverse=True)

    @cached_property
    def _table(self) -> Floats | None:
        """Distances of all distinct answers, `[n_distinct, n_distinct]`; None where they are too many."""
        used = self._used[0]
        if len(used) > self.distances.exact:
            return None
        one, other = np.triu_indices(len(used), 1)
        table = np.zeros((len(used), len(used)))
        table[one, other] = table[other, one] = self.distances.between(used[one], used[other])
        return table

    @cached_property
    def _sample(self) -> tuple[Places, Places, Floats]:
        """A random sample, with replacement, of the ordered pairs of answers, and their distances."""
        size = len(self.compared)
        left = self.rng.integers(0, size, self.distances.sampled)
        right = self.rng.integers(0, size - 1, self.distances.sampled)
        right += right >= left
        return left, right, self.distance(left, right)

    @cached_property
    def expected(self) -> float:
        """Mean distance of all pairs, or of the sampled ones, which is unbiased."""
        if self._table is None:
            return float(self._sample[2].mean())
        totals, size = np.bincount(self._used[1]).astype(np.float64), len(self.compared)
        return float(totals @ self._table @ totals) / (size * (size - 1))

    @property
    def expected_error(self) -> float:
        """Standard error of `expected`; 0 where it is exact."""
        if self._table is not None:
            return 0.0
        return float(self._sample[2].std() / np.sqrt(self.distances.sampled))

    def sums(self, group: Places, n_groups: int) -> PairedSums:
        """Return disagreement by group, and distances and pairs by pair of groups."""
        of = group[self.compared.item]
        size = np.bincount(of, minlength=n_groups).astype(np.float64)
        apart = sums_at(of, self.apart, n_groups)
        if self._table is not None:
            n_used = len(self._table)
            said = np.bincount(of * n_used + self._used[1], minlength=n_groups * n_used)
            said = said.reshape(n_groups, n_used).astype(np.float64)
            return PairedSums(size, apart, said @ self._table @ said.T, np.outer(size, size) - np.diag(size))
        left, right, found = self._sample
        cell = of[left] * n_groups + of[right]
        both = [sums_at(cell, part, n_groups**2) for part in (found, np.ones(len(found)))]
        return PairedSums(size, apart, *(part.reshape(n_groups, n_groups) for part in both))


@dataclass(frozen=True, eq=False)
class PairedSums:
    """Answers and disagreement `[n_groups]`; distances and number of pairs, each `[n_groups, n_groups]`."""

    size: Floats
    apart: Floats
    total: Floats
    pairs: Floats

    def disagreement(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return observed and expected disagreement; two copies of one answer are 0 apart."""
        size = weights @ self.size
        total, pairs = (((weights @ part) * weights).sum(axis=1) for part in (self.total, self.pairs))
        distinct = size**2 - weights**2 @ self.size
        mean = total / np.maximum(pairs, 1e-300)
        return weights @ self.apart / size, mean * distinct / (size * (size - 1))
