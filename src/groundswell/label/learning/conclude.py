"""What a project has learnt: from its situation, through assist, to a conclusion. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.learning import Learned, learn, refreshed
from groundswell.assist.model import Features
from groundswell.assist.routing import State, has_proven_itself, plan
from groundswell.label.learning.routing import for_reviewers, why_paused
from groundswell.label.learning.rules import numbered, open_window
from groundswell.label.learning.situation import Situation
from groundswell.label.projects.model import Project, ProjectState
from groundswell.quality import Votes, consensus, krippendorff_alpha

WINDOW = 512
"""Open slots that planning keeps ready at most: a few minutes of a large crowd, all of a small one."""

LEAST_WINDOW = 32
"""Open slots of a plan that goes where answers count, at least, so that nobody waits for the next plan."""

RETRAIN_GROWTH = 1.1
"""A model is trained anew when it could learn from this many times the answers it was trained on."""

ROUNDS = 12
"""A plan that goes where answers count opens this part of all tasks at once: smaller learns more often."""


@dataclass(frozen=True)
class Conclusion:
    """What learning says is to be written, aligned with the tasks of its `Situation`.

    Attributes:
        label: int32 `[n]`, the most probable class.
        probability: float64 `[n]`, that `label` is right.
        known: bool `[n]`, whether anything is known of the task at all.
        answers: int64 `[n]`, people's answers behind each label.
        source: who the label comes from, for each task.
        evidence: float64 `[n, K]`, the model's calibrated probabilities, or None without a model.
        state: str `[n]`, the state that each task comes to: completed asks no more; error is set aside, as
            too many people could not answer it.
        ask: places of tasks to open a slot for, in the order of work.
        ask_number: for each of `ask`, the how-manieth answer to its task that is.
        worker_ids, skill, skill_error, worker_answers: what is known of each worker.
        review: places of tasks that reviewers are to decide.
        paused: why the model may not settle tasks alone now; None where it may, or never may.
    """

    label: NDArray[np.int32]
    probability: NDArray[np.float64]
    known: NDArray[np.bool_]
    answers: NDArray[np.int64]
    source: list[str]
    evidence: NDArray[np.float64] | None
    state: NDArray[np.str_]
    ask: NDArray[np.int64]
    ask_number: NDArray[np.int64]
    worker_ids: list[int]
    skill: NDArray[np.float64]
    skill_error: NDArray[np.float64]
    worker_answers: NDArray[np.int64]
    review: NDArray[np.int64]
    paused: str | None


def is_due(learned: Learned | None, votes: Votes) -> bool:
    """Say whether the model is to be trained anew.

    It is where there is none, where tasks or classes have changed, where there are a tenth more answers than it
    was trained on, and where some of those count no more.
    """
    if learned is None or learned.evidence is None or learned.consensus is None:
        return True
    if learned.posterior.shape != (votes.n_items, votes.n_classes):
        return True
    trained_on = len(learned.consensus.votes)
    return len(votes) >= RETRAIN_GROWTH * trained_on or len(votes) < trained_on


def refresh(learned: Learned, now: Situation) -> Learned:
    """Infer labels from the answers of now with what the model said before; cheap, nothing is trained."""
    return refreshed(learned, now.votes, now.gold)


def train(
    now: Situation,
    features: Features | None,
    *,
    rng: np.random.Generator,
    reason: str = "",
    opinions: Sequence[NDArray[np.float64]] = (),
) -> Learned:
    """Infer labels and train the model anew; `reason` says why there are no features, where there are none.

    `opinions` is what models of others state of the tasks, `[n, K]` each.
    """
    return learn(features, now.votes, now.gold, rng=rng, no_features=reason, opinions=opinions)


def conclude(
    project: Project, now: Situation, learned: Learned, features: Features | None, *, rng: np.random.Generator
) -> Conclusion:
    """Say the label of every task, and decide which tasks are settled and which to ask next.

    Where models may decide, people and model decide together and answers go where they are worth most.
    Elsewhere people alone decide, settling says which tasks ask on, and the model merely proposes.

    Args:
        learned: what was learnt of the tasks of `now`.
        features: a row for each task, where there are any.
    """
    answers = now.votes.votes_per_item.astype(np.int64)
    known = (answers > 0) | (now.gold >= 0)
    if project.models != "decide":
        posterior = consensus(now.votes, gold=now.gold).posterior if len(now.votes) else learned.posterior
        routed = Routed(np.zeros(len(answers), bool), np.zeros(0, np.int64), np.zeros(0, np.int64), None)
    else:
        posterior = learned.posterior
        if learned.evidence is not None:  # where no model says anything, all classes are alike
            known |= np.ptp(learned.evidence, axis=1) > 0
        routed = _ask_where_it_counts(project, now, learned, answers, features, rng)
    state = _states(project, now, routed.settled)
    ask = routed.ask[state[routed.ask] == "pending"]
    skill, skill_error = _skills(learned)
    return Conclusion(
        label=posterior.argmax(axis=1).astype(np.int32),
        probability=posterior.max(axis=1, initial=0.0),
        known=known,
        answers=answers,
        source=_sources(project, now, learned, answers),
        evidence=learned.evidence,
        state=state,
        ask=ask,
        ask_number=numbered(ask, now.received + now.outstanding),
        worker_ids=now.worker_ids,
        skill=skill,
        skill_error=skill_error,
        worker_answers=now.votes.votes_per_worker.astype(np.int64),
        review=routed.review,
        paused=routed.paused,
    )


def _states(project: Project, now: Situation, settled: NDArray[np.bool_]) -> NDArray[np.str_]:
    """Return the state that each task comes to; of a project that is done, no task asks again."""
    state = np.select([settled, now.set_aside], ["completed", "error"], "pending")
    if project.state == ProjectState.DONE:
        state = np.where((now.state != "pending") & (state == "pending"), now.state, state)
    return state


@dataclass(frozen=True)
class Routed:
    """Which tasks are settled, bool `[n]`; places of those to ask next and to review; and why the model is paused."""

    settled: NDArray[np.bool_]
    ask: NDArray[np.int64]
    review: NDArray[np.int64]
    paused: str | None


def _ask_where_it_counts(
    project: Project,
    now: Situation,
    learned: Learned,
    answers: NDArray[np.int64],
    features: Features | None,
    rng: np.random.Generator,
) -> Routed:
    """Return which tasks are settled, which to ask next of people, and which of reviewers.

    The audit share is not told apart here: what is done to audited tasks must be what is done to all,
    or the audit would certify other labels than those delivered.
    """
    assert project.target_probability is not None
    n = len(answers)
    state = State(
        posterior=learned.posterior,
        answers=answers,
        outstanding=now.outstanding + now.set_aside,  # what is set aside is not asked
        audit=np.zeros(n, bool),
        known=(now.gold >= 0) | now.in_review,
        model_may_settle=has_proven_itself(learned.report),
        gain=learned.gain,
    )
    wanted: dict[str, Any] = {"target": project.target_probability, "max_answers": project.max_answers}
    limit = int(np.clip(n // ROUNDS, LEAST_WINDOW, WINDOW))
    planned = plan(state, limit=limit, rng=rng, features=features, **wanted)
    paused = why_paused(learned, now.audits, planned.level) if state.model_may_settle else None
    if paused:
        state = replace(state, model_may_settle=False)
        planned = plan(state, limit=limit, rng=rng, features=features, **wanted)
    review = for_reviewers(project, learned, state, planned, rng=rng)
    settled = planned.settled.copy()
    settled[planned.review] = True  # the budget of answers is spent; the best label there is stands
    settled[review] = True
    order = planned.ask.astype(np.int64)
    if now.met:
        others = plan(state, limit=n, rng=rng, **wanted).ask.astype(np.int64)
        order = np.r_[order, others[~np.isin(others, order)]]
    return Routed(settled, open_window(order, limit, now.met, least=LEAST_WINDOW), review, paused)


def _sources(project: Project, now: Situation, learned: Learned, answers: NDArray[np.int64]) -> list[str]:
    together = learned.evidence is not None and project.models == "decide"
    people = "people and model" if together else "people"
    return [
        "gold" if gold >= 0 else people if count else "model"
        for gold, count in zip(now.gold.tolist(), answers.tolist(), strict=True)
    ]


def _skills(learned: Learned) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    found = learned.consensus
    if found is None or found.skill is None or found.skill_error is None:
        return np.zeros(0), np.zeros(0)
    return found.skill, found.skill_error


def report_of(votes: Votes, learned: Learned) -> dict[str, Any]:
    """Return the model's report as it is stored; agreement is between people, where tasks have several answers."""
    agreement = krippendorff_alpha(votes).value if len(votes) else float("nan")
    figures = {**asdict(learned.report), "agreement": agreement}
    return {
        name: None if isinstance(value, float) and isnan(value) else value for name, value in figures.items()
    }
