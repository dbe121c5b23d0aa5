import numpy as np
import pytest

from groundswell.errors import InputError, NoVotes
from groundswell.quality import dependence as public
from groundswell.quality import shrunk
from groundswell.quality.dependence import LEAST_TOGETHER, SHARED, _beyond_the_usual, _meetings, dependence
from groundswell.quality.votes import Votes


def crowd(seed, *, items=400, workers=8, accuracy=0.75, copied=0.0, classes=2):
    """Everybody answers everything; worker 1 repeats what worker 0 said on a share of the items."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, items)
    said = np.where(
        rng.random((items, workers)) < accuracy, truth[:, None], rng.integers(0, classes, (items, workers))
    )
    repeated = rng.random(items) < copied
    said[repeated, 1] = said[repeated, 0]
    item, worker = np.divmod(np.arange(items * workers), workers)
    return Votes(item, worker, said.ravel(), items, workers, classes), truth


def test_it_is_a_public_name():
    assert public is dependence


@pytest.mark.parametrize("seed", range(3))
def test_one_who_repeats_another_is_found_and_counts_less(seed):
    votes, _ = crowd(seed, copied=0.8)
    found = dependence(votes)
    assert (found.first.tolist(), found.second.tolist()) == ([0], [1])
    assert 0.35 < found.shared[0] < 0.8  # drawn to the other 27 pairs, who share nothing
    assert found.together.tolist() == [400]
    assert found.agreed[0] > found.expected[0] + 50
    weight = found.votes.weight.reshape(400, 8)
    assert weight[:, :2] == pytest.approx(1 / (1 + found.shared[0]))
    assert (weight[:, 2:] == 1).all()


@pytest.mark.parametrize("seed", range(5))
def test_people_who_work_by_themselves_keep_their_votes_whole(seed):
    votes, _ = crowd(seed)
    found = dependence(votes)
    assert found.votes.weight is None
    assert found.to_rows() == []


def test_experts_among_guessers_are_no_copies_of_each_other():
    for seed in range(3):
        rng = np.random.default_rng(seed)
        votes, _ = crowd(
            seed, accuracy=np.r_[0.95, 0.95, 0.95, np.full(5, 0.4)], items=int(rng.integers(300, 500))
        )
        assert len(dependence(votes).first) == 0


def test_labels_are_better_where_wrong_answers_are_repeated():
    gained = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        truth = rng.integers(0, 2, 600)
        said = np.where(
            rng.random((600, 6)) < np.r_[0.6, 0.6, 0.6, 0.7, 0.7, 0.7], truth[:, None], 1 - truth[:, None]
        )
        for copier in (1, 2):
            repeated = rng.random(600) < 0.9
            said[repeated, copier] = said[repeated, 0]
        item, worker = np.divmod(np.arange(3600), 6)
        votes = Votes(item, worker, said.ravel(), 600, 6, 2)
        gained.append(
            (shrunk(dependence(votes).votes).label == truth).mean() - (shrunk(votes).label == truth).mean()
        )
    assert np.mean(gained) > 0.02
    assert min(gained) > -0.01


def test_votes_weigh_less_only_where_the_other_of_the_pair_voted_too():
    votes, _ = crowd(0, copied=0.9)
    alone = (votes.worker == 1) & (votes.item < 100)
    kept = ~alone
    fewer = Votes(votes.item[kept], votes.worker[kept], votes.label[kept], 400, 8, 2)
    weight = dependence(fewer).votes.weight
    first = fewer.worker == 0
    assert (weight[first & (fewer.item < 100)] == 1).all()
    assert (weight[first & (fewer.item >= 100)] < 0.7).all()


def test_rows_name_the_workers_and_the_order_of_votes_does_not_matter():
    votes, _ = crowd(1, copied=0.8)
    named = Votes(
        *(votes.item, votes.worker, votes.label, 400, 8, 2), worker_names=("ann", "bob", *map(str, range(6)))
    )
    row = dependence(named).to_rows()[0]
    assert (row["first"], row["second"]) == ("ann", "bob")
    order = np.random.default_rng(0).permutation(len(votes))
    shuffled = Votes(votes.item[order], votes.worker[order], votes.label[order], 400, 8, 2)
    found, again = dependence(votes), dependence(shuffled)
    assert again.shared == pytest.approx(found.shared)
    assert again.votes.weight == pytest.approx(found.votes.weight[order])


def test_gold_tells_how_far_two_are_alike_before_it_is_drawn_to_the_usual():
    votes, truth = crowd(2, copied=0.7)
    found = dependence(votes, gold=truth)
    assert (found.first.tolist(), found.second.tolist()) == ([0], [1])
    filled = (found.agreed - found.expected) / (found.together - found.expected)
    assert filled[0] == pytest.approx(0.7, abs=0.1)


def test_pairs_are_those_of_two_people_who_met_often():
    """By hand: 0 and 1 meet on every item, 2 was there too seldom."""
    item = np.r_[np.repeat(np.arange(LEAST_TOGETHER), 2), 0]
    worker = np.r_[np.tile([1, 0], LEAST_TOGETHER), 2]
    votes = Votes(item, worker, np.zeros(len(item), int), LEAST_TOGETHER, 3, 2)
    met = _meetings(votes)
    assert len(met) == LEAST_TOGETHER
    assert votes.worker[met].tolist() == [[0, 1]] * LEAST_TOGETHER
    assert (votes.item[met[:, 0]] == votes.item[met[:, 1]]).all()


def test_what_is_usual_between_any_two_is_no_sign():
    """By hand: three pairs with much to go by, one of which is far from the two others; one with nothing."""
    room, noise = np.array([100.0, 100.0, 100.0, 0.0]), np.array([25.0, 25.0, 25.0, 0.0])
    shared = _beyond_the_usual(np.array([10.0, 10.0, 70.0, 0.0]), room, noise)
    usual, spread = 0.3, (0.04 + 0.04 + 0.16) / 2 - 0.0025
    drawn = usual + 0.4 * spread / (spread + 0.0025)
    assert shared == pytest.approx([0, 0, drawn - usual, 0])
    assert _beyond_the_usual(np.full(3, 10.0), room[:3], noise[:3]).max() == 0
    assert _beyond_the_usual(np.array([80.0]), room[:1], noise[:1]).max() == 0


def test_two_people_alone_cannot_be_told_from_two_who_are_right():
    votes, _ = crowd(0, workers=2, copied=0.9)
    assert dependence(votes).votes.weight is None


def test_of_a_large_crowd_a_share_of_the_items_is_looked_at(monkeypatch):
    monkeypatch.setitem(dependence.__globals__, "MOST_MEETINGS", 6000)
    votes, _ = crowd(0, copied=0.9)
    found = dependence(votes)
    assert (found.first.tolist(), found.second.tolist()) == ([0], [1])
    assert 150 < found.together[0] < 280
    assert (found.votes.weight.reshape(400, 8)[:, :2] < 1 / (1 + SHARED)).all()


def test_matrices_that_would_not_fit_leave_votes_as_they_are(monkeypatch):
    monkeypatch.setattr("groundswell.quality.confusion.MOST_CONFUSION_CELLS", 10)
    votes, _ = crowd(0, copied=0.9)
    assert dependence(votes).votes.weight is None


def test_nothing_to_look_at_is_an_error_and_one_vote_an_item_is_not():
    nothing = np.empty(0, np.int32)
    with pytest.raises(NoVotes):
        dependence(Votes(nothing, nothing, nothing, 1, 1, 2))
    items = np.arange(50)
    assert dependence(Votes(items, items % 2, items % 2, 50, 2, 2)).votes.weight is None


def test_weights_must_fit_the_votes():
    one = np.zeros(1, int)
    for weight in ([1.0, 1.0], [0.0], [1.5], [np.nan]):
        with pytest.raises(InputError, match="weight"):
            Votes(one, one, one, 1, 1, 1, weight=np.array(weight))
