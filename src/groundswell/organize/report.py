"""What became of everything that was read."""

from collections import Counter
from dataclasses import dataclass, field

from groundswell.items import Drop

_MOST_TOLD = 8
"""Reasons that a line names; the rest are counted together."""


@dataclass
class Report:
    """Counts of one run: every record that was read was kept, dropped or has failed.

    Attributes:
        collected: records that were read, readable or not.
        kept: items that came out at the end.
        dropped: reason code to number, of decisions.
        failed: reason code to number, of errors.
    """

    collected: int = 0
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def count(self, drop: Drop) -> None:
        """Count a record that was set aside."""
        (self.failed if drop.failed else self.dropped)[drop.reason] += 1

    def count_left_out(self, reasons: Counter[str]) -> None:
        """Count items that came out at the end and were not added to the version: it has them, or cannot hold them."""
        self.kept -= reasons.total()
        self.dropped.update(reasons)

    def __str__(self) -> str:
        parts = [f"{self.collected:,} read", f"{self.kept:,} kept"]
        for word, reasons in (("dropped", self.dropped), ("failed", self.failed)):
            if reasons:
                parts.append(f"{reasons.total():,} {word} ({_listed(reasons)})")
        return ", ".join(parts)


def _listed(reasons: Counter[str]) -> str:
    told = [f"{count:,} {reason}" for reason, count in reasons.most_common(_MOST_TOLD)]
    others = reasons.total() - sum(count for _, count in reasons.most_common(_MOST_TOLD))
    return ", ".join([*told, f"{others:,} for other reasons"] if others else told)
