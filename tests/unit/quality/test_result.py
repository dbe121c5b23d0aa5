import numpy as np

from groundswell.quality.result import Consensus, WorkerSkill, most_probable
from groundswell.quality.votes import Votes


def result(**more):
    votes = Votes.from_table([("t", "ann", "cat"), ("u", "bob", "dog")])
    posterior = np.array([[0.9, 0.1], [0.25, 0.75]])
    return Consensus(votes, posterior, most_probable(posterior), posterior.mean(axis=0), "toy", **more)


def test_results_speak_in_names():
    toy = result(skill=np.array([0.8, 0.7]), skill_error=np.array([0.1, 0.2]))
    assert toy.labels == {"t": "cat", "u": "dog"}
    assert toy.probability == {"t": 0.9, "u": 0.75}
    assert toy.workers == (WorkerSkill("ann", 0.8, 0.1, 1), WorkerSkill("bob", 0.7, 0.2, 1))
    assert toy.to_rows()[1] == {"task": "u", "label": "dog", "probability": 0.75, "votes": 1}


def test_a_method_without_skill_has_no_workers():
    assert result().workers == ()


def test_it_says_what_stood_behind_it_and_whether_it_converged():
    text = repr(result(iterations=3, converged=False))
    assert "2 tasks from 2 votes of 2 workers" in text
    assert "3 rounds, not converged" in text
    assert "1 tasks below 0.9" in text


def test_rounding_does_not_decide_a_tie():
    assert most_probable(np.array([[0.1 + 0.2, 0.3, 0.4 - 1e-12, 0.4]])).tolist() == [2]
