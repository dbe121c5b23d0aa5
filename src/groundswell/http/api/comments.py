"""Comments and flags on tasks."""

from collections.abc import Sequence

from groundswell.errors import InputError
from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.paging import PAGING, cut, page_of
from groundswell.http.wire import comments as wire
from groundswell.label.comments import service
from groundswell.label.comments.model import Comment


async def get_thread(call: Call) -> wire.Thread:
    """What was said of a task; to a labeler only of tasks that he has or had in hands, and without names."""
    worker_id = await call.app.workforce.worker_of(call.member)
    task_id = call.task_numbers.meant(call.path_id("task_id"))
    found = await service.thread_of(call.app.db, call.scope, call.project_id, task_id, worker_id)
    return wire.Thread(_shaped(call, found))


async def add_comment(call: Call) -> wire.Thread:
    """Say something of a task, or flag it for somebody to look at."""
    worker_id = await call.app.workforce.worker_of(call.member)
    task_id = call.task_numbers.meant(call.path_id("task_id"))
    found = await service.add_comment(
        call.app.db,
        call.scope,
        call.project_id,
        task_id,
        worker_id,
        call.body.body,
        is_flag=call.body.flag,
    )
    return wire.Thread(_shaped(call, found))


async def list_comments(call: Call) -> wire.CommentPage:
    """What was said in a project, the newest first; members and above."""
    before, limit = page_of(call)
    given = call.query.get("open", "false")
    if given not in ("true", "false"):
        raise InputError(f"open is true or false; got {given[:40]!r}")
    found = await service.list_comments(
        call.app.db, call.scope, call.project_id, only_open=given == "true", before=before, limit=limit + 1
    )
    page, cursor = cut(found, limit)
    return wire.CommentPage(_shaped(call, page), cursor)


async def resolve(call: Call) -> None:
    """Say that somebody has looked at a flag; members and above."""
    await service.resolve_flag(call.app.db, call.scope, call.project_id, call.path_id("comment_id"))


def _shaped(call: Call, found: Sequence[Comment]) -> list[wire.CommentOut]:
    return [wire.CommentOut.of(one, call.task_numbers, call.scope.user_id) for one in found]


PROJECT = "/projects/{project_id}"

ENDPOINTS = (
    Endpoint("GET", PROJECT + "/tasks/{task_id}/comments", "Read a thread", get_thread, answer=wire.Thread),
    Endpoint(
        "POST",
        PROJECT + "/tasks/{task_id}/comments",
        "Comment on a task",
        add_comment,
        wire.CommentBody,
        wire.Thread,
    ),
    Endpoint(
        "GET",
        PROJECT + "/comments",
        "List comments",
        list_comments,
        answer=wire.CommentPage,
        query={**PAGING, "open": "`true`: only flags that nobody has resolved"},
    ),
    Endpoint("POST", PROJECT + "/comments/{comment_id}/resolve", "Resolve a flag", resolve),
)
