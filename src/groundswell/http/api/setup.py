"""Setting a project up."""

import asyncio

from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.wire import projects as shapes
from groundswell.http.wire import setup as wire
from groundswell.label.opening import draft_project
from groundswell.label.projects import service as projects
from groundswell.tenancy.model import Role
from groundswell.workforce.requirements import requirements_of


async def create_project(call: Call) -> shapes.ProjectDetailOut:
    """Make a project over a dataset version, in state draft; managers and admins only."""
    call.scope.require(Role.MANAGER)
    body: wire.ProjectBody = call.body
    requirements_of(body.requirements)
    store = call.app.datasets(call.member.org_slug)
    version = await asyncio.to_thread(store.open, body.dataset, body.dataset_version)
    project_id = await draft_project(call.app.db, call.scope, version, body.spec(version.number))
    return shapes.ProjectDetailOut.of(*await projects.get_project(call.app.db, call.scope, project_id))


ENDPOINTS = (
    Endpoint(
        "POST", "/projects", "Make a project", create_project, wire.ProjectBody, shapes.ProjectDetailOut
    ),
)
