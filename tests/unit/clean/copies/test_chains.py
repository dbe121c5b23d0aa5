"""What hangs together is found whatever the order, and copies in one round."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.clean.copies.chains import linked
from groundswell.clean.copies.components import components

NUMBERS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), max_size=40)


def near(values, asked):
    """Return what says that two numbers are alike if they are at most 2 apart, and counts how often it was asked."""

    def compare(one, other):
        asked.append(len(one))
        apart = np.abs(values[one] - values[other])
        return np.where(apart <= 2, 1.0, np.nan)

    return compare


def families(groups, values):
    """Return the families by hand: sorted numbers of a group, cut where the gap is over 2."""
    found = {}
    for group in set(groups.tolist()):
        rows = sorted(np.flatnonzero(groups == group).tolist(), key=lambda row: (values[row], row))
        first = None
        for before, row in zip([None, *rows], rows, strict=False):
            if before is None or values[row] - values[before] > 2:
                first = row
            found[row] = first
    return found


@settings(deadline=None)
@given(NUMBERS)
def test_rows_hang_together_as_by_hand(drawn):
    drawn = sorted(drawn, key=lambda each: each[0])
    groups = np.array([group for group, _ in drawn], np.int64)
    values = np.array([value for _, value in drawn], np.int64)
    links = linked(groups, near(values, []), reach=64)
    nodes, roots = components(links.one, links.other)
    root = dict(zip(nodes.tolist(), roots.tolist(), strict=True))
    by_hand = families(groups, values)
    for one in range(len(drawn)):
        for other in range(len(drawn)):
            together = root.get(one, one) == root.get(other, other)
            assert together == (by_hand[one] == by_hand[other])


def test_copies_take_one_round_whatever_their_number():
    asked = []
    links = linked(np.zeros(5000, np.int64), near(np.zeros(5000, np.int64), asked), reach=64)
    assert asked == [4999]
    assert len(links.one) == 4999


def test_rows_that_have_nothing_in_common_take_a_bounded_number_of_rounds():
    asked = []
    values = np.arange(5000) * 10
    assert len(linked(np.zeros(5000, np.int64), near(values, asked), reach=64).one) == 0
    assert len(asked) == 64
