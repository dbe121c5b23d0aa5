"""Orders: who put several items in which order, as stages of choice. The input of `rank_by_orders`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from groundswell.errors import NoVotes
from groundswell.quality.rankings.comparisons import last_of_each
from groundswell.quality.rankings.tiers import Tiers, tiers_of
from groundswell.quality.result import Floats
from groundswell.quality.table import encode, read_columns, sorted_names
from groundswell.quality.votes import Codes, Name

Unranked = Literal["below", "unseen"]


@dataclass(frozen=True, eq=False)
class Orders:
    """Each order as the stages by which it is made: choose the best, then the best of the rest, and so on.

    A tie is broken as Efron did: the tied items are chosen one after the other, and those of them that
    are already chosen leave the rest in equal parts, because it is not known which they are.

    Attributes:
        worker: int32 `[n_orders]`, codes below `n_workers`.
        stage_order: int32 `[n_stages]`, the order that each stage is of.
        chosen: int32 `[n_stages]`, the item that was chosen.
        stage: int32 `[n_choices]`, the stage that an item could be chosen in.
        item: int32 `[n_choices]`, that item.
        share: float64 `[n_choices]`, how far it was there to be chosen, above 0 and at most 1.
        n_workers: workers.
        n_items: items.
        group: int32 `[n_items]`, the task of each item; None where all tasks share their items.
        worker_names: names by code.
        item_names: names by code.
        group_names: names by code, or None.
        skipped: rows of the table without an order.
    """

    worker: Codes
    stage_order: Codes
    chosen: Codes
    stage: Codes
    item: Codes
    share: Floats
    n_workers: int
    n_items: int
    group: Codes | None
    worker_names: tuple[Name, ...]
    item_names: tuple[Name, ...]
    group_names: tuple[Name, ...] | None
    skipped: int = 0

    @classmethod
    def from_table(
        cls,
        rows: Any,
        *,
        task: str = "task",
        worker: str = "worker",
        order: str = "order",
        unranked: Unranked = "below",
        per_task: bool = True,
    ) -> Orders:
        """Read orders from any table that has a row for each.

        An order is a list of items, best first, where a list inside the list is a tie (`["a", ["b", "c"]]`), or a
        dict of item to place, where equal places are a tie. A missing one is left out and counted in `skipped`.
        Where a worker ordered a task's items repeatedly, the last order counts.

        Args:
            rows: (task, worker, order) tuples, dicts, a dict of columns, a `pyarrow.Table`, a data frame.
            task: name of the task column.
            worker: name of the worker column.
            order: name of the column of orders.
            unranked: what is meant by the task's other items (those that somebody ordered in it): they are
                "below" all that were ordered, as in a top three, or "unseen", and nothing is said of them.
            per_task: False where the same names in different tasks are the same items.

        Raises:
            MissingColumn: a column is not there.
            InputError: an order is no list or dict, or has an item twice; a cell is missing.
            NoVotes: no row has an order.
        """
        tasks, workers, orders = read_columns(rows, (task, worker, order))
        tiers = [tiers_of(number, value) for number, value in enumerate(orders)]
        given = np.array([bool(one) for one in tiers], bool)
        if not given.any():
            raise NoVotes(f"no row of {len(orders)} has an {order}; a ranking needs at least one")
        task_code, task_names = encode(task, tasks, sorted_names(set(tasks)))
        worker_code, worker_names = encode(worker, workers, sorted_names(set(workers)))
        kept = last_of_each(worker_code, task_code, within=given).tolist()
        sets: list[set[tuple[int, Name]]] = [set() for _ in task_names]
        keyed = {row: _keyed(tiers[row], int(task_code[row]) if per_task else 0) for row in kept}
        for row in kept:
            sets[task_code[row]].update(item for tier in keyed[row] for item in tier)
        items = _sorted_keys(sets)
        codes = {item: code for code, item in enumerate(items)}
        return cls(
            worker_code[kept],
            *_stages([_whole(keyed[row], sets[task_code[row]], unranked) for row in kept], codes),
            n_workers=len(worker_names),
            n_items=len(items),
            group=np.array([item[0] for item in items], np.int32) if per_task else None,
            worker_names=worker_names,
            item_names=tuple(item[1] for item in items),
            group_names=task_names if per_task else None,
            skipped=int((~given).sum()),
        )

    def __len__(self) -> int:
        return len(self.worker)

    def __repr__(self) -> str:
        size = f"{self.n_items:,} items, {self.n_workers:,} workers"
        return f"Orders({len(self):,} orders: {size}; {self.skipped:,} skipped)"


Keyed = list[list[tuple[int, Name]]]
"""Tiers of items that are named by their task too."""


def _keyed(tiers: Tiers, task: int) -> Keyed:
    """Return the tiers with the task beside each item, so that names of different tasks differ."""
    return [[(task, name) for name in tier] for tier in tiers]


def _sorted_keys(sets: list[set[tuple[int, Name]]]) -> list[tuple[int, Name]]:
    """Return all items by task, then by name."""
    everything = set().union(*sets)
    rank = {name: place for place, name in enumerate(sorted_names({name for _, name in everything}))}
    return sorted(everything, key=lambda item: (item[0], rank[item[1]]))


def _whole(
    tiers: Keyed, seen: set[tuple[int, Name]], unranked: Unranked
) -> tuple[Keyed, list[tuple[int, Name]]]:
    """Return the tiers and the items that are below them all."""
    if unranked == "unseen":
        return tiers, []
    return tiers, sorted(seen.difference(*tiers), key=str)


def _stages(
    orders: list[tuple[Keyed, list[tuple[int, Name]]]], codes: dict[tuple[int, Name], int]
) -> tuple[Codes, Codes, Codes, Codes, Floats]:
    """Return the stages of all orders: their order and choice, and who could be chosen, how far."""
    stage_order, chosen, stage, item, share = (
        list[int](),
        list[int](),
        list[int](),
        list[int](),
        list[float](),
    )
    for number, (tiers, below) in enumerate(orders):
        rest = [codes[one] for tier in tiers for one in tier] + [codes[one] for one in below]
        for tier in tiers:
            tied = sorted(codes[one] for one in tier)
            others = rest[len(tied) :]
            for place, best in enumerate(tied):
                if len(tied) > 1 or others:
                    stage_order.append(number)
                    chosen.append(best)
                    stage += [len(chosen) - 1] * (len(tied) + len(others))
                    item += tied + others
                    share += [1 - place / len(tied)] * len(tied) + [1.0] * len(others)
            rest = others
    whole = (np.array(column, np.int32) for column in (stage_order, chosen, stage, item))
    one, two, three, four = whole
    return one, two, three, four, np.array(share, np.float64)
