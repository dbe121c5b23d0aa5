import numpy as np
import pytest

from groundswell.errors import InputError, NoVotes
from groundswell.quality.infer import AGGREGATORS, DEFAULT, aggregators, consensus
from groundswell.quality.votes import Votes

ROWS = [("t1", "ann", "cat"), ("t1", "bob", "cat"), ("t1", "eve", "dog"), ("t2", "ann", "dog")]


def test_a_table_of_answers_becomes_a_label_and_a_probability_for_every_task():
    result = consensus(ROWS)
    assert result.labels == {"t1": "cat", "t2": "dog"}
    assert all(0.5 < probability < 1 for probability in result.probability.values())
    assert result.method == DEFAULT


def test_the_method_can_be_named_or_given():
    assert consensus(ROWS, method="majority").method == "majority"
    assert consensus(ROWS, method=AGGREGATORS["dawid_skene"]).method == "dawid_skene"


def test_an_unknown_method_is_answered_with_those_that_exist():
    with pytest.raises(
        InputError, match="no method 'magic'; there are blend, communities, dawid_skene, glad"
    ):
        consensus(ROWS, method="magic")


def test_our_own_methods_cannot_be_replaced_by_a_plug():
    assert aggregators().items() >= AGGREGATORS.items()


def test_gold_by_name_is_clamped():
    result = consensus(ROWS, gold={"t1": "dog"})
    assert (result.labels["t1"], result.probability["t1"]) == ("dog", 1.0)


@pytest.mark.parametrize(
    ("gold", "message"),
    [
        ({"t1": ["cat", "dog"]}, "gold of 't1' is .*; it must be one class: where sources contradict"),
        ({"t1": None}, "gold of 't1' is None; leave out"),
        ({"t1": float("nan")}, "gold of 't1' is nan; leave out"),
        ([("t1", "cat"), ("t1", "dog")], "or a dict of task to class"),
    ],
)
def test_gold_that_leaves_the_class_open_is_refused(gold, message):
    with pytest.raises(InputError, match=message):
        consensus(ROWS, gold=gold)


def test_evidence_by_name_labels_a_task_that_nobody_answered():
    result = consensus(ROWS, evidence={"t3": {"cow": 0.9, "cat": 0.1}})
    assert result.labels["t3"] == "cow"
    assert result.votes.class_names == ("cat", "cow", "dog")
    assert result.to_rows()[2] == {
        "task": "t3",
        "label": "cow",
        "probability": pytest.approx(0.9, abs=1e-4),
        "votes": 0,
    }


def test_votes_are_taken_as_they_are():
    votes = Votes(np.array([0, 0]), np.array([0, 1]), np.array([1, 1]), 1, 2, 2)
    assert consensus(votes).labels == {0: 1}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"gold": {"t1": "cow"}, "classes": ["cat", "dog"]}, "gold names the class 'cow'"),
        ({"evidence": {"t1": {"cow": 1.0}}, "classes": ["cat", "dog"]}, "evidence names the class 'cow'"),
        ({"evidence": {"t1": [0.5, 0.5]}}, "must be a dict of class to probability"),
        ({"evidence": [[0.5, 0.5]]}, r"evidence must be \[2, 2\]"),
        ({"gold": [0]}, "one integer code an item"),
    ],
)
def test_what_is_known_must_fit_the_votes(given, message):
    with pytest.raises(InputError, match=message):
        consensus(ROWS, **given)


def test_names_need_votes_that_have_names():
    with pytest.raises(InputError, match="need votes with names"):
        consensus(Votes(np.array([0]), np.array([0]), np.array([0]), 1, 1, 1), gold={"t": "cat"})


def test_no_answers_raise_no_votes():
    with pytest.raises(NoVotes):
        consensus([])
