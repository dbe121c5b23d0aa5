"""The workforce, for those who manage it."""

from typing import Annotated

from msgspec import Meta

from groundswell.http.cursor import decode_cursor, encode_cursor
from groundswell.http.endpoint import Call, Endpoint, whole_number
from groundswell.http.wire import workers as wire
from groundswell.http.wire.common import Id
from groundswell.workforce import service as workforce

PAGE = 100

Annotations = Annotated[int, Meta(ge=0, le=2**31 - 1)]


async def list_skills(call: Call) -> wire.SkillPage:
    """One page of the workers of a project with their skill and its uncertainty; managers and admins only."""
    limit = whole_number("limit", call.query.get("limit", str(PAGE)), 1, 500)
    this, cursor = ["workers", call.project_id], call.query.get("cursor")
    place = {"after": decode_cursor(cursor, this, tuple[Annotations, Id])} if cursor else {}
    skills = await workforce.list_skills(call.app.db, call.scope, call.project_id, limit=limit + 1, **place)
    page = [wire.SkillOut.of(skill) for skill in skills[:limit]]
    more = len(skills) > limit
    return wire.SkillPage(
        page, encode_cursor((page[-1].annotations, page[-1].worker_id), this) if more else None
    )


QUERY = {
    "cursor": "where the page begins: `next_cursor` of the page before",
    "limit": "1 to 500, 100 unless given",
}

ENDPOINTS = (
    Endpoint(
        "GET",
        "/projects/{project_id}/workers",
        "Workers and their skill",
        list_skills,
        answer=wire.SkillPage,
        query=QUERY,
    ),
)
