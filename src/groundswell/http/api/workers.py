"""The workforce, for those who manage it."""

from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.wire import workers as wire
from groundswell.workforce import service as workforce


async def list_skills(call: Call) -> wire.SkillPage:
    """The workers of a project with their skill and its uncertainty; managers and admins only."""
    skills = await workforce.list_skills(call.app.db, call.scope, call.project_id)
    return wire.SkillPage([wire.SkillOut.of(skill) for skill in skills])


ENDPOINTS = (
    Endpoint(
        "GET", "/projects/{project_id}/workers", "Workers and their skill", list_skills, answer=wire.SkillPage
    ),
)
