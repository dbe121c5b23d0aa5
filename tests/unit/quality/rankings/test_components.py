import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from groundswell.quality.rankings.components import components


def by_walking(n, edges):
    """The connected sets by walking from each item in turn."""
    part = [-1] * n
    for start in range(n):
        if part[start] >= 0:
            continue
        number, waiting = max(part) + 1, [start]
        while waiting:
            item = waiting.pop()
            part[item] = number
            waiting += [
                b if a == item else a for a, b in edges if item in (a, b) and part[b if a == item else a] < 0
            ]
    return part


@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)))
    )
)
def test_the_sets_are_those_that_walking_finds(case):
    n, edges = case
    left, right = np.array(edges, np.int64).reshape(-1, 2).T
    assert components(n, left, right).tolist() == by_walking(n, edges)


def test_a_long_chain_is_one_set():
    n = 20_000
    order = np.random.default_rng(0).permutation(n)
    assert components(n, order[:-1], order[1:]).max() == 0
