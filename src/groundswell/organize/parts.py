"""What a run of cleaning reads: shares of a source, or of a version that is there already."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from groundswell.clean import OnDrop, OnRead, Part, SourcePart
from groundswell.collect import Divisible, Source, Stated
from groundswell.organize.version import Version

PART_BYTES = 64 * 1024 * 1024
"""What one task reads: some seconds of work, which is what a run that is killed has to do again."""

_PART_ROWS = 16_384


@dataclass(frozen=True)
class TimedPart:
    """A share of a source, whose items say that they were read when the run began: also if it goes on later."""

    part: SourcePart
    collected_at: datetime

    def batches(self, on_drop: OnDrop, on_read: OnRead) -> Iterator[pa.RecordBatch]:
        """Yield its items."""
        for batch in self.part.batches(on_drop, on_read):
            place = batch.schema.get_field_index("collected_at")
            entry = batch.schema.field(place)
            column = pa.repeat(pa.scalar(self.collected_at, entry.type), batch.num_rows)
            yield batch.set_column(place, entry, column)

    def sparing(self, records: tuple[int, ...]) -> "TimedPart":
        """Return the same part, with these records set aside unread."""
        return TimedPart(self.part.sparing(records), self.collected_at)


@dataclass(frozen=True)
class VersionPart:
    """Some rows of a version, with the bytes of media."""

    version: Version
    first: int
    count: int

    def batches(self, on_drop: OnDrop, on_read: OnRead) -> Iterator[pa.RecordBatch]:
        """Yield the rows."""
        yield from self.version.batches(with_data=True, first=self.first, count=self.count)


def parts_of_source(source: Source, collected_at: datetime) -> list[Part]:
    """Return the parts of a source, in order."""
    shares: Sequence[Source] = source.parts(PART_BYTES) if isinstance(source, Divisible) else [source]
    return [TimedPart(SourcePart(share), collected_at) for share in shares]


def parts_of_version(version: Version) -> list[Part]:
    """Return the parts of a version, in order."""
    return [
        VersionPart(version, first, min(_PART_ROWS, version.rows - first))
        for first in range(0, version.rows, _PART_ROWS)
    ]


def state_of(source: Source) -> str | None:
    """Return 64 hexadecimal digits that change when the source does; None where it cannot tell."""
    if not isinstance(source, Stated):
        return None
    digest = hashlib.sha256(f"{source.name}\n{source.describe()}\n".encode())
    for state in source.state():
        digest.update(state.encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()
