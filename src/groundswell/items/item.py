"""The item: one record with a stable content digest, a payload and its provenance."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import pyarrow as pa

from groundswell.ids import ItemId
from groundswell.items.digest import digest_bytes, digest_text


class ItemKind(StrEnum):
    """What a payload is; it decides which label kinds can show it."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    RECORD = "record"

    @property
    def is_media(self) -> bool:
        """Whether the payload is bytes, and not text or a record, which is a JSON object in a text."""
        return self in (ItemKind.IMAGE, ItemKind.AUDIO)


ITEM_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("text", pa.large_string()),
        pa.field("data", pa.large_binary()),
        pa.field("media_type", pa.string(), nullable=False),
        pa.field("meta", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("locator", pa.string(), nullable=False),
        pa.field("collected_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("licence", pa.string()),
        pa.field("derived_from", pa.string()),
    ]
)
"""Columns that every batch of items has, in this order; operators may add more to the right.

`text` is set for text and for records (as JSON), `data` for media (encoded bytes) and for records that name some (their
bundle); `meta` is a JSON object of the record's other fields; `source` and `locator` say where the item was found
(file or folder, and row or path within it).
"""


@dataclass(frozen=True)
class Item:
    """One record: a payload, and where it comes from. Its `id` is the digest of the payload.

    Attributes:
        kind: text, image, audio or record.
        text: the payload of a text item; of a record its JSON, with sorted keys; else None.
        data: the encoded bytes of a media item; of a record that names media their `bundle`; else None.
        media_type: MIME type of the payload.
        source: what was collected, as the user named it.
        locator: where in the source, for example `row 7` or `cats/1.png`.
        collected_at: when it was read, aware, UTC.
        meta: the record's other fields, JSON-compatible.
        licence: SPDX id or text, where known.
        derived_from: id of the item that this one was made from, where it was.
    """

    kind: ItemKind
    text: str | None
    data: bytes | None
    media_type: str
    source: str
    locator: str
    collected_at: datetime
    meta: Mapping[str, Any] = field(default_factory=dict)
    licence: str | None = None
    derived_from: ItemId | None = None

    @property
    def id(self) -> ItemId:
        """The content digest of the payload, 64 hexadecimal digits."""
        return digest_bytes(self.data or b"") if self.kind.is_media else digest_text(self.text or "")

    @property
    def record(self) -> dict[str, Any]:
        """The object of a record."""
        found: dict[str, Any] = json.loads(self.text or "{}")
        return found


def to_batch(items: Sequence[Item]) -> pa.RecordBatch:
    """Pack items into one Arrow batch of `ITEM_SCHEMA`, in the same order."""
    rows = [
        {
            "id": item.id,
            "kind": item.kind.value,
            "text": item.text,
            "data": item.data,
            "media_type": item.media_type,
            "meta": json.dumps(dict(item.meta), ensure_ascii=False, sort_keys=True, default=str),
            "source": item.source,
            "locator": item.locator,
            "collected_at": item.collected_at,
            "licence": item.licence,
            "derived_from": item.derived_from,
        }
        for item in items
    ]
    return pa.RecordBatch.from_pylist(rows, schema=ITEM_SCHEMA)


def items_of(batch: pa.RecordBatch) -> Iterator[Item]:
    """Unpack a batch into items; columns beyond `ITEM_SCHEMA` are left out."""
    for row in batch.select(ITEM_SCHEMA.names).to_pylist():
        yield Item(
            kind=ItemKind(row["kind"]),
            text=row["text"],
            data=row["data"],
            media_type=row["media_type"],
            source=row["source"],
            locator=row["locator"],
            collected_at=row["collected_at"],
            meta=json.loads(row["meta"]),
            licence=row["licence"],
            derived_from=row["derived_from"],
        )
