from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.quality.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from groundswell.quality.votes import Votes


def from_grid(grid):
    """Votes from one string a worker, one character a task, `.` for no answer."""
    rows = [(task, worker, said) for worker, line in enumerate(grid) for task, said in enumerate(line)]
    return Votes.from_table([(task, worker, None if said == "." else said) for task, worker, said in rows])


KRIPPENDORFF = from_grid(["123321412...", "1233224125.3", ".3332342251.", "12332441251."])
"""The four observers and twelve units with missing data of Krippendorff (2011)."""

FLEISS = Votes.from_table(
    [
        (task, worker, label)
        for task, counts in enumerate(
            [
                (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
                (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
            ]
        )
        for worker, label in enumerate(np.repeat(range(5), counts).tolist())
    ]
)  # fmt: skip
"""Fourteen raters, ten subjects, five categories: the worked example that is often shown for Fleiss' kappa."""


def test_alpha_is_krippendorffs_published_value():
    assert krippendorff_alpha(KRIPPENDORFF).value == pytest.approx(0.743, abs=0.0005)
    assert krippendorff_alpha(KRIPPENDORFF).items == 11  # the twelfth has one answer


def test_fleiss_kappa_is_the_published_value():
    assert fleiss_kappa(FLEISS).value == pytest.approx(0.210, abs=0.0005)


def test_cohen_kappa_by_hand():
    both = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    votes = Votes.from_table([(t, w, said) for t, pair in enumerate(both) for w, said in enumerate(pair)])
    assert cohen_kappa(votes, 0, 1).value == pytest.approx(0.4)
    assert cohen_kappa(votes, 1, 0).value == pytest.approx(0.4)


def test_full_agreement_is_one_and_opposite_answers_are_below_zero():
    assert krippendorff_alpha(from_grid(["abab", "abab"])).value == 1.0
    assert krippendorff_alpha(from_grid(["abab", "baba"])).value < 0


@pytest.mark.parametrize(
    ("grid", "reason"),
    [(["ab", ".."], "no item has two votes"), (["aa", "aa"], "every comparable vote is for the same class")],
)
def test_where_alpha_is_not_defined_it_says_why(grid, reason):
    agreement = krippendorff_alpha(from_grid(grid), rng=np.random.default_rng(0))
    assert isnan(agreement.value)
    assert agreement.reason == reason


def test_an_empty_table_has_no_agreement():
    nothing = np.empty(0, np.int32)
    votes = Votes(nothing, nothing, nothing, 3, 2, 2)
    assert krippendorff_alpha(votes).reason == "no item has two votes"
    assert fleiss_kappa(votes).reason == "no item has a vote"
    assert cohen_kappa(votes, 0, 1).reason == "the two workers share no item"


@pytest.mark.parametrize("grid", [["ab", "a."], ["ab"]])
def test_fleiss_needs_equally_many_votes(grid):
    assert fleiss_kappa(from_grid(grid)).reason == "items need equally many votes, two or more"


def test_two_workers_with_one_class_have_no_kappa():
    assert (
        cohen_kappa(from_grid(["aab", "aa."]), 0, 1).reason == "every comparable vote is for the same class"
    )


def test_the_interval_holds_the_value_and_repeats_with_its_seed():
    rng = np.random.default_rng(0)
    item, worker = np.divmod(np.arange(600), 3)
    label = np.where(rng.random(600) < 0.7, item % 2, rng.integers(0, 2, 600))
    votes = Votes(item, worker, label, 200, 3, 2)
    first, second = (krippendorff_alpha(votes, rng=np.random.default_rng(1)) for _ in range(2))
    assert first == second
    assert first.low < first.value < first.high
    assert 0.1 < first.high - first.low < 0.4


def test_the_interval_covers_about_as_often_as_it_says():
    covered = 0
    item, worker = np.divmod(np.arange(450), 3)
    for seed in range(100):
        rng = np.random.default_rng(seed)
        label = np.where(rng.random(450) < 0.6, item % 2, rng.integers(0, 2, 450))
        agreement = krippendorff_alpha(Votes(item, worker, label, 150, 3, 2), rng=rng, resamples=200)
        covered += agreement.low <= 0.36 <= agreement.high
    assert covered >= 88


@given(seed=st.integers(0, 2**32 - 1))
def test_neither_the_order_of_votes_nor_the_names_of_classes_matter(seed):
    rng = np.random.default_rng(seed)
    order, renamed = rng.permutation(len(KRIPPENDORFF)), rng.permutation(5).astype(np.int32)
    shuffled = Votes(
        KRIPPENDORFF.item[order], KRIPPENDORFF.worker[order], renamed[KRIPPENDORFF.label[order]], 12, 4, 5
    )
    assert krippendorff_alpha(shuffled).value == pytest.approx(krippendorff_alpha(KRIPPENDORFF).value)
