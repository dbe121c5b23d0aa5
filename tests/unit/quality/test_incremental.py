import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError, NoVotes, TooLarge
from groundswell.quality import Incremental, Votes, shrunk
from groundswell.quality.expectation import tally


def crowd(seed, *, items=300, workers=30, each=5, classes=4, skill=(6, 3)):
    """Votes in random order, by workers of unequal accuracy, no worker twice on an item."""
    rng = np.random.default_rng(seed)
    truth, accuracy = rng.integers(0, classes, items), rng.beta(*skill, workers)
    item = np.repeat(np.arange(items), each)
    worker = np.concatenate([rng.choice(workers, each, replace=False) for _ in range(items)])
    wrong = (truth[item] + rng.integers(1, max(classes, 2), len(item))) % classes
    label = np.where(rng.random(len(item)) < accuracy[worker], truth[item], wrong)
    order = rng.permutation(len(item))
    return Votes(item[order], worker[order], label[order], items, workers, classes)


def part(votes, start, stop):
    size = (votes.n_items, votes.n_workers, votes.n_classes)
    return Votes(votes.item[start:stop], votes.worker[start:stop], votes.label[start:stop], *size)


def feed(live, votes):
    for row in zip(votes.item.tolist(), votes.worker.tolist(), votes.label.tolist(), strict=True):
        live.add(*row)


def posteriors(live, votes):
    return np.array([live.posterior(item) for item in range(votes.n_items)])


def test_one_answer_by_hand():
    # Two workers who agree on everything, and a third task that only worker 0 has answered.
    start = Votes(np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 0]), np.array([0, 0, 1, 1, 0]), 3, 2, 2)
    live = Incremental(start)
    chance = live.confusion(0)[:, 0] * live.confusion(1)[:, 0] * shrunk(start).prior
    assert live.add(2, 1, 0) == pytest.approx(chance / chance.sum())
    # The task has two answers now: it teaches about both workers, who were right with that probability.
    assert live.confusion(1)[0, 0] > 0.9


@pytest.mark.parametrize("seed", range(5))
def test_it_stays_within_the_stated_tolerance_of_a_full_fit(seed):
    votes = crowd(seed)
    most = len(votes) * 9 // 10
    live = Incremental(part(votes, 0, most))
    feed(live, part(votes, most, None))
    whole = shrunk(votes)
    now = posteriors(live, votes)
    assert np.abs(now - whole.posterior).mean() < 0.02
    assert (now.argmax(axis=1) == whole.label).mean() >= 0.98


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), classes=st.integers(1, 4), first=st.integers(1, 40))
def test_counts_are_those_of_all_answers_and_a_refit_is_a_full_fit(seed, classes, first):
    votes = crowd(seed, items=12, workers=6, each=4, classes=classes)
    live = Incremental(part(votes, 0, first))
    centre = live._cells - _counts(live.votes, posteriors(live, votes))
    feed(live, part(votes, first, None))
    expected = centre + _counts(votes, posteriors(live, votes))
    assert live._cells == pytest.approx(expected, abs=1e-9)
    refit = live.refit()
    assert refit.posterior == pytest.approx(shrunk(votes).posterior, abs=1e-9)
    assert posteriors(live, votes) == pytest.approx(refit.posterior)


def _counts(votes, posterior):
    """What each worker said for each truth, `[worker, said, truth]`; items with one vote do not count."""
    counts = tally(votes, posterior * (votes.votes_per_item > 1)[:, None])
    out = np.zeros((votes.n_workers, votes.n_classes, votes.n_classes))
    out[votes.pairs.worker, votes.pairs.label] = counts.said
    return out


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_posteriors_and_matrices_are_always_probabilities(seed):
    votes = crowd(seed, items=15, workers=6, each=4, skill=(1, 1))
    live = Incremental(part(votes, 0, 10))
    feed(live, part(votes, 10, None))
    assert posteriors(live, votes).sum(axis=1) == pytest.approx(np.ones(15))
    for worker in range(6):
        assert live.confusion(worker).sum(axis=1) == pytest.approx(np.ones(4))
        assert live.confusion(worker).min() > 0


def test_a_second_answer_to_the_same_item_takes_the_place_of_the_first():
    votes = crowd(3, items=30, workers=6)
    once, twice = Incremental(votes), Incremental(votes)
    again = (int(votes.item[0]), int(votes.worker[0]))
    twice.add(*again, (int(votes.label[0]) + 1) % 4)
    assert len(twice.votes) == len(once.votes) == len(votes)
    twice.add(*again, int(votes.label[0]))
    assert twice.refit().posterior == pytest.approx(once.refit().posterior)


def test_gold_stays_and_teaches_from_the_first_answer():
    votes = crowd(4, items=30, workers=6)
    gold = np.full(30, -1)
    gold[7] = 2
    lone = part(votes, 0, len(votes))
    kept = lone.item != 7
    live = Incremental(Votes(lone.item[kept], lone.worker[kept], lone.label[kept], 30, 6, 4), gold=gold)
    before = live.confusion(0)[2]
    assert live.add(7, 0, 1).tolist() == [0, 0, 1, 0]
    assert live.confusion(0)[2, 1] > before[1]


def test_a_model_counts_until_people_speak():
    votes = Votes(np.array([0, 0]), np.array([0, 1]), np.array([0, 0]), 2, 3, 2)
    live = Incremental(votes, evidence=[[np.nan, np.nan], [0.2, 0.8]])
    assert live.posterior(1) == pytest.approx([0.2, 0.8], abs=1e-5)
    assert live.add(1, 2, 0)[0] > 0.2


@pytest.mark.parametrize("answer", [(30, 0, 0), (0, 6, 0), (0, 0, 4), (-1, 0, 0)])
def test_an_answer_beyond_the_room_that_was_made_is_refused_and_changes_nothing(answer):
    live = Incremental(crowd(5, items=30, workers=6))
    before = live.posterior(0)
    with pytest.raises(InputError, match="make room"):
        live.add(*answer)
    assert (live.posterior(0) == before).all()


def test_nothing_to_start_from_and_matrices_that_do_not_fit_are_refused():
    nothing = np.empty(0, np.int32)
    with pytest.raises(NoVotes):
        Incremental(Votes(nothing, nothing, nothing, 3, 2, 2))
    with pytest.raises(TooLarge):
        Incremental(Votes(np.array([0]), np.array([0]), np.array([0]), 1, 10**5, 100))
