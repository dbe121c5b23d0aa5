"""Lineage: an item with all behind it, a person forward, and retractions."""

from datetime import UTC, datetime

from groundswell.errors import InputError
from groundswell.http.api.datasets import VERSION, at_of, store_of
from groundswell.http.endpoint import MAX_ID, Call, Endpoint, whole_number
from groundswell.http.paging import PAGING, cut, page_of
from groundswell.http.wire import lineage as wire
from groundswell.http.wire.items import ItemOut, TraceOut
from groundswell.ids import ProjectId, RetractionId, WorkerId
from groundswell.label.lineage import retraction
from groundswell.label.lineage.model import EVER, NEVER, Work
from groundswell.label.lineage.service import touched_by, trace_labels
from groundswell.organize.service import get_item

WHOLE_TEXT = 1_000_000
"""Characters of a text that the page of an item shows."""


async def item_detail(call: Call) -> wire.ItemDetailOut:
    """One item: its content, where it is from, which filters it passed, who labelled it, and what it went into.

    For members and above; the names of workers, known answers and the audit share are for managers.
    """
    item_id = call.path["item_id"]
    row, values, trace = await get_item(call.scope, store_of(call), *at_of(call), item_id)
    labelled = await trace_labels(call.app.db, call.scope, item_id)
    item = ItemOut.of(row, values, None, WHOLE_TEXT)
    return wire.ItemDetailOut.of(item, TraceOut.of(trace), labelled)


async def worker_lineage(call: Call) -> wire.TouchedOut:
    """All that rests on a worker's answers: labels, versions, files, training runs. The dry run of a retraction.

    Managers only.
    """
    query = call.query
    project = query.get("project")
    work = Work(
        WorkerId(call.path_id("worker_id")),
        None if project is None else ProjectId(whole_number("project", project, 1, MAX_ID)),
        _instant("since", query.get("since"), EVER),
        _instant("until", query.get("until"), NEVER),
    )
    return wire.TouchedOut.of(await touched_by(call.app.db, call.scope, store_of(call), work))


def _instant(name: str, text: str | None, default: datetime) -> datetime:
    if text is None:
        return default
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{name} is an instant such as 2026-05-03T12:00Z; got {text[:40]!r}") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


async def list_retractions(call: Call) -> wire.RetractionPage:
    """One page of what was retracted, the newest first; managers only."""
    before, limit = page_of(call)
    rows = await retraction.list_retractions(call.app.db, call.scope, before=before, limit=limit + 1)
    page, more = cut(rows, limit)
    return wire.RetractionPage([wire.RetractionOut.of(each) for each in page], more)


async def create_retraction(call: Call) -> wire.RetractionOut:
    """Let a worker's answers count no more. Labels are inferred without them and delivered anew in the background.

    Managers only. Look at the worker's lineage first: it says what rests on the answers.
    """
    body: wire.RetractionBody = call.body
    work = Work(
        WorkerId(body.worker_id),
        None if body.project_id is None else ProjectId(body.project_id),
        body.since or EVER,
        body.until or NEVER,
    )
    return wire.RetractionOut.of(
        await retraction.retract(call.app.db, call.scope, work, body.reason, ask_again=body.ask_again)
    )


async def get_retraction(call: Call) -> wire.RetractionOut:
    """One retraction, with what became of delivered labels once that is done; managers only."""
    return wire.RetractionOut.of(
        await retraction.get_retraction(call.app.db, call.scope, RetractionId(call.path_id("retraction_id")))
    )


async def undo_retraction(call: Call) -> wire.RetractionOut:
    """Make retracted answers count again; managers only."""
    return wire.RetractionOut.of(
        await retraction.undo_retraction(call.app.db, call.scope, RetractionId(call.path_id("retraction_id")))
    )


ENDPOINTS = (
    Endpoint(
        "GET",
        VERSION + "/items/{item_id}",
        "One item with its lineage",
        item_detail,
        answer=wire.ItemDetailOut,
    ),
    Endpoint(
        "GET",
        "/workers/{worker_id}/lineage",
        "What rests on a worker's answers",
        worker_lineage,
        answer=wire.TouchedOut,
        query={
            "project": "only answers in this project",
            "since": "only answers from this instant on",
            "until": "only answers before this instant",
        },
    ),
    Endpoint(
        "GET",
        "/retractions",
        "List retractions",
        list_retractions,
        answer=wire.RetractionPage,
        query=PAGING,
    ),
    Endpoint(
        "POST", "/retractions", "Retract answers", create_retraction, wire.RetractionBody, wire.RetractionOut
    ),
    Endpoint(
        "GET", "/retractions/{retraction_id}", "One retraction", get_retraction, answer=wire.RetractionOut
    ),
    Endpoint(
        "POST",
        "/retractions/{retraction_id}/undo",
        "Undo a retraction",
        undo_retraction,
        answer=wire.RetractionOut,
    ),
)
