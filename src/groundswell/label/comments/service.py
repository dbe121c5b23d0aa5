"""Use cases of comments: say something of a task, read what was said, resolve a flag."""

from dataclasses import replace
from uuid import UUID

from groundswell.errors import InputError, NotAllowed, NotFound
from groundswell.ids import ProjectId, TaskId, WorkerId
from groundswell.label.comments.model import Comment
from groundswell.label.projects.service import project_of, visible_project
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import RANK, Role, Scope
from groundswell.tenancy.service import audit

SQL = load_queries(__package__)

MOST_CHARACTERS = 4_000
MOST_IN_THREAD = 200
NEWEST = 2**63 - 1


async def add_comment(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    task_id: TaskId,
    worker_id: WorkerId,
    body: str,
    *,
    is_flag: bool = False,
) -> list[Comment]:
    """Say something of a task, and return the thread; a labeler only of tasks that he has or had in hands.

    Args:
        is_flag: ask somebody to look: it is listed until somebody resolves it.

    Raises:
        InputError: nothing is said, or too much.
        NotFound: no such task in this project, or none of a labeler's own.
    """
    user_id = _person(scope)
    body = body.strip()
    if not body or len(body) > MOST_CHARACTERS or "\x00" in body:
        raise InputError(f"a comment has 1 to {MOST_CHARACTERS:,} characters, none of them NUL")
    of = {"project_id": project_id, "task_id": task_id}
    async with db.transaction(scope.org_id) as tx:
        await _require_task(tx, scope, project_id, task_id, worker_id)
        await tx.execute(SQL["insert_comment"], user_id=user_id, body=body, is_flag=is_flag, **of)
        return await _thread(tx, scope, project_id, task_id)


async def thread_of(
    db: Database, scope: Scope, project_id: ProjectId, task_id: TaskId, worker_id: WorkerId
) -> list[Comment]:
    """Return what was said of a task, the oldest first; to a labeler, without names but his own.

    Raises:
        NotFound: no such task in this project, or none of a labeler's own.
    """
    async with db.transaction(scope.org_id) as tx:
        await _require_task(tx, scope, project_id, task_id, worker_id)
        return await _thread(tx, scope, project_id, task_id)


async def list_comments(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    *,
    only_open: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[Comment]:
    """Return what was said in a project, the newest first; for members and above.

    Args:
        only_open: only flags that nobody has resolved.
        before: only those with a smaller id, for the next page.
    """
    scope.require(Role.MEMBER)
    page = {"project_id": project_id, "before": before or NEWEST, "limit": limit, "open": only_open}
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        return await tx.fetch_all(SQL["comments"], Comment, **page)


async def resolve_flag(db: Database, scope: Scope, project_id: ProjectId, comment_id: int) -> None:
    """Say that somebody has looked at a flag; for members and above. A second time, nothing happens.

    Raises:
        NotFound: no such flag in this project.
    """
    scope.require(Role.MEMBER)
    of = {"project_id": project_id, "comment_id": comment_id}
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        if await tx.fetch_value(SQL["flag"], **of) is None:
            raise NotFound(f"project {project_id} has no flag {comment_id}")
        if await tx.fetch_value(SQL["resolve"], user_id=_person(scope), **of) is not None:
            await audit(tx, scope, "flag.resolve", str(comment_id), project=project_id)


def _person(scope: Scope) -> UUID:
    if scope.user_id is None:
        raise NotAllowed("a comment needs a person: sign in as a member of the organization")
    return scope.user_id


async def _require_task(
    tx: Tx, scope: Scope, project_id: ProjectId, task_id: TaskId, worker_id: WorkerId
) -> None:
    await visible_project(tx, scope, project_id)
    known = await tx.fetch_value(SQL["task_of"], project_id=project_id, task_id=task_id) is not None
    if known and RANK[scope.role] < RANK[Role.MEMBER]:
        known = await tx.fetch_value(SQL["may_speak"], task_id=task_id, worker_id=worker_id)
    if not known:
        raise NotFound(f"there is no such task in project {project_id}")


async def _thread(tx: Tx, scope: Scope, project_id: ProjectId, task_id: TaskId) -> list[Comment]:
    """Return a thread. Who labels does not learn who else works on the task: agreement must stay independent."""
    found = await tx.fetch_all(
        SQL["thread"], Comment, project_id=project_id, task_id=task_id, limit=MOST_IN_THREAD
    )
    if RANK[scope.role] >= RANK[Role.MEMBER]:
        return found
    return [one if one.user_id == scope.user_id else replace(one, author=None) for one in found]
