from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.quality.hypergeometric import acceptability, clopper_pearson, interval, probabilities


def test_probabilities_by_counting():
    assert probabilities(10, 6, 3) == pytest.approx(
        [comb(6, found) * comb(4, 3 - found) / comb(10, 3) for found in range(4)]
    )


@pytest.mark.parametrize("right", [0, 1, 499_999, 10**8])
def test_probabilities_sum_to_one_for_populations_of_any_size(right):
    assert probabilities(10**8, right, 300).sum() == pytest.approx(1.0, abs=1e-5)


def test_acceptability_adds_the_opposite_tail_that_is_no_likelier():
    chance = probabilities(20, 10, 4)
    assert acceptability(20, 10, 4, 4) == pytest.approx(chance[4] + chance[0])
    assert acceptability(20, 10, 4, 2) == 1.0


@pytest.mark.parametrize(("population", "drawn"), [(40, 13), (300, 200), (500, 50)])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_interval_covers_every_possible_population_often_enough(population, drawn, level):
    """Coverage is computed by summing over all findings, not simulated: no population escapes."""
    ends = np.array([interval(population, drawn, found, level) for found in range(drawn + 1)])
    for right in range(population + 1):
        inside = (ends[:, 0] <= right) & (right <= ends[:, 1])
        assert probabilities(population, right, drawn)[inside].sum() >= level


@given(st.data())
def test_the_interval_holds_the_finding_and_lies_within_clopper_pearson(data):
    population = data.draw(st.integers(1, 5000))
    drawn = data.draw(st.integers(1, min(population, 400)))
    found = data.draw(st.integers(0, drawn))
    low, high = interval(population, drawn, found, 0.95)
    wide_low, wide_high = clopper_pearson(population, drawn, found, 0.95)
    assert wide_low <= low <= high <= wide_high
    assert (low - 1) * drawn < found * population < (high + 1) * drawn  # ends are whole items
    assert found <= low <= high <= population - (drawn - found)


@given(population=st.integers(1, 2000), found=st.integers(0, 2000))
def test_auditing_everything_leaves_no_doubt(population, found):
    found = min(found, population)
    assert interval(population, population, found, 0.95) == (found, found)


def test_more_right_answers_never_lower_the_interval():
    ends = np.array([interval(3000, 150, found, 0.95) for found in range(151)])
    assert (np.diff(ends, axis=0) >= 0).all()


def test_a_large_population_is_as_good_as_an_endless_one():
    """The binomial Clopper-Pearson interval for 198 of 200 is 0.96434 to 0.99879 (any table of it)."""
    low, high = clopper_pearson(10**8, 200, 198, 0.95)
    assert (low / 10**8, high / 10**8) == pytest.approx((0.96434, 0.99879), abs=2e-5)
