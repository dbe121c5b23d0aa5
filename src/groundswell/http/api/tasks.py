"""Tasks of a project, for those who manage them: list, cancel, reopen."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from msgspec import Meta

from groundswell.errors import InputError
from groundswell.http.cursor import decode_cursor, encode_cursor
from groundswell.http.endpoint import MAX_ID, Call, Endpoint, whole_number
from groundswell.http.wire import tasks as wire
from groundswell.http.wire.common import Id
from groundswell.ids import BatchId, TaskId, WorkerId
from groundswell.label.delivery.listing import list_tasks as listed
from groundswell.label.delivery.model import TaskFilter, TaskSort
from groundswell.label.projects import tasks
from groundswell.label.projects.model import TaskState

PAGE = 50

Place = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Probability = Annotated[float, Meta(ge=0, le=1)]
Instant = Annotated[datetime, Meta(tz=True)]
KEYS: dict[TaskSort, Any] = {
    TaskSort.POSITION: tuple[Place],
    TaskSort.PROBABILITY: tuple[Probability, Id],
    TaskSort.COMPLETED: tuple[Instant, Id],
}


async def list_tasks(call: Call) -> wire.TaskPage:
    """One page of tasks, filtered and sorted; for members and above.

    A page looks at some thousand tasks at most. So it may be shorter than asked for, or empty, while `next_cursor`
    leads on to more.
    """
    limit = whole_number("limit", call.query.get("limit", str(PAGE)), 1, 500)
    given, sort = _filter_of(call), _one_of("sort", call.query.get("sort", TaskSort.POSITION), TaskSort)
    this = [call.project_id, sort, given]
    cursor = call.query.get("cursor")
    after = decode_cursor(cursor, this, KEYS[sort]) if cursor else None
    page, end = await listed(
        call.app.db, call.scope, call.project_id, given, sort=sort, after=after, limit=limit
    )
    return wire.TaskPage(
        [wire.TaskOut.of(task) for task in page], None if end is None else encode_cursor(end, this)
    )


async def cancel_tasks(call: Call) -> None:
    """Ask tasks of nobody any more. Who holds one may still answer it and is paid."""
    await tasks.cancel_tasks(call.app.db, call.scope, call.project_id, _named(call), reason=call.body.reason)


async def reopen_tasks(call: Call) -> None:
    """Ask tasks again that were canceled, or set aside because several people could not answer them."""
    await tasks.reopen_tasks(call.app.db, call.scope, call.project_id, _named(call), reason=call.body.reason)


def _named(call: Call) -> list[TaskId]:
    body: wire.TasksBody = call.body
    return [TaskId(task_id) for task_id in body.task_ids]


def _filter_of(call: Call) -> TaskFilter:
    query = call.query
    unknown = sorted(set(query) - set(QUERY))
    if unknown:
        raise InputError(f"tasks are not listed by {unknown[0][:40]!r}; known are {', '.join(QUERY)}")
    state, reviewed = query.get("state"), query.get("reviewed")
    batch, worker = query.get("batch"), query.get("worker")
    return TaskFilter(
        state=None if state is None else _one_of("state", state, TaskState),
        batch_id=None if batch is None else BatchId(whole_number("batch", batch, 1, MAX_ID)),
        label=_text("label", query.get("label")),
        min_probability=_probability("min_probability", query.get("min_probability")),
        max_probability=_probability("max_probability", query.get("max_probability")),
        reviewed=None if reviewed is None else _one_of("reviewed", reviewed, YesNo) is YesNo.YES,
        item_id=_text("item", query.get("item")),
        worker_id=None if worker is None else WorkerId(whole_number("worker", worker, 1, MAX_ID)),
    )


class YesNo(StrEnum):
    """A boolean in a query."""

    YES = "true"
    NO = "false"


E = TypeVar("E", bound=StrEnum)


def _one_of(name: str, text: str, kind: type[E]) -> E:
    try:
        return kind(text)
    except ValueError:
        raise InputError(f"{name} must be {' or '.join(kind)}; got {text[:40]!r}") from None


def _text(name: str, text: str | None) -> str | None:
    if text is not None and (len(text) > 200 or "\x00" in text):
        raise InputError(f"{name} has at most 200 characters, none of them NUL")
    return text


def _probability(name: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise InputError(f"{name} must be a number from 0 to 1; got {text[:40]!r}")
    return value


TASKS = "/projects/{project_id}/tasks"

QUERY = {
    "state": "pending, completed, canceled or error",
    "batch": "number of a batch",
    "label": "class of the consensus",
    "min_probability": "least probability of the consensus",
    "max_probability": "greatest probability of the consensus",
    "reviewed": "true or false",
    "item": "id of an item",
    "worker": "number of a worker who has answered",
    "sort": "position, probability (the least certain first) or completed (the newest first); position unless given",
    "cursor": "where the page begins: `next_cursor` of the page before, with the same filters and order",
    "limit": "1 to 500, 50 unless given",
}

ENDPOINTS = (
    Endpoint("GET", TASKS, "List the tasks of a project", list_tasks, answer=wire.TaskPage, query=QUERY),
    Endpoint("POST", TASKS + "/cancel", "Cancel tasks", cancel_tasks, wire.TasksBody),
    Endpoint("POST", TASKS + "/reopen", "Reopen tasks", reopen_tasks, wire.TasksBody),
)
