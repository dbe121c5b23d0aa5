"""Background work of labelling: learn a project anew, return expired leases."""

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import log as logarithm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.features import features_of
from groundswell.assist.learning import Learned
from groundswell.assist.model import Features
from groundswell.errors import GroundswellError
from groundswell.ids import OrgId, ProjectId, TaskId, WorkerId
from groundswell.label.kinds import Ontology, label_kind
from groundswell.label.learning.conclude import (
    RETRAIN_GROWTH,
    Conclusion,
    conclude,
    is_due,
    refresh,
    report_of,
    train,
)
from groundswell.label.learning.reading import learnable_tasks
from groundswell.label.learning.rules import as_answers
from groundswell.label.learning.settler import end_what_is_done
from groundswell.label.learning.situation import (
    OpinionRow,
    ReviewedTask,
    Situation,
    SkipRow,
    TaskRow,
    VoteRow,
    opinions_of,
    situation,
)
from groundswell.label.learning.teaching import infer_once
from groundswell.label.predictors.rules import version_of
from groundswell.label.predictors.service import predictors_of
from groundswell.label.projects.model import Project, ProjectState, ReviewReason
from groundswell.label.projects.reviewing import ask_reviews
from groundswell.label.projects.service import SQL as PROJECTS
from groundswell.organize import DatasetStore
from groundswell.store import Database, Tx, load_queries
from groundswell.store.recent import Recent
from groundswell.tenancy.model import Role, Scope
from groundswell.workforce.service import save_skills

SQL = load_queries(__package__)
log = logging.getLogger(__name__)

KEPT = 8
"""Projects whose features and model are kept in memory."""


@dataclass(frozen=True)
class Signs:
    """What must differ for learning to find anything new; -1 leases while slots are open."""

    state: str
    ontology_version: int
    answers: int
    unsettled: bool
    skips: int
    leases: int
    opinions: str
    retracted: int
    kind: str
    classes: list[str]
    options: dict[str, Any]
    reviews: int

    @property
    def chooses_class(self) -> bool:
        """Whether people vote for classes; else their answers are compared and merged."""
        return label_kind(self.kind).chooses_class(Ontology(tuple(self.classes), self.options))


@dataclass(frozen=True)
class Rows:
    """A project as it was read: everything that learning knows."""

    times_learnt: int
    answers: int
    project: Project
    slug: str
    tasks: list[TaskRow]
    votes: list[VoteRow]
    skips: list[SkipRow]
    leases: dict[int, int]
    opinions: list[OpinionRow]
    reviewed: list[ReviewedTask]

    def situation(self) -> Situation:
        """Return the rows as arrays."""
        return situation(self.project, self.tasks, self.votes, self.leases, self.skips, self.reviewed)

    @property
    def key(self) -> tuple[ProjectId, int, tuple[tuple[str, int], ...]]:
        """What a model is kept for: trained anew where classes change, or models of others say a tenth more."""
        said = Counter(row.predictor for row in self.opinions)
        steps = tuple(
            sorted((name, int(logarithm(n) / logarithm(RETRAIN_GROWTH))) for name, n in said.items())
        )
        return self.project.id, self.project.ontology_version, steps


@dataclass
class Workshop:
    """Where projects are learnt: the database, the datasets, and what was computed for the last projects.

    Attributes:
        datasets: the dataset store of an organization, by its slug.
    """

    db: Database
    datasets: Callable[[str], DatasetStore]
    _features: Recent[str, tuple[dict[str, int], Features]] = field(
        default_factory=lambda: Recent(KEPT), repr=False
    )
    _learned: Recent[tuple[ProjectId, int, tuple[tuple[str, int], ...]], Learned] = field(
        default_factory=lambda: Recent(KEPT), repr=False
    )
    _signs: Recent[int, Signs] = field(default_factory=lambda: Recent(1000 * KEPT), repr=False)

    async def learn(self, org_id: str, project_id: int) -> None:
        """Infer labels, train the model, settle what is certain enough and plan what to ask next.

        Reads in one transaction, thinks outside any, writes in another; answers that land in between are
        seen by the run that their own commit asked for. If another run has written in between, this one
        reads anew, so that old conclusions never replace newer ones. Running it twice does no harm; where
        nothing has happened since the last time, it does nothing.
        """
        scope = Scope(OrgId(uuid.UUID(org_id)), None, Role.ADMIN)
        async with self.db.transaction(scope.org_id) as tx:
            signs = await tx.fetch_one(SQL["signs"], Signs, project_id=project_id)
        if signs is None or (signs == self._signs.get(project_id) and not signs.unsettled):
            return
        learn_once = self._learn_once if signs.chooses_class else partial(infer_once, self.db)
        while not await learn_once(scope, ProjectId(project_id)):
            log.info("project %d was learnt by another run; reading it anew", project_id)
        self._signs.put(project_id, signs)

    async def _learn_once(self, scope: Scope, project_id: ProjectId) -> bool:
        """Read, think and write; False if another run has written in between, and this one has not."""
        rows = await self._read(scope, project_id)
        if rows is None:
            return True
        now = rows.situation()
        rng = np.random.default_rng([project_id, len(rows.votes)])
        features, reason = await self._features_of(rows)
        learned = self._learned.get(rows.key)
        report = None
        if learned is None or is_due(learned, now.votes):
            stated = opinions_of(rows.project, rows.tasks, rows.opinions)
            learned = await asyncio.to_thread(train, now, features, rng=rng, reason=reason, opinions=stated)
            report = report_of(now.votes, learned) if learned.evidence is not None else None
        elif len(now.votes):
            learned = await asyncio.to_thread(refresh, learned, now)
        found = await asyncio.to_thread(conclude, rows.project, now, learned, features, rng=rng)
        written = await self._write(scope, rows, found, report)
        if written and report is not None:
            self._learned.put(rows.key, learned)
        return written

    async def _read(self, scope: Scope, project_id: ProjectId) -> Rows | None:
        of = {"project_id": project_id}
        async with self.db.transaction(scope.org_id) as tx:
            project = await tx.fetch_one(PROJECTS["project"], Project, **of)
            if project is None or project.state == ProjectState.DRAFT:
                return None
            # Before all else: what is written between these statements makes this run read again.
            times_learnt = await tx.fetch_value(SQL["times_learnt"], **of)
            answers = await tx.fetch_value(SQL["answers_of"], **of) or 0
            slug = await tx.fetch_value(SQL["organization_slug"])
            tasks, small = await learnable_tasks(tx, project)
            ids = [] if small else [task.id for task in tasks]
            votes = await tx.fetch_all(
                SQL["votes_for_learning"], VoteRow, everything=small, task_ids=ids, **of
            )
            skips = await tx.fetch_all(SQL["skips_for_learning"], SkipRow, **of)
            leases = await tx.fetch_all(SQL["outstanding"], dict[str, int], **of)
            opinions = await _opinions(tx, project, small, [task.id for task in tasks])
            reviewed: list[ReviewedTask] = []
            if project.models == "decide":
                reviewed = await tx.fetch_all(SQL["reviewed"], ReviewedTask, **of)
        outstanding = {row["task_id"]: row["leases"] for row in leases}
        return Rows(
            times_learnt, answers, project, slug, tasks, votes, skips, outstanding, opinions, reviewed
        )

    async def _features_of(self, rows: Rows) -> tuple[Features | None, str]:
        """Return a row of features for each task; or None, and why there are none.

        People can go on without a model, so nothing that is wrong with the items stops them.
        """
        if rows.project.models == "none":
            return None, "models have no part in this project"
        try:
            version = self.datasets(rows.slug).open(rows.project.dataset, rows.project.dataset_version)
            known = self._features.get(version.digest)
            if known is None:
                place = {str(item_id): i for i, item_id in enumerate(version.ids())}
                known = (place, await asyncio.to_thread(lambda: features_of(version.items())))
                self._features.put(version.digest, known)
            where, features = known
            if missing := sum(task.item_id not in where for task in rows.tasks):
                return None, f"{missing:,} items are not in the dataset yet"
            return features[[where[task.item_id] for task in rows.tasks]], ""
        except GroundswellError as error:
            log.warning("project %d is learnt without a model: %s", rows.project.id, error)
            return None, str(error)

    async def _write(
        self, scope: Scope, rows: Rows, found: Conclusion, report: dict[str, Any] | None
    ) -> bool:
        """Write a conclusion, unless another run has written since its rows were read."""
        of = {"org_id": scope.org_id, "project_id": rows.project.id}
        project_id = rows.project.id
        task_ids = np.array([task.id for task in rows.tasks], np.int64)
        async with self.db.transaction(scope.org_id) as tx:
            await tx.execute(SQL["lock_project"], project_id=project_id)
            if await tx.fetch_value(SQL["times_learnt"], project_id=project_id) != rows.times_learnt:
                return False
            version = None
            if report is not None:
                version = await tx.fetch_value(SQL["insert_model"], report=report, **of)
            await _save_consensus(tx, rows.project, task_ids, found, version, of)
            if version is not None:
                await _save_predictions(tx, rows.project, task_ids, found, version, scope)
            await _save_skills(tx, scope, project_id, found)
            await tx.execute(
                SQL["note_learnt"],
                answers=rows.answers,
                workers=len(found.worker_ids),
                project_id=project_id,
            )
            if rows.project.models == "decide":
                await _save_states(tx, rows, task_ids, found)
                review = [TaskId(int(task_id)) for task_id in task_ids[found.review]]
                await ask_reviews(tx, rows.project, review, ReviewReason.DISAGREEMENT)
                await tx.execute(SQL["note_automation"], paused=found.paused, project_id=project_id)
                await tx.execute(PROJECTS["refresh_progress"], project_id=project_id)
                await end_what_is_done(tx, scope.org_id, project_id)
                await _open_slots(tx, project_id, task_ids, found)
        return True


async def _opinions(tx: Tx, project: Project, everything: bool, task_ids: list[int]) -> list[OpinionRow]:
    """Read what models of others say of tasks, as far as they were asked about the classes of now."""
    current = [
        one.name
        for one in await predictors_of(tx, project.id)
        if one.version == version_of(one.kind, one.url, one.model, one.instructions, project.classes)
    ]
    if not current or project.models == "none":
        return []
    return await tx.fetch_all(
        SQL["opinions"],
        OpinionRow,
        project_id=project.id,
        predictors=current,
        everything=everything,
        task_ids=[] if everything else task_ids,
    )


async def _open_slots(tx: Tx, project_id: ProjectId, task_ids: NDArray[np.int64], found: Conclusion) -> None:
    """Replace the window of open slots; last of all, since workers wait for it."""
    await tx.execute(SQL["lock_window"], project_id=project_id)
    await tx.execute(SQL["clear_ready"], project_id=project_id)
    await tx.execute(SQL["fill_ready"], task_ids=_ids(task_ids[found.ask]), numbers=found.ask_number.tolist())


async def _save_states(tx: Tx, rows: Rows, task_ids: NDArray[np.int64], found: Conclusion) -> None:
    changed = np.flatnonzero(found.state != np.array([task.state for task in rows.tasks], np.str_))
    await tx.execute(
        SQL["set_task_states"],
        project_id=rows.project.id,
        task_ids=_ids(task_ids[changed]),
        states=found.state[changed].tolist(),
    )


async def _save_skills(tx: Tx, scope: Scope, project_id: ProjectId, found: Conclusion) -> None:
    await save_skills(
        tx,
        scope,
        project_id,
        [WorkerId(worker) for worker in found.worker_ids],
        found.skill.tolist(),
        found.skill_error.tolist(),
        found.worker_answers.tolist(),
    )


def _ids(task_ids: NDArray[np.int64]) -> list[int]:
    return [int(task_id) for task_id in task_ids]


async def _save_consensus(
    tx: Tx,
    project: Project,
    task_ids: NDArray[np.int64],
    found: Conclusion,
    version: int | None,
    of: dict[str, Any],
) -> None:
    known = np.flatnonzero(found.known)
    await tx.execute(
        SQL["save_consensus"],
        task_ids=_ids(task_ids[known]),
        answers=as_answers(project.classes, found.label[known]),
        probabilities=found.probability[known].tolist(),
        annotations=found.answers[known].tolist(),
        sources=[found.source[place] for place in known],
        model_version=version,
        **of,
    )


async def _save_predictions(
    tx: Tx, project: Project, task_ids: NDArray[np.int64], found: Conclusion, version: int, scope: Scope
) -> None:
    assert found.evidence is not None
    best = found.evidence.argmax(axis=1)
    spoken = np.flatnonzero(np.ptp(found.evidence, axis=1) > 0)  # elsewhere no model says anything
    await tx.execute(
        SQL["save_predictions"],
        org_id=scope.org_id,
        task_ids=_ids(task_ids[spoken]),
        answers=as_answers(project.classes, best[spoken]),
        probabilities=found.evidence[spoken, best[spoken]].tolist(),
        model_version=version,
    )
