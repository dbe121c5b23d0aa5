"""Ranking: the inferred scores of items, how sure they are, and what stood behind them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.rankings.davidson import outcome_chances
from groundswell.quality.rankings.habits import WorkerReliability
from groundswell.quality.result import Floats, names_or_codes
from groundswell.quality.votes import Codes, Name

SAME = 9
"""Decimals up to which scores are told apart: rounding must not decide a place."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """Scores of items, best first by `order`; only scores of one connected set can be compared.

    Attributes:
        score: `[n_items]`, in log-odds: an item beats one that is 1 lower `e` times as often as it loses to it.
            The scores of a connected set sum to 0; an item that was never compared has 0. Where workers are
            weighed, the scale is that of a wholly reliable worker, which answers tell less well than the order:
            in simulations scores came out between 11 % too narrow and 35 % too wide.
        error: `[n_items]`, standard error of `score` with the workers' habits taken as they are found; it does
            not cover the scale. In those simulations 95 % intervals held in 88 to 93 %.
        component: int32 `[n_items]`, the connected set of each item. Where a group has several, no chain of
            answers leads from one to the other, and nothing is known of which is better.
        answers: int64 `[n_items]`, how many answers each item stood in.
        ties: tie parameter; an even pair ties with probability `ties / (2 + ties)`. 0 for rankings.
        workers: every worker's reliability; empty where all were trusted alike.
        method: name of the model.
        iterations: rounds that were run.
        converged: whether the last round gained less than the tolerance. False: the scores are still usable.
        errors_exact: False where a set was too large to invert and errors in it are lower bounds.
        objective: log-posterior before each round, up to a constant; empty where all were trusted alike.
        group: int32 `[n_items]`, or None for one set.
        item_names: names by code, or None.
        group_names: names by code, or None.
    """

    score: Floats
    error: Floats
    component: Codes
    answers: NDArray[np.int64]
    ties: float
    workers: tuple[WorkerReliability, ...]
    method: str
    iterations: int
    converged: bool
    errors_exact: bool
    objective: tuple[float, ...] = ()
    group: Codes | None = None
    item_names: tuple[Name, ...] | None = None
    group_names: tuple[Name, ...] | None = None

    @cached_property
    def scores(self) -> dict[Name, float]:
        """The score of each item by name; by (group, name) where there are groups."""
        return dict(zip(self._keys, self.score.tolist(), strict=True))

    @cached_property
    def split_groups(self) -> tuple[Name, ...]:
        """Groups whose items are not all connected, so that their order is partly unknown."""
        sets = np.unique(np.stack([self._groups, self.component]), axis=1)[0]
        split = np.flatnonzero(np.bincount(sets) > 1)
        names = names_or_codes(self.group_names, int(self._groups.max(initial=0)) + 1)
        return tuple(names[code] for code in split.tolist())

    def order(self, group: Name | None = None) -> list[Name]:
        """Return the items of a group, best first; equal scores in the order of their codes.

        Args:
            group: name of the group; may be left out where there is one.

        Raises:
            InputError: there are groups and none is named, or there is no such group.
        """
        if self.group is None and group is None:
            return [name for items in self._orders.values() for name in items]
        if self.group is None or group not in self._orders:
            known = [] if self.group is None else list(self._orders)[:10]
            raise InputError(f"no group {group!r}; there are {', '.join(map(str, known)) or 'none'}")
        return list(self._orders[group])

    def win_probability(self, one: Name, other: Name) -> float:
        """Return the probability that a reliable worker prefers `one`, half of a tie counted as a win.

        Args:
            one: an item; a (group, name) pair where there are groups.
            other: another.

        Returns:
            A probability; NaN where the two are not connected.

        Raises:
            InputError: there is no such item.
        """
        first, second = self._code(one), self._code(other)
        if self.component[first] != self.component[second]:
            return float("nan")
        chances = outcome_chances(np.array(self.score[first] - self.score[second]), self.ties)
        return float(chances[0] + chances[1] / 2)

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row an item, best first in its group: `group`, `item`, `place`, `score`, `error`, `answers`.

        Places start at 1; equal scores share one. `component` says which items can be compared.
        """
        names = names_or_codes(self.item_names, len(self.score))
        groups = names_or_codes(self.group_names, int(self._groups.max(initial=0)) + 1)
        rows, place, seen, rounded = list[dict[str, Any]](), 0, 0, self.score.round(SAME).tolist()
        before: tuple[int, float] | None = None
        for code in self._best_first.tolist():
            group = int(self._groups[code])
            seen = seen + 1 if before and before[0] == group else 1
            place = place if before == (group, rounded[code]) else seen
            before = (group, rounded[code])
            rows.append(
                ({} if self.group is None else {"group": groups[group]})
                | {"item": names[code], "place": place, "score": float(self.score[code])}
                | {"error": float(self.error[code]), "answers": int(self.answers[code])}
                | {"component": int(self.component[code])}
            )
        return rows

    def __repr__(self) -> str:
        sets = len(np.unique(self._groups))
        stopped = "" if self.converged else ", not converged"
        split = f"; groups not connected: {len(self.split_groups):,}" if self.split_groups else ""
        trusted = f"{len(self.workers):,} workers weighed" if self.workers else "all workers trusted alike"
        return (
            f"Ranking({len(self.score):,} items, groups: {sets:,}; method {self.method!r}, "
            f"{self.iterations} rounds{stopped}; {trusted}{split})"
        )

    @cached_property
    def _groups(self) -> Codes:
        return np.zeros(len(self.score), np.int32) if self.group is None else self.group

    @cached_property
    def _best_first(self) -> NDArray[np.intp]:
        return np.lexsort((np.arange(len(self.score)), -self.score.round(SAME), self._groups))

    @cached_property
    def _orders(self) -> dict[Name, list[Name]]:
        """The items of each group, best first."""
        names = names_or_codes(self.item_names, len(self.score))
        groups = names_or_codes(self.group_names, int(self._groups.max(initial=0)) + 1)
        found: dict[Name, list[Name]] = {group: [] for group in groups}
        for item in self._best_first.tolist():
            found[groups[self._groups[item]]].append(names[item])
        return found

    @cached_property
    def _keys(self) -> tuple[Name, ...]:
        names = names_or_codes(self.item_names, len(self.score))
        if self.group is None:
            return names
        groups = names_or_codes(self.group_names, int(self.group.max(initial=0)) + 1)
        return tuple((groups[group], name) for group, name in zip(self.group.tolist(), names, strict=True))

    @cached_property
    def _codes(self) -> dict[Name, int]:
        return {key: code for code, key in enumerate(self._keys)}

    def _code(self, item: Name) -> int:
        if item not in self._codes:
            raise InputError(f"no item {item!r}; there are {len(self._codes):,}, such as {self._keys[0]!r}")
        return self._codes[item]
