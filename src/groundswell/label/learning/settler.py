"""Settling: what came in is looked at within a second, behind the workers' backs."""

import json
import logging
import math
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from groundswell.errors import GroundswellError
from groundswell.ids import OrgId, ProjectId, TaskId
from groundswell.label.jobs import ask_to_learn
from groundswell.label.learning.heard import Answered, CountedVote, UnsettledTask
from groundswell.label.learning.settling import Settled, settle_tasks
from groundswell.label.projects.batches import finish_batches
from groundswell.label.projects.model import Project, ReviewReason, TaskState
from groundswell.label.projects.reviewing import ask_reviews
from groundswell.label.projects.service import SQL as PROJECTS
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit
from groundswell.workforce.evidence import add_evidence

SQL = load_queries(__package__)
log = logging.getLogger(__name__)

MOST_AT_ONCE = 300
"""Answers and skips of a project that one transaction settles."""

LEARN_GROWTH, GROWTH_WITHOUT_MODEL = 0.02, 1.0
"""A project is learnt anew when its answers have grown by this share."""

SMALL = 500
REST_SECONDS, REST_WITHOUT_MODEL = 60.0, 600.0
"""A project with more answers than `SMALL` is learnt at most once in so long a time, unless it ends or models decide.
Where models have no part nobody waits for it: settling keeps labels and evidence up to date."""


@dataclass(frozen=True)
class Unsettled:
    """A project that something came in for, and how much."""

    org_id: OrgId
    project_id: ProjectId
    waiting: int


@dataclass(frozen=True)
class Incoming:
    """An answer, a skip or a changed answer that was not looked at yet."""

    task_id: int
    worker_id: int
    answered: bool
    seconds: float
    price_cents: int


@dataclass
class Settler:
    """Settles what comes in: completes tasks, asks one more person where a label is in doubt, calls for review.

    Restarting it loses nothing: all that it remembers is when it asked for learning last. Several may run at once.
    """

    db: Database
    clock: Callable[[], float] = time.monotonic
    _since: dict[ProjectId, int] = field(default_factory=lambda: defaultdict(int), repr=False)
    _asked_at: dict[ProjectId, float] = field(default_factory=dict, repr=False)
    _turns: deque[Unsettled] = field(default_factory=deque, repr=False)

    async def settle(self) -> int:
        """Settle all that has come in so far, for every organization; returns how many answers and skips that was."""
        return sum([await self.settle_project(one.org_id, one.project_id) for one in await self._unsettled()])

    async def settle_in_turn(self) -> int:
        """Settle some of what has come in for one project, each project by turns.

        Returns:
            About how many answers and skips still wait.
        """
        self._turns = self._turns or deque(await self._unsettled())
        if not self._turns:
            return 0
        one = self._turns.popleft()
        try:
            await self._settle_some(one.org_id, one.project_id)
        except GroundswellError as error:
            log.warning("project %d could not be settled this time: %s", one.project_id, error)
        else:
            if one.waiting > MOST_AT_ONCE:
                self._turns.append(replace(one, waiting=one.waiting - MOST_AT_ONCE))
        return sum(other.waiting for other in self._turns)

    async def settle_project(self, org_id: OrgId, project_id: ProjectId) -> int:
        """Settle what has come in for one project; returns how many answers and skips that was."""
        total = some = await self._settle_some(org_id, project_id)
        while some == MOST_AT_ONCE:
            some = await self._settle_some(org_id, project_id)
            total += some
        return total

    async def _unsettled(self) -> list[Unsettled]:
        async with self.db.system_transaction(planned_once=True) as tx:
            return await tx.fetch_all(SQL["unsettled_projects"], Unsettled)

    async def _settle_some(self, org_id: OrgId, project_id: ProjectId) -> int:
        async with self.db.transaction(org_id, planned_once=True, durable=False) as tx:
            await tx.execute(SQL["settle_alone"], project_id=project_id)
            incoming = await tx.fetch_all(
                SQL["take_unsettled"], Incoming, project_id=project_id, limit=MOST_AT_ONCE
            )
            if incoming:
                await self._settle(tx, org_id, project_id, incoming)
        return len(incoming)

    async def _settle(
        self, tx: Tx, org_id: OrgId, project_id: ProjectId, incoming: Sequence[Incoming]
    ) -> None:
        await tx.execute(PROJECTS["hold_classes"], project_id=project_id)
        project = await tx.fetch_one(PROJECTS["project"], Project, project_id=project_id)
        assert project is not None, "projects are never deleted"
        task_ids = sorted({one.task_id for one in incoming})
        of = {"task_ids": task_ids}
        tasks = await tx.fetch_all(SQL["tasks_to_settle"], UnsettledTask, project_id=project_id, **of)
        votes = await tx.fetch_all(SQL["votes_to_settle"], CountedVote, **of)
        new: set[Answered] = {(one.task_id, one.worker_id) for one in incoming if one.answered}
        found = settle_tasks(project, tasks, votes, new)
        await add_evidence(tx, org_id, found.evidence)
        settled: list[str] = []
        if project.models != "decide" and project.purpose == "production":
            settled = await _save(tx, org_id, project, tasks, found)
        answered = sum(one.answered for one in incoming)
        total = await tx.fetch_value(
            SQL["add_progress"],
            project_id=project_id,
            completed=settled.count(TaskState.COMPLETED),
            annotations=answered,
        )
        await tx.execute(
            SQL["add_hour"],
            project_id=project_id,
            answers=answered,
            completed=settled.count(TaskState.COMPLETED),
            seconds=sum(one.seconds for one in incoming),
            price_cents=sum(one.price_cents for one in incoming),
        )
        ended = bool(settled) and await end_what_is_done(tx, org_id, project_id)
        if project.purpose == "production" and self._is_due(project, len(incoming), total or 0, ended=ended):
            await ask_to_learn(tx, org_id, project_id)

    def _is_due(self, project: Project, came: int, total: int, *, ended: bool) -> bool:
        """Say whether a project is to be learnt anew, counting what came since it was last asked for."""
        alone = project.models == "none"
        growth = GROWTH_WITHOUT_MODEL if alone else LEARN_GROWTH
        rest = (REST_WITHOUT_MODEL if alone else REST_SECONDS) * (1 + project.id % 10 / 10)  # not all at once
        self._since[project.id] += came
        quick = total < SMALL and not alone
        rested = quick or self.clock() - self._asked_at.setdefault(project.id, self.clock()) > rest
        grown = rested and self._since[project.id] >= math.ceil(growth * total)
        due = ended or project.models == "decide" or grown
        if due:
            self._since[project.id], self._asked_at[project.id] = 0, self.clock()
        return due


async def _save(
    tx: Tx, org_id: OrgId, project: Project, tasks: Sequence[UnsettledTask], found: Settled
) -> list[str]:
    """Write what was settled of a project whose labels people decide; returns the states that tasks came to."""
    ids = np.array([task.id for task in tasks], np.int64)
    await _save_labels(tx, org_id, project, ids, tasks, found)
    changed = np.flatnonzero(found.state != np.array([task.state for task in tasks], np.str_))
    rows: list[dict[str, Any]] = []
    if len(changed):
        rows = await tx.fetch_all(
            SQL["settle_tasks"],
            dict[str, Any],
            task_ids=ids[changed].tolist(),
            states=found.state[changed].tolist(),
        )
    completed = {row["id"] for row in rows if row["state"] == "completed"}
    undecided = [TaskId(int(i)) for i in ids[found.undecided] if i in completed]
    agreed = [TaskId(i) for i in sorted(completed - set(undecided))]
    await ask_reviews(tx, project, agreed, ReviewReason.COMPLETED)
    await ask_reviews(tx, project, undecided, ReviewReason.DISAGREEMENT)
    if project.target_probability is not None:
        await _ask_on(tx, ids, found)
    return [row["state"] for row in rows]


async def _save_labels(
    tx: Tx, org_id: OrgId, project: Project, ids: Any, tasks: Sequence[UnsettledTask], found: Settled
) -> None:
    said = np.flatnonzero((found.answers > 0) & np.array([task.gold is None for task in tasks], bool))
    await tx.execute(
        SQL["save_consensus"],
        org_id=org_id,
        project_id=project.id,
        task_ids=ids[said].tolist(),
        answers=[json.dumps(found.label[place], ensure_ascii=False) for place in said],
        probabilities=found.probability[said].tolist(),
        annotations=found.answers[said].tolist(),
        sources=["people"] * len(said),
        model_version=None,
    )


async def _ask_on(tx: Tx, ids: Any, found: Settled) -> None:
    """Open a slot for each answer that tasks in doubt want and do not await."""
    numbers = [
        (int(ids[place]), number + 1)
        for place in np.flatnonzero(found.wanted)
        for number in range(int(found.answers[place]), int(found.wanted[place]))
    ]
    if numbers:
        await tx.execute(
            SQL["fill_ready"],
            task_ids=[task_id for task_id, _ in numbers],
            numbers=[number for _, number in numbers],
        )


async def end_what_is_done(tx: Tx, org_id: OrgId, project_id: ProjectId) -> bool:
    """End the batches that ask no more, and the project with its last batch; returns whether the project ended."""
    service = Scope(org_id, None, Role.ADMIN)
    await finish_batches(tx, service, project_id)
    ended = await tx.fetch_value(SQL["finish_project"], project_id=project_id) is not None
    if ended:
        await audit(tx, service, "project.state", str(project_id), before="active", after="done")
    return ended
