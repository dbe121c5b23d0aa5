"""CSV: a row is an item; a bad row costs its first line only."""

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.collect import AS_RECORD
from groundswell.errors import EmptySource, MissingColumn, UnreadableSource
from groundswell.items import Drop, Item

Read = Callable[..., list[Item | Drop]]
Summary = Callable[[list[Item | Drop]], list[tuple[str, str | None]]]
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00\ufeff"), max_size=12)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(read: Read, delimiter: str) -> None:
    data = (
        delimiter.join(["id", "text", "by"]) + "\r\n" + delimiter.join(["1", "hello there", "ann"]) + "\r\n"
    )
    (item,) = read("a.csv", b"\xef\xbb\xbf" + data.encode())
    assert isinstance(item, Item)
    assert (item.text, item.meta, item.locator) == ("hello there", {"id": "1", "by": "ann"}, "line 2")


def test_a_comma_within_texts_does_not_win_over_the_delimiter(read: Read) -> None:
    data = b"id;text\n1;yes, of course, why not\n2;no\n"
    assert [item.text for item in read("a.csv", data) if isinstance(item, Item)] == [
        "yes, of course, why not",
        "no",
    ]


def test_quoted_fields_hold_quotes_delimiters_and_line_ends(read: Read, summary: Summary) -> None:
    data = b'id,text\n1,"a ""b"", c\nd"\n\n2,plain\n'
    assert summary(read("a.csv", data)) == [("line 2", 'a "b", c\nd'), ("line 5", "plain")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(CELL, CELL), min_size=2, max_size=6), delimiter=st.sampled_from([",", ";", "\t"])
)
def test_what_python_writes_is_read(read: Read, rows: list[tuple[str, str]], delimiter: str) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("text", "other"), *rows])
    found = read("a.csv", file.getvalue().encode())
    assert [(item.text, item.meta["other"]) for item in found if isinstance(item, Item)] == rows


def test_bad_rows_are_set_aside_and_reading_goes_on_at_the_next_line(read: Read, summary: Summary) -> None:
    data = (
        b'id,text\n1,one\n2\n3,three,more\n4,"open\n5,five\n6,"x"y\n7,\xff\n8,' + b"x" * 200 + b"\n9,nine\n"
    )
    assert summary(read("a.csv", data, max_item_bytes=100)) == [
        ("line 2", "one"),
        ("line 3", "csv:fields"),
        ("line 4", "csv:fields"),
        ("line 5", "csv:invalid"),
        ("line 6", "five"),
        ("line 7", "csv:invalid"),
        ("line 8", "text:encoding"),
        ("line 9", "item:too_large"),
        ("line 10", "nine"),
    ]


def test_a_quote_that_never_closes_costs_one_line_not_the_rest(read: Read, summary: Summary) -> None:
    rows = b"".join(b"%d,row %d\n" % (n, n) for n in range(3000))
    found = summary(read("a.csv", b'id,text\n0,"open\n' + rows, max_item_bytes=1000))
    assert found[0] == ("line 2", "csv:invalid")
    assert [text for _, text in found[1:]] == [f"row {n}" for n in range(3000)]


def test_a_field_longer_than_pythons_default_limit_is_read(read: Read) -> None:
    (item,) = read("a.csv", b"id,text\n1," + b"x" * 200_000 + b"\n")
    assert isinstance(item, Item)
    assert len(item.text or "") == 200_000


def test_the_only_column_of_words_is_the_text(read: Read) -> None:
    (item,) = read("a.csv", b"id,review\n1,good\n")
    assert isinstance(item, Item)
    assert item.text == "good"


def test_a_column_that_is_not_there_is_missing_and_the_others_are_listed(read: Read) -> None:
    with pytest.raises(MissingColumn, match=r"no column 'text'; it has 'id', 'review'"):
        read("a.csv", b"id,review\n1,good\n", text_column="text")


def test_rows_are_records_where_that_is_asked_for_or_the_columns_say_so(read: Read) -> None:
    (asked,) = read("a.csv", b"text,stars\na fine day,5\n", text_column=AS_RECORD)
    (known,) = read("b.csv", b"prompt,completion\nsay hi,hi\n")
    assert isinstance(asked, Item)
    assert isinstance(known, Item)
    assert (asked.kind, asked.record) == ("record", {"text": "a fine day", "stars": "5"})
    assert known.record == {"prompt": "say hi", "completion": "hi"}


def test_a_header_alone_is_empty(read: Read) -> None:
    with pytest.raises(EmptySource):
        read("a.csv", b"id,text\n")


def test_a_binary_file_is_unreadable(read: Read) -> None:
    with pytest.raises(UnreadableSource, match="header"):
        read("a.csv", bytes(range(128, 256)) * 100)


def test_columns_of_the_same_name_do_not_hide_each_other(read: Read) -> None:
    (item,) = read("a.csv", b"text,text,n,text_2,\nfirst of them,second,1,third,\n")
    assert isinstance(item, Item)
    assert item.text == "first of them"
    assert item.meta == {"text_2": "second", "n": "1", "text_2_2": "third", "": ""}
