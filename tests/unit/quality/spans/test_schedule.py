from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.quality.spans import Span, best_without_overlaps

weighted = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6), st.integers(0, 9)), max_size=8).map(
    lambda rows: [(Span(start, start + size, "x"), weight / 8) for start, size, weight in rows]
)


def apart(spans):
    ordered = sorted(spans)
    return all(a.end <= b.start for a, b in pairwise(ordered))


def test_two_short_spans_beat_a_long_one_that_weighs_less_than_both():
    spans = [Span(0, 10, "long"), Span(0, 4, "a"), Span(5, 10, "b")]
    assert best_without_overlaps(spans, [0.9, 0.5, 0.5]) == [1, 2]
    assert best_without_overlaps(spans, [1.1, 0.5, 0.5]) == [0]


@given(weighted)
def test_no_other_choice_weighs_more(rows):
    spans, weights = [span for span, _ in rows], [weight for _, weight in rows]
    chosen = best_without_overlaps(spans, weights)
    assert apart([spans[place] for place in chosen])
    every = (c for size in range(len(rows) + 1) for c in combinations(range(len(rows)), size))
    best = max(sum(weights[place] for place in c) for c in every if apart([spans[place] for place in c]))
    assert sum(weights[place] for place in chosen) == pytest.approx(best)


@pytest.mark.parametrize("weights", [[-1.0], [float("nan")], []])
def test_weights_that_are_none_are_refused(weights):
    with pytest.raises(InputError, match="weights"):
        best_without_overlaps([Span(0, 1, "a")], weights)
