import numpy as np
import pytest

from groundswell.errors import InputError
from groundswell.quality import Votes, consensus, majority
from groundswell.quality.crowd_errors import find_crowd_errors, vote_scores


def crowd(rng, n_items=600, n_workers=15, accuracy=0.8, per_item=3):
    truth = rng.integers(0, 3, n_items)
    item = np.repeat(np.arange(n_items), per_item)
    worker = np.concatenate([rng.choice(n_workers, per_item, replace=False) for _ in range(n_items)])
    right = rng.random(len(item)) < accuracy
    label = np.where(right, truth[item], (truth[item] + rng.integers(1, 3, len(item))) % 3)
    logits = rng.normal(0, 1, (n_items, 3))
    logits[np.arange(n_items), truth] += 3
    opinion = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Votes(item, worker, label, n_items, n_workers, 3), opinion, truth


def test_a_small_case_by_hand():
    votes = Votes.from_table([("t", "ann", "cat"), ("t", "bob", "cat"), ("u", "ann", "dog")])
    result = majority(votes, evidence=[[0.1, 0.9], [0.2, 0.8]])
    (found,) = find_crowd_errors(result, labels=np.array([1, 1]))
    assert (found.index, found.given, found.suggested) == (0, "dog", "cat")
    assert found.score == pytest.approx(0.3, abs=1e-3)  # two votes for cat, 0.9 of a third for dog
    assert found.reason == (
        "0 of 2 answers say dog; all that is known makes cat right with 0.70 and dog with 0.30"
    )
    assert vote_scores(result).tolist() == pytest.approx([0.7, 0.7, 0.9], abs=1e-3)


def test_the_majority_is_corrected_where_the_model_and_skill_say_so():
    votes, opinion, truth = crowd(np.random.default_rng(0))
    plain = majority(votes).label
    found = find_crowd_errors(consensus(votes, evidence=opinion))
    items = np.array([one.index for one in found])
    assert (plain[items] != truth[items]).mean() > 0.75
    assert len(items) > 0.5 * (plain != truth).sum()
    scores = [one.score for one in found]
    assert scores == sorted(scores)


def test_single_wrong_answers_score_low():
    votes, opinion, truth = crowd(np.random.default_rng(1))
    scores = vote_scores(consensus(votes, evidence=opinion))
    right = votes.label == truth[votes.item]
    assert scores[right].mean() > scores[~right].mean() + 0.7


def test_items_without_an_answer_or_a_label_are_not_judged():
    votes = Votes(np.array([0]), np.array([0]), np.array([0]), 3, 1, 2)
    result = majority(votes, evidence=[[0.1, 0.9], [0.1, 0.9], [0.9, 0.1]])
    assert find_crowd_errors(result, labels=np.array([-1, 0, 1])) == ()


def test_labels_that_do_not_fit_are_refused():
    votes = Votes(np.array([0]), np.array([0]), np.array([0]), 1, 1, 2)
    with pytest.raises(InputError):
        find_crowd_errors(majority(votes), labels=np.array([2]))
