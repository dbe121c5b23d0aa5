"""Batches: a name for tasks that belong together."""

from typing import Any

from groundswell.errors import InputError
from groundswell.http.scale.route import Call, Route
from groundswell.http.scale.v1.projects import text_of
from groundswell.http.scale.v1.tasks import moment
from groundswell.label.commissions import batches
from groundswell.label.commissions.batches import BatchFilter
from groundswell.label.commissions.model import CommissionBatch
from groundswell.label.commissions.shape import batch_object
from groundswell.label.projects.model import BatchState

PAGE, MOST = 100, 1_000
STATES = (BatchState.STAGING, BatchState.IN_PROGRESS, BatchState.COMPLETED)


async def create_batch(call: Call) -> dict[str, Any]:
    """Name a batch of a project."""
    body = call.object()
    done = await batches.create_batch(
        call.app.db,
        call.scope,
        project=text_of(body, "project"),
        name=text_of(body, "name"),
        callback_url=body.get("callback") or None,
        calibration=bool(body.get("calibration_batch")),
        self_label=bool(body.get("self_label_batch")),
        metadata=body.get("metadata") or {},
        private_hosts=call.app.callback_hosts,
    )
    return batch_object(done)


async def get_batch(call: Call) -> dict[str, Any]:
    """One batch."""
    return batch_object(await batches.get_batch(call.app.db, call.scope, call.path["name"]))


async def get_status(call: Call) -> dict[str, Any]:
    """How many tasks of a batch are in each state."""
    batch = await batches.get_batch(call.app.db, call.scope, call.path["name"])
    return {"status": batch_object(batch)["status"], **counts(batch)}


async def finalize_batch(call: Call) -> dict[str, Any]:
    """Give the tasks of a batch to people."""
    return batch_object(await batches.finalize_batch(call.app.db, call.scope, call.path["name"]))


async def set_metadata(call: Call) -> dict[str, Any]:
    """Replace the metadata of a batch."""
    return batch_object(await batches.set_metadata(call.app.db, call.scope, call.path["name"], call.object()))


async def list_batches(call: Call) -> dict[str, Any]:
    """One page of batches, the newest first."""
    limit, offset = call.whole("limit", PAGE, 1, MOST), call.whole("offset", 0, 0, 10**9 - 1)
    state = call.one("status")
    if state is not None and state not in STATES:
        raise InputError(f"status must be {', '.join(STATES)}; got {state[:40]!r}")
    which = BatchFilter(call.one("project"), state, (moment(call, "start_time"), moment(call, "end_time")))
    rows, total = await batches.list_batches(call.app.db, call.scope, which, offset=offset, limit=limit)
    return {
        "docs": [batch_object(one) for one in rows],
        "totalDocs": total,
        "limit": limit,
        "offset": offset,
        "has_more": offset + len(rows) < total,
    }


def counts(batch: CommissionBatch) -> dict[str, int]:
    """Return how many tasks of a batch are in each state; none are left out."""
    found = {name: getattr(batch, name) for name in ("pending", "completed", "error", "canceled")}
    return {name: number for name, number in found.items() if number}


ROUTES = (
    Route(
        "POST",
        "/batches",
        create_batch,
        duplicate=True,
        needs=("project", "name"),
        takes=("callback", "calibration_batch", "self_label_batch", "metadata"),
    ),
    Route(
        "GET",
        "/batches",
        list_batches,
        query=("project", "status", "start_time", "end_time", "limit", "offset"),
    ),
    Route("GET", "/batches/{name}", get_batch),
    Route("GET", "/batches/{name}/status", get_status),
    Route("POST", "/batches/{name}/finalize", finalize_batch),
    Route("POST", "/batches/{name}/setMetadata", set_metadata, takes_any=True),
)
