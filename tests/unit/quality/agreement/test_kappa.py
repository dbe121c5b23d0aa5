import numpy as np
import pytest

from groundswell.errors import InputError
from groundswell.quality.agreement import cohen_kappa, gwet_ac
from groundswell.quality.votes import Votes


def of_two(table):
    """Votes of two workers from a table of counts, the first worker's class in rows."""
    said = [(one, other) for one, row in enumerate(table) for other, n in enumerate(row) for _ in range(n)]
    item = np.repeat(np.arange(len(said)), 2)
    return Votes(item, np.arange(2 * len(said)) % 2, np.array(said).ravel(), len(said), 2, len(table))


COHEN = of_two([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
"""Table 1 of Cohen (1968): 200 cases, two judges, three diagnoses."""

DIAGNOSIS = of_two([[40, 4, 4, 17], [6, 25, 2, 13], [4, 1, 21, 12], [15, 5, 9, 45]])
ABSTRACTORS = of_two([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
"""Two tables of Gwet (2014), with the values of his package irrCAC below."""

GRID = ["123321412...", "1233224125..", ".33323422513", "12332441251."]
FOUR_RATERS = Votes.from_table(
    [(t, w, int(said)) for w, line in enumerate(GRID) for t, said in enumerate(line) if said != "."]
)
"""Four raters, twelve subjects, five categories, answers missing: Gwet (2014), page 120."""


def test_weighted_kappa_is_what_cohen_printed():
    assert cohen_kappa(COHEN, 0, 1).value == pytest.approx(0.492, abs=0.0005)
    grave = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]
    assert cohen_kappa(COHEN, 0, 1, weights=grave).value == pytest.approx(0.348, abs=0.0005)
    one_sided = [[0, 1, 4], [1, 0, 6], [2, 2, 0]]
    assert cohen_kappa(COHEN, 0, 1, weights=one_sided).value == pytest.approx(0.353, abs=0.0005)


@pytest.mark.parametrize(
    ("votes", "weights", "known"),
    [
        (DIAGNOSIS, None, 0.432),
        (DIAGNOSIS, "linear", 0.407),
        (DIAGNOSIS, "quadratic", 0.383),
        (ABSTRACTORS, None, 0.796),
        (ABSTRACTORS, "linear", 0.843),
        (ABSTRACTORS, "quadratic", 0.892),
    ],
)
def test_weighted_kappa_is_the_value_of_another_implementation(votes, weights, known):
    assert cohen_kappa(votes, 0, 1, weights=weights).value == pytest.approx(known, abs=0.0005)
    assert cohen_kappa(votes, 1, 0, weights=weights).value == pytest.approx(known, abs=0.0005)


@pytest.mark.parametrize(
    ("votes", "weights", "known"),
    [
        (FOUR_RATERS, None, 0.77544),
        (FOUR_RATERS, "linear", 0.859),
        (FOUR_RATERS, "quadratic", 0.914),
        (DIAGNOSIS, None, 0.456),
        (DIAGNOSIS, "linear", 0.377),
        (DIAGNOSIS, "quadratic", 0.299),
        (ABSTRACTORS, None, 0.8493305),
        (ABSTRACTORS, "linear", 0.900),
        (ABSTRACTORS, "quadratic", 0.940),
    ],
)
def test_gwets_coefficients_are_those_of_his_package(votes, weights, known):
    assert gwet_ac(votes, weights=weights).value == pytest.approx(known, abs=0.0005)


def test_ac1_by_hand_stays_high_where_one_class_is_all_but_everything():
    votes = of_two([[118, 5], [2, 0]])
    # 118 of 125 agree; class 0 has (123 + 120) / 250 = 0.972; chance 2 * 0.972 * 0.028
    chance = 2 * 0.972 * 0.028
    assert gwet_ac(votes).value == pytest.approx((118 / 125 - chance) / (1 - chance))
    assert cohen_kappa(votes, 0, 1).value < 0


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_weights_given_as_an_array_are_those_by_name(weights):
    steps = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    array = {None: steps > 0, "linear": steps, "quadratic": 7 * steps**2}[weights]
    assert cohen_kappa(DIAGNOSIS, 0, 1, weights=array) == cohen_kappa(DIAGNOSIS, 0, 1, weights=weights)
    assert gwet_ac(DIAGNOSIS, weights=array).value == pytest.approx(gwet_ac(DIAGNOSIS, weights=weights).value)


def test_renaming_classes_changes_no_coefficient_without_weights():
    renamed = Votes(DIAGNOSIS.item, DIAGNOSIS.worker, 3 - DIAGNOSIS.label, 223, 2, 4)
    assert gwet_ac(renamed).value == pytest.approx(gwet_ac(DIAGNOSIS).value)
    assert cohen_kappa(renamed, 0, 1).value == pytest.approx(cohen_kappa(DIAGNOSIS, 0, 1).value)


@pytest.mark.parametrize(
    "weights", ["cubic", [[0, 1]], -np.eye(4), np.zeros((4, 4)), np.full((4, 4), np.nan)]
)
def test_weights_that_are_none_are_refused(weights):
    with pytest.raises(InputError):
        cohen_kappa(DIAGNOSIS, 0, 1, weights=weights)
    with pytest.raises(InputError):
        gwet_ac(DIAGNOSIS, weights=weights)


def test_ac2_has_no_first_worker():
    with pytest.raises(InputError, match="symmetric"):
        gwet_ac(DIAGNOSIS, weights=np.triu(np.ones((4, 4)), 1))


def test_where_gwets_coefficient_is_not_defined_it_says_why():
    assert (
        gwet_ac(Votes(np.array([0]), np.array([0]), np.array([0]), 1, 1, 2)).reason == "no item has two votes"
    )
    one_class = Votes(np.array([0, 0]), np.array([0, 1]), np.array([0, 0]), 1, 2, 1)
    assert gwet_ac(one_class).reason == "every comparable vote is for the same class"
