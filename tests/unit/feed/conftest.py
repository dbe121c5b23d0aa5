from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pytest


@dataclass
class TableVersion:
    """A dataset version whose rows are an Arrow table, handed out in batches of `step` rows."""

    table: pa.Table
    name: str = "reviews"
    number: int = 3
    digest: str = "d" * 64
    step: int = 7

    @property
    def rows(self) -> int:
        return self.table.num_rows

    def batches(
        self, columns: Sequence[str] | None = None, with_data: bool = False
    ) -> Iterable[pa.RecordBatch]:
        table = self.table if columns is None else self.table.select(list(columns))
        return table.to_batches(self.step) or [pa.RecordBatch.from_pylist([], schema=table.schema)]


@pytest.fixture
def table() -> pa.Table:
    texts = [f"text {number} é\n" * (number % 5) for number in range(100)]
    return pa.table(
        {
            "id": [f"{number:064x}" for number in range(100)],
            "text": pa.array(texts, pa.large_string()),
            "data": pa.array([bytes([number]) * number for number in range(100)], pa.large_binary()),
            "label": pa.array(range(100), pa.int16()),
        }
    )


@pytest.fixture
def make_version() -> type[TableVersion]:
    return TableVersion


@pytest.fixture
def version(table: pa.Table) -> TableVersion:
    return TableVersion(table)
