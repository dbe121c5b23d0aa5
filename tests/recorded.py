"""Records in memory as a source, until `collect` reads them itself."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from groundswell.items import Item, ItemKind


@dataclass(frozen=True)
class Recorded:
    """JSON objects, each an item of kind record."""

    rows: Sequence[Mapping[str, Any]]
    name: ClassVar[str] = "recorded"

    def read(self) -> Iterator[Item]:
        for place, row in enumerate(self.rows):
            text = json.dumps(row, sort_keys=True, ensure_ascii=False)
            yield Item(
                kind=ItemKind.RECORD,
                text=text,
                data=None,
                media_type="application/json",
                source="test",
                locator=f"row {place}",
                collected_at=datetime(2026, 1, 1, tzinfo=UTC),
            )

    def describe(self) -> str:
        return f"{len(self.rows)} records"

    def size_bytes(self) -> None:
        return None
