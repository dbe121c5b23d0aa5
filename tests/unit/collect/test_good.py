"""Some bad records are set aside; nothing but bad records is an error."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from groundswell.collect.good import MAX_BAD_START, require_good
from groundswell.errors import EmptySource, UnreadableSource
from groundswell.items import Drop, Item, ItemKind

GOOD = Item(ItemKind.TEXT, "a", None, "text/plain", "s", "line 9", datetime(2026, 1, 1, tzinfo=UTC))


def bad(number: int = 1, *, failed: bool = True) -> Drop:
    return Drop(None, "s", f"line {number}", "jsonl", "json:invalid", f"problem {number}", failed)


def test_good_and_bad_records_pass_in_order() -> None:
    records = [bad(1), GOOD, bad(2), bad(3)]
    assert list(require_good(iter(records), "s")) == records


def test_one_good_record_is_enough_however_many_bad_follow() -> None:
    records = [GOOD, *(bad(n) for n in range(MAX_BAD_START + 1))]
    assert len(list(require_good(iter(records), "s"))) == len(records)


def test_only_bad_records_raise_and_name_the_first() -> None:
    with pytest.raises(
        UnreadableSource, match="s: no record of 2 could be read; the first, line 1: problem 1"
    ):
        list(require_good(iter([bad(1), bad(2)]), "s"))


def test_what_was_left_out_by_rule_is_named_where_nothing_else_is_there() -> None:
    with pytest.raises(EmptySource, match="2 left out by rule; the first, line 1: problem 1"):
        list(require_good(iter([bad(1, failed=False), bad(2, failed=False)]), "s"))
    with pytest.raises(UnreadableSource, match="the first, line 2: problem 2"):
        list(require_good(iter([bad(1, failed=False), bad(2)]), "s"))


def test_nothing_is_read_after_a_thousand_bad_records() -> None:
    drawn = 0

    def endless() -> Iterator[Item | Drop]:
        nonlocal drawn
        while True:
            drawn += 1
            yield bad(drawn)

    with pytest.raises(UnreadableSource):
        list(require_good(endless(), "s"))
    assert drawn == MAX_BAD_START


@pytest.mark.parametrize("records", [[], [bad(failed=False)]])
def test_nothing_to_read_is_empty(records: list[Item | Drop]) -> None:
    with pytest.raises(EmptySource, match="s holds nothing"):
        list(require_good(iter(records), "s"))
