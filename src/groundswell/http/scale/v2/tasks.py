"""Tasks of the second version: conversations are asked for, all tasks are read, with threads and annotations."""

import re
from typing import Any

from groundswell.errors import InputError, NotFound
from groundswell.http.cursor import decode_cursor, encode_cursor
from groundswell.http.scale.route import Call, Route
from groundswell.http.scale.v1.tasks import links_of, moment
from groundswell.http.scale.v2.batches import metadata_of
from groundswell.http.scale.v2.batches import out as batch_out
from groundswell.http.scale.v2.names import batch_named, needed, project_named, query
from groundswell.http.scale.v2.projects import one_of
from groundswell.http.scale.v2.projects import out as project_out
from groundswell.http.wire.common import Id
from groundswell.label.commissions import batches
from groundswell.label.commissions import service as commissions
from groundswell.label.commissions.model import Commission, CommissionFilter, NewCommission
from groundswell.label.commissions.shape import instant
from groundswell.label.commissions.threads import DETAILS, annotations_of, threads_of
from groundswell.label.projects.model import TaskState

PAGE = 100


async def create_chat_task(call: Call) -> dict[str, Any]:
    """Ask for a conversation."""
    body = call.object()
    variables, metadata = body.get("template_variables") or {}, body.get("metadata") or {}
    project, batch = await project_named(call, body), await batch_named(call, body)
    if project is None and batch is None:
        raise InputError("Please include project_id, project_name, batch_id or batch_name.")
    if not isinstance(variables, dict) or not isinstance(metadata, dict):
        raise InputError("template_variables and metadata must be objects")
    new = NewCommission(
        "chat",
        project,
        batch,
        {"template_variables": variables} if variables else {},
        callback_url=body.get("callback_url") or None,
        metadata=metadata,
    )
    return await out(call, await call.app.commission_room.commission(call.member, new))


async def get_task(call: Call) -> dict[str, Any]:
    """One task as it is now."""
    return await out(call, await _task(call, call.one("task_id")))


async def list_tasks(call: Call) -> dict[str, Any]:
    """One page of the tasks of a project or batch, the newest first."""
    limit, names = call.whole("limit", PAGE, 1, PAGE), query(call)
    project, batch = await project_named(call, names), await batch_named(call, names)
    if project is None and batch is None:
        needed(None, "project")
    state = call.one("status")
    if state is not None and state not in (*TaskState, "deleted"):
        raise InputError(f"status must be {', '.join(TaskState)} or deleted; got {state[:40]!r}")
    which = CommissionFilter(
        project,
        batch,
        state=state,
        completed=(moment(call, "completed_after"), moment(call, "completed_before")),
    )
    this = [str(value) for value in vars(which).values()]
    token = call.one("next_token")
    before = decode_cursor(token, this, tuple[Id])[0] if token else None
    rows, _ = await commissions.list_commissions(
        call.app.db, call.scope, which, before=before, limit=limit + 1, total=0
    )
    found: dict[str, Any] = {"tasks": [await out(call, one) for one in rows[:limit]]}
    return found | ({"next_token": encode_cursor([rows[limit - 1].id], this)} if len(rows) > limit else {})


async def set_metadata(call: Call) -> dict[str, Any]:
    """Replace or merge the metadata of a task."""
    body = call.object()
    given, merge = metadata_of(body)
    task_id = body.get("task_id")
    done = await commissions.set_metadata(
        call.app.db, call.scope, _public(task_id if isinstance(task_id, str) else None), given, merge=merge
    )
    return await out(call, done)


async def get_annotation(call: Call) -> dict[str, Any]:
    """One annotation of a task, with what could have been said."""
    text = call.one("annotation_id") or ""
    named = re.fullmatch(r"an_([0-9a-f]{24})_([0-9]{1,6})", text)
    if named is None:
        raise NotFound(f"Annotation {text[:60]} not found.")
    commission = await _task(call, named[1])
    made = annotations_of(commission, await links_of(call, [commission]))
    if int(named[2]) >= len(made):
        raise NotFound(f"Annotation {text[:60]} not found.")
    return made[int(named[2])]


async def _task(call: Call, task_id: str | None) -> Commission:
    return await commissions.get_commission(call.app.db, call.scope, _public(task_id))


def _public(task_id: str | None) -> str:
    if not task_id:
        raise InputError("Please include task_id.")
    return task_id.removeprefix("task_")


async def out(call: Call, commission: Commission) -> dict[str, Any]:
    """Shape a task, with its project and batch whole where that is asked for."""
    expand = call.query.get("expand", ())
    task: dict[str, Any] = {
        "task_id": commission.public_id,
        "project": await _project(call, commission, whole="project" in expand),
        "status": commission.state,
        "created_at": instant(commission.created_at),
        "metadata": commission.metadata,
        "threads": threads_of(
            commission,
            await links_of(call, [commission]),
            with_details=DETAILS in call.query.get("opts", ()),
        ),
    }
    if commission.batch is not None:
        batch = await batches.get_batch(call.app.db, call.scope, commission.batch)
        shaped = await batch_out(call, batch)
        task["batch"] = shaped if "batch" in expand else shaped["id"]
    if commission.completed_at is not None:
        task["completed_at"] = instant(commission.completed_at)
    if commission.state == TaskState.ERROR:
        task["errors"] = [
            {"type": "PROMPT_INFEASIBLE", "message": "several people could not answer this task"}
        ]
    return task


async def _project(call: Call, commission: Commission, *, whole: bool) -> Any:
    if commission.project is None:
        return ""
    shaped = project_out(await one_of(call, commission.project))
    return shaped if whole else shaped["id"]


ROUTES = (
    Route(
        "POST",
        "/task/chat",
        create_chat_task,
        takes=(
            "project_id",
            "project_name",
            "batch_id",
            "batch_name",
            "template_variables",
            "metadata",
            "callback_url",
        ),
    ),
    Route("GET", "/task", get_task, query=("task_id", "expand", "opts")),
    Route(
        "GET",
        "/tasks",
        list_tasks,
        query=(
            "project_id",
            "project_name",
            "batch_id",
            "batch_name",
            "status",
            "completed_after",
            "completed_before",
            "limit",
            "next_token",
            "expand",
            "opts",
        ),
    ),
    Route("POST", "/task/metadata", set_metadata, needs=("task_id", "metadata"), takes=("merge",)),
    Route("GET", "/annotation", get_annotation, query=("annotation_id",)),
)
