"""Answerers: who can be asked about items, what an answer costs, and how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.result import Floats


@dataclass(frozen=True, eq=False)
class Answerer:
    """Somebody or something that can be asked, and what an answer costs.

    Attributes:
        name: for the report.
        kind: a person's answers depend on those of other people to the same item; those of a model and of a review
            are taken to be independent of them. All answer an item once: bar them from what they have answered.
        price_cents: of one answer, above 0. A model's is small, but not nothing.
        skill: probability of being right, 0 to 1, mistakes spread evenly; unless `confusion` is given.
        confusion: `[K, K]`, what is said (column) for each truth (row); rows sum to 1.
        skill_error: standard error of the skill: what exploring makes smaller. 0 is known for good.
        capacity: answers that it can still give; None is no limit.
        barred: items that it must not answer, for example those that it has answered; indices.
    """

    name: str
    kind: Literal["person", "model", "review"]
    price_cents: float
    skill: float | None = None
    confusion: Floats | None = None
    skill_error: float = 0.0
    capacity: int | None = None
    barred: Sequence[int] | NDArray[np.integer[Any]] = ()

    def matrix(self, n_classes: int) -> Floats:
        """Return what is said for each truth, `[K, K]`; rows sum to 1."""
        if self.confusion is not None:
            return np.asarray(self.confusion, np.float64)
        assert self.skill is not None
        wrong = (1 - self.skill) / max(n_classes - 1, 1)
        return np.full((n_classes, n_classes), wrong) + (self.skill - wrong) * np.eye(n_classes)

    def learnt(self, given: int) -> float:
        """Return by how much the variance of a person's skill falls with one more answer, after `given` more.

        The skill has a Beta distribution with that mean and error: its variance is that of one answer over n + 1.
        0 for models and reviews, and where the skill is known for good.
        """
        if self.kind != "person" or self.skill_error <= 0:
            return 0.0
        skill = float(np.diag(self.confusion).mean()) if self.confusion is not None else self.skill or 0.0
        single = max(skill * (1 - skill), 1e-4)
        known = max(single / self.skill_error**2, 1.0) + given
        return single / known - single / (known + 1)

    def check(self, n_items: int, n_classes: int) -> None:
        """Raise `InputError` where something does not fit `n_items` items of `n_classes` classes."""
        if not (np.isfinite(self.price_cents) and self.price_cents > 0):
            raise InputError(f"the price of {self.name!r} must be above 0 cents; found {self.price_cents}")
        if (self.skill is None) == (self.confusion is None):
            raise InputError(f"{self.name!r} needs a skill or a confusion, one of them")
        if not 0 <= (self.skill or 0.0) <= 1 or not 0 <= self.skill_error <= 1:
            raise InputError(f"the skill of {self.name!r} and its error must lie between 0 and 1")
        matrix = self.matrix(n_classes)
        if matrix.shape != (n_classes, n_classes) or not _rows_are_probabilities(matrix):
            raise InputError(
                f"the confusion of {self.name!r} must be [{n_classes}, {n_classes}] with rows that sum to 1"
            )
        barred = np.asarray(self.barred)
        if barred.size and not 0 <= barred.min() <= barred.max() < n_items:
            raise InputError(f"{self.name!r} is barred from items that are not there: 0 to {n_items - 1} are")


def _rows_are_probabilities(matrix: Floats) -> bool:
    return bool((matrix >= 0).all() and np.allclose(matrix.sum(axis=1), 1))
