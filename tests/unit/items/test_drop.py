"""Drops survive the way into an Arrow table and back."""

from hypothesis import given
from hypothesis import strategies as st

from groundswell.ids import ItemId
from groundswell.items import DROP_SCHEMA, Drop, drops_of, drops_to_batch

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
DROPS = st.builds(
    Drop,
    st.none() | TEXT.map(ItemId),
    source=TEXT,
    locator=TEXT,
    step=TEXT,
    reason=TEXT,
    detail=TEXT,
    failed=st.booleans(),
    kept=st.none() | TEXT.map(ItemId),
    likeness=st.none() | st.floats(0, 1),
)


@given(st.lists(DROPS, max_size=5))
def test_a_table_of_drops_gives_the_same_drops_in_the_same_order(drops: list[Drop]) -> None:
    batch = drops_to_batch(drops)
    assert batch.schema == DROP_SCHEMA
    assert list(drops_of(batch)) == drops
