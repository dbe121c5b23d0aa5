import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from groundswell.errors import InputError
from groundswell.feed.exporters.jsonl import Jsonl


def batch(**columns: object) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(columns)


def test_a_line_is_an_object_in_readable_unicode(tmp_path: Path) -> None:
    Jsonl().write([batch(text=["猫 \u2028", None], label=[1, 2])], tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes().decode() == (
        '{"text": "猫 \u2028", "label": 1}\n{"text": null, "label": 2}\n'
    )


def test_lists_structs_dates_and_nested_bytes_have_a_place(tmp_path: Path) -> None:
    rows = batch(tokens=[[1, 2]], box=[{"x": 1.5}], day=[date(2026, 1, 2)], parts=[[b"\0"]])
    Jsonl().write([rows], tmp_path / "out.jsonl")
    assert json.loads((tmp_path / "out.jsonl").read_text()) == {
        "tokens": [1, 2],
        "box": {"x": 1.5},
        "day": "2026-01-02",
        "parts": ["AA=="],
    }


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_json_lacks_is_refused_with_its_row(tmp_path: Path, value: float) -> None:
    with pytest.raises(InputError, match="row 2"):
        Jsonl().write([batch(x=[0.0, 1.0]), batch(x=[value])], tmp_path / "out.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_a_type_that_json_lacks_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"timedelta.*export as parquet"):
        Jsonl().write([batch(x=pa.array([5], pa.duration("s")))], tmp_path / "out.jsonl")
