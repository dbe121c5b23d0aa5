"""Learning a project whose answers are more than a class: read all answers, infer, write labels and skills."""

import asyncio
import json

from groundswell.ids import ProjectId, WorkerId
from groundswell.label.learning.inferring import AnswerRow, Taught, infer
from groundswell.label.learning.reading import learnable_tasks
from groundswell.label.projects.model import Project, ProjectState
from groundswell.label.projects.service import SQL as PROJECTS
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Scope
from groundswell.workforce.service import save_skills

SQL = load_queries(__package__)


async def infer_once(db: Database, scope: Scope, project_id: ProjectId) -> bool:
    """Read, infer and write; False if another run has written in between, and this one has not.

    Which tasks are completed is not decided here: settling has done so, answer by answer.
    """
    of = {"project_id": project_id}
    async with db.transaction(scope.org_id) as tx:
        project = await tx.fetch_one(PROJECTS["project"], Project, **of)
        if project is None or project.state == ProjectState.DRAFT:
            return True
        # Before all else: what is written between these statements makes this run read again.
        times_learnt = await tx.fetch_value(SQL["times_learnt"], **of)
        answers = await tx.fetch_value(SQL["answers_of"], **of) or 0
        tasks, _ = await learnable_tasks(tx, project)
        rows = await tx.fetch_all(
            SQL["answers_for_inferring"], AnswerRow, task_ids=[task.id for task in tasks], **of
        )
    taught = await asyncio.to_thread(infer, project, tasks, rows)
    async with db.transaction(scope.org_id) as tx:
        await tx.execute(SQL["lock_project"], **of)
        if await tx.fetch_value(SQL["times_learnt"], **of) != times_learnt:
            return False
        await _write(tx, scope, project_id, taught, answers)
    return True


async def _write(tx: Tx, scope: Scope, project_id: ProjectId, taught: Taught, answers: int) -> None:
    labels = taught.labels
    await tx.execute(
        SQL["save_consensus"],
        org_id=scope.org_id,
        project_id=project_id,
        task_ids=list(labels),
        answers=[json.dumps(answer, ensure_ascii=False) for answer, _, _, _ in labels.values()],
        probabilities=[probability for _, probability, _, _ in labels.values()],
        annotations=[behind for _, _, behind, _ in labels.values()],
        sources=[source for _, _, _, source in labels.values()],
        model_version=None,
    )
    await save_skills(
        tx,
        scope,
        project_id,
        [WorkerId(worker) for worker in taught.workers],
        [skill for skill, _, _ in taught.workers.values()],
        [error for _, error, _ in taught.workers.values()],
        [given for _, _, given in taught.workers.values()],
    )
    await tx.execute(SQL["note_agreement"], project_id=project_id, agreement=taught.agreement)
    await tx.execute(SQL["note_learnt"], project_id=project_id, answers=answers, workers=len(taught.workers))
