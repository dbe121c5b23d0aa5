"""Texts in memory are a source like any other."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from groundswell.collect import AS_RECORD, Options, Records, open_source
from groundswell.errors import EmptySource, InputError, UnreadableSource
from groundswell.items import Drop, Item, ItemKind
from groundswell.organize import collect

OPTIONS = Options(datetime(2026, 1, 2, tzinfo=UTC), max_item_bytes=20)


def test_texts_and_mappings_become_items_and_the_rest_is_set_aside() -> None:
    rows: list[Any] = ["a", {"text": "b", "n": 1}, {"n": 2}, 5, None, {"text": 3}, "x" * 21, "\ud800"]
    found = list(Records(rows, OPTIONS).read())
    assert [each.reason if isinstance(each, Drop) else (each.text, dict(each.meta)) for each in found] == [
        ("a", {}),
        ("b", {"n": 1}),
        "record:no_text",
        "record:no_text",
        "record:no_text",
        "record:no_text",
        "item:too_large",
        "text:encoding",
    ]
    assert found[1].locator == "row 1"


def test_a_row_that_was_given_is_not_changed() -> None:
    row = {"text": "a", "n": 1}
    list(Records([row], OPTIONS).read())
    assert row == {"text": "a", "n": 1}


def test_an_empty_list_is_empty_and_one_without_texts_is_unreadable() -> None:
    with pytest.raises(EmptySource):
        list(Records([], OPTIONS).read())
    with pytest.raises(UnreadableSource, match="row 0: 'text' is null or absent"):
        list(Records([{"n": 1}], OPTIONS).read())


AS_RECORDS = Options(OPTIONS.collected_at, text_column=AS_RECORD, max_item_bytes=200)


def test_mappings_as_records_are_whole_with_their_keys_in_order() -> None:
    rows: list[Any] = [{"b": [1, {"d": None, "c": "\u00e9"}], "a": float("nan")}, "text", {"x": "y" * 300}]
    found = list(Records(rows, AS_RECORDS).read())
    assert isinstance(found[0], Item)
    assert (found[0].kind, found[0].media_type) == (ItemKind.RECORD, "application/json")
    assert found[0].text == '{"a": null, "b": [1, {"c": "\u00e9", "d": null}]}'
    assert found[0].record == {"a": None, "b": [1, {"c": "\u00e9", "d": None}]}
    assert [each.reason for each in found[1:] if isinstance(each, Drop)] == [
        "record:not_object",
        "item:too_large",
    ]


def test_the_same_object_is_the_same_item_whatever_the_order_of_its_keys() -> None:
    one, other = Records([{"a": 1, "b": 2}, {"b": 2, "a": 1}], AS_RECORDS).read()
    assert isinstance(one, Item)
    assert isinstance(other, Item)
    assert one.id == other.id


PAIR = {"prompt": "Why?", "responses": ["a", {"id": "m", "text": "b"}]}


def test_lines_of_json_and_rows_of_tables_become_records(tmp_path: Path) -> None:
    line = json.dumps(PAIR) + "\n"
    (tmp_path / "a.jsonl").write_text(line + "[1]\n" + "no json\n")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    pq.write_table(
        pa.table({"prompt": ["Why?"], "responses": [[{"id": "m", "text": "b"}]]}), tmp_path / "c.parquet"
    )
    found = {
        name: list(
            open_source(tmp_path / name, collected_at=OPTIONS.collected_at, text_column=AS_RECORD).read()
        )
        for name in ("a.jsonl", "b.jsonl.gz", "c.parquet")
    }
    assert [each.reason for each in found["a.jsonl"][1:] if isinstance(each, Drop)] == [
        "json:not_object",
        "json:invalid",
    ]
    records = [each.record for name in found for each in found[name] if isinstance(each, Item)]
    assert records == [PAIR, PAIR, {"prompt": "Why?", "responses": [{"id": "m", "text": "b"}]}]


def test_what_holds_no_objects_cannot_be_taken_as_records(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a line")
    with pytest.raises(InputError, match=r"no objects to take as records; files that do: \.jsonl"):
        open_source(tmp_path / "a.txt", collected_at=OPTIONS.collected_at, text_column=AS_RECORD)


def test_records_go_through_cleaning_as_they_are_and_copies_are_dropped(tmp_path: Path) -> None:
    kept = collect(
        [PAIR, {"responses": PAIR["responses"], "prompt": "Why?"}, {"prompt": ""}], as_records=True
    ).clean()
    version = kept.save("pairs", home=tmp_path)
    assert [item.record for item in version.items()] == [PAIR, {"prompt": ""}]
