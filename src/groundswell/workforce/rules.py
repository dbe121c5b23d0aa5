"""Who may work where, how much at once, and how often they are tested: pure functions of what is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from math import log
from typing import Any

from groundswell.ids import ProjectId
from groundswell.workforce.requirements import Requirements, requirements_of
from groundswell.workforce.skill import Estimate, Prior, Tally, estimate

FEWEST_AT_ONCE, MOST_AT_ONCE = 3, 16
"""Leases that somebody may hold in a project: a newcomer, and one who has proven himself. One is answered while the
next waits, so the screen never does."""

TRUST_FROM, TRUST_FULL = 0.5, 0.9
"""Lower bounds of skill between which volume grows."""

PROVEN_ANSWERS = 100.0
"""Compared answers of one's own that full volume takes, whatever is assumed of the crowd."""

GOLD_FIRST, GOLD_LAST, GOLD_SETTLED = 0.3, 0.03, 200.0
"""Share of hidden tests for a newcomer, for good, and the compared answers after which it is the latter. At 0.3 the
first seventeen answers hold five tests, all of which somebody who guesses among two classes passes once in 32 times."""


@dataclass(frozen=True)
class ProjectNeeds:
    """What decides about standing in a project.

    Attributes:
        kind: the label kind, by which skill is kept.
        purpose: production, qualification or training.
        requirements: as stored with the project; see `requirements_of`.
    """

    project_id: ProjectId
    kind: str
    purpose: str
    requirements: Mapping[str, Any]

    @cached_property
    def asked(self) -> Requirements:
        """The requirements, read."""
        return requirements_of(self.requirements)


@dataclass(frozen=True)
class Entry:
    """A qualification or training that others ask for."""

    name: str
    test_size: int
    pass_mark: float


@dataclass(frozen=True)
class ProjectFacts:
    """What is known of a project beside its needs.

    Attributes:
        has_gold: whether it has known answers to test with.
        prior: what is assumed of a worker at this kind of label.
        entries: the projects that its requirements name; one that is missing here does not exist any more.
    """

    has_gold: bool = False
    prior: Prior = field(default_factory=Prior)
    entries: Mapping[int, Entry] = field(default_factory=dict)


@dataclass(frozen=True)
class WorkerFacts:
    """What is known of a worker, as far as a project is concerned.

    Attributes:
        origin: member, program or simulated.
        vouched: whether the organization answers for this worker: its own staff and programs, as against people who
            were invited to label.
        tally: weighed evidence at the project's kind of label.
        results: tallies on known answers in the projects that the requirements name, and in the project itself.
        restricted: the reason code and the end of a restriction that holds now.
        hidden: content classes that must not be shown.
        worker_id: who it is.
    """

    origin: str = "member"
    vouched: bool = False
    tally: Tally = field(default_factory=Tally)
    results: Mapping[int, Tally] = field(default_factory=dict)
    restricted: tuple[str, datetime] | None = None
    hidden: frozenset[str] = frozenset()
    worker_id: int = 0


@dataclass(frozen=True)
class Standing:
    """What a worker may do in a project now.

    Attributes:
        eligible: whether new work may be leased. A lease that is held may always be answered, and is paid.
        reason: why not, for the worker to read; empty if eligible.
        at_once: leases that may be held together; 0 if not eligible.
        gold_share: share of the leases that are to be hidden tests, 0 to 1.
        hidden_content: classes of content that must not be shown.
    """

    eligible: bool
    reason: str
    at_once: int
    gold_share: float
    hidden_content: frozenset[str]


def standing(needs: ProjectNeeds, project: ProjectFacts, worker: WorkerFacts) -> Standing:
    """Decide what a worker may do in a project."""
    skill = estimate(worker.tally, project.prior)
    missing = obstacles(needs, project, worker, skill)
    if missing:
        return Standing(False, "; ".join(missing), 0, 0.0, worker.hidden)
    if needs.purpose == "production":
        volume = MOST_AT_ONCE if worker.vouched else at_once(skill)
        tests = 0.0
        if project.has_gold:
            tests = GOLD_LAST if worker.vouched else gold_share(skill.answers)
        return Standing(True, "", volume, tests, worker.hidden)
    volume = MOST_AT_ONCE
    if needs.purpose == "qualification":
        volume = min(volume, _left(needs, worker))
    return Standing(True, "", volume, 0.0, worker.hidden)


def at_once(skill: Estimate) -> int:
    """Return how many leases a worker may hold: it follows the lower bound of skill, and evidence of one's own."""
    trust = (skill.low - TRUST_FROM) / (TRUST_FULL - TRUST_FROM)
    proven = log(1 + max(skill.answers, 0.0)) / log(1 + PROVEN_ANSWERS)
    share = max(0.0, min(trust, proven, 1.0))
    return FEWEST_AT_ONCE + int((MOST_AT_ONCE - FEWEST_AT_ONCE) * share)


def gold_share(answers: float) -> float:
    """Return the share of hidden tests for somebody with so many compared answers: dense at first, never none."""
    settled = log(1 + max(answers, 0.0)) / log(1 + GOLD_SETTLED)
    return max(GOLD_LAST, GOLD_FIRST - (GOLD_FIRST - GOLD_LAST) * settled)


def obstacles(needs: ProjectNeeds, project: ProjectFacts, worker: WorkerFacts, skill: Estimate) -> list[str]:
    """Return what keeps a worker from a project, each in words that say what to do; nothing if he may work."""
    asked = needs.asked
    found: list[str] = []
    if worker.restricted is not None:
        code, until = worker.restricted
        found.append(
            f"you are restricted until {until:%Y-%m-%d %H:%M} UTC ({code}); your restrictions say why"
        )
    if asked.origins is not None and worker.origin not in asked.origins:
        found.append(
            f"this project is for {' and '.join(asked.origins)} workers, and you are {worker.origin}"
        )
    if asked.workers is not None and worker.worker_id not in asked.workers:
        found.append("this project is assigned to others; whoever manages it may assign you")
    found += [line for entry in asked.qualifications if (line := _unpassed(entry, project, worker))]
    found += [line for entry in asked.trainings if (line := _undone(entry, project, worker))]
    if asked.min_skill is not None and skill.mean < asked.min_skill:
        found.append(
            f"it asks for a skill of {asked.min_skill:.2f} at {needs.kind}, and yours is estimated as {skill.mean:.2f}"
        )
    if needs.purpose == "qualification" and _left(needs, worker) < 1:
        found.append(f"you have done this test: {_result(needs, worker)}")
    return found


def _unpassed(project_id: int, project: ProjectFacts, worker: WorkerFacts) -> str | None:
    entry, had = project.entries.get(project_id), worker.results.get(project_id, Tally())
    if entry is None:
        return f"its test {project_id} is no longer there; tell whoever manages the project"
    if had.total < entry.test_size:
        return f"first pass the test {entry.name!r}: {had.total:.0f} of {entry.test_size} answers are there"
    if had.correct < entry.pass_mark * had.total - 1e-6:
        right = f"{had.correct:.0f} of {had.total:.0f} were right"
        return f"the test {entry.name!r} was not passed: {right}, and it takes {entry.pass_mark:.0%}"
    return None


def _undone(project_id: int, project: ProjectFacts, worker: WorkerFacts) -> str | None:
    entry, had = project.entries.get(project_id), worker.results.get(project_id, Tally())
    if entry is None:
        return f"its training {project_id} is no longer there; tell whoever manages the project"
    if had.total < entry.test_size:
        return f"first do the training {entry.name!r}: {had.total:.0f} of {entry.test_size} answers are there"
    return None


def _left(needs: ProjectNeeds, worker: WorkerFacts) -> int:
    """Return the answers that are left of a test: it ends with its size, so that nobody tests on until he passes."""
    return needs.asked.test_size - round(worker.results.get(needs.project_id, Tally()).total)


def _result(needs: ProjectNeeds, worker: WorkerFacts) -> str:
    had = worker.results.get(needs.project_id, Tally())
    passed = had.correct >= needs.asked.pass_mark * had.total - 1e-6
    verdict = "passed" if passed else f"not passed, it takes {needs.asked.pass_mark:.0%}"
    return f"{had.correct:.0f} of {had.total:.0f} right, {verdict}"
