from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from groundswell.feed.exporters.parquet import Parquet


def test_many_small_batches_become_few_row_groups(tmp_path: Path) -> None:
    batches = (pa.RecordBatch.from_pydict({"x": [number]}) for number in range(500))
    Parquet().write(batches, tmp_path / "out.parquet")
    file = pyarrow.parquet.ParquetFile(tmp_path / "out.parquet")
    assert (file.num_row_groups, file.metadata.num_rows) == (1, 500)


def test_nested_and_dictionary_types_are_kept(tmp_path: Path) -> None:
    rows = pa.RecordBatch.from_pydict(
        {
            "tokens": pa.array([[1, 2], None], pa.list_(pa.uint16())),
            "label": pa.array(["cat", "dog"]).dictionary_encode(),
        }
    )
    Parquet().write([rows], tmp_path / "out.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "out.parquet").equals(pa.Table.from_batches([rows]))
