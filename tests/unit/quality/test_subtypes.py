import numpy as np
import pytest

from groundswell.quality.dawid_skene import dawid_skene
from groundswell.quality.subtypes import subtypes
from groundswell.quality.votes import Votes


def tricky(seed):
    """Every fourth task of class 0 is tricky: half of the people say 1, whoever they are."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(600) < 0.25).astype(int)
    hard = (truth == 0) & (rng.random(600) < 0.4)
    item, worker = np.divmod(np.arange(3000), 5)
    worker = (worker + item) % 40
    wrong = rng.random(3000) < np.where(hard[item], 0.5, np.where(truth[item] == 1, 0.3, 0.05))
    return Votes(item, worker, np.where(wrong, 1 - truth[item], truth[item]), 600, 40, 2), truth


def test_mistakes_that_are_made_together_weigh_less():
    gained = []
    for seed in range(6):
        votes, truth = tricky(seed)
        gained.append((subtypes(votes).label == truth).mean() - (dawid_skene(votes).label == truth).mean())
    assert np.mean(gained) > 0.01
    assert min(gained) > -0.01


def test_it_is_not_surer_than_one_that_takes_mistakes_for_independent():
    votes, truth = tricky(0)
    everyone = np.arange(600)
    losses = [
        -np.log(np.maximum(method(votes).posterior[everyone, truth], 1e-9)).mean()
        for method in (subtypes, dawid_skene)
    ]
    assert losses[0] < losses[1]


def test_kinds_begin_with_how_far_people_agree():
    """By hand: three equal votes, and two against one, of which one pair in three is alike."""
    from groundswell.quality.evidence import vote_shares
    from groundswell.quality.subtypes import _by_agreement

    votes = Votes(np.repeat([0, 1], 3), np.tile([0, 1, 2], 2), np.array([0, 0, 0, 1, 1, 0]), 2, 3, 2)
    posterior, _ = vote_shares(votes, None, np.full(2, -1, np.int32))
    kinds = _by_agreement(votes, posterior)
    assert kinds[0].sum(axis=1) == pytest.approx([1, 0, 0])
    assert kinds[1].sum(axis=1) == pytest.approx([1 / 9, 4 / 9, 4 / 9])
    assert kinds.sum(axis=1) == pytest.approx(posterior)


def test_items_without_a_pair_of_votes_are_taken_for_typical():
    votes = Votes(np.arange(3), np.zeros(3, int), np.array([0, 1, 1]), 3, 1, 2)
    assert subtypes(votes).label.tolist() == [0, 1, 1]
