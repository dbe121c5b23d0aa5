import numpy as np
import pytest
from tests.unit.assist.active.toys import NOTHING, warm

from groundswell.assist.active import Pool
from groundswell.errors import InputError


def test_open_is_what_has_no_label_and_was_not_asked():
    pool = Pool(np.zeros((6, 1)), None, np.array([4, 0]), np.array([1, 0]), np.array([2]))
    assert pool.open.tolist() == [1, 3, 5]
    assert pool.asking(np.array([3])).open.tolist() == [1, 5]
    assert pool.seen.tolist() == [4, 0, 2]
    assert repr(pool) == "Pool(6 items, 2 labelled, 1 asked, no model yet)"
    assert repr(warm()) == "Pool(60 items, 12 labelled, 0 asked, 3 classes)"


GOOD = {
    "features": np.zeros((3, 2)),
    "probability": np.full((3, 2), 0.5),
    "labelled": np.array([1]),
    "labels": np.array([0]),
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"features": np.array([[0.0, np.nan], [0, 0], [0, 0]])}, "finite"),
        ({"features": np.array([[0.0, np.inf], [0, 0], [0, 0]])}, "finite"),
        ({"features": np.zeros(3)}, "one row an item"),
        ({"probability": np.array([[0.5, 0.5], [np.nan, 0.5], [1, 0]])}, "row 1"),
        ({"probability": np.array([[0.5, 0.5], [0.5, 0.5], [0.9, 0.9]])}, "row 2"),
        ({"probability": np.array([[1.5, -0.5], [0.5, 0.5], [0.5, 0.5]])}, "row 0"),
        ({"probability": np.full((2, 2), 0.5)}, r"\[3, K\]"),
        ({"labelled": np.array([3])}, "between 0 and 2"),
        ({"labelled": np.array([-1])}, "between 0 and 2"),
        ({"labelled": np.array([1, 1]), "labels": np.array([0, 1])}, "twice"),
        ({"asked": np.array([1])}, "twice"),
        ({"labels": np.array([0, 1])}, "as many classes"),
        ({"labels": np.array([-1])}, "0 or above"),
    ],
)
def test_what_cannot_be_is_refused(change, says):
    Pool(**GOOD)
    with pytest.raises(InputError, match=says):
        Pool(**(GOOD | change))


def test_no_label_at_all_is_a_pool():
    assert Pool(np.zeros((3, 2)), None, NOTHING, NOTHING).open.tolist() == [0, 1, 2]
