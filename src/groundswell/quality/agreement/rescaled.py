"""Answers with each worker's own offset taken out: how far agreement is a matter of using the scale alike."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.agreement.answers import Answers, Compared
from groundswell.quality.agreement.result import Metric
from groundswell.quality.result import Floats

PRIOR_ANSWERS = 2.0
"""Answers at offset 0 that a worker's offset leans on."""


@dataclass(frozen=True, eq=False)
class Shifted:
    """Answers after workers' offsets were taken out.

    Attributes:
        answers: what the codes of `compared` stand for.
        compared: the answers.
        offset: `[n_workers]`, how much higher than others a worker answers, in steps (ordinal), units (interval)
            or as the logarithm of a factor (ratio); from all tasks.
        metric: which of these.
    """

    answers: Answers
    compared: Compared
    offset: Floats
    metric: Metric

    def words(self, offset: float) -> str:
        """Say an offset."""
        if self.metric == "ratio":
            return f"times {np.exp(offset):.2f}"
        return f"{offset:+.2g} steps" if self.metric == "ordinal" else f"{offset:+.3g}"


def centred(answers: Answers, compared: Compared, metric: Metric) -> Shifted:
    """Take each worker's offset out of their answers; on each half of the tasks as learnt on the other half.

    Learnt on the same tasks, offsets would raise agreement even where workers have none. An ordinal answer moves
    by whole steps; a ratio is divided by the worker's factor, and a 0 stays 0.
    """
    values = compared.code.astype(np.float64)
    if metric != "ordinal":
        values = np.asarray(answers.choices, np.float64)[compared.code]
    scaled = np.log(np.where(values > 0, values, 1.0)) if metric == "ratio" else values
    above = _above_others(compared, scaled)
    told = values > 0 if metric == "ratio" else np.ones(len(values), bool)
    n_workers, odd = len(answers.worker_names), compared.item % 2 == 1
    halves = [_offsets(compared, above, told & half, n_workers) for half in (odd, ~odd)]
    moved = scaled - np.where(odd, halves[1][compared.worker], halves[0][compared.worker])
    offset = _offsets(compared, above, told, n_workers)
    if metric == "ordinal":
        code = np.clip(np.rint(moved), 0, len(answers.choices) - 1).astype(np.int32)
        return Shifted(answers, compared.with_codes(code), offset, metric)
    if metric == "ratio":
        moved = np.where(told, np.exp(moved), 0.0)
    choices, code = np.unique(moved, return_inverse=True)
    return Shifted(
        replace(answers, choices=choices), compared.with_codes(code.astype(np.int32)), offset, metric
    )


def _above_others(compared: Compared, values: Floats) -> Floats:
    """Return each answer minus the mean of the others on its item, `[n]`."""
    item, size = compared.item, compared.size[compared.item]
    total = np.bincount(item, weights=values)[item]
    out: Floats = values - (total - values) / (size - 1)
    return out


def _offsets(compared: Compared, above: Floats, use: NDArray[np.bool_], n_workers: int) -> Floats:
    """Return each worker's mean, over some answers, of how far they are above others, `[n_workers]`."""
    worker = compared.worker[use]
    total = np.bincount(worker, weights=above[use], minlength=n_workers)
    out: Floats = total / (np.bincount(worker, minlength=n_workers) + PRIOR_ANSWERS)
    return out
