"""Projects of the second version: the same as of the first, read only."""

from typing import Any

from groundswell.http.scale.route import Call, Route
from groundswell.http.scale.v1.tasks import moment
from groundswell.http.scale.v2.names import needed, number, project_named, query
from groundswell.label.commissions import projects
from groundswell.label.commissions.model import CommissionProject
from groundswell.label.commissions.shape import instant

TYPES = {"chat": "SFT", "chatlite": "SFT", "chatexperimental": "SFT", "multichat": "SFT"}
"""What the second version calls projects of a task type; all others are "Other"."""


async def list_projects(call: Call) -> dict[str, Any]:
    """Every project that was named in a time."""
    start, end = moment(call, "created_after"), moment(call, "created_before")
    found = [
        out(one)
        for one in await projects.list_projects(call.app.db, call.scope)
        if (start is None or one.created_at >= start) and (end is None or one.created_at <= end)
    ]
    return {"projects": found}


async def get_project(call: Call) -> dict[str, Any]:
    """One project."""
    return out(await one_of(call, needed(await project_named(call, query(call)), "project")))


async def one_of(call: Call, name: str) -> CommissionProject:
    """Return the project of a name."""
    return await projects.get_project(call.app.db, call.scope, name)


def out(project: CommissionProject) -> dict[str, Any]:
    """Shape a project."""
    return {
        "id": number("project", project.id),
        "name": project.name,
        "created_at": instant(project.created_at),
        "types": [TYPES.get(project.type, "Other")],
        "models": [],
    }


ROUTES = (
    Route("GET", "/projects", list_projects, query=("created_after", "created_before")),
    Route("GET", "/project", get_project, query=("project_id", "project_name")),
)
