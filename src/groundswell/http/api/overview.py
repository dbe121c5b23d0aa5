"""A project seen from above, and one task with all that is known of it."""

from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.wire import overview as wire
from groundswell.ids import TaskId
from groundswell.label.delivery.service import task_detail
from groundswell.label.overview.service import overview_of


async def get_overview(call: Call) -> wire.OverviewOut:
    """How far, how fast, how good and at what price a project is; members and above."""
    return wire.OverviewOut.of(await overview_of(call.app.db, call.scope, call.project_id))


async def get_task(call: Call) -> wire.TaskDetailOut:
    """One task with its item, its label and who said what; managers and admins only."""
    task_id = TaskId(call.path_id("task_id"))
    return wire.TaskDetailOut.of(await task_detail(call.app.db, call.scope, call.project_id, task_id))


PROJECT = "/projects/{project_id}"

ENDPOINTS = (
    Endpoint("GET", PROJECT + "/overview", "A project at a glance", get_overview, answer=wire.OverviewOut),
    Endpoint("GET", PROJECT + "/tasks/{task_id}", "One task", get_task, answer=wire.TaskDetailOut),
)
