"""Parquet: columns, compressed, with their exact types."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from groundswell.feed.atomic import whole_file
from groundswell.feed.exporters.exporter import ExportReport, file_report
from groundswell.feed.rebatch import rebatch

_GROUP_ROWS = 2**16
_GROUP_BYTES = 32 * 1024**2


class Parquet:
    """One Parquet file, compressed by zstd; every value and type reads back as it was, media included.

    Row groups hold up to 65,536 rows or 32 MiB, whatever the sizes of the incoming batches.
    """

    name = "parquet"
    suffix = ".parquet"
    needs_data = True

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write one file; see `Exporter.write`."""
        with whole_file(destination, overwrite=overwrite) as partial:
            rows = _write(rebatch(batches, max_rows=_GROUP_ROWS, max_bytes=_GROUP_BYTES), partial)
            report = file_report(partial, rows)
        return report


def _write(batches: Iterable[pa.RecordBatch], path: Path) -> int:
    rows = 0
    writer: pa.parquet.ParquetWriter | None = None
    try:
        for batch in batches:
            writer = writer or pa.parquet.ParquetWriter(path, batch.schema, compression="zstd")
            writer.write_batch(batch)
            rows += batch.num_rows
    finally:
        if writer is not None:
            writer.close()
    return rows
