"""Wire types of exports: labels as files."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from groundswell.http.wire.common import Id
from groundswell.label.delivery.model import Export


class ExportBody(Struct, forbid_unknown_fields=True):
    """A file to be; with `proposals`, also of items whose only label is a model's proposal."""

    format: Literal["jsonl", "csv", "parquet"]
    proposals: bool = False


class ExportOut(Struct):
    """A file of labels. Once `state` is ready it never changes, and `sha256` is its digest."""

    id: Id
    format: str
    proposals: bool
    state: str
    dataset: str | None
    version: int | None
    rows: int | None
    bytes: int | None
    sha256: str | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, export: Export) -> "ExportOut":
        """Shape an export."""
        return cls(**{name: getattr(export, name) for name in cls.__struct_fields__})


class ExportPage(Struct):
    """One page of exports, the newest first; `next_cursor` fetches the next."""

    items: list[ExportOut]
    next_cursor: str | None
