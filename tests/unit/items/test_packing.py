"""Batches are limited in rows and bytes, and end where the rows say, however they came."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.clean.conftest import NOW

from groundswell.items import Drop, Item, ItemKind, packed, packing, repacked, to_batch


def items(*sizes: int) -> list[Item]:
    return [
        Item(ItemKind.TEXT, "x" * size, None, "text/plain", "s", f"line {n}", NOW)
        for n, size in enumerate(sizes)
    ]


def test_a_batch_ends_with_the_item_that_fills_it() -> None:
    assert [batch.num_rows for batch in packed(items(6, 6, 6, 6, 6), lambda drop: None, batch_bytes=10)] == [
        2,
        2,
        1,
    ]


def test_drops_are_handed_on_when_it_is_their_turn() -> None:
    drop = Drop(None, "s", "line 1", "jsonl", "json:invalid")
    seen: list[Drop] = []
    assert [batch.num_rows for batch in packed([*items(1), drop, *items(1)], seen.append)] == [2]
    assert seen == [drop]


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), max_size=40), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_how_rows_come_does_not_matter(sizes: list[int], cuts: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "BATCH_ROWS", 7)
        patch.setattr(packing, "BATCH_BYTES", 40)
        whole = to_batch(items(*sizes))
        pieces, start = [], 0
        while start < len(sizes):
            size = cuts[len(pieces) % len(cuts)]
            pieces.append(whole.slice(start, size))
            start += size
        one, other = list(repacked([whole] if sizes else [])), list(repacked(pieces))
    assert [batch.num_rows for batch in one] == [batch.num_rows for batch in other]
    assert pa.Table.from_batches(other, whole.schema) == pa.Table.from_batches([whole])
    assert all(0 < batch.num_rows <= 7 for batch in one)
