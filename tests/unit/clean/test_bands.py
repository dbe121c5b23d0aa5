"""The index finds every row that shares a key, and no other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from groundswell.clean import bands
from groundswell.clean.bands import BandIndex

ROWS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=25)


def as_keys(rows: list[tuple[int, int]]) -> np.ndarray:
    return np.array(rows, np.uint64).reshape(len(rows), 2)


@given(parts=st.lists(ROWS, max_size=5), asked=ROWS)
def test_rows_that_share_a_key_are_found_most_shared_first(
    parts: list[list[tuple[int, int]]], asked: list[tuple[int, int]]
) -> None:
    index = BandIndex()
    remembered: list[tuple[int, int]] = []
    for part in parts:
        index.add(as_keys(part), np.arange(len(remembered), len(remembered) + len(part)))
        remembered += part
    found = index.matches(as_keys(asked))
    assert len(found) == len(asked)
    for row, matches in zip(asked, found, strict=True):
        shared = {place: len(set(row) & set(other)) for place, other in enumerate(remembered)}
        assert set(matches.tolist()) == {place for place, count in shared.items() if count}


def test_a_key_of_thousands_gives_the_first_few() -> None:
    index = BandIndex()
    index.add(np.full((5000, 1), 7, np.uint64), np.arange(5000))
    (found,) = index.matches(np.array([[7]], np.uint64))
    assert found.tolist() == list(range(bands._MAX_PER_KEY))


def test_the_row_that_shares_most_comes_first() -> None:
    index = BandIndex()
    index.add(np.array([[1, 9], [1, 2]], np.uint64), np.array([10, 11]))
    assert index.matches(np.array([[1, 2]], np.uint64))[0].tolist() == [11, 10]


def test_an_empty_index_has_no_matches() -> None:
    assert [len(found) for found in BandIndex().matches(np.zeros((3, 2), np.uint64))] == [0, 0, 0]
