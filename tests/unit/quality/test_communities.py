import numpy as np
import pytest

from groundswell.quality.communities import communities
from groundswell.quality.majority import majority
from groundswell.quality.votes import Votes


def two_kinds(seed, each=12, workers=60):
    """Half of the workers are careful; the others say 0 for most of class 1. Each answers a dozen tasks."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, 150)
    worker = np.repeat(np.arange(workers), each)
    item = np.concatenate([rng.choice(150, each, replace=False) for _ in range(workers)])
    careless = worker % 2 == 1
    label = np.where(rng.random(len(item)) < 0.95, truth[item], rng.integers(0, 3, len(item)))
    label = np.where(careless & (truth[item] == 1) & (rng.random(len(item)) < 0.8), 0, label)
    return Votes(item, worker, label, 150, workers, 3), truth


@pytest.mark.parametrize("seed", range(4))
def test_it_finds_who_errs_alike_and_follows_the_careful(seed):
    votes, truth = two_kinds(seed)
    result = communities(votes, groups=2)
    careless = np.arange(votes.n_workers) % 2 == 1
    found = result.membership.argmax(axis=1) == 0  # the less accurate community comes first
    assert (found == careless).mean() > 0.9
    assert result.shared[0, 1, 0] > 0.5 > result.shared[1, 1, 0]
    answered = votes.votes_per_item > 0
    right = (result.label == truth)[answered].mean()
    assert right > (majority(votes).label == truth)[answered].mean() + 0.05


def test_a_round_by_hand():
    """Two workers agree on both tasks: the crowd's matrix is the mean of what is assumed and what was said."""
    votes = Votes(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1]), 2, 2, 2)
    result = communities(votes, groups=1, rounds=1)
    # 2 votes a class beside 10 imagined ones, of which 0.7 + 0.3 / 2 are right: (2 + 8.5) / 12; the community leans
    # on that with 10 more, (2 + 8.75) / 12, and a worker with 20: (1 + 20 * 0.8958) / 21 = 0.9008.
    hit = (1 + 20 * (2 + 10 * 10.5 / 12) / 12) / 21
    assert result.confusion == pytest.approx(np.full((2, 2, 2), [[hit, 1 - hit], [1 - hit, hit]]))
    assert result.posterior[0, 0] == pytest.approx(hit**2 / (hit**2 + (1 - hit) ** 2))
    assert result.membership == pytest.approx(np.ones((2, 1)))


def test_a_worker_with_few_votes_is_understood_through_those_like_him():
    votes, _ = two_kinds(0)
    newcomer = votes.n_workers
    careless = np.flatnonzero(votes.worker == 1)[:3]
    more = Votes(
        np.r_[votes.item, votes.item[careless]], np.r_[votes.worker, np.full(3, newcomer)],
        np.r_[votes.label, votes.label[careless]], votes.n_items, newcomer + 1, 3,
    )  # fmt: skip
    result = communities(more, groups=2)
    assert result.skill_error[newcomer] > result.skill_error[1]
    assert result.membership.sum(axis=1) == pytest.approx(np.ones(newcomer + 1))


def test_more_communities_than_workers_do_no_harm():
    votes = Votes(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([0, 0, 1]), 2, 2, 2)
    assert communities(votes, groups=9).label.tolist() == [0, 1]


def test_what_a_worker_who_said_nothing_is_worth_is_what_the_communities_are():
    votes = Votes(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1]), 2, 3, 2)
    result = communities(votes, groups=2)
    assert 0.5 < result.skill[2] < 1
    assert result.skill_error[2] > result.skill_error[0]
