"""Looking ahead: where the samples of many batches lie, worked out for all of them at once."""

from collections.abc import Callable
from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from groundswell.feed.plan import Plan
from groundswell.feed.rows import Batch, Rows, Take

_MOST_SAMPLES = 16_384
"""Samples that are looked up at a time: enough to make it cheap, and a millisecond of work."""


class Ahead:
    """Batches by their number, for a reader that asks for one after another.

    A first batch is looked up alone, so that starting anywhere is immediate; then twice as many at a time, up
    to 16,384 samples. Only places are looked up; samples are read when their batch is asked for.

    Args:
        rows: what batches are read from.
        plan: which rows stand in which batch.
    """

    def __init__(self, rows: Rows, plan: Plan) -> None:
        self._rows = rows
        self._plan = plan
        self._bounds: dict[int, tuple[int, int]] = {}
        self._numbers: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._take: Take | None = None
        self._next = -1
        self._count = 1

    def __getstate__(self) -> dict[str, Any]:
        return {"_rows": self._rows, "_plan": self._plan}

    def __setstate__(self, state: dict[str, Any]) -> None:
        Ahead.__init__(self, state["_rows"], state["_plan"])

    def batch(self, number: int, stride: int) -> Callable[[], Batch]:
        """Return what reads a batch; the next one that is asked for is probably `stride` further on."""
        if number not in self._bounds:
            self._look(number, stride)
        if self._take is None:
            self._take = self._rows.prepare(self._numbers)
        return partial(self._take, *self._bounds[number])

    def sample_numbers(self, number: int) -> npt.NDArray[np.int64]:
        """Return the numbers of the rows that stand in a batch."""
        if number not in self._bounds:
            self._look(number, 1)
        first, last = self._bounds[number]
        return self._numbers[first:last]

    def _look(self, number: int, stride: int) -> None:
        most = max(1, _MOST_SAMPLES * self._plan.world_size // self._plan.batch_size)
        self._count = min(2 * self._count, most) if number == self._next else 1
        parts = self._plan.samples(number, self._count, stride)
        ends = list(accumulate(map(len, parts)))
        self._bounds = {
            number + stride * place: (end - len(part), end)
            for place, (part, end) in enumerate(zip(parts, ends, strict=True))
        }
        self._numbers = np.concatenate(parts)
        self._take = None
        self._next = number + stride * len(parts)
