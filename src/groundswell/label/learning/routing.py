"""Where models decide: whether they may go on alone, and what reviewers are asked rather than people. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.answerers import Answerer
from groundswell.assist.drift import DriftWatch
from groundswell.assist.learning import Learned
from groundswell.assist.questions import choose
from groundswell.assist.routing import Plan, State
from groundswell.label.projects.model import Project
from groundswell.quality.result import Floats

REVIEW_PRICE = 10.0
"""What a review costs in answers: a reviewer is looked for where one says more than ten more people would."""

REVIEWER_SKILL = 0.99
"""How often a reviewer is taken to be right."""


def why_paused(learned: Learned, audits: Sequence[tuple[int, int]], level: float) -> str | None:
    """Say why the model may not settle tasks alone now, or None where audits give no reason.

    The model of now is held to the audits so far, in the order of time: to those of which it is sure enough to settle
    them (`level`). Each of its opinions is without that task's own answers, and reviews teach it nothing. As a model
    that was trained anew is judged by the same audits, it resumes by itself if it is as good as it claims.

    Args:
        learned: what the model says.
        audits: place and verdict (a class) of each reviewed task of the audit share, which is a random sample.
        level: confidence from which a task is settled.
    """
    if learned.evidence is None or not audits:
        return None
    place, verdict = np.array(audits, np.int64).T
    stated = learned.evidence[place]
    sure = stated.max(axis=1)
    alone = (sure >= level) & (np.ptp(stated, axis=1) > 0)
    watch = DriftWatch()
    watch.update((stated.argmax(axis=1) == verdict)[alone], sure[alone])
    return watch.why if watch.paused else None


def for_reviewers(
    project: Project, learned: Learned, state: State, planned: Plan, *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return places of tasks that a reviewer should decide, the most useful first; none where nobody reviews.

    Those on which people contradict each other and more of them would go on doing so, or that have had all their
    answers, as far as the target needs them: whoever takes most of the risk for the price is asked. What people are
    asked, and in which order, stays the plan's affair.
    """
    if project.review_levels == 0 or learned.consensus is None:
        return np.zeros(0, np.int64)
    counts = learned.consensus.votes.counts
    in_doubt = (counts > 0).sum(axis=1) > 1
    in_doubt[planned.review] = True
    answerers = (
        Answerer("people", "person", 1.0, confusion=learned.confusion),
        Answerer("reviewers", "review", REVIEW_PRICE, skill=REVIEWER_SKILL),
    )
    found = choose(
        _with_certainty(state),
        answerers,
        rng=rng,
        target=project.target_probability,
        counts=counts,
        max_answers=project.max_answers,
        waiting=planned.settled | (state.outstanding > 0) | ~in_doubt,
        independence=learned.independence,
        evidence=learned.evidence,
        shared=learned.shared,
    )
    return np.asarray(found.item[found.answerer == 1], np.int64)


def _with_certainty(state: State) -> Floats:
    """Return the posterior, as if the labels of known tasks were certain."""
    certain = np.eye(state.posterior.shape[1])[state.posterior.argmax(axis=1)]
    return np.asarray(np.where(state.known[:, None], certain, state.posterior))
