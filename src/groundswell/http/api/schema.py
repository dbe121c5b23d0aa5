"""Changes of the classes of a live project, and its instructions."""

from groundswell.errors import InputError
from groundswell.http.endpoint import Call, Endpoint, whole_number
from groundswell.http.paging import PAGING, page_of
from groundswell.http.wire import schema as wire
from groundswell.label.projects import changes, guidelines

MAX_VERSION = 2**31 - 1


async def plan_change(call: Call) -> wire.PlanOut:
    """Say what a change of the classes, or going back to an earlier version, would do; nothing is written."""
    body: wire.PlanBody = call.body
    at = (call.app.db, call.scope, call.project_id)
    if body.revert_to is None:
        operations = [operation.operation() for operation in body.operations]
        return wire.PlanOut.of(await changes.plan_change(*at, operations))
    if body.operations:
        raise InputError("a plan is of operations or of `revert_to`, not of both; plan one after the other")
    return wire.PlanOut.of(await changes.plan_revert(*at, to=body.revert_to))


async def apply_change(call: Call) -> wire.OntologyOut:
    """Change the classes; answers given before stay, and are mapped where that can be done."""
    body: wire.ChangeBody = call.body
    operations = [operation.operation() for operation in body.operations]
    made = await changes.apply_change(
        call.app.db, call.scope, call.project_id, operations, expected_version=body.expected_version
    )
    return wire.OntologyOut.of(made)


async def revert_change(call: Call) -> wire.OntologyOut:
    """Bring an earlier version of the classes back; its answers and labels mean again what they meant."""
    body: wire.RevertBody = call.body
    made = await changes.revert(
        call.app.db, call.scope, call.project_id, expected_version=body.expected_version, to=body.to
    )
    return wire.OntologyOut.of(made)


async def list_ontologies(call: Call) -> wire.OntologyPage:
    """The versions of the classes, the newest first, and how each came about; members and above."""
    before, limit = page_of(call)
    found = await changes.list_ontologies(
        call.app.db, call.scope, call.project_id, before=before, limit=limit + 1
    )
    page = [wire.OntologyOut.of(version) for version in found[:limit]]
    return wire.OntologyPage(page, str(page[-1].version) if len(found) > limit else None)


async def view_guideline(call: Call) -> wire.GuidelineOut:
    """The instructions in force, with the reader's watermark; that they were read is logged."""
    return wire.GuidelineOut.of(await guidelines.view_guideline(call.app.db, call.scope, call.project_id))


async def publish_guideline(call: Call) -> wire.PublishedOut:
    """Publish instructions as a new version; managers and admins only."""
    body: wire.GuidelineBody = call.body
    version = await guidelines.publish_guideline(
        call.app.db, call.scope, call.project_id, body.body, lock=body.lock
    )
    return wire.PublishedOut(version)


async def lock_guidelines(call: Call) -> None:
    """Shut the instructions to all but managers and holders of leased work, or open them; leased work goes on."""
    await guidelines.lock_guidelines(call.app.db, call.scope, call.project_id, locked=call.body.locked)


async def list_guidelines(call: Call) -> wire.GuidelineVersionPage:
    """The versions of the instructions, the newest first; members and above."""
    before, limit = page_of(call)
    found = await guidelines.list_guidelines(
        call.app.db, call.scope, call.project_id, before=before, limit=limit + 1
    )
    page = [wire.GuidelineVersionOut.of(version) for version in found[:limit]]
    return wire.GuidelineVersionPage(page, str(page[-1].version) if len(found) > limit else None)


async def diff_guidelines(call: Call) -> wire.DiffOut:
    """What changed from one version of the instructions to another; members and above."""
    before = whole_number("before", call.query.get("before", "1"), 1, MAX_VERSION)
    after = whole_number("after", call.query.get("after", str(before)), 1, MAX_VERSION)
    return wire.DiffOut(
        await guidelines.diff_guidelines(call.app.db, call.scope, call.project_id, before, after)
    )


async def list_guideline_views(call: Call) -> wire.ViewPage:
    """Who read the instructions, and when, the newest first; managers and admins only."""
    before, limit = page_of(call)
    found = await guidelines.list_guideline_views(
        call.app.db, call.scope, call.project_id, before=before, limit=limit + 1
    )
    page = [wire.ViewOut.of(line) for line in found[:limit]]
    return wire.ViewPage(page, str(found[limit - 1].id) if len(found) > limit else None)


DIFF = {"before": "the older version, 1 unless given", "after": "the newer version, `before` unless given"}
ONTOLOGY = "/projects/{project_id}/ontology"
GUIDELINES = "/projects/{project_id}/guidelines"

ENDPOINTS = (
    Endpoint("POST", f"{ONTOLOGY}/plan", "What a change would do", plan_change, wire.PlanBody, wire.PlanOut),
    Endpoint("POST", ONTOLOGY, "Change the classes", apply_change, wire.ChangeBody, wire.OntologyOut),
    Endpoint(
        "POST",
        f"{ONTOLOGY}/revert",
        "Take a change back",
        revert_change,
        wire.RevertBody,
        wire.OntologyOut,
    ),
    Endpoint(
        "GET",
        f"{ONTOLOGY}/versions",
        "Versions of the classes",
        list_ontologies,
        answer=wire.OntologyPage,
        query=PAGING,
    ),
    Endpoint("GET", GUIDELINES, "Read the instructions", view_guideline, answer=wire.GuidelineOut),
    Endpoint(
        "POST",
        GUIDELINES,
        "Publish instructions",
        publish_guideline,
        wire.GuidelineBody,
        wire.PublishedOut,
    ),
    Endpoint("POST", f"{GUIDELINES}/lock", "Lock or unlock the instructions", lock_guidelines, wire.LockBody),
    Endpoint(
        "GET",
        f"{GUIDELINES}/versions",
        "Versions of the instructions",
        list_guidelines,
        answer=wire.GuidelineVersionPage,
        query=PAGING,
    ),
    Endpoint(
        "GET",
        f"{GUIDELINES}/diff",
        "Compare two versions of the instructions",
        diff_guidelines,
        answer=wire.DiffOut,
        query=DIFF,
    ),
    Endpoint(
        "GET",
        f"{GUIDELINES}/views",
        "Who read the instructions",
        list_guideline_views,
        answer=wire.ViewPage,
        query=PAGING,
    ),
)
