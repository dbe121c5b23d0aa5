import csv
from pathlib import Path

import pyarrow as pa
import pytest

from groundswell.errors import InputError
from groundswell.feed.exporters.csv import Csv


def test_a_missing_value_and_an_empty_text_differ_in_the_file(tmp_path: Path) -> None:
    rows = pa.RecordBatch.from_pydict({"text": [None, "", 'say "hi"'], "label": [1, 2, None]})
    Csv().write([rows], tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == '"text","label"\n,"1"\n"","2"\n"say ""hi""",\n'


def test_the_reader_of_the_standard_library_gets_every_text(tmp_path: Path) -> None:
    texts = ["a,b", "line\nbreak", "\r\n", 'quote " in', "\0", "猫", " "]
    Csv().write([pa.RecordBatch.from_pydict({"text": texts})], tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == texts


def test_names_in_a_dictionary_column_are_written_out(tmp_path: Path) -> None:
    column = pa.array(["cat", "dog", "cat"]).dictionary_encode()
    Csv().write([pa.RecordBatch.from_arrays([column], names=["label"])], tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().split() == ['"label"', '"cat"', '"dog"', '"cat"']


@pytest.mark.parametrize("values", [[[1, 2]], [{"x": 1}]])
def test_nested_columns_are_refused_by_name_with_the_way_out(tmp_path: Path, values: list[object]) -> None:
    rows = pa.RecordBatch.from_pydict({"id": ["a"], "tokens": values})
    with pytest.raises(InputError, match=r"cannot carry column 'tokens'.*jsonl or parquet"):
        Csv().write([rows], tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_value_in_a_table_of_one_column_is_refused_since_its_line_would_vanish(
    tmp_path: Path,
) -> None:
    with pytest.raises(InputError, match="one column"):
        Csv().write([pa.RecordBatch.from_pydict({"text": ["a", None]})], tmp_path / "out.csv")
