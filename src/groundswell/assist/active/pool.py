"""What an active learner may look at: all items, what the model thinks of them, and the labels so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.model import Features
from groundswell.errors import InputError
from groundswell.quality.result import Floats

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False, repr=False)
class Pool:
    """All items of a project, labelled or not.

    Attributes:
        features: `[n, d]`, finite; one row for each item.
        probability: `[n, K]`, the model's opinion of each item; rows sum to 1. None at the cold start, before there
            is a model. `Learned.evidence` is made for this.
        labelled: indices of the items that have a label, each once.
        labels: the class of each of those, 0 or above, in the same order.
        asked: indices of items that were asked about and not yet answered: not chosen again, and near items
            count as visited.

    Raises:
        InputError: shapes do not fit, a number is not finite, a row is no distribution, an index is out of range or
            occurs twice.
    """

    features: Features
    probability: Floats | None
    labelled: Indices
    labels: NDArray[np.integer[Any]]
    asked: Indices = field(default_factory=lambda: np.zeros(0, np.intp))

    def __post_init__(self) -> None:
        if np.ndim(self.features) != 2 or not np.isfinite(self.features).all():
            raise InputError(
                f"features must be finite, one row an item; found shape {np.shape(self.features)}"
            )
        if self.probability is not None:
            _check_probability(self.probability, len(self))
        _check_indices(self.seen, len(self))
        if len(self.labels) != len(self.labelled) or (len(self.labels) and np.min(self.labels) < 0):
            raise InputError(
                f"{len(self.labelled)} labelled items need as many classes, 0 or above; found {len(self.labels)}"
            )

    def __len__(self) -> int:
        return len(self.features)

    def __repr__(self) -> str:
        model = "no model yet" if self.probability is None else f"{self.probability.shape[1]} classes"
        return f"Pool({len(self)} items, {len(self.labelled)} labelled, {len(self.asked)} asked, {model})"

    @cached_property
    def seen(self) -> Indices:
        """The items that have a label or will have one: `labelled`, then `asked`."""
        return np.concatenate([self.labelled, self.asked]).astype(np.intp)

    @cached_property
    def open(self) -> Indices:
        """The items that may be asked about, ascending."""
        is_open = np.ones(len(self), bool)
        is_open[self.seen] = False
        return np.flatnonzero(is_open)

    def asking(self, items: Indices) -> Pool:
        """Return the pool after `items`, open so far, were asked about."""
        return replace(self, asked=np.concatenate([self.asked, items]))


class Strategy(Protocol):
    """Chooses what to ask about next. Any function of this form can be given to `next_batch`."""

    def __call__(self, pool: Pool, n: int, rng: np.random.Generator, /) -> Indices:
        """Return `n` different items of `pool.open`, most useful first; all of them where there are fewer."""


def _check_probability(probability: Floats, n: int) -> None:
    if np.ndim(probability) != 2 or len(probability) != n:
        raise InputError(f"probability must be [{n}, K]; found shape {np.shape(probability)}")
    sums = probability.sum(axis=1)
    if not (np.abs(sums - 1) < 1e-3).all() or probability.min(initial=0.0) < 0:  # NaN compares false
        row = int(np.flatnonzero(~(np.abs(sums - 1) < 1e-3) | (probability < 0).any(axis=1))[0])
        raise InputError(f"each row of probability must be a distribution; row {row} is {probability[row]}")


def _check_indices(seen: Indices, n: int) -> None:
    if len(seen) and not 0 <= seen.min() <= seen.max() < n:
        raise InputError(
            f"labelled and asked must lie between 0 and {n - 1}; found {seen.min()} to {seen.max()}"
        )
    if len(np.unique(seen)) < len(seen):
        raise InputError("an item is labelled or asked twice; give the last label of each item alone")
