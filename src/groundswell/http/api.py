"""`/api/v1`: the workspace and its management, one handler for each endpoint."""

import uuid

from groundswell.clock import now
from groundswell.errors import InputError
from groundswell.http.endpoint import MAX_ID, Call, Endpoint, whole_number
from groundswell.http.wire import v1
from groundswell.ids import ProjectId, TaskId
from groundswell.label import service as label
from groundswell.label.model import ProjectState
from groundswell.tenancy import service as tenancy
from groundswell.workforce import service as workforce

PAGE = 50


async def get_session(call: Call) -> v1.SessionOut:
    """Say who is signed in."""
    return v1.SessionOut.of(call.member)


async def list_projects(call: Call) -> v1.ProjectPage:
    """One page of projects, the newest first; a labeler sees those that are active."""
    limit = whole_number("limit", call.query.get("limit", str(PAGE)), 1, 200)
    cursor = call.query.get("cursor")
    before = whole_number("cursor", cursor, 1, MAX_ID) if cursor else None
    rows = await label.list_projects(call.app.db, call.scope, before=before, limit=limit + 1)
    page = [v1.ProjectOut.of(project, counts) for project, counts in rows[:limit]]
    return v1.ProjectPage(page, str(page[-1].id) if len(rows) > limit else None)


async def get_project(call: Call) -> v1.ProjectDetailOut:
    """One project with its classes and instructions."""
    return v1.ProjectDetailOut.of(*await label.get_project(call.app.db, call.scope, _project_id(call)))


async def set_state(call: Call) -> v1.ProjectDetailOut:
    """Activate, pause or finish a project."""
    await label.set_project_state(call.app.db, call.scope, _project_id(call), ProjectState(call.body.state))
    return await get_project(call)


async def work(call: Call) -> v1.WorkOut:
    """Store answers, give tasks back and lease the next ones, in one round trip."""
    body: v1.WorkBody = call.body
    done = await label.work(
        call.app.db,
        call.scope,
        _project_id(call),
        await call.app.worker_of(call.member),
        submits=[submit.submit() for submit in body.submit],
        skips=[skip.skip() for skip in body.skip],
        want=body.want,
        holding=[TaskId(task_id) for task_id in body.holding],
    )
    return v1.WorkOut.of(done)


async def list_skills(call: Call) -> v1.SkillPage:
    """The workers of a project with their skill and its uncertainty; managers and admins only."""
    skills = await workforce.list_skills(call.app.db, call.scope, _project_id(call))
    return v1.SkillPage([v1.SkillOut.of(skill) for skill in skills])


async def list_keys(call: Call) -> v1.KeyPage:
    """The API keys of the organization, without their secrets; managers and admins only."""
    return v1.KeyPage([v1.KeyOut.of(key) for key in await tenancy.list_api_keys(call.app.db, call.scope)])


async def create_key(call: Call) -> v1.KeyOut:
    """Create an API key; the answer is the only place where its secret is ever shown."""
    key = await tenancy.create_api_key(call.app.db, call.scope, call.body.name)
    return v1.KeyOut(None, call.body.name, key[:10], key=key)


async def revoke_key(call: Call) -> None:
    """End an API key at once."""
    try:
        key_id = uuid.UUID(call.path["key_id"])
    except ValueError:
        raise InputError(f"key_id must be a UUID; got {call.path['key_id'][:40]!r}") from None
    await tenancy.revoke_api_key(call.app.db, call.scope, key_id, now=now())


def _project_id(call: Call) -> ProjectId:
    return ProjectId(call.path_id("project_id"))


PAGING = {
    "cursor": "where the page begins: `next_cursor` of the page before",
    "limit": "1 to 200, 50 unless given",
}

ENDPOINTS = (
    Endpoint("GET", "/session", "Who is signed in", get_session, answer=v1.SessionOut),
    Endpoint("GET", "/projects", "List projects", list_projects, answer=v1.ProjectPage, query=PAGING),
    Endpoint("GET", "/projects/{project_id}", "One project", get_project, answer=v1.ProjectDetailOut),
    Endpoint(
        "POST",
        "/projects/{project_id}/state",
        "Activate, pause or finish a project",
        set_state,
        v1.StateBody,
        v1.ProjectDetailOut,
    ),
    Endpoint(
        "POST", "/projects/{project_id}/work", "Submit answers and lease tasks", work, v1.WorkBody, v1.WorkOut
    ),
    Endpoint(
        "GET", "/projects/{project_id}/workers", "Workers and their skill", list_skills, answer=v1.SkillPage
    ),
    Endpoint("GET", "/keys", "List API keys", list_keys, answer=v1.KeyPage),
    Endpoint("POST", "/keys", "Create an API key", create_key, v1.KeyBody, v1.KeyOut),
    Endpoint("DELETE", "/keys/{key_id}", "Revoke an API key", revoke_key),
)
"""Every endpoint that acts for a signed-in member."""
