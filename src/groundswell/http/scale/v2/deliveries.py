"""Deliveries: the labels of a project as they were written to a version of its dataset, and its tasks then."""

import re
from typing import Any

import msgspec

from groundswell.errors import InputError, NotFound
from groundswell.http.cursor import decode_cursor, encode_cursor
from groundswell.http.scale.route import Call, Route
from groundswell.http.scale.v1.tasks import links_of, moment
from groundswell.http.scale.v2.names import needed, number, project_named, query
from groundswell.http.scale.v2.projects import one_of
from groundswell.http.scale.v2.projects import out as project_out
from groundswell.http.scale.v2.tasks import out as task_out
from groundswell.http.wire.common import Id
from groundswell.ids import ProjectId
from groundswell.label.commissions import deliveries
from groundswell.label.commissions.deliveries import Delivery
from groundswell.label.commissions.model import Commission
from groundswell.label.commissions.shape import instant, task_object

PAGE = 100


async def list_deliveries(call: Call) -> dict[str, Any]:
    """Every delivery of a project in a time, the newest first."""
    name = needed(await project_named(call, query(call)), "project")
    after, before = moment(call, "delivered_after"), moment(call, "delivered_before")
    found = await deliveries.list_deliveries(call.app.db, call.scope, name, after=after, before=before)
    return {"deliveries": [await _out(call, one) for one in found]}


async def get_delivery(call: Call) -> dict[str, Any]:
    """One delivery with a page of its tasks."""
    delivery = await _delivery(call)
    rows, following = await _page(call, delivery)
    found = {"delivery": await _out(call, delivery), "tasks": [await task_out(call, one) for one in rows]}
    return found | following


async def list_tasks(call: Call) -> dict[str, Any]:
    """A page of the tasks of a delivery, each with its response as it was delivered."""
    delivery = await _delivery(call)
    rows, following = await _page(call, delivery)
    links = await links_of(call, rows)
    docs = [
        {
            "task_id": one.public_id,
            "created_at": instant(one.created_at),
            "delivery_id": _id(delivery),
            "delivered_at": instant(delivery.delivered_at),
            "response_schema_id": _schema_id(delivery),
            "response": task_object(one, is_test=call.member.is_sandbox, links=links).get("response"),
        }
        for one in rows
    ]
    return {"docs": docs, "total": len(docs), **following}


async def get_schema(call: Call) -> dict[str, Any]:
    """What responses of a delivery look like, as a JSON Schema in a text."""
    text = call.one("schema_id")
    if text is None:
        raise InputError("Please include schema_id.")
    numbers = _numbers_in("schema", text)
    if numbers is None:
        raise NotFound(f"Schema {text[:60]} not found.")
    schema = await deliveries.response_schema(call.app.db, call.scope, *numbers)
    return {"schema": {"id": text, "json": msgspec.json.encode(schema).decode()}}


async def _page(call: Call, delivery: Delivery) -> tuple[list[Commission], dict[str, str]]:
    limit, this = call.whole("limit", PAGE, 1, PAGE), [_id(delivery)]
    token = call.one("next_token")
    before = decode_cursor(token, this, tuple[Id])[0] if token else None
    store = call.app.datasets(call.member.org_slug)
    rows = await deliveries.delivered_tasks(
        call.app.db, call.scope, store, delivery, before=before, limit=limit + 1
    )
    page = rows[:limit]
    return page, {"next_token": encode_cursor([page[-1].id], this)} if len(rows) > limit else {}


async def _delivery(call: Call) -> Delivery:
    """Return the delivery that is given by its number, or by its name within a project."""
    if text := call.one("delivery_id"):
        numbers = _numbers_in("delivery", text)
        if numbers is None:
            raise NotFound(f"Delivery {text[:60]} not found.")
        return await deliveries.get_delivery(call.app.db, call.scope, *numbers)
    name = call.one("delivery_name")
    if name is None:
        raise InputError("Please include delivery_id, or delivery_name and a project.")
    project = needed(await project_named(call, query(call)), "project")
    for one in await deliveries.list_deliveries(call.app.db, call.scope, project):
        if one.name == name:
            return one
    raise NotFound(f"Delivery {name[:180]} not found.")


def _numbers_in(word: str, text: str) -> tuple[ProjectId, int] | None:
    """Return the labelling project and the version of something that an id names, None where it is no such id."""
    named = re.fullmatch(rf"{word}_([0-9a-f]{{16}})([0-9a-f]{{8}})", text)
    if named is None or int(named[1], 16) >= 2**63 or int(named[2], 16) >= 2**31:
        return None
    return ProjectId(int(named[1], 16)), int(named[2], 16)


def _id(delivery: Delivery) -> str:
    return f"delivery_{delivery.project_id:016x}{delivery.dataset_version:08x}"


def _schema_id(delivery: Delivery) -> str:
    return f"schema_{delivery.project_id:016x}{delivery.ontology_version:08x}"


async def _out(call: Call, delivery: Delivery) -> dict[str, Any]:
    project: Any = number("project", delivery.commission_project_id)
    if "project" in call.query.get("expand", ()):
        project = project_out(await one_of(call, delivery.project))
    return {
        "id": _id(delivery),
        "name": delivery.name,
        "task_count": delivery.tasks,
        "delivered_at": instant(delivery.delivered_at),
        "project": project,
    }


ROUTES = (
    Route(
        "GET",
        "/deliveries",
        list_deliveries,
        query=("project_id", "project_name", "delivered_after", "delivered_before", "expand"),
    ),
    Route(
        "GET",
        "/delivery",
        get_delivery,
        query=(
            "delivery_id",
            "delivery_name",
            "project_id",
            "project_name",
            "limit",
            "next_token",
            "expand",
            "opts",
        ),
    ),
    Route(
        "GET",
        "/delivery/tasks",
        list_tasks,
        query=("delivery_id", "delivery_name", "project_id", "project_name", "limit", "next_token"),
    ),
    Route("GET", "/schema", get_schema, query=("schema_id",)),
)
