"""Background work of labelling: learn a project anew, return expired leases."""

import asyncio
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.features import features_of
from groundswell.assist.learning import Learned
from groundswell.assist.model import Features
from groundswell.errors import MissingExtra
from groundswell.ids import OrgId, ProjectId, WorkerId
from groundswell.label.learning import (
    Conclusion,
    TaskRow,
    VoteRow,
    conclude,
    is_due,
    refresh,
    report_of,
    situation,
    train,
)
from groundswell.label.model import Project, ProjectState
from groundswell.organize import DatasetStore
from groundswell.store import Database, Tx, load_queries
from groundswell.store.jobs import defer
from groundswell.tenancy.model import Role, Scope
from groundswell.workforce.service import save_skills

SQL = load_queries(__package__)
LEARN = "learn"


async def ask_to_learn(tx: Tx, org_id: OrgId, project_id: ProjectId) -> None:
    """Ask for a project to be learnt anew once this transaction commits; asking twice is asking once."""
    await defer(tx, LEARN, key=f"learn:{project_id}", org_id=str(org_id), project_id=project_id)


async def expire_leases(db: Database) -> int:
    """End leases that ran out, for every organization, and return how many; their slots are open again."""
    async with db.system_transaction() as tx:
        ended: int = await tx.fetch_value(SQL["expire_leases"])
    return ended


@dataclass
class Workshop:
    """Where projects are learnt: the database, the datasets, and the features of items once computed.

    Attributes:
        datasets: the dataset store of an organization, by its slug.
    """

    db: Database
    datasets: Callable[[str], DatasetStore]
    _features: dict[str, Features] = field(default_factory=dict, repr=False)
    _learned: dict[int, Learned] = field(default_factory=dict, repr=False)

    async def learn(self, org_id: str, project_id: int) -> None:
        """Infer labels, train the model, settle what is certain enough and plan what to ask next.

        Reads in one transaction, thinks outside any, writes in another; answers that land in between are
        seen by the run that their own commit asked for. Running it twice does no harm.
        """
        scope = Scope(OrgId(uuid.UUID(org_id)), None, Role.ADMIN)
        read = await self._read(scope, ProjectId(project_id))
        if read is None:
            return
        project, tasks, votes, leases, slug = read
        now = situation(tasks, votes, leases, project.classes)
        rng = np.random.default_rng([project_id, len(votes)])
        features, reason = await self._features_of(slug, project, tasks)
        learned = self._learned.get(project_id)
        report = None
        if learned is None or is_due(learned, len(now.votes)):
            learned = await asyncio.to_thread(train, now, features, rng=rng, reason=reason)
            report = report_of(now.votes, learned) if learned.evidence is not None else None
        elif len(now.votes):
            learned = await asyncio.to_thread(refresh, learned, now)
        conclusion = await asyncio.to_thread(conclude, project, now, learned, features, rng=rng)
        await self._write(scope, project, tasks, conclusion, report)
        if report is not None:
            self._learned[project_id] = learned

    async def _read(
        self, scope: Scope, project_id: ProjectId
    ) -> tuple[Project, list[TaskRow], list[VoteRow], dict[int, int], str] | None:
        async with self.db.transaction(scope.org_id) as tx:
            project = await tx.fetch_one(SQL["project"], Project, project_id=project_id)
            if project is None or project.state == ProjectState.DRAFT:
                return None
            tasks = await tx.fetch_all(SQL["tasks_for_learning"], TaskRow, project_id=project_id)
            votes = await tx.fetch_all(SQL["votes_for_learning"], VoteRow, project_id=project_id)
            leases = await tx.fetch_all(SQL["outstanding"], dict[str, int], project_id=project_id)
            slug = await tx.fetch_value(SQL["organization_slug"])
        return project, tasks, votes, {row["task_id"]: row["leases"] for row in leases}, slug

    async def _features_of(
        self, slug: str, project: Project, tasks: Sequence[TaskRow]
    ) -> tuple[Features | None, str]:
        """Return a row of features for each task; or None, and what to install to have them."""
        version = self.datasets(slug).open(project.dataset, project.dataset_version)
        if version.digest not in self._features:
            try:
                self._features[version.digest] = await asyncio.to_thread(lambda: features_of(version.items()))
            except MissingExtra as missing:
                return None, str(missing)
        return self._features[version.digest][[task.position for task in tasks]], ""

    async def _write(
        self,
        scope: Scope,
        project: Project,
        tasks: Sequence[TaskRow],
        conclusion: Conclusion,
        report: dict[str, Any] | None,
    ) -> None:
        of = {"org_id": scope.org_id, "project_id": project.id}
        task_ids = np.array([task.id for task in tasks], np.int64)
        async with self.db.transaction(scope.org_id) as tx:
            await tx.execute(SQL["lock_project"], project_id=project.id)
            version = None
            if report is not None:
                version = await tx.fetch_value(SQL["insert_model"], report=report, **of)
            await _save_consensus(tx, project, task_ids, conclusion, version, of)
            if version is not None:
                await _save_predictions(tx, project, task_ids, conclusion, version, scope)
            await tx.execute(
                SQL["settle_tasks"], project_id=project.id, task_ids=_ids(task_ids[conclusion.settle])
            )
            await tx.execute(SQL["clear_ready"], project_id=project.id)
            await tx.execute(SQL["fill_ready"], task_ids=_ids(task_ids[conclusion.ask]))
            await save_skills(
                tx,
                scope,
                project.id,
                [WorkerId(worker) for worker in conclusion.worker_ids],
                conclusion.skill.tolist(),
                conclusion.skill_error.tolist(),
                conclusion.worker_answers.tolist(),
            )
            await tx.execute(SQL["refresh_progress"], project_id=project.id)
            if conclusion.finished:
                await tx.execute(
                    SQL["set_project_state"],
                    project_id=project.id,
                    state=ProjectState.DONE,
                    allowed=["active"],
                )


def _ids(task_ids: NDArray[np.int64]) -> list[int]:
    return [int(task_id) for task_id in task_ids]


def _answers(project: Project, codes: NDArray[Any]) -> list[str]:
    """Return class codes as answers of the project's label kind, in JSON."""
    made = [json.dumps({"choice": name}) for name in project.classes]
    return [made[code] for code in codes]


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
        answers=_answers(project, found.label[known]),
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
    spoken = np.flatnonzero(~np.isnan(found.evidence[:, 0]))
    await tx.execute(
        SQL["save_predictions"],
        org_id=scope.org_id,
        task_ids=_ids(task_ids[spoken]),
        answers=_answers(project, best[spoken]),
        probabilities=found.evidence[spoken, best[spoken]].tolist(),
        model_version=version,
    )
