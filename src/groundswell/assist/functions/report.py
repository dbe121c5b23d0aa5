"""A report on labelling functions: how much each says, whom it contradicts, and how right it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.functions.apply import Weak
from groundswell.assist.functions.people import with_people
from groundswell.assist.functions.redundancy import jaccard, shared_votes
from groundswell.quality.intervals import wilson
from groundswell.quality.result import Floats, names_or_codes
from groundswell.quality.votes import Name, Votes

MOST_CONFLICTS = 10
"""Items that a report lists, those with the most contradicting pairs of functions first."""


@dataclass(frozen=True)
class FunctionRow:
    """What one function does; shares are of all items, 0 to 1.

    Attributes:
        function: its name.
        says: the classes that it uses (its polarity).
        coverage: items that it says something of.
        overlap: items of which another says something, too.
        conflict: items of which another says something else.
        alone: items that only this one covers: what would be lost without it.
        agreement: of the pairs of its votes with others', those that are equal; NaN where there are none.
        accuracy: of its votes on items that people answered, those that are right; NaN where there are none.
        low: lower end of the Wilson interval of `accuracy` at 95 %.
        high: upper end.
        judged: votes that `accuracy` rests on.
        nearest: the function that says the same most often; None where no other shares a vote.
        alike: share of all that the two say which both say, 0 to 1; 1 is a copy.
        failed: items on which it raised an error.
    """

    function: Name
    says: tuple[Name, ...]
    coverage: float
    overlap: float
    conflict: float
    alone: float
    agreement: float
    accuracy: float
    low: float
    high: float
    judged: int
    nearest: Name | None
    alike: float
    failed: int


@dataclass(frozen=True)
class ItemConflict:
    """An item on which functions contradict each other.

    Attributes:
        item: its id.
        said: function to class.
        pairs: pairs of functions that contradict each other.
    """

    item: Name
    said: dict[Name, Name]
    pairs: int


@dataclass(frozen=True, repr=False)
class FunctionReport:
    """All functions, in the order given, and the items on which they disagree most.

    Attributes:
        rows: one for each function.
        conflicts: at most `MOST_CONFLICTS` items.
        items: how many there are.
        covered: share of them that any function covers; NaN for none.
        judged: items that people answered.
    """

    rows: tuple[FunctionRow, ...]
    conflicts: tuple[ItemConflict, ...]
    items: int
    covered: float
    judged: int

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one dict for each function, with the attributes of `FunctionRow`."""
        return [asdict(row) for row in self.rows]

    def __repr__(self) -> str:
        head = f"{len(self.rows):,} functions on {self.items:,} items, {_percent(self.covered)} % covered, "
        lines = [head + f"{self.judged:,} answered by people (shares in per cent)", *_table(self.rows)]
        if self.conflicts:
            most = self.conflicts[0]
            said = ", ".join(f"{name}: {label}" for name, label in most.said.items())
            lines.append(f"most contradicted: {most.item!r} ({said})")
        return "\n".join(lines)


def report(weak: Weak, people: Any = None) -> FunctionReport:
    """Describe what every function says, and how right it is where people or gold answered.

    Args:
        weak: from `apply`.
        people: see `with_people`. A vote is as right as people's label of its item is probable.

    Returns:
        See `FunctionReport`. Prints as a table.

    Raises:
        InputError: people's labels cannot be used.
    """
    votes, truth = with_people(weak.votes, people)
    same, both = shared_votes(votes)
    rows = _rows(weak, votes, truth, same, both)
    told = int((~np.isnan(truth).any(axis=1)).sum()) if votes.n_classes else 0
    return FunctionReport(rows, _conflicts(votes), votes.n_items, weak.coverage, told)


def _rows(weak: Weak, votes: Votes, truth: Floats, same: Floats, both: Floats) -> tuple[FunctionRow, ...]:
    """Return a row for each function."""
    company = votes.votes_per_item[votes.item] - 1
    agreeing = votes.counts[votes.item, votes.label] - 1
    right = truth[votes.item, votes.label]
    is_judged = ~np.isnan(right)
    shared, judged, alone, conflict = (
        _sums(votes, what) for what in (company > 0, is_judged, company == 0, company > agreeing)
    )
    hits = _sums(votes, np.where(is_judged, right, 0.0))
    agreed, pairs = _sums(votes, agreeing), _sums(votes, company)
    nearest, alike = _nearest(same, both)
    given, total = votes.votes_per_worker, max(votes.n_items, 1)
    classes = names_or_codes(votes.class_names, votes.n_classes)
    return tuple(
        FunctionRow(
            function=name,
            says=tuple(classes[code] for code in votes.pairs.label[votes.pairs.worker == one]),
            coverage=float(given[one] / total),
            overlap=float(shared[one] / total),
            conflict=float(conflict[one] / total),
            alone=float(alone[one] / total),
            agreement=float(agreed[one] / pairs[one]) if pairs[one] else nan,
            accuracy=float(hits[one] / judged[one]) if judged[one] else nan,
            low=wilson(hits[one], int(judged[one]))[0],
            high=wilson(hits[one], int(judged[one]))[1],
            judged=int(judged[one]),
            nearest=weak.functions[nearest[one]] if alike[one] > 0 else None,
            alike=float(alike[one]),
            failed=weak.failed.get(str(name), 0),
        )
        for one, name in enumerate(weak.functions)
    )


def _sums(votes: Votes, what: NDArray[Any]) -> Floats:
    """Add up a number of each vote for each function, `[n_functions]`."""
    return np.bincount(votes.worker, what, votes.n_workers).astype(np.float64)


def _nearest(same: Floats, both: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return each function's nearest, and the share of their votes that the two have in common."""
    share = jaccard(same, both)
    np.fill_diagonal(share, -1.0)
    return share.argmax(axis=1), np.maximum(share.max(axis=1), 0.0)


def _conflicts(votes: Votes) -> tuple[ItemConflict, ...]:
    """Return the items with the most contradicting pairs; ties by name."""
    counts, total = votes.counts, votes.votes_per_item
    pairs = (total**2 - (counts**2).sum(axis=1)) // 2
    items = names_or_codes(votes.item_names, votes.n_items)
    functions = names_or_codes(votes.worker_names, votes.n_workers)
    classes = names_or_codes(votes.class_names, votes.n_classes)
    least = np.sort(pairs)[-MOST_CONFLICTS:].min(initial=np.iinfo(np.int64).max) if len(pairs) else 1
    some = np.flatnonzero(pairs >= max(least, 1))
    worst = sorted(some.tolist(), key=lambda one: (-int(pairs[one]), str(items[one])))[:MOST_CONFLICTS]
    out = []
    for one in worst:
        here = np.flatnonzero(votes.item == one)
        here = here[np.argsort(votes.worker[here])]
        said = {functions[votes.worker[vote]]: classes[votes.label[vote]] for vote in here}
        out.append(ItemConflict(items[one], said, int(pairs[one])))
    return tuple(out)


def _table(rows: tuple[FunctionRow, ...]) -> list[str]:
    """Return aligned lines, a headline first."""
    headings = (
        "function",
        "says",
        "coverage",
        "overlap",
        "conflict",
        "alone",
        "accuracy",
        "of",
        "like",
        "failed",
    )
    cells = [headings, *(_cells(row) for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(headings))]
    left = {0, 1, 8}
    return [
        "  ".join(
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def _cells(row: FunctionRow) -> tuple[str, ...]:
    shares = (_percent(share) for share in (row.coverage, row.overlap, row.conflict, row.alone))
    accuracy = (
        "-" if isnan(row.accuracy) else f"{_percent(row.accuracy)} ({_percent(row.low)}-{_percent(row.high)})"
    )
    like = "-" if row.nearest is None else f"{_short(row.nearest)} {_percent(row.alike)}"
    says = _short(", ".join(map(str, row.says))) or "nothing"
    return (_short(row.function), says, *shares, accuracy, str(row.judged), like, str(row.failed or "-"))


def _short(name: Name, most: int = 28) -> str:
    text = str(name)
    return text if len(text) <= most else text[: most - 1] + "…"


def _percent(share: float) -> str:
    return "-" if isnan(share) else f"{100 * share:.1f}"
