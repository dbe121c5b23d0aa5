"""Answers beside what is held to be right: what every signal looks at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats
from groundswell.quality.votes import Codes, Votes

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Judged:
    """Votes with their truth, seconds and times.

    Attributes:
        votes: one for each (item, worker).
        truth: int32 `[n_items]`, what is held to be right, -1 where nothing is.
        seconds: float64 `[n_votes]`, NaN where unknown; None where none is known.
        when: `[n_votes]`, larger is later; None where unknown.
    """

    votes: Votes
    truth: Codes
    seconds: Floats | None = None
    when: NDArray[Any] | None = None

    @cached_property
    def at(self) -> Codes:
        """The truth of each vote's item, `[n_votes]`, -1 where nothing is held to be right."""
        truth: Codes = self.truth[self.votes.item]
        return truth

    @cached_property
    def is_judged(self) -> Flags:
        """Which votes are on items of which the truth is held to be known, `[n_votes]`."""
        return self.at >= 0

    @cached_property
    def is_right(self) -> Flags:
        """Which votes say what is held to be right, `[n_votes]`."""
        right: Flags = self.at == self.votes.label
        return right

    @cached_property
    def is_wrong(self) -> Flags:
        """Which votes say something else, `[n_votes]`."""
        return self.is_judged & ~self.is_right

    @cached_property
    def n_judged(self) -> NDArray[np.int64]:
        """Judged votes of each worker, `[n_workers]`."""
        return self.count(self.is_judged)

    def count(self, which: Flags) -> NDArray[np.int64]:
        """Count some of the votes by worker, `[n_workers]`."""
        return np.bincount(self.votes.worker[which], minlength=self.votes.n_workers).astype(np.int64)

    def crowd_rate(self, truth: Codes, label: Codes) -> Floats:
        """Return how often the crowd as a whole says a label where something is the truth, `[n]`."""
        cells, said, seen = self._crowd
        found = _lookup(cells, said, truth * np.int64(self.votes.n_classes) + label)
        return (found + 1 / self.votes.n_classes) / (seen[truth] + 1)

    def own_rate(self, worker: Codes, truth: Codes, label: Codes, *, prior: float) -> Floats:
        """Return the same for one worker each, leaning on the crowd with the weight of `prior` votes, `[n]`."""
        met = worker * np.int64(self.votes.n_classes) + truth
        said = _lookup(*self._own_said, met * self.votes.n_classes + label)
        seen = _lookup(*self._own_seen, met)
        return (said + prior * self.crowd_rate(truth, label)) / (seen + prior)

    @cached_property
    def _crowd(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        at, label = self.at[self.is_judged], self.votes.label[self.is_judged]
        cells, said = np.unique(at * np.int64(self.votes.n_classes) + label, return_counts=True)
        return cells, said, np.bincount(at, minlength=self.votes.n_classes)

    @cached_property
    def _own_seen(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return np.unique(self._met, return_counts=True)

    @cached_property
    def _own_said(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        said = self._met * self.votes.n_classes + self.votes.label[self.is_judged]
        return np.unique(said, return_counts=True)

    @property
    def _met(self) -> NDArray[np.int64]:
        met: NDArray[np.int64] = (
            self.votes.worker[self.is_judged] * np.int64(self.votes.n_classes) + self.at[self.is_judged]
        )
        return met


@dataclass(frozen=True, eq=False)
class Tested:
    """What one signal says of each worker that it can say anything of.

    Attributes:
        worker: int `[n]`, distinct codes.
        p_value: float64 `[n]`, the chance that an honest worker of this crowd looks like this, or worse.
        numbers: the evidence, arrays `[n]` by name.
        n_tests: how many tests were made, where some were left out as hopeless.
    """

    worker: NDArray[np.int64]
    p_value: Floats
    numbers: dict[str, NDArray[Any]]
    n_tests: int | None = None


def _lookup(keys: NDArray[np.int64], values: NDArray[Any], wanted: NDArray[np.int64]) -> NDArray[Any]:
    """Return the value of each wanted key, 0 where it is not there; keys are sorted."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found: NDArray[Any] = np.where(keys[place] == wanted, values[place], 0)
    return found
