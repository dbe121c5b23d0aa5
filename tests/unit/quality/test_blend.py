import numpy as np
import pytest

from groundswell.quality.blend import DOUBT, blend
from groundswell.quality.communities import communities
from groundswell.quality.dawid_skene import dawid_skene
from groundswell.quality.glad import glad
from groundswell.quality.shrunk import shrunk
from groundswell.quality.subtypes import subtypes
from groundswell.quality.votes import Votes


def crowd(seed):
    """Votes of a crowd that takes class 2 for class 1 half the time, on tasks half of which are hard."""
    rng = np.random.default_rng(seed)
    truth, hard = rng.integers(0, 3, 400), rng.random(400) < 0.5
    item, worker = np.divmod(np.arange(2000), 5)
    confused = (truth[item] == 2) & (rng.random(2000) < 0.5)
    guessed = rng.random(2000) < np.where(hard[item], 0.6, 0.1)
    label = np.where(guessed, rng.integers(0, 3, 2000), np.where(confused, 1, truth[item]))
    return Votes(item, worker, label, 400, 5, 3), truth


def members_of(votes):
    early, hard = dawid_skene(votes, early_stop=2), glad(votes, max_iter=20)
    return shrunk(votes), early, hard, communities(votes), subtypes(votes)


def test_it_is_the_geometric_mean_of_its_members_who_each_have_a_little_doubt():
    votes, _ = crowd(0)
    members = members_of(votes)
    result = blend(votes)
    pooled = np.prod([(1 - DOUBT) * one.posterior + DOUBT / 3 for one in members], axis=0) ** (1 / 5)
    assert result.posterior == pytest.approx(pooled / pooled.sum(axis=1, keepdims=True))
    assert (result.skill == members[0].skill).all()
    assert (result.difficulty == members[2].difficulty).all()
    assert result.confidence.mean() < max(one.confidence.mean() for one in members)


@pytest.mark.parametrize("seed", range(3))
def test_its_probabilities_cost_no_more_than_those_of_its_members_on_average(seed):
    votes, truth = crowd(seed)
    everyone = np.arange(400)
    losses = [-np.log(one.posterior[everyone, truth]).mean() for one in members_of(votes)]
    assert -np.log(blend(votes).posterior[everyone, truth]).mean() <= np.mean(losses) + 1e-9


def test_an_item_without_votes_keeps_what_was_known_before():
    votes = Votes(np.array([0, 0]), np.array([0, 1]), np.array([0, 0]), 2, 2, 2)
    result = blend(votes)
    assert (result.posterior[1] == shrunk(votes).posterior[1]).all()
    told = blend(votes, evidence=[[np.nan, np.nan], [0.2, 0.8]])
    assert told.posterior[1] == pytest.approx([0.2, 0.8], abs=1e-5)


def test_people_who_answer_alike_are_pooled_with_the_weights_that_are_left_to_them():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 500)
    said = np.where(
        rng.random((500, 6)) < np.r_[0.6, 0.6, 0.6, 0.7, 0.7, 0.7], truth[:, None], 1 - truth[:, None]
    )
    said[:, 1] = said[:, 2] = said[:, 0]
    item, worker = np.divmod(np.arange(3000), 6)
    votes = Votes(item, worker, said.ravel(), 500, 6, 2)
    result = blend(votes)
    pool = [one.posterior for one in members_of(votes)]
    copied = np.exp(np.mean([np.log((1 - DOUBT) * one + DOUBT / 2) for one in pool], axis=0)).argmax(axis=1)
    assert result.votes is votes
    assert (result.label == truth).mean() > (copied == truth).mean() + 0.02


def test_beyond_its_size_one_member_stands_for_all(monkeypatch):
    monkeypatch.setitem(blend.__globals__, "MOST_VOTES", 10)
    votes, _ = crowd(0)
    result = blend(votes)
    assert result.method == "shrunk"
    assert (result.posterior == shrunk(votes).posterior).all()
