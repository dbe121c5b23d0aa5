"""What every exporter promises, checked on each; a new one adds its reader here."""

import base64
import itertools
import json
import tarfile
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import Conflict, EmptySource, InputError
from groundswell.feed.exporters import EXPORTERS, exporter_for

SCHEMA = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("text", pa.large_string()),
        pa.field("data", pa.large_binary()),
        pa.field("locator", pa.string()),
        pa.field("label", pa.string()),
        pa.field("count", pa.int64()),
        pa.field("probability", pa.float64()),
        pa.field("flag", pa.bool_()),
        pa.field("at", pa.timestamp("us", tz="UTC")),
    ]
)
Row = dict[str, Any]


def read_jsonl(path: Path) -> list[Row]:
    lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return [restored(json.loads(line)) for line in lines if line]


def restored(row: Row) -> Row:
    data, at = row.get("data"), row["at"]
    return {
        **row,
        "data": None if data is None else base64.b64decode(data),
        "at": None if at is None else datetime.fromisoformat(at),
    }


def read_csv(path: Path) -> list[Row]:
    types = {**{field.name: field.type for field in SCHEMA}, "data": pa.large_string()}
    table = pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""]
        ),
    )
    rows: list[Row] = table.to_pylist()
    return [{**row, "data": row["data"] and base64.b64decode(row["data"])} for row in rows]


def read_parquet(path: Path) -> list[Row]:
    table = pyarrow.parquet.read_table(path)
    assert table.schema.equals(SCHEMA)
    rows: list[Row] = table.to_pylist()
    return rows


def read_image_folder(path: Path) -> list[Row]:
    rows = read_jsonl(path / "metadata.jsonl")
    files = [path / row.pop("file_name") for row in rows]
    assert sorted(files) == sorted(file for file in path.rglob("*") if file.parent != path)
    return [{**row, "data": file.read_bytes()} for row, file in zip(rows, files, strict=True)]


def read_huggingface(path: Path) -> list[Row]:
    """As `datasets.load_from_disk` does: the files of the state, with the features of the info."""
    state = json.loads((path / "state.json").read_text())
    info = json.loads((path / "dataset_info.json").read_text())
    tables = [pa.ipc.open_stream(path / each["filename"]).read_all() for each in state["_data_files"]]
    table = pa.concat_tables(tables)
    assert table.schema.equals(SCHEMA)
    assert [info["features"][field.name]["_type"] for field in SCHEMA] == ["Value"] * len(SCHEMA)
    rows: list[Row] = table.to_pylist()
    return rows


def read_webdataset(path: Path) -> list[Row]:
    rows: dict[str, Row] = {}
    index = json.loads((path / "index.json").read_text())
    for shard in index["shardlist"]:
        with tarfile.open(path / shard["url"]) as tar:
            members = tar.getmembers()
            assert len({member.name.split(".")[0] for member in members}) == shard["nsamples"]
            for member in members:
                key, ending = member.name.split(".")
                content = tar.extractfile(member).read()  # type: ignore[union-attr]
                row = rows.setdefault(key, {"text": None, "data": None})
                if ending == "json":
                    row |= restored({**json.loads(content), "data": None})
                else:
                    row["text" if ending == "txt" else "data"] = (
                        content.decode() if ending == "txt" else content
                    )
    return [{name: row[name] for name in SCHEMA.names} for row in rows.values()]


def read_mds(path: Path) -> list[Row]:
    """As `streaming.StreamingDataset` does."""
    rows: list[Row] = []
    for shard in json.loads((path / "index.json").read_text())["shards"]:
        content = (path / shard["raw_data"]["basename"]).read_bytes()
        assert len(content) == shard["raw_data"]["bytes"]
        ends = np.frombuffer(content, np.uint32, shard["samples"] + 1, 4)
        for first, last in itertools.pairwise(ends):
            rows.append(mds_row(content[first:last], shard))
    return rows


def mds_row(sample: bytes, shard: dict[str, Any]) -> Row:
    sizes = list(shard["column_sizes"])
    variable = [place for place, size in enumerate(sizes) if size is None]
    place = 4 * len(variable)
    for column, size in zip(variable, np.frombuffer(sample, np.uint32, len(variable)).tolist(), strict=True):
        sizes[column] = size
    row = {}
    for name, kind, size in zip(shard["column_names"], shard["column_encodings"], sizes, strict=True):
        value = sample[place : place + size]
        row[name] = value if kind == "bytes" else value.decode() if kind == "str" else json.loads(value)
        place += size
    assert place == len(sample)
    row["at"] = row["at"] and datetime.fromisoformat(row["at"])
    return {name: row[name] for name in SCHEMA.names}


READERS: dict[str, Callable[[Path], list[Row]]] = {
    "jsonl": read_jsonl,
    "csv": read_csv,
    "parquet": read_parquet,
    "image_folder": read_image_folder,
    "huggingface": read_huggingface,
    "webdataset": read_webdataset,
    "mds": read_mds,
}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "",
        '"',
        '""',
        "a,b",
        "line\nbreak",
        "\r",
        "\r\n",
        "\0",
        "\u2028",
        "null",
        "NaN",
        " pad ",
        "=1+1",
        "猫",
        "1",
        "\ufeff",
    ]
)
row_values = st.fixed_dictionaries(
    {
        "id": st.binary(min_size=32, max_size=32).map(bytes.hex),
        "text": st.none() | texts,
        "data": st.binary(min_size=1, max_size=20),
        "locator": texts,
        "label": st.none() | texts,
        "count": st.none() | st.integers(-(2**63), 2**63 - 1),
        "probability": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "flag": st.none() | st.booleans(),
        "at": st.none()
        | st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    }
)


def batches_of(rows: list[Row], size: int = 3) -> Iterator[pa.RecordBatch]:
    for start in range(0, max(1, len(rows)), size):
        yield pa.RecordBatch.from_pylist(rows[start : start + size], schema=SCHEMA)


def some_rows(count: int) -> list[Row]:
    row = dict.fromkeys(SCHEMA.names)
    return [
        {**row, "id": f"{number:064x}", "text": "t", "data": b"d", "locator": "a/b.png"}
        for number in range(count)
    ]


@pytest.fixture(params=sorted(EXPORTERS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(EXPORTERS))
@settings(max_examples=60, deadline=None)
@given(rows=st.lists(row_values, min_size=1, max_size=8))
def test_every_value_reads_back_as_it_was(name: str, rows: list[Row]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"out{EXPORTERS[name].suffix}"
        report = EXPORTERS[name].write(batches_of(rows), target)
        assert READERS[name](target) == rows
        files = [path for path in [target, *target.rglob("*")] if path.is_file()]
        assert (report.rows, report.files) == (len(rows), len(files))
        assert report.bytes == sum(path.stat().st_size for path in files)


def test_the_same_rows_give_the_same_digest_and_other_rows_another(tmp_path: Path, name: str) -> None:
    exporter = EXPORTERS[name]
    digests = [
        exporter.write(batches_of(some_rows(count), size), tmp_path / str(number)).sha256
        for number, (count, size) in enumerate([(5, 2), (5, 5), (4, 2)])
    ]
    assert digests[0] == digests[1] != digests[2]


def test_rows_that_fail_midway_leave_nothing_behind(tmp_path: Path, name: str) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield from batches_of(some_rows(5))
        raise OSError("the disk was pulled out")

    with pytest.raises(OSError, match="pulled out"):
        EXPORTERS[name].write(failing(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_unless_told(tmp_path: Path, name: str) -> None:
    exporter, target = EXPORTERS[name], tmp_path / "out"
    exporter.write(batches_of(some_rows(2)), target)
    with pytest.raises(Conflict, match="out exists"):
        exporter.write(batches_of(some_rows(3)), target)
    assert len(READERS[name](target)) == 2
    exporter.write(batches_of(some_rows(3)), target, overwrite=True)
    assert len(READERS[name](target)) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failed_overwrite_leaves_what_was_there(tmp_path: Path, name: str) -> None:
    exporter, target = EXPORTERS[name], tmp_path / "out"
    exporter.write(batches_of(some_rows(2)), target)
    with pytest.raises(EmptySource):
        exporter.write(iter([]), target, overwrite=True)
    assert len(READERS[name](target)) == 2


def test_no_rows_are_written_as_no_rows_and_no_batch_is_an_error(tmp_path: Path, name: str) -> None:
    report = EXPORTERS[name].write(batches_of([]), tmp_path / "out")
    assert (report.rows, READERS[name](tmp_path / "out")) == (0, [])
    with pytest.raises(EmptySource, match="at least one batch"):
        EXPORTERS[name].write(iter([]), tmp_path / "none")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_rows(tmp_path: Path, name: str) -> None:
    baseline, peak = pa.total_allocated_bytes(), 0
    row = some_rows(1)[0]

    def stream() -> Iterator[pa.RecordBatch]:
        nonlocal peak
        for number in range(128):
            yield from batches_of([{**row, "id": f"{number:064x}", "data": bytes([number]) * 2**20}])
            peak = max(peak, pa.total_allocated_bytes() - baseline + tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        EXPORTERS[name].write(stream(), tmp_path / "out")
        python_peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert max(peak, python_peak) < 80 * 2**20  # of 128 MiB; a Parquet row group is 32 and is held twice


def test_an_exporter_is_found_by_name_and_by_ending(name: str) -> None:
    exporter = EXPORTERS[name]
    assert exporter_for(name) is exporter
    if exporter.suffix:
        assert exporter_for(Path(f"folder.x/Labels{exporter.suffix.upper()}")) is exporter


@pytest.mark.parametrize("wanted", ["xml", "labels.xml", "labels", ""])
def test_an_unknown_format_is_answered_with_those_that_there_are(wanted: str) -> None:
    known = r"jsonl \(\.jsonl\), csv \(\.csv\), parquet \(\.parquet\), image_folder \(folder\), huggingface \(folder\)"
    with pytest.raises(InputError, match=known):
        exporter_for(wanted)


def test_every_exporter_has_a_reader_in_this_contract() -> None:
    assert set(READERS) == set(EXPORTERS)
