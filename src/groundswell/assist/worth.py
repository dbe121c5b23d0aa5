"""Worth: what one more answer is expected to take from the risk of delivering a wrong label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.answerers import Answerer
from groundswell.assist.difficulty import CONTENDERS, LOOKAHEAD, expected_gain
from groundswell.quality.result import Floats

BLOCK = 4096
"""Items that are looked at together: what is computed for them stays in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """What is known of people's answers to the items.

    Attributes:
        counts: `[n, K]`, answers so far.
        independence, evidence, shared: see `assist.difficulty.Weighed` and `weigh`.
    """

    counts: NDArray[np.integer[Any]]
    independence: float
    evidence: Floats | None
    shared: float

    def of(self, items: NDArray[np.intp] | slice) -> Crowd:
        """Return the same of some items."""
        evidence = None if self.evidence is None else self.evidence[items]
        return Crowd(self.counts[items], self.independence, evidence, self.shared)


def gains(posterior: Floats, answerers: Sequence[Answerer], crowd: Crowd, cost: Floats | None) -> Floats:
    """Return what an answer of each answerer is expected to take from the risk of each item, `[n, A]`."""
    out = np.zeros((len(posterior), len(answerers)))
    alike: dict[tuple[bool, bytes], list[int]] = {}
    matrices = [one.matrix(posterior.shape[1]) for one in answerers]
    for one, matrix in enumerate(matrices):
        alike.setdefault((answerers[one].kind == "person", matrix.tobytes()), []).append(one)
    for (person, _), same in alike.items():
        for block in _blocks(len(posterior)):
            given, confusion, people = posterior[block], matrices[same[0]], crowd.of(block)
            if not person:
                gain = fall_of_risk(given, confusion, cost)
            elif cost is not None:
                gain = fall_of_risk(given, confusion, cost, people.counts, people.independence, LOOKAHEAD)
            else:
                gain = expected_gain(
                    given, people.counts, confusion, people.independence, people.evidence, people.shared
                )
            out[block, same] = gain[:, None]
    return out


def fall_of_risk(
    posterior: Floats,
    confusion: Floats,
    cost: Floats | None = None,
    counts: NDArray[np.integer[Any]] | None = None,
    independence: float = np.inf,
    steps: int = 1,
) -> Floats:
    """Return how much the risk of each item falls with each further answer, in expectation.

    `expected_gain` for costs, and for one answer. Answers and truths are looked at among the `CONTENDERS` most
    probable classes, labels among all.

    Args:
        posterior: `[n, K]`.
        confusion: `[K, K]`, what is said for each truth.
        cost: `[truth, delivered]`; by default 1 for a wrong label.
        counts: `[n, K]`, answers so far that this one depends on; none by default.
        independence: see `assist.difficulty.Weighed`; infinite where answers are independent.
        steps: answers looked ahead; of several only equal ones are counted, so that the result is a lower bound.

    Returns:
        `[n]`, 0 or more.
    """
    top = np.argsort(-posterior, axis=1, kind="stable")[:, :CONTENDERS]
    chance = confusion[top[:, :, None], top[:, None, :]]
    joint = np.take_along_axis(posterior, top, axis=1)[:, :, None] * np.ones_like(chance)
    heard = np.zeros(top.shape) if counts is None else np.take_along_axis(counts, top, axis=1)
    total = np.zeros(len(top)) if counts is None else counts.sum(axis=1)
    paid = np.eye(posterior.shape[1]) * -1.0 if cost is None else cost
    labels = np.argmin(posterior @ paid, axis=1)
    best = np.zeros(len(posterior))
    for step in range(steps):
        if np.isinf(independence):
            joint = joint * chance
        else:
            habit = independence * chance + heard[:, None, :] + step
            joint = joint * habit / (independence + total[:, None, None] + step)
        kept = (joint * paid[top, labels[:, None]][:, :, None]).sum(axis=1)
        turned = np.einsum("nts,ntd->nsd", joint, paid[top]).min(axis=2)
        best = np.maximum(best, (kept - turned).sum(axis=1) / (step + 1))
    return best


def _blocks(n: int) -> Iterator[slice]:
    return (slice(first, first + BLOCK) for first in range(0, n, BLOCK))
