"""Projects: list, look, change their state."""

from groundswell.http.endpoint import MAX_ID, Call, Endpoint, whole_number
from groundswell.http.wire import projects as wire
from groundswell.label.projects import guidelines
from groundswell.label.projects import service as projects
from groundswell.label.projects.model import ProjectState

PAGE = 50


async def list_projects(call: Call) -> wire.ProjectPage:
    """One page of projects, the newest first; a labeler sees those that are active."""
    limit = whole_number("limit", call.query.get("limit", str(PAGE)), 1, 200)
    cursor = call.query.get("cursor")
    before = whole_number("cursor", cursor, 1, MAX_ID) if cursor else None
    rows = await projects.list_projects(call.app.db, call.scope, before=before, limit=limit + 1)
    page = [wire.ProjectOut.of(project, counts) for project, counts in rows[:limit]]
    return wire.ProjectPage(page, str(page[-1].id) if len(rows) > limit else None)


async def get_project(call: Call) -> wire.ProjectDetailOut:
    """One project with its classes, and its instructions where they may be read; reading them is logged."""
    return wire.ProjectDetailOut.of(
        *await guidelines.project_for_reader(call.app.db, call.scope, call.project_id)
    )


async def set_state(call: Call) -> wire.ProjectDetailOut:
    """Activate, pause or finish a project."""
    await projects.set_project_state(call.app.db, call.scope, call.project_id, ProjectState(call.body.state))
    return await get_project(call)


async def set_priority(call: Call) -> wire.ProjectDetailOut:
    """Say where a project stands among those that want workers, lower first."""
    await projects.set_project_priority(call.app.db, call.scope, call.project_id, call.body.priority)
    return await get_project(call)


async def set_price(call: Call) -> wire.ProjectDetailOut:
    """Say what an answer earns whose task is leased from now on; what is leased is paid as it was taken."""
    await projects.set_price(call.app.db, call.scope, call.project_id, call.body.price_cents)
    return await get_project(call)


PAGING = {
    "cursor": "where the page begins: `next_cursor` of the page before",
    "limit": "1 to 200, 50 unless given",
}


ENDPOINTS = (
    Endpoint("GET", "/projects", "List projects", list_projects, answer=wire.ProjectPage, query=PAGING),
    Endpoint("GET", "/projects/{project_id}", "One project", get_project, answer=wire.ProjectDetailOut),
    Endpoint(
        "POST",
        "/projects/{project_id}/state",
        "Activate, pause or finish a project",
        set_state,
        wire.StateBody,
        wire.ProjectDetailOut,
    ),
    Endpoint(
        "POST",
        "/projects/{project_id}/priority",
        "Set the priority of a project",
        set_priority,
        wire.PriorityBody,
        wire.ProjectDetailOut,
    ),
    Endpoint(
        "POST",
        "/projects/{project_id}/price",
        "Set the price of an answer",
        set_price,
        wire.PriceBody,
        wire.ProjectDetailOut,
    ),
)
