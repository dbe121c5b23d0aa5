"""JSON Lines: an object is an item; a line that is none is set aside."""

import gzip
import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.errors import EmptySource, MissingColumn, UnreadableSource
from groundswell.items import Drop, Item

Read = Callable[..., list[Item | Drop]]
Summary = Callable[[list[Item | Drop]], list[tuple[str, str | None]]]


def test_the_text_is_the_payload_and_the_other_fields_are_meta(read: Read) -> None:
    (item,) = read("a.jsonl", b'{"text": "hello", "id": 7, "tags": ["a"], "score": NaN}\n')
    assert isinstance(item, Item)
    assert (item.text, item.locator) == ("hello", "line 1")
    assert item.meta == {"id": 7, "tags": ["a"], "score": None}


def test_bad_lines_are_set_aside_each_with_its_reason(read: Read, summary: Summary) -> None:
    lines = [
        b'{"text": "first"}',
        b"",
        b"{bad",
        b'["a"]',
        b'{"text": null}',
        b'{"other": 1}',
        b'{"text": 5}',
        b'{"text": "\\ud800"}',
        b'{"text": "a\\u0000"}',
        b'{"text": "\xff"}',
        b'{"text": "' + b"x" * 5000 + b'"}',
        b'{"a":' * 1500,
        b'{"text": "last"}',
    ]
    assert summary(read("a.jsonl", b"\n".join(lines), max_item_bytes=4000)) == [
        ("line 1", "first"),
        ("line 3", "json:invalid"),
        ("line 4", "json:not_object"),
        ("line 5", "json:no_text"),
        ("line 6", "json:no_text"),
        ("line 7", "json:no_text"),
        ("line 8", "text:encoding"),
        ("line 9", "text:nul"),
        ("line 10", "text:encoding"),
        ("line 11", "item:too_large"),
        ("line 12", "item:too_large"),
        ("line 13", "last"),
    ]


def test_nesting_that_no_parser_survives_is_set_aside(read: Read, summary: Summary) -> None:
    found = summary(read("a.jsonl", b'{"text": "a"}\n' + b'{"a":' * 100_000 + b"\n"))
    assert found == [("line 1", "a"), ("line 2", "json:invalid")]


def test_a_bad_line_is_a_failure_with_a_detail(read: Read) -> None:
    drop = read("a.jsonl", b'{"text": "a"}\n{bad\n')[1]
    assert isinstance(drop, Drop)
    assert drop.failed
    assert drop.detail.startswith("not JSON: Expecting property name")
    assert (drop.step, drop.item_id) == ("jsonl", None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(
    rows=st.lists(
        st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=5), max_size=3), min_size=1
    )
)
def test_every_object_that_was_written_is_read_in_order(read: Read, rows: list[dict[str, object]]) -> None:
    written = "".join(json.dumps({**row, "text": f"t{n}"}) + "\n" for n, row in enumerate(rows)).encode()
    assert [item.text for item in read("a.jsonl", written) if isinstance(item, Item)] == [
        f"t{n}" for n in range(len(rows))
    ]


def test_the_only_text_field_is_found_even_where_the_first_object_lacks_it(
    read: Read, summary: Summary
) -> None:
    found = summary(read("a.jsonl", b'{"id": 1}\n{"id": 2, "review": "good"}\n'))
    assert found == [("line 1", "json:no_text"), ("line 2", "good")]


def test_two_text_fields_need_a_choice(read: Read) -> None:
    data = b'{"review": "a", "title": "b"}\n'
    with pytest.raises(MissingColumn, match=r"--text-column"):
        read("a.jsonl", data)
    assert [item.text for item in read("a.jsonl", data, text_column="title") if isinstance(item, Item)] == [
        "b"
    ]


def test_a_wanted_field_that_is_not_there_is_missing(read: Read) -> None:
    with pytest.raises(MissingColumn, match="no column 'comment'; it has 'text'"):
        read("a.jsonl", b'{"text": "a"}\n', text_column="comment")


def test_a_file_without_one_json_line_is_unreadable_and_names_the_first_problem(read: Read) -> None:
    with pytest.raises(UnreadableSource, match=r"no record of 2 could be read; the first, line 1: not JSON"):
        read("a.jsonl", b"hello\nworld\n")


@pytest.mark.parametrize("data", [b'[{"text": "a"}]', b'\n[\n {"text": "a"},\n {"text": "b"}\n]'])
def test_a_json_array_is_named_with_the_remedy(read: Read, data: bytes) -> None:
    with pytest.raises(UnreadableSource, match="jq"):
        read("a.json", data)


@pytest.mark.parametrize("data", [b"\n \n", gzip.compress(b"", mtime=0)])
def test_a_file_of_nothing_is_empty(read: Read, data: bytes) -> None:
    with pytest.raises(EmptySource):
        read("a.jsonl.gz" if data[:1] == b"\x1f" else "a.jsonl", data)
