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

    def size_bytes(self) -> int:
        """Return about how many bytes the texts have."""
        return sum(map(_size, self.rows))


def _size(row: object) -> int:
    values = row.values() if isinstance(row, Mapping) else [row]
    return sum(len(value) if isinstance(value, str) else 8 for value in values)


def _record(row: object, column: str, locator: str, origin: Origin) -> Item | Drop:
    if isinstance(row, Mapping):
        return origin.row(dict(row), column, locator, without_text="record:no_text")
    if column == AS_RECORD:
        return origin.failure(locator, "record:not_object", f"no mapping but {type(row).__name__}")
    return origin.row({column: row}, column, locator, without_text="record:no_text")
