"""Setting a project up."""

import asyncio

from groundswell.errors import InputError
from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.wire import projects as shapes
from groundswell.http.wire import setup as wire
from groundswell.ids import ProjectId
from groundswell.label.kinds import label_kind, label_kinds
from groundswell.label.kinds.describing import describe
from groundswell.label.kinds.label_studio import from_label_studio
from groundswell.label.opening import draft_project, draft_project_after
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
    spec = body.spec(version.number)
    if body.gold_project is None:
        project_id = await draft_project(call.app.db, call.scope, version, spec)
    else:
        known = ProjectId(body.gold_project)
        project_id = await draft_project_after(call.app.db, call.scope, version, spec, known)
    return shapes.ProjectDetailOut.of(*await projects.get_project(call.app.db, call.scope, project_id))


async def translate_label_studio(call: Call) -> wire.LabelSchemaOut:
    """Translate a Label Studio configuration to a label kind, its classes and options; nothing is written."""
    call.scope.require(Role.MANAGER)
    return wire.LabelSchemaOut(*await asyncio.to_thread(from_label_studio, call.body.xml))


async def list_label_kinds(call: Call) -> wire.LabelKindsOut:
    """List the label kinds, with what a project may decide about each; members and above."""
    call.scope.require(Role.MEMBER)
    every = [describe(kind) for kind in label_kinds().values()]
    return wire.LabelKindsOut(
        [
            wire.LabelKindOut(one.name, one.about, one.items, one.least_classes, one.schema, one.example)
            for one in every
        ]
    )


async def check_label_schema(call: Call) -> wire.CheckedSchemaOut:
    """Say whether a label kind takes classes and options, and in which form; nothing is written."""
    call.scope.require(Role.MEMBER)
    body: wire.LabelSchemaBody = call.body
    try:
        found = label_kind(body.kind).ontology(body.classes, body.options)
    except InputError as error:
        return wire.CheckedSchemaOut(None, str(error))
    return wire.CheckedSchemaOut(wire.LabelSchemaOut(body.kind, found.classes, dict(found.options)), None)


ENDPOINTS = (
    Endpoint("GET", "/kinds", "List the label kinds", list_label_kinds, None, wire.LabelKindsOut),
    Endpoint(
        "POST",
        "/projects/schema/check",
        "Check the classes and options of a label kind",
        check_label_schema,
        wire.LabelSchemaBody,
        wire.CheckedSchemaOut,
    ),
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
