"""Operator: documents that break a rule."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean.heuristics.statistics import STATISTICS, STOP_WORDS, Statistics, statistics_of
from groundswell.clean.operator import Result
from groundswell.errors import InputError
from groundswell.items import ItemKind

MOST_STOP_WORDS = 64


@dataclass(frozen=True)
class Rule:
    """Bounds of one statistic; a document outside them goes.

    Attributes:
        statistic: one of `STATISTICS`.
        least: the lower bound, allowed itself; None for none.
        most: the upper bound, allowed itself; None for none.
        family: whose rule it is; the reason of a drop is `family:statistic`.
    """

    statistic: str
    least: float | None = None
    most: float | None = None
    family: str = "rule"

    def __post_init__(self) -> None:
        if self.statistic not in STATISTICS:
            raise InputError(f"there is no statistic {self.statistic!r}; there are {', '.join(STATISTICS)}")

    @property
    def reason(self) -> str:
        """The reason of a drop."""
        return f"{self.family}:{self.statistic}"

    def broken_by(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which values lie outside the bounds."""
        is_low = values < (-np.inf if self.least is None else self.least)
        return np.asarray(is_low | (values > (np.inf if self.most is None else self.most)))

    def explain(self, value: float) -> str:
        """Return one line on a value that breaks the rule."""
        bound = (
            f"the least is {self.least:g}"
            if self.least is not None and value < self.least
            else f"the most is {self.most:g}"
        )
        return f"{self.statistic} {value:.4g}; {bound}"


@dataclass(frozen=True)
class DropByRules:
    """Drop texts that break a rule; the first that is broken is the reason.

    What the rules ask is counted once for all of them.

    Attributes:
        rules: in order; `GOPHER_QUALITY`, `GOPHER_REPETITION`, `FINEWEB_QUALITY` or of your own.
        stop_words: what the statistic `stop_words` counts, for other languages than English.
    """

    rules: tuple[Rule, ...] = field(default_factory=lambda: default_rules())
    stop_words: tuple[str, ...] = STOP_WORDS
    name: ClassVar[str] = "rules"
    version: ClassVar[str] = "1"

    def __post_init__(self) -> None:
        if len(self.stop_words) > MOST_STOP_WORDS:
            raise InputError(f"{len(self.stop_words)} stop words; at most {MOST_STOP_WORDS} can be counted")

    def params(self) -> dict[str, Any]:
        """Return the rules and the stop words."""
        rules = [[rule.reason, rule.least, rule.most] for rule in self.rules]
        return {"rules": rules, "stop_words": list(self.stop_words)}

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Give for each text the first rule that it breaks."""
        statistics = statistics_of(batch["text"], self.stop_words)
        is_text = np.array(batch["kind"].to_pylist()) == ItemKind.TEXT
        broken = first_broken(self.rules, statistics)
        broken[~is_text] = len(self.rules)
        if (broken == len(self.rules)).all():
            return Result(batch)
        return Result(batch, *_told(self.rules, statistics, broken))


def default_rules() -> tuple[Rule, ...]:
    """Return the rules of FineWeb: those of Gopher for quality and repetition, then its own."""
    from groundswell.clean.heuristics.fineweb import FINEWEB_QUALITY
    from groundswell.clean.heuristics.gopher import GOPHER_QUALITY, GOPHER_REPETITION

    return (*GOPHER_REPETITION, *GOPHER_QUALITY, *FINEWEB_QUALITY)


def first_broken(rules: Sequence[Rule], statistics: Statistics) -> NDArray[np.int64]:
    """Return for each text the place of the first rule that it breaks; `len(rules)` where it breaks none."""
    found = np.full(len(statistics.values), len(rules), np.int64)
    for place in reversed(range(len(rules))):
        found[rules[place].broken_by(statistics[rules[place].statistic])] = place
    return found


def _told(
    rules: Sequence[Rule], statistics: Statistics, broken: NDArray[np.int64]
) -> tuple[pa.Array, pa.Array]:
    """Return the columns of reasons and of details."""
    reasons: list[str | None] = [None] * len(broken)
    details: list[str | None] = [None] * len(broken)
    for row in np.flatnonzero(broken < len(rules)).tolist():
        rule = rules[broken[row]]
        reasons[row] = rule.reason
        details[row] = rule.explain(float(statistics[rule.statistic][row]))
    return pa.array(reasons, pa.string()), pa.array(details, pa.string())
