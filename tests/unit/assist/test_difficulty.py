import numpy as np
import pytest

from groundswell.assist.difficulty import expected_gain, weigh
from groundswell.errors import InputError
from groundswell.quality.shrunk import shrunk
from groundswell.quality.votes import Votes

CONFUSION = np.array([[0.8, 0.2], [0.2, 0.8]])


def crowd(habit, items=400, each=6, seed=0):
    """Votes on items whose answering habits spread around 80 % right: the smaller `habit`, the more."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, items)
    right = rng.beta(0.8 * habit, 0.2 * habit, items)
    item = np.repeat(np.arange(items), each)
    said = np.where(rng.random(len(item)) < right[item], truth[item], 1 - truth[item])
    return Votes(item, np.zeros(len(item), int), said, items, 1, 2), truth


def votes(pairs, n_items, n_classes=3):
    item, label = np.array(pairs).T
    return Votes(item, np.zeros(len(item), int), label, n_items, 1, n_classes)


def test_answers_that_follow_habits_of_the_item_are_seen_to_depend_on_each_other():
    alike, apart = (weigh(shrunk(crowd(habit)[0])).independence for habit in (2.0, 1000.0))
    assert alike < apart / 2


def test_gold_shows_dependence_that_the_answers_alone_hide():
    given, truth = crowd(2.0)
    found = shrunk(given, gold=truth.astype(np.int32))
    assert weigh(found, gold=truth.astype(np.int32)).independence < weigh(shrunk(given)).independence


def test_what_is_claimed_of_items_that_differ_in_difficulty_is_nearer_to_the_truth():
    given, truth = crowd(4.0)
    found = shrunk(given)
    claimed, before = weigh(found).posterior.max(axis=1).mean(), found.posterior.max(axis=1).mean()
    right = (found.label == truth).mean()
    assert right < claimed < before


def test_mistakes_are_seen_to_go_where_the_model_goes_and_not_where_they_do_not():
    rng = np.random.default_rng(1)
    n, k = 2000, 4
    truth, other = rng.integers(0, k, n), rng.integers(1, k, n)
    wrong = (truth + other) % k
    model = np.full((n, k), 0.01)
    model[np.arange(n), truth], model[np.arange(n), wrong] = 0.6, 0.38
    shared = []
    for mistake in (wrong, (truth + rng.integers(1, k, n)) % k):
        said = np.where(rng.random((3, n)) < 0.7, truth, mistake)
        given = Votes(np.tile(np.arange(n), 3), np.zeros(3 * n, int), said.ravel(), n, 1, k)
        shared.append(weigh(shrunk(given, evidence=model), model).shared)
    assert shared == [0.5, 0.0]


def test_each_equal_answer_says_less_than_the_one_before():
    pairs = [(0, 0)] + [(1, 0)] * 2 + [(2, 0)] * 3 + [(3, 1)] * 3 + [(3, 0)]
    likelihood = weigh(shrunk(votes(pairs, 4))).likelihood
    odds = np.log(likelihood[:3, 0] / likelihood[:3, 1])
    assert 0 < odds[2] - odds[1] < odds[1] - odds[0] < odds[0]


def test_the_order_of_votes_does_not_matter_and_classes_may_be_renamed():
    given, _ = crowd(3.0, items=50)
    model = np.random.default_rng(2).dirichlet(np.ones(2), 50)
    first = weigh(shrunk(given, evidence=model), model)
    mixed = np.random.default_rng(3).permutation(len(given))
    moved = Votes(given.item[mixed], given.worker[mixed], 1 - given.label[mixed], 50, 1, 2)
    again = weigh(shrunk(moved, evidence=model[:, ::-1]), model[:, ::-1])
    np.testing.assert_allclose(first.posterior, again.posterior[:, ::-1], atol=1e-9)
    np.testing.assert_allclose(first.gain, again.gain, atol=1e-9)


def test_gold_stays_and_a_row_without_opinion_falls_back_on_the_prior():
    given = votes([(0, 1), (1, 1)], 3)
    model = np.array([[0.8, 0.1, 0.1], [np.nan] * 3, [np.nan] * 3])
    gold = np.array([2, -1, -1], np.int32)
    found = shrunk(given, evidence=model, gold=gold)
    weighed = weigh(found, model, gold)
    np.testing.assert_array_equal(weighed.posterior[0], [0, 0, 1])
    np.testing.assert_allclose(weighed.posterior[2], found.prior, atol=1e-6)
    assert weighed.gain[0] == 0
    assert np.isfinite(weighed.posterior).all()


def test_evidence_that_is_nan_in_part_is_refused():
    given = votes([(0, 1), (1, 1)], 2)
    with pytest.raises(InputError, match="partly NaN"):
        weigh(shrunk(given), np.array([[0.8, np.nan, 0.2], [0.4, 0.3, 0.3]]))


def test_the_gain_of_one_answer_by_hand():
    """0.6 to 0.4: said 0, 0.48 of 0.56 for class 0; said 1, 0.32 of 0.44 for class 1. Right in 0.80, up from 0.60."""
    gain = expected_gain(np.array([[0.6, 0.4]]), np.zeros((1, 2), int), CONFUSION, 1e6)
    assert gain[0] == pytest.approx(0.2)


def test_a_label_that_one_answer_cannot_turn_but_three_can_is_worth_something():
    """0.9 to 0.1: one answer leaves class 0 ahead; three for class 1 gain (0.1 * 0.8**3 - 0.9 * 0.2**3) / 3."""
    gain = expected_gain(np.array([[0.9, 0.1]]), np.zeros((1, 2), int), CONFUSION, 1e6)
    assert gain[0] == pytest.approx((0.1 * 0.8**3 - 0.9 * 0.2**3) / 3, rel=1e-3)


def test_people_who_contradict_each_other_are_not_worth_asking_again():
    even = np.array([[0.5, 0.5]])
    fresh = expected_gain(even, np.zeros((1, 2), int), CONFUSION, 4.0)
    split = expected_gain(even, np.full((1, 2), 10), CONFUSION, 4.0)
    assert split[0] < fresh[0] / 4
