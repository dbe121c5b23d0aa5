import numpy as np
import pytest

from groundswell.quality.majority import majority
from groundswell.quality.votes import Votes


def test_the_most_frequent_answer_wins_with_its_share_as_probability():
    result = majority(Votes.from_table([("t", "a", "cat"), ("t", "b", "cat"), ("t", "c", "dog")]))
    assert result.labels == {"t": "cat"}
    assert result.probability["t"] == pytest.approx(2 / 3)


def test_a_tie_goes_to_the_class_with_more_votes_in_the_table():
    rows = [("t", "a", "cat"), ("t", "b", "dog"), ("u", "a", "dog")]
    assert majority(Votes.from_table(rows)).labels["t"] == "dog"


def test_a_tie_between_equally_popular_classes_goes_to_the_first():
    assert majority(Votes.from_table([("t", "a", "dog"), ("t", "b", "cat")])).labels["t"] == "cat"


def test_an_agreeing_worker_has_more_skill_than_a_disagreeing_one():
    rows = [("t", "a", 0), ("t", "b", 0), ("t", "c", 1)]
    skill = {row.worker: row.skill for row in majority(Votes.from_table(rows)).workers}
    assert skill == pytest.approx({"a": 2 / 3, "b": 2 / 3, "c": 1 / 3})


def test_evidence_counts_as_one_more_vote():
    votes = Votes.from_table([("t", "a", 0), ("t", "b", 1)])
    result = majority(votes, evidence=[[0.25, 0.75]])
    assert result.posterior == pytest.approx(np.array([[1.25, 1.75]]) / 3, abs=1e-5)
