"""Use cases of workers after the answer: what was returned to them, how they change it, and its history."""

import json
from typing import Any

from groundswell.errors import Conflict, NotFound
from groundswell.ids import AnnotationId, ProjectId, ReturnId, TaskId, WorkerId
from groundswell.label.jobs import ask_to_learn
from groundswell.label.projects.model import Project
from groundswell.label.projects.service import project_of, visible_project
from groundswell.label.review.model import Edit, ReturnedTask, Revision
from groundswell.label.review.rules import RETURN_DAYS, check_edit
from groundswell.label.review.service import SQL, shown_to
from groundswell.label.work.model import Receipt, ReceiptStatus
from groundswell.store import Database, Tx
from groundswell.tenancy.model import RANK, Role, Scope


async def returned_of(
    db: Database, scope: Scope, worker_id: WorkerId, *, after: int = 0, limit: int = 50
) -> list[ReturnedTask]:
    """Return the tasks that reviewers have sent back to a worker, in any project, the oldest first.

    Those that are answered, older than `RETURN_DAYS`, or whose label was made final meanwhile are not among them.

    Args:
        after: only those with a greater id, for the next page.
    """
    async with db.transaction(scope.org_id) as tx:
        return await tx.fetch_all(
            SQL["returned_of"], ReturnedTask, worker_id=worker_id, after=after, limit=limit, days=RETURN_DAYS
        )


async def answer_returned(
    db: Database, scope: Scope, worker_id: WorkerId, return_id: ReturnId, edit: Edit
) -> Receipt:
    """Answer a task that was returned to this worker: the answer becomes the next revision of his own.

    Giving the same answer again keeps to it: then somebody else than the reviewer who rejected it judges.
    Once everything that a verdict returned is answered, review of the task begins anew.

    Raises:
        NotFound: nothing of this number was returned to this worker.
        InvalidAnswer: the answer does not fit the ontology.
        Conflict: it is answered already, was not answered in time, or the label is final meanwhile.
    """
    async with db.transaction(scope.org_id) as tx:
        returned = await tx.fetch_one(
            SQL["returned_task"], dict[str, Any], return_id=return_id, worker_id=worker_id
        )
        if returned is None:
            raise NotFound(f"there is no returned task {return_id} of yours; GET /returned lists them")
        project = await project_of(tx, returned["project_id"])
        return await _add_revision(tx, scope, project, worker_id, returned["task_id"], edit, returned=True)


async def revise(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    worker_id: WorkerId,
    annotation_id: AnnotationId,
    edit: Edit,
) -> Receipt:
    """Change an answer of one's own: the new one is its next revision, and what was said before stays on record.

    It counts instead of the old one as soon as the project is settled again. If the task was returned, this
    answers it.

    Args:
        annotation_id: any revision of the answer.

    Raises:
        NotFound: the worker has no such annotation in this project.
        InvalidAnswer: the answer does not fit the ontology.
        Conflict: the task is canceled or delivered, or its label is final by a review.
    """
    async with db.transaction(scope.org_id) as tx:
        project = await visible_project(tx, scope, project_id)
        task_id = await tx.fetch_value(
            SQL["own_task"], annotation_id=annotation_id, worker_id=worker_id, project_id=project_id
        )
        if task_id is None:
            raise NotFound(f"you have no annotation {annotation_id} in project {project_id}")
        return await _add_revision(tx, scope, project, worker_id, task_id, edit)


async def _add_revision(
    tx: Tx,
    scope: Scope,
    project: Project,
    worker_id: WorkerId,
    task_id: TaskId,
    edit: Edit,
    *,
    returned: bool = False,
) -> Receipt:
    shown = await shown_to(tx, project, [task_id])
    answer = project.schema.validate(edit.answer, shown.get(task_id))
    of = {"task_id": task_id, "worker_id": worker_id}
    await tx.execute(SQL["lock_answer"], **of)
    earlier = await _stored_before(tx, worker_id, task_id, edit)
    if earlier is not None:
        return earlier
    facts = await tx.fetch_one(SQL["may_edit"], dict[str, Any], days=RETURN_DAYS, **of)
    assert facts is not None
    check_edit(**facts)
    if returned and not facts["is_returned"]:
        raise Conflict(f"what was returned of this task is answered, or its {RETURN_DAYS} days are over")
    stored: int = await tx.fetch_value(
        SQL["insert_revision"],
        answer=json.dumps(dict(answer)),
        active_ms=edit.active_ms,
        key=edit.idempotency_key,
        **of,
    )
    if await tx.fetch_value(SQL["answer_returns"], **of):
        await tx.execute(SQL["next_round"], task_id=task_id)
    await ask_to_learn(tx, scope.org_id, project.id)
    return Receipt(edit.idempotency_key, task_id, ReceiptStatus.STORED, AnnotationId(stored))


async def _stored_before(tx: Tx, worker_id: WorkerId, task_id: TaskId, edit: Edit) -> Receipt | None:
    stored = await tx.fetch_one(
        SQL["stored_under"], dict[str, Any], worker_id=worker_id, key=edit.idempotency_key
    )
    if stored is None:
        return None
    if stored["task_id"] != task_id:
        raise Conflict("this idempotency key was used for another answer; make a new one for each")
    return Receipt(edit.idempotency_key, task_id, ReceiptStatus.STORED, AnnotationId(stored["id"]))


async def history(db: Database, scope: Scope, project_id: ProjectId, task_id: TaskId) -> list[Revision]:
    """Return every revision of every answer to a task, by worker; to a labeler, of his own answer only.

    Raises:
        NotFound: no such task in this project, or no such project.
    """
    async with db.transaction(scope.org_id) as tx:
        await visible_project(tx, scope, project_id)
        of = {"task_id": task_id, "project_id": project_id}
        if await tx.fetch_value(SQL["task_state"], **of) is None:
            raise NotFound(f"there is no such task in project {project_id}")
        everybody = RANK[scope.role] >= RANK[Role.MEMBER]
        return await tx.fetch_all(SQL["history"], Revision, everybody=everybody, user_id=scope.user_id, **of)
