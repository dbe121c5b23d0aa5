import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.quality.dawid_skene import dawid_skene
from groundswell.quality.majority import majority
from groundswell.quality.shrunk import shrunk
from groundswell.quality.votes import Votes


def crowd(rng, *, items, workers, classes, each, accuracy):
    """Votes of workers who are right with their own accuracy and otherwise guess, and the truth."""
    truth = rng.integers(0, classes, items)
    item = np.repeat(np.arange(items), each)
    worker = np.concatenate([rng.choice(workers, each, replace=False) for _ in range(items)])
    right = rng.random(len(item)) < accuracy[worker]
    label = np.where(right, truth[item], rng.integers(0, classes, len(item)))
    return Votes(item, worker, label, items, workers, classes), truth


@given(labels=st.lists(st.integers(0, 3), min_size=1, max_size=60), workers=st.integers(1, 5))
def test_one_vote_an_item_and_nothing_else_returns_that_vote(labels, workers):
    items = np.arange(len(labels))
    result = shrunk(Votes(items, items % workers, np.array(labels), len(labels), workers, 4))
    assert result.label.tolist() == labels


def test_one_vote_an_item_is_not_taken_for_certain():
    items = np.arange(1000)
    result = shrunk(Votes(items, items % 7, items % 2, 1000, 7, 2))
    assert 0.8 < result.confidence.min() <= result.confidence.max() < 0.95


def test_a_rare_label_is_kept_where_there_is_one_vote_an_item():
    items = np.arange(1000)
    result = shrunk(Votes(items, items % 7, (items < 10).astype(int), 1000, 7, 2))
    assert result.label.sum() == 10


def test_it_beats_majority_and_dawid_skene_where_votes_are_few_and_workers_differ():
    gaps = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        accuracy = np.where(rng.random(60) < 0.3, 0.0, 0.9)
        votes, truth = crowd(rng, items=300, workers=60, classes=4, each=3, accuracy=accuracy)
        right = [(method(votes).label == truth).mean() for method in (shrunk, majority, dawid_skene)]
        gaps.append((right[0] - right[1], right[0] - right[2]))
    over_majority, over_dawid_skene = np.mean(gaps, axis=0)
    assert over_majority > 0.03
    assert over_dawid_skene > 0.03


def test_fifty_classes_and_few_votes_do_not_make_it_collapse():
    rng = np.random.default_rng(0)
    votes, truth = crowd(rng, items=1000, workers=100, classes=50, each=3, accuracy=rng.beta(6, 3, 100))
    assert (shrunk(votes).label == truth).mean() >= (majority(votes).label == truth).mean()


def test_skill_is_near_the_truth_and_its_error_says_how_near():
    rng = np.random.default_rng(3)
    accuracy = rng.uniform(0.3, 0.95, 40)
    votes, _ = crowd(rng, items=800, workers=40, classes=2, each=5, accuracy=accuracy)
    result = shrunk(votes)
    true_skill = accuracy + (1 - accuracy) / 2
    assert np.abs(result.skill - true_skill).mean() < 0.06
    assert (np.abs(result.skill - true_skill) < 3 * result.skill_error).mean() > 0.85


def test_a_worker_without_votes_has_the_crowds_skill_and_a_wide_error():
    rng = np.random.default_rng(4)
    votes, _ = crowd(rng, items=200, workers=8, classes=2, each=4, accuracy=np.full(8, 0.8))
    wider = Votes(votes.item, votes.worker, votes.label, 200, 9, 2)
    result = shrunk(wider)
    assert result.skill[8] == pytest.approx(result.skill[:8].mean(), abs=0.05)
    assert result.skill_error[8] > result.skill_error[:8].max()


def test_an_item_without_votes_gets_the_class_prior_or_the_models_opinion():
    rng = np.random.default_rng(5)
    votes, _ = crowd(rng, items=50, workers=5, classes=2, each=3, accuracy=np.full(5, 0.8))
    wider = Votes(votes.item, votes.worker, votes.label, 52, 5, 2)
    evidence = np.full((52, 2), np.nan)
    evidence[51] = [0.3, 0.7]
    result = shrunk(wider, evidence=evidence)
    assert result.posterior[50] == pytest.approx(result.prior)
    assert result.posterior[51] == pytest.approx([0.3, 0.7], abs=1e-4)


def test_evidence_multiplies_in_and_can_be_outvoted():
    rows = [(task, worker, 0) for task in range(30) for worker in range(3)]
    votes = Votes.from_table([*rows, *[(f"one {task}", 0, 1) for task in range(30)]])
    evidence = np.tile([0.2, 0.8], (60, 1))
    result = shrunk(votes, evidence=evidence)
    plain = shrunk(votes)
    assert (result.label[:30] == 0).all()
    assert result.posterior[0, 1] > plain.posterior[0, 1]


def test_a_good_model_and_one_vote_are_better_than_either():
    rng = np.random.default_rng(6)
    truth = rng.integers(0, 4, 2000)
    margin = rng.exponential(2.5, 2000)
    logits = rng.normal(size=(2000, 4)) + margin[:, None] * np.eye(4)[truth]
    model = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    said = np.where(rng.random(2000) < 0.8, truth, rng.integers(0, 4, 2000))
    votes = Votes(np.arange(2000), np.arange(2000) % 50, said, 2000, 50, 4)
    both = (shrunk(votes, evidence=model).label == truth).mean()
    assert both > max((said == truth).mean(), (model.argmax(axis=1) == truth).mean()) + 0.03


def test_gold_tells_a_lying_majority_from_an_honest_minority():
    rows = [(task, worker, 1) for task in range(40) for worker in ("x", "y")]
    rows += [(task, "honest", 0) for task in range(40)]
    votes = Votes.from_table(rows)
    gold = np.where(np.arange(40) < 30, 0, -1)
    assert (shrunk(votes).label == 1).all()
    assert (shrunk(votes, gold=gold).label[30:] == 0).all()


def test_history_decides_between_workers_who_disagree():
    votes = Votes.from_table([("t", "new", 0), ("t", "proven", 1)])
    history = np.zeros((2, 2, 2))
    history[1] = np.eye(2) * 100
    assert shrunk(votes, history=history).labels["t"] == 1
    assert shrunk(votes, history=history).skill[1] > 0.95


@pytest.mark.parametrize(
    "history", [np.zeros((1, 2, 2)), np.full((2, 2, 2), -1.0), np.full((2, 2, 2), np.nan)]
)
def test_history_that_is_no_table_of_counts_is_refused(history):
    with pytest.raises(InputError, match="history must be"):
        shrunk(Votes.from_table([("t", "a", 0), ("t", "b", 1)]), history=history)


def test_confusion_rows_are_distributions_and_lean_on_the_crowd():
    rng = np.random.default_rng(7)
    votes, _ = crowd(rng, items=60, workers=10, classes=3, each=3, accuracy=np.full(10, 0.7))
    result = shrunk(votes)
    assert result.confusion.sum(axis=2) == pytest.approx(np.ones((10, 3)))
    assert result.confusion.min() > 0


@pytest.mark.slow
def test_a_million_answers_of_a_hundred_thousand_workers_take_seconds():
    rng = np.random.default_rng(8)
    item, label = np.repeat(np.arange(200_000), 5), rng.integers(0, 4, 1_000_000)
    worker = np.minimum((rng.pareto(1.0, 1_000_000) * 20).astype(int), 99_999)
    result = shrunk(Votes(item, worker, label, 200_000, 100_000, 4))
    assert result.posterior.shape == (200_000, 4)
