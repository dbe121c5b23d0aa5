"""Operators: a share of the items, and proportions between groups of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from groundswell.clean.fields import values_of
from groundswell.clean.hashing import mixed
from groundswell.clean.job.gathered import Gathered
from groundswell.clean.job.work import Work
from groundswell.clean.operator import Result, Seen
from groundswell.errors import InputError


@dataclass(frozen=True)
class Sample:
    """Keep a random share of the items: which, depends on their content and the seed alone.

    So the same item is in or out wherever it comes from, and a larger share holds the smaller one.

    Attributes:
        share: of the items that stay, 0 to 1.
        seed: another seed draws others.
    """

    share: float
    seed: int = 0
    name: ClassVar[str] = "sample"
    version: ClassVar[str] = "1"

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise InputError(f"a share of {self.share} cannot be kept; give one from 0 to 1")

    def params(self) -> dict[str, Any]:
        """Return the share and the seed."""
        return {"share": self.share, "seed": self.seed}

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Drop what is not drawn."""
        return Result(batch, _reasons(draws(batch, self.seed) >= self.share, "sample:not_drawn"))


@dataclass(frozen=True)
class Mix:
    """Bring groups of items into proportion, by leaving out some of those that are too many.

    As much as possible is kept: of the group that is scarcest for its weight all. Whether an item stays
    depends on its content and the seed, so proportions are met within the error of sampling.

    Attributes:
        weights: the group's name and its weight, for each group; other groups go.
        by: the column, or the field of `meta`, that names the group.
        unit: whether items or characters are weighed.
        seed: another seed draws others.
    """

    weights: tuple[tuple[str, float], ...]
    by: str = "source"
    unit: Literal["items", "characters"] = "items"
    seed: int = 0
    name: ClassVar[str] = "mix"
    version: ClassVar[str] = "1"
    changes_rows: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.weights or any(weight <= 0 for _, weight in self.weights):
            raise InputError("a mix needs groups with weights over 0")

    def params(self) -> dict[str, Any]:
        """Return the weights and the seed."""
        return {"weights": dict(self.weights), "by": self.by, "unit": self.unit, "seed": self.seed}

    def gather(self, batch: pa.RecordBatch) -> Seen:
        """Count the items or characters of each group."""
        sizes = np.ones(batch.num_rows, np.int64)
        if self.unit == "characters":
            sizes = pc.utf8_length(batch["text"]).fill_null(0).to_numpy().astype(np.int64)
        counts: dict[str, int] = {}
        for group, size in zip(values_of(batch, self.by), sizes.tolist(), strict=True):
            counts[group] = counts.get(group, 0) + size
        return Seen(np.empty(0, np.uint64), np.empty(0, np.int64), counts=counts)

    def settle(self, gathered: Gathered, work: Work) -> dict[str, float]:
        """Return the share of each group that stays."""
        amounts = {group: gathered.counts.get(group, 0) / weight for group, weight in self.weights}
        least = min(amounts.values())
        return {group: least / amount if amount else 0.0 for group, amount in amounts.items()}

    def judge(
        self, gathered: Gathered, settled: dict[str, float], part: int
    ) -> Callable[[pa.RecordBatch], Result]:
        """Return what drops the items that are too many."""

        def apply(batch: pa.RecordBatch) -> Result:
            shares = np.array([settled.get(group, 0.0) for group in values_of(batch, self.by)])
            return Result(batch, _reasons(draws(batch, self.seed) >= shares, "mix:too_many"))

        return apply


def draws(batch: pa.RecordBatch, seed: int) -> NDArray[np.float64]:
    """Return for each item a number from 0 up to 1, evenly spread, that its content and the seed decide."""
    heads = np.array([int(item_id[:16], 16) for item_id in batch["id"].to_pylist()], np.uint64)
    return mixed(heads ^ mixed(np.full(1, seed, np.uint64) + np.uint64(1))) / 2.0**64


def _reasons(is_out: NDArray[np.bool_], reason: str) -> pa.Array:
    return pa.array([reason if out else None for out in is_out.tolist()], pa.string())
