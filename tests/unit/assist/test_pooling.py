"""What a model of others says counts for as much as it has earned."""

import numpy as np
import pytest

from groundswell.assist.learning import learn
from groundswell.assist.pooling import pooled
from groundswell.errors import InputError
from groundswell.quality.votes import Votes

N, K = 400, 3
EVERY = np.arange(N)


def rng():
    return np.random.default_rng(5)


def truth_and_opinion(skill, sure, seed=0):
    """A model that is right with chance `skill` and always claims to be `sure`."""
    draws = np.random.default_rng(seed)
    truth = draws.integers(0, K, N)
    named = np.where(draws.random(N) < skill, truth, (truth + draws.integers(1, K, N)) % K)
    stated = np.full((N, K), (1 - sure) / (K - 1))
    stated[np.arange(N), named] = sure
    return truth, stated


def known(truth, labelled):
    likelihood = np.ones((N, K))
    likelihood[labelled] = np.eye(K)[truth[labelled]]
    return likelihood


def loss(shares, truth):
    return -np.log(shares[np.arange(len(truth)), truth]).mean()


def test_a_model_that_claims_too_much_is_brought_down_to_what_it_knows():
    truth, stated = truth_and_opinion(0.7, 0.99)
    labelled = EVERY[:200]
    found = pooled(None, stated, labelled, known(truth, labelled), least=20, rng=rng())
    assert found.max(axis=1)[200:].mean() == pytest.approx(0.7, abs=0.07)
    assert (found.argmax(axis=1) == stated.argmax(axis=1)).all()
    assert loss(found[200:], truth[200:]) < loss(stated[200:], truth[200:]) / 1.5


def test_a_model_that_lies_or_guesses_has_no_say():
    labelled = EVERY[:200]
    for skill in (0.0, 1 / K):
        truth, stated = truth_and_opinion(skill, 0.99)
        found = pooled(None, stated, labelled, known(truth, labelled), least=20, rng=rng())
        assert found.max() < 0.45
        _, own = truth_and_opinion(0.8, 0.8, seed=0)
        both = pooled(own, stated, labelled, known(truth, labelled), least=20, rng=rng())
        assert (both.argmax(axis=1) == own.argmax(axis=1)).mean() > 0.97


def test_two_models_that_err_apart_are_better_together_than_each():
    truth, own = truth_and_opinion(0.75, 0.75, seed=1)
    draws = np.random.default_rng(9)
    named = np.where(draws.random(N) < 0.75, truth, (truth + draws.integers(1, K, N)) % K)
    other = np.full((N, K), 0.005)
    other[EVERY, named] = 0.99
    labelled = EVERY[:200]
    both = pooled(own, other, labelled, known(truth, labelled), least=20, rng=rng())
    rest = slice(200, N)
    assert (
        loss(both[rest], truth[rest])
        < min(loss(own[rest], truth[rest]), loss(other[rest], truth[rest])) - 0.1
    )


def test_an_answered_item_is_judged_by_exponents_fitted_without_it():
    """Turning one label moves only the items of the other folds."""
    truth, stated = truth_and_opinion(0.7, 0.9)
    labelled = EVERY[:30]
    turned = truth.copy()
    turned[0] = (turned[0] + 1) % K
    one, two = (
        pooled(None, stated, labelled, known(t, labelled), least=20, rng=rng()) for t in (truth, turned)
    )
    np.testing.assert_allclose(one[0], two[0])
    assert not np.allclose(one[200:], two[200:])


def test_items_that_the_model_says_nothing_about_stay_as_they_are():
    truth, stated = truth_and_opinion(0.9, 0.9)
    stated[::2] = np.nan
    own = np.random.default_rng(1).dirichlet(np.ones(K), N)
    found = pooled(own, stated, EVERY, known(truth, EVERY), least=20, rng=rng())
    np.testing.assert_array_equal(found[::2], own[::2])
    alone = pooled(None, stated, EVERY, known(truth, EVERY), least=20, rng=rng())
    np.testing.assert_allclose(alone[::2], 1 / K)
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_before_there_are_enough_answers_the_model_has_no_say():
    truth, stated = truth_and_opinion(0.9, 0.9)
    labelled = EVERY[:19]
    own = np.full((N, K), 1 / K)
    assert pooled(None, stated, labelled, known(truth, labelled), least=20, rng=rng()) is None
    assert pooled(own, stated, labelled, known(truth, labelled), least=20, rng=rng()) is own


def test_answers_that_say_nothing_teach_nothing():
    _, stated = truth_and_opinion(0.9, 0.9)
    found = pooled(None, stated, EVERY, np.ones((N, K)), least=20, rng=rng())
    np.testing.assert_allclose(found, 1 / K, atol=1e-3)


@pytest.mark.parametrize(
    "stated",
    [
        np.full((N, K + 1), 0.2),
        np.full((N, K), 2.0),
        np.full((N, K), -0.1),
        np.tile([np.nan, 0.5, 0.5], (N, 1)),
        np.tile([0.5, 0.5, np.nan], (N, 1)),
    ],
)
def test_an_opinion_that_is_none_is_refused(stated):
    with pytest.raises(InputError):
        pooled(None, stated, EVERY, np.ones((N, K)), least=20, rng=rng())


def test_learning_takes_the_opinions_of_others_where_items_have_no_features():
    truth, stated = truth_and_opinion(0.9, 0.97)
    draws = np.random.default_rng(3)
    item = np.repeat(np.arange(200), 2).astype(np.int32)
    right = draws.random(400) < 0.75
    label = np.where(right, truth[item], (truth[item] + draws.integers(1, K, 400)) % K).astype(np.int32)
    votes = Votes(item, np.tile([0, 1], 200).astype(np.int32), label, N, 2, K)
    alone = learn(None, votes, rng=rng())
    helped = learn(None, votes, rng=rng(), opinions=[stated])
    assert (helped.label == truth)[:200].mean() > (alone.label == truth)[:200].mean() + 0.05
    assert (helped.label == truth)[200:].mean() > 0.85
    assert helped.report.trained_on == 200
    lied = learn(None, votes, rng=rng(), opinions=[np.roll(stated, 1, axis=1)])
    assert (lied.label == truth)[:200].mean() >= (alone.label == truth)[:200].mean() - 0.02
    early = learn(None, votes, rng=rng(), opinions=[np.full((N, K), np.nan)])
    assert (early.evidence, early.report.reason) == (None, "the items have no features")
