import numpy as np
import pytest

from groundswell.quality.confident import (
    calibrated_joint,
    class_thresholds,
    confident_classes,
    read_belief,
)


def read(labels, probabilities):
    opinion = np.asarray(probabilities, np.float64)
    belief = read_belief(np.asarray(labels, np.int32), opinion)
    return belief, opinion, confident_classes(belief, opinion, class_thresholds(belief))


def joint_of(labels, confident, own, n_classes):
    """The joint of items that are confidently of given classes and believe in their label by `own`."""
    opinion = np.zeros((len(labels), n_classes))
    opinion[np.arange(len(labels)), labels] = own
    belief = read_belief(np.asarray(labels, np.int32), opinion)
    return calibrated_joint(belief, np.asarray(confident, np.int32)).matrix().tolist()


def test_of_several_confident_classes_the_most_probable_counts():
    thresholds = np.array([0.9, 0.2, 0.3])
    belief, opinion, _ = read([0], [[0.4, 0.25, 0.35]])
    assert confident_classes(belief, opinion, thresholds).tolist() == [2]  # 0 is likeliest, but not confident


def test_a_class_is_never_confident_at_probability_zero():
    belief, opinion, _ = read([0, 1], [[0.0, 0.0], [0.0, 0.0]])
    assert confident_classes(belief, opinion, np.zeros(2)).tolist() == [-1, -1]


def test_counts_are_scaled_to_all_items_of_a_label_by_largest_remainder():
    # 2 + 1 + 1 confident of 6 items: 3, 1.5 and 1.5 items. The item whose label is less believed decides.
    assert joint_of([0] * 6, [0, 0, 1, 2, -1, -1], [0.9, 0.9, 0.2, 0.1, 0.5, 0.5], 3)[0] == [3, 1, 2]
    assert joint_of([0] * 6, [0, 0, 1, 2, -1, -1], [0.9, 0.9, 0.1, 0.2, 0.5, 0.5], 3)[0] == [3, 2, 1]
    assert joint_of([0] * 7, [0, 0, 1, -1, -1, -1, -1], [0.9] * 7, 2)[0] == [5, 2]


@pytest.mark.parametrize("seed", range(20))
def test_each_row_sums_to_the_items_of_its_label_and_keeps_one_right(seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 8, 60)
    table = np.array(joint_of(labels, rng.integers(-1, 8, 60), rng.random(60), 8))
    assert table.sum(axis=1).tolist() == np.bincount(labels, minlength=8).tolist()
    assert (table.diagonal()[np.unique(labels)] >= 1).all()
