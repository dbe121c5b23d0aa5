"""Datasets: the catalogue, versions, items by search, what changed, slices, tags."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta

from groundswell.errors import InputError
from groundswell.http.cursor import decode_cursor, encode_cursor
from groundswell.http.endpoint import Call, Endpoint, whole_number
from groundswell.http.paging import PAGING, page_of
from groundswell.http.wire import datasets as wire
from groundswell.http.wire import items
from groundswell.organize import DatasetStore, Diff, Version
from groundswell.organize import service as datasets

Offset = Annotated[int, Meta(ge=0, le=2**53)]
MAX_LIMIT = 200


class Change(StrEnum):
    """Which items of a diff are listed."""

    ADDED = "added"
    DROPPED = "dropped"
    CHANGED = "changed"
    RELABELLED = "relabelled"


def store_of(call: Call) -> DatasetStore:
    """Return the datasets of the caller's organization, and no other."""
    return call.app.datasets(call.member.org_slug)


def at_of(call: Call) -> tuple[str, str]:
    """Return the dataset and the version that the path names; `newest` is that of the main line."""
    return call.path["dataset"], _version(call.path["version"])


def _version(text: str) -> str:
    return "main" if text == "newest" else text


def offset_of(call: Call, this: object) -> tuple[int, int]:
    """Return where a page begins that is found by its place, and how many rows it has."""
    limit = whole_number("limit", call.query.get("limit", "50"), 1, MAX_LIMIT)
    cursor = call.query.get("cursor")
    return (decode_cursor(cursor, this, tuple[Offset])[0] if cursor else 0), limit


def next_offset(offset: int, limit: int, total: int, this: object) -> str | None:
    """Return the cursor of the page after one that begins at `offset`."""
    return encode_cursor((offset + limit,), this) if offset + limit < total else None


# ── the catalogue ──


async def list_datasets(call: Call) -> wire.DatasetPage:
    """One page of the organization's datasets, by name; for members and above."""
    limit = whole_number("limit", call.query.get("limit", "50"), 1, MAX_LIMIT)
    cursor = call.query.get("cursor")
    after = decode_cursor(cursor, "datasets", tuple[str])[0] if cursor else ""
    found = await datasets.list_datasets(call.scope, store_of(call), after=after, limit=limit + 1)
    more = encode_cursor((found[limit - 1].name,), "datasets") if len(found) > limit else None
    return wire.DatasetPage([wire.DatasetOut.of(each) for each in found[:limit]], more)


async def get_dataset(call: Call) -> wire.DatasetOut:
    """One dataset: what its owners say, its newest version, its tags and branches."""
    return wire.DatasetOut.of(await datasets.get_dataset(call.scope, store_of(call), call.path["dataset"]))


async def set_dataset(call: Call) -> wire.DatasetOut:
    """Change what the catalogue says of a dataset, and how long its versions are kept; managers only."""
    changes = call.body.changes()
    return wire.DatasetOut.of(
        await datasets.set_entry(call.app.db, call.scope, store_of(call), call.path["dataset"], changes)
    )


async def list_versions(call: Call) -> wire.VersionPage:
    """One page of the versions of a dataset, the newest first."""
    before, limit = page_of(call)
    rows = await datasets.list_versions(
        call.scope, store_of(call), call.path["dataset"], before=before, limit=limit + 1
    )
    page = [wire.VersionOut.of(version, names) for version, names in rows[:limit]]
    return wire.VersionPage(page, str(page[-1].number) if len(rows) > limit else None)


async def get_version(call: Call) -> wire.VersionOut:
    """One version, by its number, a tag, a branch (its newest version), a date, or `newest`."""
    return wire.VersionOut.of(*await datasets.get_version(call.scope, store_of(call), *at_of(call)))


async def get_card(call: Call) -> items.CardOut:
    """The data card of a version: what is in it, where it is from, what was set aside, who may use it."""
    return items.CardOut.of(await datasets.get_card(call.scope, store_of(call), *at_of(call)))


async def set_tag(call: Call) -> wire.RefOut:
    """Give a version a name, or with `move` take it over from another; managers only."""
    body: wire.TagBody = call.body
    name, tag = call.path["dataset"], call.path["tag"]
    store = store_of(call)
    return wire.RefOut.of(
        await datasets.set_tag(
            call.app.db, call.scope, store, name, tag, body.version, note=body.note, move=body.move
        )
    )


async def delete_tag(call: Call) -> None:
    """Take a tag away; the version stays until retention removes it. Managers only."""
    await datasets.delete_tag(call.app.db, call.scope, store_of(call), call.path["dataset"], call.path["tag"])


# ── items ──


async def list_items(call: Call) -> items.ItemPage:
    """One page of the items of a version that a query finds, with how many there are in all.

    `q` is in the query language (docs/howto/search.md); without it all items are listed. The first search of a large
    version is answered with `index_not_ready` while its index is made; repeat it after some seconds.
    """
    name, at = at_of(call)
    query, sort, by = call.query.get("q", ""), call.query.get("sort"), call.query.get("by")
    this = ["items", name, at, query, sort, by]
    offset, limit = offset_of(call, this)
    found, table = await datasets.find_items(
        call.scope,
        store_of(call),
        call.app.indexer,
        name,
        at,
        query,
        sort=sort,
        by=by,
        offset=offset,
        limit=limit,
    )
    scores = [None] * len(found.rows) if found.scores is None else found.scores.tolist()
    page = [
        items.ItemOut.of(row, values, score)
        for row, values, score in zip(found.rows.tolist(), table.to_pylist(), scores, strict=True)
    ]
    return items.ItemPage(
        found.version.number, found.total, found.by, page, next_offset(offset, limit, found.total, this)
    )


async def get_distribution(call: Call) -> items.DistributionOut:
    """How often each value of a field occurs among what a query finds: labels, unless `field` says another."""
    column = call.query.get("field", "label")
    version, counts = await datasets.count_values(
        call.scope, store_of(call), call.app.indexer, *at_of(call), column, call.query.get("q", "")
    )
    values = [items.ValueOut(_plain(value), count) for value, count in counts.items()]
    return items.DistributionOut(version.number, column, values)


def _plain(value: Any) -> str | float | bool | None:
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


async def list_drops(call: Call) -> items.DropPage:
    """One page of the records that were set aside when a version was made, with the reason of each."""
    this = ["drops", *at_of(call)]
    offset, limit = offset_of(call, this)
    version, rows = await datasets.list_drops(
        call.scope, store_of(call), *at_of(call), offset=offset, limit=limit
    )
    total = sum(version.drop_counts.values())
    drops = [items.DropOut(**row) for row in rows]
    return items.DropPage(version.number, total, drops, next_offset(offset, limit, total, this))


# ── what changed ──


async def get_diff(call: Call) -> items.DiffOut:
    """How two versions differ: items added, dropped, changed and relabelled, counted, and one page of one of these."""
    name = call.path["dataset"]
    before, after = (_version(_required(call.query, which)) for which in ("before", "after"))
    column, change = call.query.get("column", "label"), _change(call.query.get("change", "relabelled"))
    this = ["diff", name, before, after, column, change]
    offset, limit = offset_of(call, this)
    found = await datasets.compare(call.scope, store_of(call), name, before, after, column=column)
    rows = _rows(found, change)
    page = _items(found, rows[offset : offset + limit])
    return items.DiffOut.of(found, change, page, next_offset(offset, limit, len(rows), this))


def _required(query: Mapping[str, str], name: str) -> str:
    if not query.get(name):
        raise InputError(f"{name} is needed: a number, a tag, a branch or a date")
    return query[name]


def _change(text: str) -> Change:
    try:
        return Change(text)
    except ValueError:
        raise InputError(f"change is one of {', '.join(Change)}; got {text[:40]!r}") from None


def _rows(found: Diff, change: Change) -> list[tuple[int | None, int | None]]:
    """Return the rows before and after of the items of one kind of change."""
    if change is Change.ADDED:
        return [(None, row) for row in found.added.tolist()]
    if change is Change.DROPPED:
        return [(row, None) for row in found.dropped.tolist()]
    pairs = found.changed if change is Change.CHANGED else found.relabelled
    return [(old, new) for old, new in pairs.tolist()]


def _items(found: Diff, rows: list[tuple[int | None, int | None]]) -> list[items.ChangedOut]:
    return [_item(found, old, new) for old, new in rows]


def _item(found: Diff, old: int | None, new: int | None) -> items.ChangedOut:
    version, row = (found.before, old) if new is None else (found.after, new)
    assert row is not None
    about = version.take([row], ["id", "kind", "source", "locator"]).to_pylist()[0]
    return items.ChangedOut(
        **about, before=_value(found.before, old, found.column), after=_value(found.after, new, found.column)
    )


def _value(version: Version, row: int | None, column: str) -> str | None:
    if row is None or column not in version.columns:
        return None
    value = version.take([row], [column])[column][0].as_py()
    return None if value is None else str(value)


# ── slices ──


async def list_slices(call: Call) -> wire.SliceList:
    """The saved queries of a dataset, by name."""
    found = await datasets.get_slices(call.scope, store_of(call), call.path["dataset"])
    return wire.SliceList([wire.SliceOut.of(each) for each in found])


async def save_slice(call: Call) -> wire.SliceOut:
    """Save a query under a name, once it is known to fit the newest version; for members and above."""
    body: wire.SliceBody = call.body
    name, slice_name = call.path["dataset"], call.path["slice"]
    return wire.SliceOut.of(
        await datasets.save_slice(
            call.app.db, call.scope, store_of(call), name, slice_name, body.query, body.description
        )
    )


async def delete_slice(call: Call) -> None:
    """Forget a saved query; the items are untouched."""
    await datasets.delete_slice(
        call.app.db, call.scope, store_of(call), call.path["dataset"], call.path["slice"]
    )


DATASET = "/datasets/{dataset}"
VERSION = DATASET + "/versions/{version}"
QUERY = {"q": "what to look for, in the query language; all items unless given"}

ENDPOINTS = (
    Endpoint("GET", "/datasets", "List datasets", list_datasets, answer=wire.DatasetPage, query=PAGING),
    Endpoint("GET", DATASET, "One dataset", get_dataset, answer=wire.DatasetOut),
    Endpoint("PATCH", DATASET, "Describe a dataset", set_dataset, wire.DatasetBody, wire.DatasetOut),
    Endpoint(
        "GET", DATASET + "/versions", "List versions", list_versions, answer=wire.VersionPage, query=PAGING
    ),
    Endpoint("GET", VERSION, "One version", get_version, answer=wire.VersionOut),
    Endpoint("GET", VERSION + "/card", "Data card of a version", get_card, answer=items.CardOut),
    Endpoint(
        "GET",
        VERSION + "/items",
        "Find items",
        list_items,
        answer=items.ItemPage,
        query={
            **QUERY,
            "sort": "a column to sort by, with a - before it the largest first; by fit or likeness unless given",
            "by": "what like: goes by: a column of vectors, or words; vectors, if there are any, unless given",
            **PAGING,
        },
    ),
    Endpoint(
        "GET",
        VERSION + "/distribution",
        "Count values",
        get_distribution,
        answer=items.DistributionOut,
        query={**QUERY, "field": "a column or a field of the records; `label` unless given"},
    ),
    Endpoint(
        "GET", VERSION + "/drops", "What was set aside", list_drops, answer=items.DropPage, query=PAGING
    ),
    Endpoint(
        "GET",
        DATASET + "/diff",
        "Compare versions",
        get_diff,
        answer=items.DiffOut,
        query={
            "before": "the version that is compared with: a number, tag, branch or date",
            "after": "the version that is looked at",
            "column": "whose values are compared; `label` unless given",
            "change": "which items are listed: added, dropped, changed or relabelled (unless given)",
            **PAGING,
        },
    ),
    Endpoint("GET", DATASET + "/slices", "List slices", list_slices, answer=wire.SliceList),
    Endpoint("PUT", DATASET + "/slices/{slice}", "Save a slice", save_slice, wire.SliceBody, wire.SliceOut),
    Endpoint("DELETE", DATASET + "/slices/{slice}", "Delete a slice", delete_slice),
    Endpoint("PUT", DATASET + "/tags/{tag}", "Tag a version", set_tag, wire.TagBody, wire.RefOut),
    Endpoint("DELETE", DATASET + "/tags/{tag}", "Delete a tag", delete_tag),
)
