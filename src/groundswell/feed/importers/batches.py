"""Imported items as batches of a dataset."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

import pyarrow as pa

from groundswell.feed.exporters.labelled import Labelled
from groundswell.items import ITEM_SCHEMA, Item, ItemKind, to_batch

_ROWS = 256
_BYTES = 64 * 1024**2

LABEL = pa.field("label", pa.string())


def to_batches(items: Iterable[Labelled], source: str, now: datetime) -> Iterator[pa.RecordBatch]:
    """Pack items into batches of the columns of items and `label`; an item that comes again is left out."""
    seen: set[str] = set()
    held: list[Labelled] = []
    size = 0
    for item in items:
        if item.id in seen:
            continue
        seen.add(item.id)
        held.append(item)
        size += len(item.data or item.text or "")
        if len(held) == _ROWS or size >= _BYTES:
            yield _batch(held, source, now)
            held, size = [], 0
    if held:
        yield _batch(held, source, now)


def _batch(items: list[Labelled], source: str, now: datetime) -> pa.RecordBatch:
    labels = [None if item.answer is None else json.dumps(item.answer, ensure_ascii=False) for item in items]
    batch = to_batch([_item(item, source, now) for item in items])
    columns = [*batch.columns, pa.array(labels, LABEL.type)]
    return pa.RecordBatch.from_arrays(columns, schema=ITEM_SCHEMA.append(LABEL))


def _item(item: Labelled, source: str, now: datetime) -> Item:
    is_text = item.data is None
    return Item(
        kind=ItemKind.TEXT if is_text else ItemKind.IMAGE,
        text=item.text,
        data=item.data,
        media_type=item.media_type or ("text/plain" if is_text else "application/octet-stream"),
        source=source,
        locator=item.locator,
        collected_at=now,
    )
