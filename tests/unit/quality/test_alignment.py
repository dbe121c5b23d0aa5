"""Sequences side by side by hand, and at no more cost than any other way to pair them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.quality.alignment import NONE, cheapest_pairs


def pairs(first: str, second: str, *, gap: float = 0.75) -> list[tuple[str, str]]:
    """Return which letters of two words face each other, "-" for none."""
    facing = np.array([[float(a != b) for a in first] for b in second]).reshape(len(second), len(first))
    found = zip(*cheapest_pairs(facing, np.full(len(first), gap), gap), strict=True)
    return [("-" if a == NONE else first[a], "-" if b == NONE else second[b]) for a, b in found]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("abc", "abc", [("a", "a"), ("b", "b"), ("c", "c")]),
        ("abc", "ac", [("a", "a"), ("b", "-"), ("c", "c")]),
        ("bc", "abc", [("-", "a"), ("b", "b"), ("c", "c")]),
        ("ab", "xb", [("a", "x"), ("b", "b")]),
        ("", "a", [("-", "a")]),
        ("a", "", [("a", "-")]),
        ("", "", []),
    ],
)
def test_entries_that_are_alike_face_each_other_in_order(first, second, found):
    assert pairs(first, second) == found


def cheapest(first: str, second: str) -> float:
    """Return the least cost of all ways to pair two words, by trying them."""
    if not first or not second:
        return 0.75 * (len(first) + len(second))
    return min(
        cheapest(first[1:], second[1:]) + (first[0] != second[0]),
        cheapest(first[1:], second) + 0.75,
        cheapest(first, second[1:]) + 0.75,
    )


@given(st.text("ab", max_size=5), st.text("ab", max_size=5))
def test_no_other_alignment_costs_less(first, second):
    found = pairs(first, second)
    cost = sum(0.75 if "-" in pair else float(pair[0] != pair[1]) for pair in found)
    assert cost == pytest.approx(cheapest(first, second))
