"""Projects: what tasks have in common."""

from collections.abc import Mapping
from typing import Any

from groundswell.clock import now
from groundswell.errors import InputError
from groundswell.http.scale.route import Call, Route
from groundswell.label.commissions import projects
from groundswell.label.commissions.model import CommissionProject
from groundswell.label.commissions.shape import instant


async def create_project(call: Call) -> dict[str, Any]:
    """Name a project."""
    body = call.object()
    params = body.get("params") or {}
    if not isinstance(params, Mapping):
        raise InputError("params must be an object")
    name, kind, dataset = text_of(body, "name"), text_of(body, "type"), body.get("datasetId") or None
    done = await projects.create_project(
        call.app.db,
        call.scope,
        name=name,
        kind=kind,
        params=params,
        rapid=bool(body.get("rapid")),
        studio=bool(body.get("studio")),
        dataset=dataset,
        now=now(),
    )
    return _out(done)


async def get_project(call: Call) -> dict[str, Any]:
    """One project."""
    return _out(await projects.get_project(call.app.db, call.scope, call.path["name"]))


async def list_projects(call: Call) -> list[dict[str, Any]]:
    """Every project."""
    return [_out(one) for one in await projects.list_projects(call.app.db, call.scope)]


async def set_params(call: Call) -> dict[str, Any]:
    """Change parameters of a project, for tasks that come from now on."""
    body = call.object()
    return _out(await projects.set_params(call.app.db, call.scope, call.path["name"], body, now=now()))


async def get_template(call: Call) -> dict[str, Any]:
    """What tasks of a form or a conversation are filled in from."""
    found = await projects.get_project(call.app.db, call.scope, call.path["name"])
    if found.type not in ("textcollection", "chat"):
        raise InputError(f"projects of type {found.type} have no task template")
    variables = found.params.get("template_variables")
    return {
        "id": f"{found.id:024x}",
        "version": len(found.history),
        "created_at": instant(found.created_at),
        "updated_at": found.history[-1]["created_at"],
        "template_variables": variables if isinstance(variables, Mapping) else {},
    }


def text_of(body: Mapping[str, Any], name: str) -> str:
    """Return a text of a request that must be there.

    Raises:
        InputError: it is not.
    """
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise InputError(f"Please include the {name} parameter, a text.")
    return value


def _out(project: CommissionProject) -> dict[str, Any]:
    found = {
        "name": project.name,
        "type": project.type,
        "param_history": list(project.history),
        "rapid": project.rapid,
        "studio": project.studio,
        "created_at": instant(project.created_at),
    }
    return found | ({"datasetId": project.dataset} if project.dataset else {})


ROUTES = (
    Route(
        "POST",
        "/projects",
        create_project,
        duplicate=True,
        needs=("name", "type"),
        takes=("params", "rapid", "studio", "datasetId"),
    ),
    Route("GET", "/projects", list_projects),
    Route("GET", "/projects/{name}", get_project),
    Route("POST", "/projects/{name}/setParams", set_params, takes_any=True),
    Route("GET", "/projects/{name}/taskTemplates", get_template),
)
