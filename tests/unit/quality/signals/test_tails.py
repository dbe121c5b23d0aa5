import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.quality.signals.tails import (
    chance_of,
    false_discovery_rates,
    group_medians,
    ragged,
    student_lower_tail,
    upper_tail,
    usual_variety,
)


def binomial_tail(found, total, rate):
    return sum(math.comb(total, k) * rate**k * (1 - rate) ** (total - k) for k in range(found, total + 1))


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.001, 0.999))
def test_without_spread_the_tail_is_the_binomial_tail(found, more, rate):
    total = found + more
    assert upper_tail([found], [total], [rate])[0] == pytest.approx(
        binomial_tail(found, total, rate), rel=1e-9
    )


def test_a_spread_tail_follows_the_beta_binomial_formula():
    a, b, n = 0.3 * 9, 0.7 * 9, 12  # spread 1 / (a + b + 1)

    def beta(x, y):
        return math.gamma(x) * math.gamma(y) / math.gamma(x + y)

    by_hand = [math.comb(n, k) * beta(k + a, n - k + b) / beta(a, b) for k in range(n + 1)]
    for found in (0, 3, 9, 12):
        assert upper_tail([found], [n], [0.3], 0.1)[0] == pytest.approx(sum(by_hand[found:]))
        assert chance_of([found], [n], [0.3], 0.1)[0] == pytest.approx(by_hand[found])


def test_many_counts_are_each_as_if_alone():
    found, total, rate = [0, 3, 0, 7, 1], [5, 3, 0, 30, 1], [0.5, 0.1, 0.3, 0.2, 0.9]
    together = upper_tail(found, total, rate, 0.05)
    alone = [upper_tail([f], [t], [r], 0.05)[0] for f, t, r in zip(found, total, rate, strict=True)]
    np.testing.assert_allclose(together, alone)
    assert together[2] == 1.0


def test_far_tails_keep_their_size():
    assert upper_tail([100], [100], [0.01])[0] == pytest.approx(1e-200, rel=1e-6)


def test_student_tails_match_published_quantiles():
    """Two-sided 5 % and one-sided 0.05 % points of the t table."""
    for degrees, at, chance in ((10, -2.228, 0.025), (30, -2.042, 0.025), (10, -4.587, 0.0005)):
        assert student_lower_tail([at], degrees)[0] == pytest.approx(chance, rel=0.03)
    assert student_lower_tail([0.0], 12)[0] == 0.5


def test_false_discovery_rates_are_those_of_the_paper_by_hand():
    np.testing.assert_allclose(
        false_discovery_rates(np.array([0.01, 0.5, 0.02, 0.03])), [0.04, 0.5, 0.04, 0.04]
    )
    np.testing.assert_allclose(false_discovery_rates(np.array([0.01, 0.02]), n_tests=10), [0.1, 0.1])
    assert len(false_discovery_rates(np.empty(0))) == 0


def test_under_the_null_a_list_is_kept_no_more_often_than_its_level():
    rng = np.random.default_rng(0)
    kept = [(false_discovery_rates(rng.random(30)) <= 0.1).any() for _ in range(2000)]
    assert 0.07 < np.mean(kept) < 0.13


def test_spammers_do_not_pass_for_variety():
    rng = np.random.default_rng(1)
    rate = rng.beta(0.1 * 30, 0.9 * 30, 400)
    found, total = rng.binomial(40, rate), np.full(400, 40)
    honest = usual_variety(found, total, np.full(400, 0.1))
    found[:40] = 40
    assert usual_variety(found, total, np.full(400, 0.1)) <= honest * 1.6
    assert usual_variety(rng.binomial(40, 0.1, 400), total, np.full(400, 0.1)) < honest


def test_medians_of_groups_and_empty_groups():
    medians, sizes = group_medians(np.array([0, 2, 0, 0, 2]), np.array([3.0, 9.0, 1.0, 2.0, 7.0]), 3)
    np.testing.assert_array_equal(medians, [2.0, np.nan, 7.0])
    assert sizes.tolist() == [3, 0, 2]


def test_runs_one_after_the_other():
    assert ragged(np.array([5, 0, 2]), np.array([2, 0, 3])).tolist() == [5, 6, 2, 3, 4]
