"""Several files are one source: a bad file costs itself, columns may differ, and parts are what they should be."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.collect.conftest import NOW

from groundswell.collect import Files, open_source
from groundswell.collect.folder import entries_of, look_at_pattern
from groundswell.errors import SourceNotFound
from groundswell.items import Drop, Item


def lines(count: int, name: str = "text") -> str:
    return "".join(json.dumps({name: f"{name} {place}", "n": place}) + "\n" for place in range(count))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    (folder / "more").mkdir(parents=True)
    (folder / "README.md").write_text("# About")
    (folder / "a.jsonl").write_text(lines(3))
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(lines(2, "content").encode()))
    pq.write_table(pa.table({"body": ["x", "y"], "z": [1, 2]}), folder / "more" / "c.parquet")
    (folder / "d.jsonl").write_text('{"one": "a", "two": "b"}\n')
    (folder / "e.parquet").write_bytes(b"no table")
    (folder / "f.jsonl").write_bytes(b"")
    (folder / "link.jsonl").symlink_to(folder / "a.jsonl")
    (folder / "loop").symlink_to(folder)
    return folder


def test_good_files_are_read_and_each_bad_one_is_set_aside_with_its_reason(folder: Path) -> None:
    found = list(open_source(folder, collected_at=NOW).read())
    assert [item.locator for item in found if isinstance(item, Item)] == [
        "a.jsonl line 1",
        "a.jsonl line 2",
        "a.jsonl line 3",
        "b.jsonl.gz line 1",
        "b.jsonl.gz line 2",
        "more/c.parquet row 0",
        "more/c.parquet row 1",
    ]
    assert {drop.locator: drop.reason for drop in found if isinstance(drop, Drop)} == {
        "README.md": "file:unsupported",
        "d.jsonl": "file:no_text_column",
        "e.parquet": "file:unreadable",
        "f.jsonl": "file:empty",
        "link.jsonl": "file:symlink",
        "loop": "file:symlink",
    }
    assert {each.source for each in found} == {str(folder)}


def test_a_pattern_reads_what_matches(folder: Path) -> None:
    found = list(open_source(f"{folder}/**/*.parquet", collected_at=NOW).read())
    assert [(type(each).__name__, each.locator) for each in found] == [
        ("Drop", "e.parquet"),
        ("Item", "more/c.parquet row 0"),
        ("Item", "more/c.parquet row 1"),
    ]
    with pytest.raises(SourceNotFound, match=r"no file matches .*\*\.avro"):
        open_source(f"{folder}/*.avro", collected_at=NOW)


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("*.jsonl", ["a.jsonl", "d.jsonl", "f.jsonl", "link.jsonl"]),
        ("[ad].jsonl", ["a.jsonl", "d.jsonl"]),
        ("[!ad].jsonl", ["f.jsonl"]),
        ("?.jsonl", ["a.jsonl", "d.jsonl", "f.jsonl"]),
        ("**/*.parquet", ["e.parquet", "more/c.parquet"]),
        ("more/**", ["more/c.parquet"]),
        ("**/more/*", ["more/c.parquet"]),
        ("*.gz", ["b.jsonl.gz"]),
    ],
)
def test_patterns_are_those_of_a_shell_and_follow_no_link(
    folder: Path, pattern: str, matches: list[str]
) -> None:
    place = look_at_pattern(f"{folder}/{pattern}")
    assert place is not None
    assert [found.path.relative_to(folder).as_posix() for found in entries_of(place)] == matches


def test_new_and_changed_files_are_read_again_and_others_are_not(folder: Path) -> None:
    source = open_source(folder, collected_at=NOW)
    assert isinstance(source, Files)
    cursor = json.loads(json.dumps(source.cursor()))
    (folder / "g.jsonl").write_text(lines(1, "body"))
    (folder / "a.jsonl").write_text(lines(4))
    again = open_source(folder, collected_at=NOW)
    assert isinstance(again, Files)
    found = [each.locator for each in again.after(cursor).read() if isinstance(each, Item)]
    assert found == ["a.jsonl line 1", "a.jsonl line 2", "a.jsonl line 3", "a.jsonl line 4", "g.jsonl line 1"]
    assert list(again.after(again.cursor(cursor)).read()) == []


def test_large_files_are_cut_and_small_ones_go_together(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.jsonl").write_text(lines(2))
    (folder / "large.jsonl").write_text(lines(500))
    source = open_source(folder, collected_at=NOW)
    assert isinstance(source, Files)
    parts = source.parts(2000)
    assert [record for part in parts for record in part.read()] == list(source.read())
    assert 5 < len(parts) < 12


def test_a_data_set_of_hugging_face_on_disk_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "set" / "train"
    folder.mkdir(parents=True)
    (folder / "state.json").write_text('{"_data_files": []}')
    (folder / "dataset_info.json").write_text('{"features": {"text": 1}}')
    table = pa.table({"text": ["a", "b"], "label": [0, 1]})
    with (
        pa.OSFile(str(folder / "data-00000-of-00001.arrow"), "wb") as file,
        pa.ipc.new_stream(file, table.schema) as writer,
    ):
        writer.write_table(table)
    found = list(open_source(tmp_path / "set", collected_at=NOW).read())
    assert [(each.text, each.meta["label"]) for each in found if isinstance(each, Item)] == [
        ("a", 0),
        ("b", 1),
    ]
    assert {each.reason for each in found if isinstance(each, Drop)} == {"file:unsupported"}


def test_conversations_and_preferences_are_records(tmp_path: Path) -> None:
    chat = {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}
    (tmp_path / "chat.jsonl").write_text(json.dumps({**chat, "id": 7}) + "\n")
    (tmp_path / "pairs.jsonl").write_text(json.dumps({"prompt": "q", "chosen": "a", "rejected": "b"}) + "\n")
    (tmp_path / "compared.jsonl").write_text(json.dumps({"prompt": "q", "responses": ["a", "b"]}) + "\n")
    pq.write_table(pa.Table.from_pylist([{"instruction": "i", "output": "o"}]), tmp_path / "tune.parquet")
    for name, wanted in (
        ("chat.jsonl", {**chat, "id": 7}),
        ("pairs.jsonl", {"prompt": "q", "chosen": "a", "rejected": "b"}),
        ("compared.jsonl", {"prompt": "q", "responses": ["a", "b"]}),
        ("tune.parquet", {"instruction": "i", "output": "o"}),
    ):
        (item,) = open_source(tmp_path / name, collected_at=NOW).read()
        assert isinstance(item, Item)
        assert (item.kind, item.record) == ("record", wanted)
