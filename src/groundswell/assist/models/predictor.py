"""Models that need no training by us: what is asked of them, and what comes back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.models.cost import Cost
from groundswell.errors import GroundswellError, InputError
from groundswell.ids import ItemId
from groundswell.items import Item
from groundswell.quality.result import Floats
from groundswell.quality.votes import Codes

ROUNDING = 0.01
"""How far probabilities of one item may sum from 1 (half-precision models round); they are then scaled to 1."""


class Predictor(Protocol):
    """What predicts labels from the items themselves: a model behind HTTP, a language model, a function of one's own.

    `Model` is the other kind: it learns from features and labels. A plug has this one method.
    """

    def predict(
        self, items: Iterable[Item], classes: Sequence[str], *, instructions: str = ""
    ) -> Predictions:
        """Ask the model about items.

        Args:
            items: of any kind that the model takes; the same content twice is asked once. There may be none.
            classes: to choose from, distinct.
            instructions: what people are told, Markdown.

        Returns:
            One row for each item, in the same order. An item that got no usable answer has NaN and a reason.

        Raises:
            InputError: no class, or a class twice.
            StoppedEarly: the rest was not asked; the error holds what was answered.
        """
        ...


@dataclass(frozen=True)
class Unanswered:
    """An item without a prediction.

    Attributes:
        item: its id.
        reason: why, in words for a user; nothing secret.
        passing: whether it may be answered if asked again: the model was down, or was not asked about it.
    """

    item: ItemId
    reason: str
    passing: bool = False


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a model said of items, with its version and what it cost.

    Attributes:
        items: ids, `[n]`, as they were given.
        classes: `[K]`, the columns.
        probabilities: float64 `[n, K]`, as the model states them, not calibrated; rows sum to 1, or are NaN where
            the item is in `unanswered`.
        unanswered: each item without a prediction, once, with the reason.
        version: the model's name, and a digest of all that it was asked but the item: another prompt, other
            classes or another setting are another version.
        cost: of this call alone.
    """

    items: tuple[ItemId, ...]
    classes: tuple[str, ...]
    probabilities: Floats
    unanswered: tuple[Unanswered, ...]
    version: str
    cost: Cost

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Which items have a prediction, `[n]`."""
        return ~np.isnan(self.probabilities[:, 0])

    @property
    def label(self) -> Codes:
        """The most probable class of each item, int32 `[n]`; -1 for none; ties go to the lowest code."""
        known = np.nan_to_num(self.probabilities, nan=-1.0)
        return np.where(self.answered, known.argmax(axis=1), -1).astype(np.int32)

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a row for each item: `item`, `label` and `probability` (None where unanswered), `reason`."""
        reasons = {one.item: one.reason for one in self.unanswered}
        rows = []
        for item, code, shares in zip(self.items, self.label.tolist(), self.probabilities, strict=True):
            label, sure = (None, None) if code < 0 else (self.classes[code], float(shares[code]))
            rows.append({"item": item, "label": label, "probability": sure, "reason": reasons.get(item)})
        return rows

    def __repr__(self) -> str:
        return f"Predictions({int(self.answered.sum()):,} of {len(self.items):,} items by {self.version}; {self.cost})"


class StoppedEarly(GroundswellError):
    """A model was not asked about all items; what it answered is kept.

    Attributes:
        predictions: what there is so far. With a cache, the next call asks only for the rest.
    """

    code: ClassVar[str] = "stopped_early"

    def __init__(self, message: str, predictions: Predictions) -> None:
        done = f"{int(predictions.answered.sum()):,} of {len(predictions.items):,} items are answered"
        super().__init__(f"{message}; {done}, and kept in `.predictions`")
        self.predictions = predictions


class BudgetSpent(StoppedEarly):
    """The next request might have cost more than the budget still holds, so it was not sent."""

    code = "budget_spent"
    http_status = 409
    exit_code = 4


class ModelUnavailable(StoppedEarly):
    """The model does not answer, refuses the key, or gives nothing that can be used."""

    code = "model_unavailable"
    http_status = 503
    retryable = True


def checked_classes(classes: Sequence[str]) -> tuple[str, ...]:
    """Return the classes as a tuple.

    Raises:
        InputError: none, a class twice, or one that is not a name.
    """
    given = (classes,) if isinstance(classes, str) else tuple(classes)
    if not given or len(set(given)) < len(given) or not all(isinstance(c, str) and c.strip() for c in given):
        raise InputError(f"a model needs distinct class names to choose from; found {list(given)!r}")
    return given


def checked_row(row: Any, n_classes: int) -> Floats | str:
    """Return one item's probabilities, `[n_classes]` and summing to 1, or say what is wrong with them."""
    if row is None:
        return "the model has no opinion"
    if not isinstance(row, list) or len(row) != n_classes:
        found = f"{len(row)} numbers" if isinstance(row, list) else type(row).__name__
        return f"expected {n_classes} probabilities, found {found}"
    if not all(isinstance(p, int | float) and not isinstance(p, bool) for p in row):
        return f"a probability is not a number: {str(row)[:100]}"
    try:
        shares = np.array(row, np.float64)
    except OverflowError:
        return f"a probability is too large: {str(row)[:100]}"
    if not (np.isfinite(shares) & (shares >= 0)).all():
        return f"a probability is negative or not finite: {str(row)[:100]}"
    if abs(shares.sum() - 1) > ROUNDING:
        return f"probabilities sum to {shares.sum():.4g}, not 1"
    return np.asarray(shares / shares.sum())
