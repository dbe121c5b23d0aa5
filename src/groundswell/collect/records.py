"""Source: texts that are already in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from groundswell.collect.columns import AS_RECORD
from groundswell.collect.good import require_good
from groundswell.collect.source import Options, Origin
from groundswell.items import Drop, Item


@dataclass(frozen=True)
class Records:
    """A list of texts, or of mappings with a text each; other entries of a mapping go to `meta`.

    With the text column `AS_RECORD` each mapping is a record as it is.
    """

    rows: Sequence[str | Mapping[str, Any]]
    options: Options
    name: ClassVar[str] = "records"

    def read(self) -> Iterator[Item | Drop]:
        """Yield an item for each row; what has no text is set aside."""
        origin = Origin("python", self.name, self.options)
        column = self.options.text_column or "text"
        records = (_record(row, column, f"row {place}", origin) for place, row in enumerate(self.rows))
        return require_good(records, "the list")

    def describe(self) -> str:
        """Return what is read."""
        return f"{len(self.rows):,} records in memory"

    def size_bytes(self) -> None:
        """Return None: nothing is read."""
        return None


def _record(row: object, column: str, locator: str, origin: Origin) -> Item | Drop:
    if column == AS_RECORD:
        if not isinstance(row, Mapping):
            return origin.failure(locator, "record:not_object", f"no mapping but {type(row).__name__}")
        return origin.record(row, locator)
    meta = dict(row) if isinstance(row, Mapping) else {}
    text = meta.pop(column, None) if isinstance(row, Mapping) else row
    if not isinstance(text, str):
        return origin.failure(locator, "record:no_text", f"no text under {column!r}")
    if len(text) > origin.options.max_item_bytes:
        return origin.failure(locator, "item:too_large", f"over {origin.options.max_item_bytes:,} characters")
    return origin.text(text, locator, meta)
