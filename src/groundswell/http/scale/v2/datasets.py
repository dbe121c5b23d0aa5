"""Datasets of the second version: ours, each version as a delivery of it, and each item in one as a task."""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from starlette.responses import RedirectResponse

from groundswell.errors import InputError, NotFound
from groundswell.http.cursor import decode_cursor, encode_cursor
from groundswell.http.scale.route import Call, Route
from groundswell.http.scale.v1.tasks import moment
from groundswell.http.wire.common import Id
from groundswell.items import ITEM_SCHEMA, ItemKind, media_in
from groundswell.label.commissions.shape import instant
from groundswell.organize import Version
from groundswell.organize import service as organize

PAGE = 100
AT_ONCE = 50
"""Datasets or versions that are open at the same time."""

NAME = r"([a-z0-9][a-z0-9._-]{0,63})"
OF_ITEM = ("media_type", "text", "source", "locator", "collected_at", "licence", "derived_from")


async def list_datasets(call: Call) -> dict[str, Any]:
    """Every dataset, by name."""
    found: list[str] = []
    while True:
        after = found[-1] if found else ""
        page = await organize.list_datasets(call.scope, _store(call), after=after, limit=AT_ONCE)
        found += [one.name for one in page]
        if len(page) < AT_ONCE:
            return {"datasets": [_dataset_out(name) for name in found]}


async def list_deliveries(call: Call) -> dict[str, Any]:
    """Every version of a dataset that was written in a time, the newest first."""
    return {"deliveries": [one async for one in _deliveries(call, _named(call))]}


async def get_delivery(call: Call) -> dict[str, Any]:
    """One version with a page of its items."""
    number, name = _delivery_named(call.one("delivery_id") or "")
    version, found = await _page(call, name, number)
    return {"delivery": _delivery_out(call, version), **found}


async def list_tasks(call: Call) -> dict[str, Any]:
    """A page of the items of a version; of a dataset the newest of the time that is asked for."""
    if text := call.one("delivery_id"):
        number, name = _delivery_named(text)
        if call.one("dataset_id") and _named(call) != name:
            raise InputError("the delivery is not of this dataset")
        return (await _page(call, name, number))[1]
    name = _named(call)
    async for newest in _deliveries(call, name):
        return (await _page(call, name, _delivery_named(newest["id"])[0]))[1]
    return {"tasks": []}


async def get_task(call: Call) -> dict[str, Any]:
    """One item of a version."""
    version, row, values = await _item(call, call.one("task_id") or "")
    return _task_out(call, version, row, values)


async def get_attachment(call: Call) -> RedirectResponse:
    """The way to the bytes of an item, which are given to whoever has the same key."""
    _, _, values = await _item(call, call.path["taskId"])
    wanted = call.path["attachmentId"]
    if wanted not in (one["id"] for one in _attachments(values)):
        raise NotFound(f"Attachment {wanted[:80]} not found.")
    return RedirectResponse(f"/api/v1/blobs/{wanted}", 302)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


def _store(call: Call) -> Any:
    return call.app.datasets(call.member.org_slug)


async def _deliveries(call: Call, name: str) -> AsyncIterator[dict[str, Any]]:
    """Yield the versions of a dataset that were written in the time that is asked for, the newest first."""
    after, before = moment(call, "delivered_after"), moment(call, "delivered_before")
    number: int | None = None
    while number is None or number > 1:
        page = await organize.list_versions(call.scope, _store(call), name, before=number, limit=AT_ONCE)
        for version, _ in page:
            if _is_within(version.created_at, after, before):
                yield _delivery_out(call, version)
        number = page[-1][0].number if page else 1


def _is_within(at: datetime, after: datetime | None, before: datetime | None) -> bool:
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)  # as programs are told it
    return (after is None or at >= after) and (before is None or at <= before)


async def _page(call: Call, name: str, number: int) -> tuple[Version, dict[str, Any]]:
    limit, this = call.whole("limit", PAGE, 1, PAGE), [name, number]
    token = call.one("next_token")
    first = decode_cursor(token, this, tuple[Id])[0] if token else 0
    version, rows = await organize.list_items(
        call.scope, _store(call), name, str(number), offset=first, limit=limit
    )
    found: dict[str, Any] = {
        "tasks": [_task_out(call, version, first + n, one) for n, one in enumerate(rows)]
    }
    following = first + len(rows)
    more = rows and following < version.rows
    return version, found | ({"next_token": encode_cursor([following], this)} if more else {})


async def _item(call: Call, task_id: str) -> tuple[Version, int, Mapping[str, Any]]:
    named = re.fullmatch(rf"dataset_task_([0-9]{{1,12}})_([0-9]{{1,9}})_{NAME}", task_id)
    if named is None:
        raise NotFound(f"Dataset task {task_id[:120]} not found.")
    row, number, name = int(named[1]), named[2], named[3]
    version, rows = await organize.list_items(call.scope, _store(call), name, number, offset=row, limit=1)
    if not rows:
        raise NotFound(f"Dataset task {task_id[:120]} not found.")
    return version, row, rows[0]


# ── names and shapes ─────────────────────────────────────────────────────────────────────────────


def _named(call: Call) -> str:
    text = call.one("dataset_id")
    if text is None:
        raise InputError("Please include dataset_id.")
    named = re.fullmatch(rf"dataset_{NAME}", text)
    if named is None:
        raise NotFound(f"Dataset {text[:80]} not found.")
    return named[1]


def _delivery_named(text: str) -> tuple[int, str]:
    if not text:
        raise InputError("Please include delivery_id.")
    named = re.fullmatch(rf"dataset_delivery_([0-9]{{1,9}})_{NAME}", text)
    if named is None:
        raise NotFound(f"Delivery {text[:120]} not found.")
    return int(named[1]), named[2]


def _dataset_out(name: str) -> dict[str, str]:
    return {"id": f"dataset_{name}", "name": name}


def _dataset(call: Call, name: str) -> Any:
    return _dataset_out(name) if "dataset" in call.query.get("expand", ()) else f"dataset_{name}"


def _delivery_out(call: Call, version: Version) -> dict[str, Any]:
    return {
        "id": f"dataset_delivery_{version.number}_{version.name}",
        "name": f"{version.name} version {version.number}",
        "delivered_at": instant(version.created_at),
        "dataset": _dataset(call, version.name),
        "metadata": {"task_count": version.rows},
    }


def _task_out(call: Call, version: Version, row: int, values: Mapping[str, Any]) -> dict[str, Any]:
    delivery = _delivery_out(call, version)
    return {
        "task_id": f"dataset_task_{row}_{version.number}_{version.name}",
        "dataset": _dataset(call, version.name),
        "delivery": delivery if "delivery" in call.query.get("expand", ()) else delivery["id"],
        "response": _response(values),
    }


def _response(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item with all that later steps say of it: labels, scores, splits; bytes by the id of the attachment."""
    return {
        "item_id": values["id"],
        "kind": values["kind"],
        **{name: values[name] for name in OF_ITEM if values.get(name) is not None},
        "attachments": _attachments(values),
        "meta": msgspec.json.decode(values["meta"]),
        "fields": {name: value for name, value in values.items() if name not in ITEM_SCHEMA.names},
    }


def _attachments(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the bytes of an item, or those of each medium that a record names, by their digests."""
    if ItemKind(values["kind"]).is_media:
        return [{"id": values["id"], "mime_type": values["media_type"]}]
    return [{"id": one["media"], "mime_type": one["media_type"]} for one in media_in(values["text"]).values()]


ROUTES = (
    Route("GET", "/datasets", list_datasets),
    Route(
        "GET",
        "/datasets/deliveries",
        list_deliveries,
        query=("dataset_id", "delivered_after", "delivered_before", "expand"),
    ),
    Route("GET", "/datasets/delivery", get_delivery, query=("delivery_id", "limit", "next_token", "expand")),
    Route(
        "GET",
        "/datasets/tasks",
        list_tasks,
        query=(
            "dataset_id",
            "delivery_id",
            "delivered_after",
            "delivered_before",
            "limit",
            "next_token",
            "expand",
        ),
    ),
    Route("GET", "/datasets/task", get_task, query=("task_id", "expand")),
    Route("GET", "/datasets/task/{taskId}/response_url/{attachmentId}", get_attachment),
)
