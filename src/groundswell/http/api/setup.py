"""Setting a project up."""

import asyncio

from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.wire import projects as shapes
from groundswell.http.wire import setup as wire
from groundswell.label.kinds.label_studio import from_label_studio
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


async def translate_label_studio(call: Call) -> wire.LabelSchemaOut:
    """Translate a Label Studio configuration to a label kind, its classes and options; nothing is written."""
    call.scope.require(Role.MANAGER)
    return wire.LabelSchemaOut(*await asyncio.to_thread(from_label_studio, call.body.xml))


ENDPOINTS = (
    Endpoint(
        "POST",
        "/projects/schema/label-studio",
        "Translate a Label Studio configuration",
        translate_label_studio,
        wire.LabelStudioBody,
        wire.LabelSchemaOut,
    ),
    Endpoint(
        "POST", "/projects", "Make a project", create_project, wire.ProjectBody, shapes.ProjectDetailOut
    ),
)
