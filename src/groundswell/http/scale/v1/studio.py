"""Studio: who labels for which project, and which batch comes first."""

from typing import Any

from groundswell.errors import InputError
from groundswell.http.scale.route import Call, Route
from groundswell.http.scale.v1.projects import text_of
from groundswell.http.scale.v1.teams import optional_texts, texts
from groundswell.label.commissions import assignments, batches, groups
from groundswell.label.commissions.model import CommissionBatch, Group


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


async def list_groups(call: Call) -> list[dict[str, Any]]:
    """The groups of a project."""
    found = await groups.list_groups(call.app.db, call.scope, call.path["project"])
    return [_group_out(one) for one in found]


async def create_group(call: Call) -> dict[str, Any]:
    """Make a group of people."""
    body, workers = call.object(), call.app.workforce
    emails = optional_texts(body, "emails")
    done = await groups.create_group(
        call.app.db, call.scope, workers, call.path["project"], text_of(body, "name"), emails
    )
    return _group_out(done)


async def change_group(call: Call) -> dict[str, Any]:
    """Take people into a group and out of it."""
    body = call.object()
    done = await groups.change_group(
        call.app.db,
        call.scope,
        call.app.workforce,
        call.path["project"],
        call.path["group"],
        add=optional_texts(body, "add_emails"),
        remove=optional_texts(body, "remove_emails"),
    )
    return _group_out(done)


async def assign_batch(call: Call) -> dict[str, Any]:
    """Give a batch to groups and to nobody else."""
    named = optional_texts(call.object(), "groups")
    return _out(await groups.assign_batch(call.app.db, call.scope, call.path["batch"], named))


def _named(call: Call) -> tuple[list[str], list[str]]:
    body = call.object()
    return texts(body, "emails"), texts(body, "projects")


def _group_out(group: Group) -> dict[str, Any]:
    return {
        "id": f"{group.id:024x}",
        "name": group.name,
        "numWorkers": len(group.workers),
        "isSingleton": len(group.workers) == 1,
        "workers": [{"id": f"{worker:024x}", "email": email} for worker, email in group.workers.items()],
    }


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
        "groups": batch.groups,
    }


ROUTES = (
    Route("GET", "/studio/assignments", list_assignments),
    Route("POST", "/studio/assignments/add", add_assignments, needs=("emails", "projects")),
    Route("POST", "/studio/assignments/remove", remove_assignments, needs=("emails", "projects")),
    Route("GET", "/studio/projects/{project}/groups", list_groups),
    Route(
        "POST",
        "/studio/projects/{project}/groups",
        create_group,
        duplicate=True,
        needs=("name",),
        takes=("emails",),
    ),
    Route(
        "PUT",
        "/studio/projects/{project}/groups/{group}",
        change_group,
        takes=("add_emails", "remove_emails"),
    ),
    Route("GET", "/studio/batches", list_batches),
    Route("PUT", "/studio/batches/{batch}", assign_batch, takes=("groups",)),
    Route("POST", "/studio/batches/set_priorities", set_priorities, needs=("batches",)),
    Route("POST", "/studio/batches/reset_priorities", reset_priorities),
)
