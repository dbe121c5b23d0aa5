"""A member is always like its leader; leaders of a group are not like each other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from groundswell.clean.copies.first_fit import first_fit

POINTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), max_size=40).map(sorted)


def near(values: np.ndarray):
    def compare(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        apart = np.abs(values[one] - values[other])
        return np.where(apart <= 2, 1.0 - apart / 10, np.nan)

    return compare


@given(POINTS, st.integers(1, 20))
def test_it_is_first_fit_within_each_group(points: list[tuple[int, int]], most: int) -> None:
    groups = np.array([group for group, _ in points], np.int64)
    values = np.random.default_rng(len(points)).permutation([value for _, value in points]).astype(np.int64)
    joined = first_fit(groups, near(values), most_leaders=most)
    expected: dict[int, int] = {}
    for row in range(len(points)):
        leaders = [r for r in range(row) if groups[r] == groups[row] and r not in expected][:most]
        for leader in leaders:
            if abs(values[leader] - values[row]) <= 2:
                expected[row] = leader
                break
    assert dict(zip(joined.members.tolist(), joined.leaders.tolist(), strict=True)) == expected


def test_the_immune_never_join_but_lead() -> None:
    joined = first_fit(
        np.zeros(3, np.int64), near(np.array([1, 1, 1])), most_leaders=9, immune=np.array([True, True, False])
    )
    assert joined.members.tolist() == [2]
