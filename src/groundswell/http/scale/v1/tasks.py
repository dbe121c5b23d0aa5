"""Tasks: ask for one, see it, list them, cancel, audit, and change their names, tags and metadata."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import Meta

from groundswell.clock import now
from groundswell.errors import InputError
from groundswell.http.cursor import decode_cursor, encode_cursor
from groundswell.http.scale.route import Call, Route
from groundswell.http.wire.common import Id
from groundswell.label.commissions import service as commissions
from groundswell.label.commissions.links import Links, links_for
from groundswell.label.commissions.model import AuditState, Commission, CommissionFilter, NewCommission
from groundswell.label.commissions.shape import SHORT, task_object
from groundswell.label.projects.model import TaskState

NAMES = ("project", "batch", "instruction", "callback_url", "metadata", "tags", "unique_id")
"""Parameters of any task; all others are particular to its type."""

Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]

IGNORED = ("urgency", "priority", "clear_unique_id_on_error")
"""Parameters of any task that change nothing here: order comes from batches and projects."""


async def create_task(call: Call) -> dict[str, Any]:
    """Ask for a task."""
    new = new_task(call.path["type"], call.object())
    return await _out(call, await call.app.commission_room.commission(call.member, new))


def new_task(kind: str, body: Mapping[str, Any]) -> NewCommission:
    """Read what is asked for.

    Raises:
        InputError: a name is no text.
    """
    named = {name: body[name] for name in NAMES if body.get(name) not in (None, "")}
    for name in ("project", "batch", "instruction", "unique_id"):
        if not isinstance(named.get(name, ""), str):
            raise InputError(f"The {name} parameter must be a text.")
    params = {name: value for name, value in body.items() if name not in (*NAMES, *IGNORED)}
    return NewCommission(kind, params=params, **named)


async def get_task(call: Call) -> dict[str, Any]:
    """One task as it is now."""
    return await _out(call, await commissions.get_commission(call.app.db, call.scope, call.path["id"]))


async def cancel_task(call: Call) -> dict[str, Any]:
    """Ask a task of nobody any more."""
    clear = call.flag("clear_unique_id")
    done = await commissions.cancel_commission(
        call.app.db, call.scope, call.path["id"], clear_unique_id=clear
    )
    return await _out(call, done)


async def audit_task(call: Call) -> dict[str, Any]:
    """Say whether a completed task is right."""
    body = call.object()
    accepted, comments = body.get("accepted"), body.get("comments") or ""
    if not isinstance(accepted, bool) or not isinstance(comments, str):
        raise InputError("accepted must be true or false, and comments a text")
    done = await commissions.audit_commission(
        call.app.db, call.scope, call.path["id"], accepted=accepted, comments=comments, now=now()
    )
    return await _out(call, done)


async def set_unique_id(call: Call) -> dict[str, Any]:
    """Change the name of a task."""
    unique_id = call.object().get("unique_id")
    if not isinstance(unique_id, str):
        raise InputError("unique_id must be a text")
    return await _out(
        call, await commissions.set_unique_id(call.app.db, call.scope, call.path["id"], unique_id)
    )


async def clear_unique_id(call: Call) -> dict[str, Any]:
    """Give the name of a task free."""
    return await _out(call, await commissions.set_unique_id(call.app.db, call.scope, call.path["id"], None))


async def set_metadata(call: Call) -> dict[str, Any]:
    """Replace the metadata of a task."""
    body = call.object()
    return await _out(call, await commissions.set_metadata(call.app.db, call.scope, call.path["id"], body))


async def set_tags(call: Call) -> dict[str, Any]:
    """Replace the tags of a task."""
    given = call.list()
    return await _out(
        call, await commissions.change_tags(call.app.db, call.scope, call.path["id"], lambda _: given)
    )


async def add_tags(call: Call) -> dict[str, Any]:
    """Add tags to a task, behind those that it has."""
    given = call.list()
    done = await commissions.change_tags(call.app.db, call.scope, call.path["id"], lambda had: [*had, *given])
    return await _out(call, done)


async def delete_tags(call: Call) -> dict[str, Any]:
    """Take tags from a task; those that it has not are no error."""
    given = call.list()
    done = await commissions.change_tags(
        call.app.db, call.scope, call.path["id"], lambda had: [tag for tag in had if tag not in given]
    )
    return await _out(call, done)


# ── lists ────────────────────────────────────────────────────────────────────────────────────────


async def list_tasks(call: Call) -> dict[str, Any]:
    """One page of tasks, the newest first, with how many there are in all."""
    which, limit = _filter_of(call), call.whole("limit", commissions.MAX_PAGE, 1, commissions.MAX_PAGE)
    token = call.one("next_token")
    before, counted = decode_cursor(token, _named(which), tuple[Id, Number]) if token else (None, None)
    rows, total = await commissions.list_commissions(
        call.app.db, call.scope, which, before=before, limit=limit + 1, total=counted
    )
    page = rows[:limit]
    is_short = call.flag("limited_response")
    attached = _wants_attachments(call) and not is_short
    links = None if is_short else await links_of(call, page, attachments=attached)
    is_test = call.member.is_sandbox
    tasks = [task_object(one, is_test=is_test, links=links, attachments=attached) for one in page]
    docs = [_short(one) for one in tasks] if is_short else tasks
    answer = {"docs": docs, "total": total, "limit": limit, "offset": 0, "has_more": len(rows) > limit}
    if len(rows) > limit:
        answer["next_token"] = encode_cursor([page[-1].id, total], _named(which))
    return answer


def _filter_of(call: Call) -> CommissionFilter:
    return CommissionFilter(
        project=call.one("project"),
        batch=call.one("batch"),
        type=call.one("type"),
        state=_state(call),
        unique_ids=call.query.get("unique_id", ()),
        tags=call.query.get("tags", ()),
        audit_states=_audit_states(call),
        created=(moment(call, "start_time"), moment(call, "end_time")),
        completed=(moment(call, "completed_after"), moment(call, "completed_before")),
        updated=(moment(call, "updated_after"), moment(call, "updated_before")),
    )


def _named(which: CommissionFilter) -> list[str]:
    return [str(value) for value in vars(which).values()]


def _state(call: Call) -> str | None:
    text = call.one("status")
    if text is not None and text not in list(TaskState):
        raise InputError(f"status must be {', '.join(TaskState)}; got {text[:40]!r}")
    return text


def _audit_states(call: Call) -> list[str]:
    given = [one for text in call.query.get("customer_review_status", ()) for one in text.split(",") if one]
    for one in given:
        if one not in list(AuditState):
            raise InputError(f"customer_review_status must be {', '.join(AuditState)}; got {one[:40]!r}")
    return given


def moment(call: Call, name: str) -> datetime | None:
    """Return an instant of the query; one without an offset is in UTC.

    Raises:
        InputError: it is none.
    """
    text = call.one(name)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" 00:00", "+00:00") if text.endswith(" 00:00") else text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(f"{name} must be an ISO 8601 date or time; got {text[:40]!r}") from None


async def links_of(
    call: Call, commissions: Sequence[Commission], *, attachments: bool = False
) -> Links | None:
    """Return what makes addresses of the files of some tasks, as the caller reaches them."""
    return await links_for(
        call.app.db, call.scope.org_id, call.base, commissions, now(), attachments=attachments
    )


def _wants_attachments(call: Call) -> bool:
    """Say whether addresses of attachments are asked for; a sandbox has none, as nothing is fetched there."""
    return call.flag("include_attachment_url") and not call.member.is_sandbox


async def _out(call: Call, commission: Commission) -> dict[str, Any]:
    attached = _wants_attachments(call)
    links = await links_of(call, [commission], attachments=attached)
    return task_object(commission, is_test=call.member.is_sandbox, links=links, attachments=attached)


def _short(task: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: task[name] for name in SHORT if name in task}, "otherVersion": None}


TASK = (
    "project",
    "batch",
    "instruction",
    "callback_url",
    "metadata",
    "tags",
    "unique_id",
    "attachment",
    "attachment_type",
    "attachments",
    "categories",
    "taxonomies",
    "labels",
    "objects_to_annotate",
    "geometries",
    "fields",
    "choices",
    "text",
    "template_variables",
    "hypothesis",
    "base_annotations",
    "context_attachments",
    "layers",
    "groundswell",
)
"""Parameters of a task that are known to OpenAPI: those of any, and the essential ones of each type."""

LISTED = (
    "project",
    "batch",
    "type",
    "status",
    "unique_id",
    "tags",
    "customer_review_status",
    "start_time",
    "end_time",
    "completed_after",
    "completed_before",
    "updated_after",
    "updated_before",
    "limit",
    "next_token",
    "limited_response",
    "include_attachment_url",
)

ROUTES = (
    Route("POST", "/task/{id}/cancel", cancel_task, query=("clear_unique_id",)),
    Route("POST", "/task/{id}/audit", audit_task, needs=("accepted",), takes=("comments",)),
    Route("POST", "/task/{id}/unique_id", set_unique_id, duplicate=True, needs=("unique_id",)),
    Route("DELETE", "/task/{id}/unique_id", clear_unique_id),
    Route("POST", "/task/{id}/setMetadata", set_metadata, takes_any=True),
    Route("POST", "/task/{id}/tags", set_tags, listed="tags"),
    Route("PUT", "/task/{id}/tags", add_tags, listed="tags"),
    Route("DELETE", "/task/{id}/tags", delete_tags, listed="tags"),
    Route("POST", "/task/{type}", create_task, duplicate=True, takes=TASK),
    Route("GET", "/task/{id}", get_task, query=("include_attachment_url",)),
    Route("GET", "/tasks", list_tasks, query=LISTED),
)
