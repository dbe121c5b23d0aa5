import numpy as np
import pytest

from groundswell.errors import InputError
from groundswell.quality.outliers import outlier_scores


def test_a_small_case_by_hand():
    scores = outlier_scores([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]], neighbours=2)
    assert scores == pytest.approx([(1 + 5) / 2, (5 + 18**0.5) / 2, (1 + 18**0.5) / 2])
    assert outlier_scores([[0.0], [1.0], [5.0]], neighbours=1) == pytest.approx([1, 1, 4])


@pytest.mark.parametrize("block", [2**21, 1000])
def test_planted_outliers_come_first(block, monkeypatch):
    monkeypatch.setattr("groundswell.quality.outliers.BLOCK_CELLS", block)
    rng = np.random.default_rng(0)
    centres = rng.normal(0, 10, (5, 8))
    usual = centres[rng.integers(0, 5, 500)] + rng.normal(0, 1, (500, 8))
    odd = rng.normal(0, 10, (12, 8))
    scores = outlier_scores(np.vstack([usual, odd]))
    assert set(np.argsort(-scores)[:12].tolist()) == set(range(500, 512))


def test_turning_moving_or_permuting_the_items_does_not_change_their_distances():
    rng = np.random.default_rng(1)
    features, turn = rng.normal(0, 1, (80, 4)), rng.permutation(80)
    rotation, _ = np.linalg.qr(rng.normal(0, 1, (4, 4)))
    scores = outlier_scores(features)
    assert outlier_scores(features @ rotation + 1000.0) == pytest.approx(scores)
    assert outlier_scores(features[turn]) == pytest.approx(scores[turn])


def test_exact_duplicates_are_no_outliers():
    assert outlier_scores(np.full((30, 3), 0.1)) == pytest.approx(np.zeros(30), abs=1e-7)


def test_rows_that_cannot_be_used_are_left_out():
    scores = outlier_scores([[0.0], [np.nan], [2.0], [np.inf]])
    assert np.isnan(scores).tolist() == [False, True, False, True]
    assert scores[[0, 2]].tolist() == [2.0, 2.0]


def test_one_item_or_none_has_nothing_to_be_far_from():
    assert np.isnan(outlier_scores([[1.0, 2.0]])).all()
    assert outlier_scores(np.empty((0, 3))).shape == (0,)


@pytest.mark.parametrize(("features", "neighbours"), [([1.0, 2.0], 1), ([[1.0], [2.0]], 0)])
def test_what_cannot_be_used_is_refused(features, neighbours):
    with pytest.raises(InputError):
        outlier_scores(features, neighbours=neighbours)
