import numpy as np
import pytest

from groundswell.quality import confusion
from groundswell.quality.confusion import Centre, dense_confusion, expected_skill
from groundswell.quality.expectation import tally
from groundswell.quality.votes import Votes

VOTES = Votes.from_table([("t", "a", 0), ("u", "a", 1), ("u", "b", 1)])
COUNTS = tally(VOTES, np.eye(2))
CENTRE = Centre(np.array([[0.8, 0.6]]), np.array([[0.0, 1.0], [1.0, 0.0]]))


def test_a_centre_is_the_same_seen_whole_or_at_pairs():
    pairs = VOTES.pairs
    whole = np.broadcast_to(CENTRE.dense(), (2, 2, 2))
    assert CENTRE.at(pairs) == pytest.approx(whole[pairs.worker, :, pairs.label])
    assert CENTRE.squares() == pytest.approx((CENTRE.dense() ** 2).sum(axis=2))


def test_a_matrix_is_its_centre_and_its_votes():
    matrix = dense_confusion(VOTES, COUNTS, CENTRE, 4.0)
    assert matrix[0, 0] == pytest.approx([(1 + 3.2) / 5, 0.8 / 5])
    assert matrix[1, 0] == pytest.approx([0.8, 0.2])


def test_without_strength_an_unseen_row_is_the_centre():
    assert dense_confusion(VOTES, COUNTS, CENTRE, 0.0)[1, 0] == pytest.approx([0.8, 0.2])


def test_matrices_that_would_not_fit_are_left_out(monkeypatch):
    monkeypatch.setattr(confusion, "MOST_CONFUSION_CELLS", 7)
    assert dense_confusion(VOTES, COUNTS, CENTRE, 1.0) is None


def test_skill_is_for_the_mix_of_classes_and_more_votes_narrow_its_error():
    skill, error = expected_skill(VOTES, COUNTS, np.array([0.5, 0.5]), CENTRE, 4.0)
    assert skill == pytest.approx([(4.2 / 5 + 3.4 / 5) / 2, (0.8 + 3.4 / 5) / 2])
    assert error[0] == pytest.approx(np.sqrt(skill[0] * (1 - skill[0]) / (2 + 8 + 1)))


def test_one_class_is_no_problem():
    assert Centre.uniform(1).dense().tolist() == [[[1.0]]]
