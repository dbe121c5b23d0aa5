"""Operator: items whose content was there before."""

from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa

from groundswell.clean.operator import Apply, Result


@dataclass(frozen=True)
class DropExactDuplicates:
    """Drop each item whose id was seen in this run: the first copy stays.

    The memory grows by about 200 bytes an item.
    """

    name: ClassVar[str] = "exact"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return no parameters."""
        return {}

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Judge one batch by itself."""
        return self.start().apply(batch)

    def start(self) -> Apply:
        """Return the search with an empty memory."""
        return _Seen()


class _Seen:
    def __init__(self) -> None:
        self.first: dict[bytes, str] = {}

    def apply(self, batch: pa.RecordBatch) -> Result:
        rows = zip(batch["id"].to_pylist(), batch["locator"].to_pylist(), strict=True)
        keys = [(bytes.fromhex(item_id), locator) for item_id, locator in rows]
        firsts = [self._first(key, locator) for key, locator in keys]
        reasons = ["duplicate:exact" if first is not None else None for first in firsts]
        details = [f"the same content as {first}" if first is not None else None for first in firsts]
        return Result(batch, pa.array(reasons, pa.string()), pa.array(details, pa.string()))

    def _first(self, key: bytes, locator: str) -> str | None:
        """Return where the content was first, or None and remember it."""
        first = self.first.get(key)
        if first is None:
            self.first[key] = locator
        return first
