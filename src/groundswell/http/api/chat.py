"""Conversations that go on with models of others: the next reply, and what was replied."""

from groundswell.http.endpoint import MAX_ID, Call, Endpoint
from groundswell.http.paging import PAGING, cut, page_of
from groundswell.http.wire import chat as wire
from groundswell.label.conversations.model import Turn
from groundswell.label.conversations.service import list_replies


async def reply(call: Call) -> wire.ChatOut:
    """What the models of a project say next in a conversation; for who holds its task."""
    body: wire.ChatBody = call.body
    turn = Turn(
        call.scope,
        call.project_id,
        await call.app.workforce.worker_of(call.member),
        call.task_numbers.meant(body.task_id),
        body.said(),
        body.idempotency_key,
    )
    return wire.ChatOut.of(await call.app.conversation_room.reply(turn))


async def replies(call: Call) -> wire.ReplyPage:
    """What models replied in a project, the newest first: to whom, and what that cost; managers and admins only."""
    before, limit = page_of(call)
    found = await list_replies(
        call.app.db, call.scope, call.project_id, before=before or MAX_ID, limit=limit + 1
    )
    page, cursor = cut(found, limit)
    return wire.ReplyPage([wire.ReplyOut.of(one) for one in page], cursor)


CHAT = "/projects/{project_id}/chat"

ENDPOINTS = (
    Endpoint("POST", CHAT, "Ask models for the next reply", reply, wire.ChatBody, wire.ChatOut),
    Endpoint("GET", CHAT, "List replies of models", replies, answer=wire.ReplyPage, query=PAGING),
)
