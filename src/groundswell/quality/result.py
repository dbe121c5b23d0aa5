"""Consensus: the labels inferred from votes, how sure they are, and what stood behind them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.pairs import BLOCK
from groundswell.quality.votes import Codes, Name, Votes

Floats = NDArray[np.float64]

TIE = 1e-9
"""Probabilities closer than this are equal: rounding must not decide a label."""


@dataclass(frozen=True)
class WorkerSkill:
    """How good one worker is, as far as the votes tell.

    Attributes:
        worker: the worker's name (its code, where workers are unnamed).
        skill: expected share of right answers on tasks like these, 0 to 1.
        error: standard error of `skill`; wide for a worker with few votes.
        votes: how many votes stand behind it.
    """

    worker: Name
    skill: float
    error: float
    votes: int


@dataclass(frozen=True, eq=False)
class Consensus:
    """The inferred label of every item, with its probability.

    Attributes:
        votes: what it was inferred from; holds the names and `votes_per_item`.
        posterior: float64 `[n_items, n_classes]` (float32 where `dawid_skene` was asked for it); rows sum to 1.
            An item with neither vote nor evidence has the class prior.
        label: int32 `[n_items]`, the most probable class; ties go to the lowest code unless the method says
            otherwise.
        prior: float64 `[n_classes]`, the share of each class that the method assumed or learnt.
        method: name of the aggregator.
        iterations: rounds that were run.
        converged: whether the method's own stopping rule was met. False: it ran out of rounds, and the
            estimate is still usable.
        confusion: float64 `[n_workers, truth, said]`, or None where the method has none or it is too large.
        skill: float64 `[n_workers]`, see `WorkerSkill`; None where the method has none.
        skill_error: float64 `[n_workers]`, its standard error.
        difficulty: float64 `[n_items]`, above 0 and 1 / e for the average task; None where the method has none.
    """

    votes: Votes
    posterior: Floats
    label: Codes
    prior: Floats
    method: str
    iterations: int = 0
    converged: bool = True
    confusion: Floats | None = None
    skill: Floats | None = None
    skill_error: Floats | None = None
    difficulty: Floats | None = None

    @property
    def votes_per_item(self) -> NDArray[np.int64]:
        """How many votes stood behind each item, `[n_items]`."""
        return self.votes.votes_per_item

    @cached_property
    def confidence(self) -> Floats:
        """Probability that each item's label is right, `[n_items]`."""
        chosen: Floats = np.take_along_axis(self.posterior, self.label[:, None].astype(np.intp), 1)[:, 0]
        return chosen

    @cached_property
    def labels(self) -> dict[Name, Name]:
        """The label of each task, by name."""
        classes = names_or_codes(self.votes.class_names, self.votes.n_classes)
        return dict(zip(self._tasks, (classes[code] for code in self.label.tolist()), strict=True))

    @cached_property
    def probability(self) -> dict[Name, float]:
        """The probability that each task's label is right, by name."""
        return dict(zip(self._tasks, self.confidence.tolist(), strict=True))

    @cached_property
    def workers(self) -> tuple[WorkerSkill, ...]:
        """Every worker with a skill and its standard error; empty where the method has none."""
        if self.skill is None or self.skill_error is None:
            return ()
        names = names_or_codes(self.votes.worker_names, self.votes.n_workers)
        columns = (self.skill.tolist(), self.skill_error.tolist(), self.votes.votes_per_worker.tolist())
        return tuple(WorkerSkill(*row) for row in zip(names, *columns, strict=True))

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each task: `task`, `label`, `probability`, `votes`."""
        columns = (self.labels.items(), self.confidence.tolist(), self.votes_per_item.tolist())
        return [
            {"task": task, "label": label, "probability": probability, "votes": votes}
            for (task, label), probability, votes in zip(*columns, strict=True)
        ]

    def __repr__(self) -> str:
        votes = self.votes
        size = f"{votes.n_items:,} tasks from {len(votes):,} votes of {votes.n_workers:,} workers"
        stopped = "" if self.converged else ", not converged"
        doubt = int((self.confidence < 0.9).sum())
        return (
            f"Consensus({size}; method {self.method!r}, {self.iterations} rounds{stopped}; "
            f"mean probability {self.confidence.mean():.3f}, {doubt:,} tasks below 0.9)"
        )

    @property
    def _tasks(self) -> tuple[Name, ...]:
        return names_or_codes(self.votes.item_names, self.votes.n_items)


def names_or_codes(names: tuple[Name, ...] | None, count: int) -> tuple[Name, ...]:
    """Return the names, or the codes themselves where there are none."""
    return tuple(range(count)) if names is None else names


def most_probable(posterior: Floats) -> Codes:
    """Return the most probable class of each row; within `TIE` of the best, the lowest code."""
    codes: Codes = np.empty(len(posterior), np.int32)
    for start in range(0, len(posterior), BLOCK):
        rows = posterior[start : start + BLOCK]
        near_best = rows >= rows.max(axis=1, keepdims=True) - TIE
        codes[start : start + BLOCK] = near_best.argmax(axis=1)
    return codes
