"""Use cases of single tasks: take one out of the work, and bring one back."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell.errors import Conflict, InputError, NotFound
from groundswell.ids import BatchId, ProjectId, TaskId
from groundswell.label.jobs import ask_to_learn
from groundswell.label.projects.model import BatchState, TaskState
from groundswell.label.projects.rules import TASK_TRANSITIONS
from groundswell.label.projects.service import SQL, go_on, project_of
from groundswell.store import Database, Tx
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

MAX_REASON = 500


@dataclass(frozen=True)
class _Found:
    id: TaskId
    state: str
    batch_id: BatchId
    batch_state: str


async def cancel_tasks(
    db: Database, scope: Scope, project_id: ProjectId, task_ids: Sequence[TaskId], *, reason: str
) -> None:
    """Ask these tasks of nobody any more; managers and admins only.

    Answers that are there stay, and who holds such a task may still answer it and is paid. Tasks that are
    canceled already stay as they are.

    Raises:
        NotFound: one is no task of the project.
        Conflict: one is completed; nothing is changed.
    """
    async with db.transaction(scope.org_id) as tx:
        found = await _changing(tx, scope, project_id, task_ids, TaskState.CANCELED, reason)
        await tx.execute(SQL["cancel_tasks"], task_ids=[task.id for task in found])
        await tx.execute(SQL["unlearn"], project_id=project_id, tasks=-len(found))
        await _note(tx, scope, project_id, found, TaskState.CANCELED, reason)


async def reopen_tasks(
    db: Database, scope: Scope, project_id: ProjectId, task_ids: Sequence[TaskId], *, reason: str
) -> None:
    """Ask tasks again that were canceled, or set aside because several people could not answer them.

    Those who skipped one may be given it again. A batch that was completed goes on, and so does
    a project that was done. Tasks that are pending
    already stay as they are.

    Raises:
        NotFound: one is no task of the project.
        Conflict: one is completed, or its batch is cancelled; nothing is changed.
    """
    async with db.transaction(scope.org_id) as tx:
        found = await _changing(tx, scope, project_id, task_ids, TaskState.PENDING, reason)
        dead = [task for task in found if task.batch_state == BatchState.CANCELLED]
        if dead:
            raise Conflict(
                f"task {dead[0].id} belongs to a batch that is cancelled; add its item in another batch"
            )
        await tx.execute(SQL["reopen_tasks"], task_ids=[task.id for task in found])
        back = sum(task.state == TaskState.CANCELED for task in found)
        await tx.execute(SQL["unlearn"], project_id=project_id, tasks=back)
        await _note(tx, scope, project_id, found, TaskState.PENDING, reason)


async def _changing(
    tx: Tx, scope: Scope, project_id: ProjectId, task_ids: Sequence[TaskId], state: TaskState, reason: str
) -> list[_Found]:
    """Return the tasks that are to come to a state and are not in it, locked, or refuse."""
    scope.require(Role.MANAGER)
    if not reason.strip() or len(reason) > MAX_REASON or not reason.isprintable():
        raise InputError(f"say why, in 1 to {MAX_REASON} printable characters: the reason is kept")
    project = await project_of(tx, project_id)
    await tx.execute(SQL["lock_labels"], project_id=project_id)
    await tx.execute(SQL["lock_slots"], project_id=project_id)
    found = await tx.fetch_all(SQL["task_states"], _Found, project_id=project_id, task_ids=list(task_ids))
    missing = set(task_ids) - {task.id for task in found}
    if missing:
        raise NotFound(f"project {project_id} has no task {min(missing)}")
    allowed = TASK_TRANSITIONS[state]
    found = [task for task in found if task.state != state]
    for task in found:
        if task.state not in allowed:
            raise Conflict(
                f"task {task.id} is {task.state}; it can become {state} only from {' or '.join(allowed)}. "
                "Nothing was changed"
            )
    if found and state is TaskState.PENDING:
        await go_on(tx, scope, project)
    return found


async def _note(
    tx: Tx, scope: Scope, project_id: ProjectId, found: Sequence[_Found], state: TaskState, reason: str
) -> None:
    if not found:
        return
    before = {str(task.id): task.state for task in found}
    detail = {"before": before, "after": state, "reason": reason}
    await audit(tx, scope, "task.state", str(project_id), **detail)
    await ask_to_learn(tx, scope.org_id, project_id)
