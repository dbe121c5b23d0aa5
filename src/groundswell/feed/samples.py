"""What a feed reads: rows in shards, each reachable by its number."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import pyarrow as pa

from groundswell.errors import TooLarge
from groundswell.feed.pieces import Pieces
from groundswell.feed.rebatch import rebatch

MEMORY_LIMIT_BYTES = 2 * 1024**3
"""Most bytes of a dataset that are read into memory when no folder for a snapshot is given."""


class Samples(Protocol):
    """Rows that can be read at random, in one or more shards; they never change.

    Two `Samples` with the same digest feed the same stream, wherever they lie.
    """

    @property
    def digest(self) -> str:
        """Names the content and its order."""
        ...

    @property
    def schema(self) -> pa.Schema:
        """Columns of every shard."""
        ...

    @property
    def shard_rows(self) -> Sequence[int]:
        """Rows of each shard, in order; row numbers run through all shards."""
        ...

    @property
    def nulls(self) -> Mapping[str, int]:
        """For each column the number of missing values over all shards."""
        ...

    @property
    def most_open(self) -> int:
        """How many shards a reader may hold at a time."""
        ...

    def shard(self, number: int, names: Sequence[str] | None = None) -> pa.RecordBatch:
        """Return one shard, or only some columns of it, in the order of `names`."""
        ...

    def elements(self, number: int, name: str) -> int:
        """Return how many elements the lists of a column have together in one shard."""
        ...

    def pieces(self, numbers: Sequence[int], name: str) -> Pieces | None:
        """Return what reads single values of a column in some shards; None where only whole shards are read."""
        ...

    def fetch(self, numbers: Sequence[int], names: Sequence[str]) -> None:
        """Bring these columns of shards near, all at once, before they are read; what is near costs nothing."""
        ...


class TableSamples:
    """An Arrow table in memory as `Samples`.

    Args:
        table: any table; it is not copied.
        digest: what names its content; None computes it from the rows when it is first asked for.
    """

    def __init__(self, table: pa.Table, digest: str | None = None) -> None:
        self._batches = table.to_batches() or [pa.RecordBatch.from_pylist([], schema=table.schema)]
        self._digest = digest
        self.schema = table.schema
        self.shard_rows = tuple(batch.num_rows for batch in self._batches)
        self.nulls = count_nulls(self._batches)
        self.most_open = len(self._batches)

    @property
    def digest(self) -> str:
        """Names the rows: the same for the same rows, however the table is chunked."""
        if self._digest is None:
            self._digest = digest_rows(self._batches)
        return self._digest

    def shard(self, number: int, names: Sequence[str] | None = None) -> pa.RecordBatch:
        """Return one of the table's batches, or some of its columns."""
        batch = self._batches[number]
        return batch if names is None else batch.select(list(names))

    def elements(self, number: int, name: str) -> int:
        """Return how many elements the lists of a column have together in one of the table's batches."""
        return count_elements(self._batches[number].column(name))

    def pieces(self, numbers: Sequence[int], name: str) -> None:
        """Return None: all of a table is at hand."""

    def fetch(self, numbers: Sequence[int], names: Sequence[str]) -> None:
        """Do nothing: a table is in memory."""


def count_nulls(batches: Iterable[pa.RecordBatch]) -> dict[str, int]:
    """Return for each column how many values are missing, those inside vectors of fixed length included."""
    counts: Counter[str] = Counter()
    for batch in batches:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            inner = column.flatten().null_count if pa.types.is_fixed_size_list(column.type) else 0
            counts[name] += column.null_count + inner
    return dict(counts)


def count_elements(lists: pa.Array) -> int:
    """Return how many elements the lists of an array have together."""
    return len(lists.flatten())


def digest_rows(batches: Iterable[pa.RecordBatch]) -> str:
    """Return the SHA-256 of rows and their columns, 64 hexadecimal digits, whatever the batches' sizes.

    It is taken over Arrow's stream form, so it may differ between major versions of Arrow.
    """
    hashed = hashlib.sha256()
    for batch in rebatch(batches, max_rows=65536, max_bytes=2**24):
        hashed.update(batch.schema.serialize())
        hashed.update(batch.serialize())
    return hashed.hexdigest()


def read_into_memory(batches: Iterable[pa.RecordBatch], digest: str, limit_bytes: int) -> TableSamples:
    """Hold a stream of batches in memory.

    Raises:
        TooLarge: the rows take more than `limit_bytes`.
    """
    held: list[pa.RecordBatch] = []
    size_bytes = 0
    for batch in batches:
        held.append(batch)
        size_bytes += batch.nbytes
        if size_bytes > limit_bytes:
            raise TooLarge(
                f"the version takes over {limit_bytes:,} bytes in memory; "
                "give folder=... and it is read from a snapshot on disk instead"
            )
    return TableSamples(pa.Table.from_batches(held).combine_chunks(), digest)
