"""Batches of a project: make one, list them, lead them through their life."""

import asyncio

import numpy as np

from groundswell.http.endpoint import MAX_ID, Call, Endpoint, whole_number
from groundswell.http.wire import batches as wire
from groundswell.http.wire.projects import PriorityBody
from groundswell.ids import BatchId
from groundswell.label.projects import batches
from groundswell.label.projects.model import BatchState
from groundswell.label.projects.service import get_project

PAGE = 100


async def list_batches(call: Call) -> wire.BatchPage:
    """One page of batches with the counts of their tasks; for members and above."""
    limit = whole_number("limit", call.query.get("limit", str(PAGE)), 1, 500)
    after = whole_number("cursor", call.query.get("cursor", "0"), 0, MAX_ID)
    rows = await batches.list_batches(call.app.db, call.scope, call.project_id, after=after, limit=limit + 1)
    page = [wire.BatchOut.of(batch) for batch in rows[:limit]]
    return wire.BatchPage(page, str(page[-1].id) if len(rows) > limit else None)


async def create_batch(call: Call) -> wire.BatchOut:
    """Add tasks to a project, as a batch in staging: nobody is given them before it is finalized."""
    body: wire.BatchBody = call.body
    project, _ = await get_project(call.app.db, call.scope, call.project_id)
    store = call.app.datasets(call.member.org_slug)
    version = await asyncio.to_thread(store.open, project.dataset, body.dataset_version)
    batch = await batches.create_batch(
        call.app.db, call.scope, project.id, body.spec(), version, rng=np.random.default_rng()
    )
    return wire.BatchOut.of(batch)


async def set_batch_state(call: Call) -> wire.BatchOut:
    """Finalize, pause, resume, complete or cancel a batch. Work that is leased is still taken and paid."""
    state, batch_id = BatchState(call.body.state), BatchId(call.path_id("batch_id"))
    return wire.BatchOut.of(
        await batches.set_batch_state(call.app.db, call.scope, call.project_id, batch_id, state)
    )


async def set_batch_priority(call: Call) -> wire.BatchOut:
    """Say where a batch stands among those of its project, lower first."""
    batch_id, priority = BatchId(call.path_id("batch_id")), call.body.priority
    return wire.BatchOut.of(
        await batches.set_batch_priority(call.app.db, call.scope, call.project_id, batch_id, priority)
    )


PAGING = {
    "cursor": "where the page begins: `next_cursor` of the page before",
    "limit": "1 to 500, 100 unless given",
}
BATCHES = "/projects/{project_id}/batches"

ENDPOINTS = (
    Endpoint(
        "GET", BATCHES, "List the batches of a project", list_batches, answer=wire.BatchPage, query=PAGING
    ),
    Endpoint("POST", BATCHES, "Add a batch of tasks", create_batch, wire.BatchBody, wire.BatchOut),
    Endpoint(
        "POST",
        BATCHES + "/{batch_id}/state",
        "Finalize, pause, resume, complete or cancel a batch",
        set_batch_state,
        wire.BatchStateBody,
        wire.BatchOut,
    ),
    Endpoint(
        "POST",
        BATCHES + "/{batch_id}/priority",
        "Set the priority of a batch",
        set_batch_priority,
        PriorityBody,
        wire.BatchOut,
    ),
)
