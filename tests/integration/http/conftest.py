"""The real web application over the real database, called without a socket."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.integration.listing import list_ids
from tests.integration.peopling import people_ids
from tests.integration.reviewing import review_ids

from groundswell.clock import now
from groundswell.http.server import COOKIE, create_server
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import (
    add_member,
    create_api_key,
    create_organization,
    create_sign_in_token,
    sign_in,
)


@dataclass
class Web:
    """Two organizations: ours with a labelled project, and a stranger's; and how each calls."""

    http: httpx.AsyncClient
    desk: object
    key: str
    session: str
    strangers_key: str
    ids: dict[str, Any]

    async def call(self, method: str, path: str, *, key: str | None = None, **options):
        headers = {"Authorization": f"Bearer {key or self.key}", **options.pop("headers", {})}
        return await self.http.request(method, path, headers=headers, **options)


@pytest.fixture
async def web(labelled) -> AsyncIterator[Web]:
    db = labelled.app.db
    stranger = await create_organization(
        db, slug="other", name="Other", email="eve@other.example", person="Eve"
    )
    kim = await add_member(db, labelled.scope, email="kim@example.org", person="Kim", role=Role.LABELER)
    _, session = await sign_in(db, await create_sign_in_token(db, labelled.member, now=now()), now=now())
    transport = httpx.ASGITransport(create_server(labelled.app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        yield Web(
            http,
            labelled,
            await create_api_key(db, labelled.scope, "mine"),
            session,
            await create_api_key(db, stranger.scope(), "theirs"),
            {
                "user_id": kim,
                "predictor": "spam-7",
                "retraction_id": 1,
                "job_id": 1,
                "callback_id": 1,
                "digest": "0" * 64,
                **await review_ids(labelled),
                **await people_ids(labelled),
                **await list_ids(labelled),
            },
        )


@pytest.fixture
def cookie(web) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={web.session}"}
