"""Studio: who labels for which project, and which batch comes first."""

from typing import Any

from groundswell.errors import InputError, Unsupported
from groundswell.http.scale.route import Call, Route
from groundswell.http.scale.v1.teams import texts
from groundswell.label.commissions import assignments, batches
from groundswell.label.commissions.model import CommissionBatch


async def list_assignments(call: Call) -> dict[str, list[str]]:
    """The projects that each person is assigned to."""
    return await assignments.list_assignments(call.app.db, call.scope)


async def add_assignments(call: Call) -> dict[str, list[str]]:
    """Assign people to projects."""
    return await assignments.assign(call.app.db, call.scope, call.app.workforce, *_named(call))


async def remove_assignments(call: Call) -> dict[str, list[str]]:
    """Take people from projects."""
    return await assignments.withdraw(call.app.db, call.scope, call.app.workforce, *_named(call))


async def list_batches(call: Call) -> list[dict[str, Any]]:
    """Batches that are not at their end, in the order of work."""
    return [_out(one) for one in await batches.list_studio_batches(call.app.db, call.scope)]


async def set_priorities(call: Call) -> list[dict[str, Any]]:
    """Put all pending batches into an order."""
    given = call.object().get("batches")
    is_list = isinstance(given, list) and all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in given
    )
    if not given or not is_list:
        raise InputError("Please include the batches parameter, a list of objects with a name.")
    return [
        _out(one) for one in await batches.set_order(call.app.db, call.scope, [one["name"] for one in given])
    ]


async def reset_priorities(call: Call) -> list[dict[str, Any]]:
    """Put pending batches into the order in which they were made."""
    return [_out(one) for one in await batches.set_order(call.app.db, call.scope, [])]


async def no_groups(call: Call) -> None:
    """Groups of people within a project are not there."""
    raise Unsupported("groups are not enabled: assign people to projects by studio/assignments instead")


def _named(call: Call) -> tuple[list[str], list[str]]:
    body = call.object()
    return texts(body, "emails"), texts(body, "projects")


def _out(batch: CommissionBatch) -> dict[str, Any]:
    return {
        "id": f"{batch.id:024x}",
        "name": batch.name,
        "projectId": f"{batch.commission_project_id:024x}",
        "projectName": batch.project,
        "batchType": "calibration"
        if batch.calibration
        else "self_label"
        if batch.self_label
        else "production",
        "studioPriority": batch.priority,
        "total": batch.pending + batch.completed + batch.error,
        "completed": batch.completed,
        "groups": [],
    }


ROUTES = (
    Route("GET", "/studio/assignments", list_assignments),
    Route("POST", "/studio/assignments/add", add_assignments),
    Route("POST", "/studio/assignments/remove", remove_assignments),
    Route("GET", "/studio/batches", list_batches),
    Route("POST", "/studio/batches/set_priorities", set_priorities),
    Route("POST", "/studio/batches/reset_priorities", reset_priorities),
)

REFUSED = (
    Route("GET", "/studio/projects/{project}/groups", no_groups),
    Route("POST", "/studio/projects/{project}/groups", no_groups),
    Route("PUT", "/studio/projects/{project}/groups/{group}", no_groups),
    Route("PUT", "/studio/batches/{batch}", no_groups),
)
"""Routes that are known, and answered with what is missing."""
