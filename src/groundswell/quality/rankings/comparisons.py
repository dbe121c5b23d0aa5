"""Comparisons: who preferred which of two items, as integer codes. The input of `rank_by_comparisons`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError, NoVotes
from groundswell.quality.table import encode, is_missing, read_columns, sorted_names
from groundswell.quality.votes import Codes, Name

LEFT, RIGHT, TIE = 0, 1, 2
"""Outcomes of a comparison: the item on the left won, the one on the right, or neither."""


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Comparison `j` is `worker[j]` saying `outcome[j]` of `left[j]` beside `right[j]`.

    Left and right are where the items stood when the worker saw them; that is how a preference for a place
    is told from a preference for an item. Where places are not known, any order will do. Repeated comparisons
    are counted as they stand here; `from_table` keeps the last.

    Attributes:
        worker: int32 `[n]`, codes below `n_workers`.
        left: int32 `[n]`, codes below `n_items`.
        right: int32 `[n]`.
        outcome: int32 `[n]`: `LEFT`, `RIGHT` or `TIE`.
        n_workers: workers, with or without a comparison.
        n_items: items, with or without one.
        group: int32 `[n_items]`, the set that each item belongs to; None for one set. Only items of one
            group are compared.
        worker_names: names by code, or None for unnamed.
        item_names: names by code, or None. In different groups, different items may have one name.
        group_names: names by code, or None.
        skipped: rows of the table that had no winner and were left out.

    Raises:
        InputError: columns differ in length, a code is out of range, an item is compared with itself or with
            one of another group.
    """

    worker: Codes
    left: Codes
    right: Codes
    outcome: Codes
    n_workers: int
    n_items: int
    group: Codes | None = None
    worker_names: tuple[Name, ...] | None = None
    item_names: tuple[Name, ...] | None = None
    group_names: tuple[Name, ...] | None = None
    skipped: int = 0

    def __post_init__(self) -> None:
        limits = {"worker": self.n_workers, "left": self.n_items, "right": self.n_items, "outcome": 3}
        for column, count in limits.items():
            object.__setattr__(self, column, checked_codes(column, getattr(self, column), count))
        if len({len(getattr(self, column)) for column in limits}) > 1:
            raise InputError("worker, left, right and outcome must have one entry a comparison")
        if (self.left == self.right).any():
            place = int((self.left == self.right).argmax())
            raise InputError(f"comparison {place} is of an item with itself; compare different items")
        if self.group is not None and len(self.group) != self.n_items:
            raise InputError(
                f"group must have one entry for each of {self.n_items} items, not {len(self.group)}"
            )
        if self.group is not None and (self.group[self.left] != self.group[self.right]).any():
            raise InputError("a comparison is of items of two groups; compare items of one group")

    @classmethod
    def from_table(
        cls,
        rows: Any,
        *,
        worker: str = "worker",
        left: str = "left",
        right: str = "right",
        winner: str = "winner",
        group: str | None = None,
        tie: Name = "tie",
    ) -> Comparisons:
        """Read comparisons from any table that has a row for each.

        Items are coded in sorted order. A missing winner (None or NaN) is left out and counted in `skipped`.
        Where a worker compared the same items in the same places repeatedly, the last answer counts.

        Args:
            rows: (worker, left, right, winner) tuples, led by the group where there is one; or dicts, a dict
                of columns, a `pyarrow.Table`, a data frame.
            worker: name of the worker column.
            left: name of the column of the items that stood on the left.
            right: name of the column of the items that stood on the right.
            winner: name of the column that says which item won: the left's name, the right's, or `tie`.
            group: name of the column of the set (the task) that the items belong to; None for one set.
            tie: what the winner column says where neither won.

        Raises:
            MissingColumn: a column is not there.
            InputError: a winner is neither item nor `tie`, an item is compared with itself, a cell is missing.
            NoVotes: no row has a winner.
        """
        names = (worker, left, right, winner)
        columns = read_columns(rows, names if group is None else (group, *names))
        workers, lefts, rights, winners = columns[-4:]
        said = ~is_missing(winner, winners)
        if not said.any():
            raise NoVotes(f"no row of {len(winners)} has a {winner}; a ranking needs at least one comparison")
        worker_code, worker_names = encode(worker, workers, sorted_names(set(workers)))
        sets, group_names = _group_codes(columns, group, len(winners))
        one, other, items, item_group = _item_codes(lefts, rights, left, right, sets)
        outcome = _outcomes(lefts, rights, winners, said, tie)
        kept = last_of_each(worker_code, one, other, within=said)
        return cls(
            *(worker_code[kept], one[kept], other[kept], outcome[kept], len(worker_names), len(items)),
            group=None if group is None else item_group,
            worker_names=worker_names,
            item_names=items,
            group_names=group_names,
            skipped=int((~said).sum()),
        )

    def __len__(self) -> int:
        return len(self.worker)

    def __repr__(self) -> str:
        sets = 1 if self.group is None else len(np.unique(self.group))
        size = f"{self.n_items:,} items in {sets:,} sets, {self.n_workers:,} workers"
        return f"Comparisons({len(self):,} comparisons: {size}; {self.skipped:,} skipped)"


def checked_codes(column: str, codes: Any, count: int) -> Codes:
    """Return `codes` as a 1-d int32 array, every one in `[0, count)`.

    Raises:
        InputError: they are not.
    """
    given = np.asarray(codes)
    if given.ndim != 1 or (given.size and not np.issubdtype(given.dtype, np.integer)):
        raise InputError(f"{column} must be a 1-d array of codes, not {given.dtype}{list(given.shape)}")
    if given.size and not 0 <= given.min() <= given.max() < count:
        raise InputError(f"{column} codes must be 0 to {count - 1}; found {given.min()} to {given.max()}")
    return given.astype(np.int32, copy=False)


def last_of_each(*keys: Codes, within: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the last of the rows in `within` that have the same keys, in the order of the keys."""
    rows = np.flatnonzero(within)
    order = rows[np.lexsort([key[rows] for key in reversed(keys)])]
    last = np.ones(len(order), bool)
    last[:-1] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    return order[last]


def _group_codes(
    columns: list[list[Any]], group: str | None, n: int
) -> tuple[Codes, tuple[Name, ...] | None]:
    """Return the group of each row, and the groups' names."""
    if group is None:
        return np.zeros(n, np.int32), None
    return encode(group, columns[0], sorted_names(set(columns[0])))


def _item_codes(
    lefts: list[Any], rights: list[Any], left: str, right: str, sets: Codes
) -> tuple[Codes, Codes, tuple[Name, ...], Codes]:
    """Return the items on the left and on the right of each row, and the name and the group of each item."""
    is_missing(left, lefts)
    is_missing(right, rights)
    names = sorted_names(set(lefts) | set(rights))
    one, _ = encode(left, lefts, names)
    other, _ = encode(right, rights, names)
    keys = np.concatenate([sets, sets]) * np.int64(len(names)) + np.concatenate([one, other])
    items, inverse = np.unique(keys, return_inverse=True)
    code: Codes = inverse.astype(np.int32)
    named = tuple(names[place] for place in (items % len(names)).tolist())
    item_group: Codes = (items // len(names)).astype(np.int32)
    return code[: len(one)], code[len(one) :], named, item_group


def _outcomes(
    lefts: list[Any], rights: list[Any], winners: list[Any], said: NDArray[np.bool_], tie: Name
) -> Codes:
    """Return the outcome of each row; a row without one has `TIE` and is left out later."""
    outcome = np.full(len(winners), TIE, np.int32)
    for row in np.flatnonzero(said).tolist():
        if winners[row] == lefts[row]:
            outcome[row] = LEFT
        elif winners[row] == rights[row]:
            outcome[row] = RIGHT
        elif winners[row] != tie:
            items = f"{lefts[row]!r}, {rights[row]!r} or {tie!r}"
            raise InputError(f"row {row}: the winner must be {items}, not {winners[row]!r}")
    return outcome
