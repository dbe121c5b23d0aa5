"""Batches of the second version: made, read, and led through their life."""

from typing import Any

from groundswell.errors import InputError
from groundswell.http.cursor import decode_cursor, encode_cursor
from groundswell.http.scale.route import Call, Route
from groundswell.http.scale.v1.projects import text_of
from groundswell.http.scale.v1.tasks import moment
from groundswell.http.scale.v2.names import batch_named, needed, number, project_named, query
from groundswell.http.scale.v2.projects import one_of
from groundswell.http.scale.v2.projects import out as project_out
from groundswell.http.wire.common import Id
from groundswell.label.commissions import batches
from groundswell.label.commissions.batches import BatchFilter
from groundswell.label.commissions.model import CommissionBatch
from groundswell.label.commissions.shape import instant
from groundswell.label.projects.model import BatchState

PAGE = 100

PAUSED = (BatchState.IN_PROGRESS,)
RESUMED = (BatchState.PAUSED,)
CANCELLED = (BatchState.STAGING, BatchState.IN_PROGRESS, BatchState.PAUSED)
"""From which states a batch is paused, resumed and cancelled."""


async def create_batch(call: Call) -> dict[str, Any]:
    """Name a batch; one that is staged waits to be finalized."""
    body = call.object()
    done = await batches.create_batch(
        call.app.db,
        call.scope,
        project=needed(await project_named(call, body), "project"),
        name=text_of(body, "name"),
        callback_url=body.get("callback") or None,
        staging=bool(body.get("staging_batch")),
        metadata=body.get("metadata") or {},
        private_hosts=call.app.callback_hosts,
    )
    return await out(call, done)


async def get_batch(call: Call) -> dict[str, Any]:
    """One batch."""
    name = needed(await batch_named(call, query(call)), "batch")
    return await out(call, await batches.get_batch(call.app.db, call.scope, name))


async def list_batches(call: Call) -> dict[str, Any]:
    """One page of batches, the newest first."""
    limit = call.whole("limit", PAGE, 1, PAGE)
    which = BatchFilter(
        needed(await project_named(call, query(call)), "project"),
        _state(call),
        (moment(call, "created_after"), moment(call, "created_before")),
        (moment(call, "completed_after"), moment(call, "completed_before")),
    )
    this = [str(value) for value in vars(which).values()]
    token = call.one("next_token")
    offset = decode_cursor(token, this, tuple[Id])[0] if token else 0
    rows, total = await batches.list_batches(call.app.db, call.scope, which, offset=offset, limit=limit)
    found: dict[str, Any] = {"batches": [await out(call, one) for one in rows]}
    following = offset + len(rows)
    return found | ({"next_token": encode_cursor([following], this)} if following < total and rows else {})


async def finalize_batch(call: Call) -> dict[str, Any]:
    """Give the tasks of a staged batch to people."""
    return await _led(call, BatchState.IN_PROGRESS, (BatchState.STAGING,))


async def pause_batch(call: Call) -> dict[str, Any]:
    """Give nobody tasks of a batch until it is resumed."""
    return {"batch": await _led(call, BatchState.PAUSED, PAUSED)}


async def resume_batch(call: Call) -> dict[str, Any]:
    """Give tasks of a paused batch to people again."""
    return {"batch": await _led(call, BatchState.IN_PROGRESS, RESUMED)}


async def cancel_batch(call: Call) -> dict[str, Any]:
    """Cancel a batch with its pending tasks, for good."""
    return {"batch": await _led(call, BatchState.CANCELLED, CANCELLED)}


async def set_metadata(call: Call) -> dict[str, Any]:
    """Replace or merge the metadata of a batch."""
    body = call.object()
    name = needed(await batch_named(call, body), "batch")
    given, merge = metadata_of(body)
    return await out(call, await batches.set_metadata(call.app.db, call.scope, name, given, merge=merge))


def metadata_of(body: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Return metadata that are given, and whether they are to be merged."""
    given = body.get("metadata")
    if not isinstance(given, dict):
        raise InputError("Please include the metadata parameter, an object.")
    return given, bool(body.get("merge"))


async def _led(call: Call, state: BatchState, allowed: tuple[BatchState, ...]) -> dict[str, Any]:
    name = needed(await batch_named(call, call.object()), "batch")
    return await out(call, await batches.set_state(call.app.db, call.scope, name, state, allowed=allowed))


def _state(call: Call) -> str | None:
    text = call.one("status")
    if text is not None and text not in list(BatchState):
        raise InputError(f"status must be {', '.join(BatchState)}; got {text[:40]!r}")
    return text


async def out(call: Call, batch: CommissionBatch) -> dict[str, Any]:
    """Shape a batch, with its project whole where that is asked for."""
    project: Any = number("project", batch.commission_project_id)
    if "project" in call.query.get("expand", ()):
        project = project_out(await one_of(call, batch.project))
    found = {
        "id": number("batch", batch.id),
        "name": batch.name,
        "project": project,
        "created_at": instant(batch.created_at),
        "status": batch.state,
        "metadata": batch.metadata,
    }
    optional = {
        "callback": batch.callback_url,
        "completed_at": instant(batch.completed_at) if batch.completed_at else None,
    }
    return found | {name: value for name, value in optional.items() if value is not None}


ROUTES = (
    Route(
        "POST",
        "/batch",
        create_batch,
        duplicate=True,
        needs=("name",),
        takes=("project_id", "project_name", "callback", "staging_batch", "metadata"),
    ),
    Route("GET", "/batch", get_batch, query=("batch_id", "batch_name", "expand")),
    Route(
        "GET",
        "/batches",
        list_batches,
        query=(
            "project_id",
            "project_name",
            "status",
            "created_after",
            "created_before",
            "completed_after",
            "completed_before",
            "limit",
            "next_token",
            "expand",
        ),
    ),
    Route("POST", "/batch/finalize", finalize_batch, takes=("batch_id", "batch_name")),
    Route("POST", "/batch/pause", pause_batch, takes=("batch_id", "batch_name")),
    Route("POST", "/batch/resume", resume_batch, takes=("batch_id", "batch_name")),
    Route("POST", "/batch/cancel", cancel_batch, takes=("batch_id", "batch_name")),
    Route(
        "POST",
        "/batch/metadata",
        set_metadata,
        needs=("metadata",),
        takes=("batch_id", "batch_name", "merge"),
    ),
)
