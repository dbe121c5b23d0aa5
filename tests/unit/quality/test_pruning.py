import numpy as np

from groundswell.quality.confident import (
    calibrated_joint,
    class_thresholds,
    confident_classes,
    read_belief,
)
from groundswell.quality.pruning import likely_swapped, likely_wrong


def read(labels, probabilities):
    opinion = np.asarray(probabilities, np.float64)
    belief = read_belief(np.asarray(labels, np.int32), opinion)
    return belief, opinion, confident_classes(belief, opinion, class_thresholds(belief))


def test_equal_margins_share_a_fate():
    labels = [0, 0, 0, 0, 1, 1]
    belief, opinion, _ = read(
        labels, [[0.2, 0.8], [0.2, 0.8], [0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]]
    )
    one_wrong = calibrated_joint(belief, np.array([1, 0, 0, 0, 1, 1], np.int32))
    assert one_wrong.matrix()[0].tolist() == [3, 1]
    assert likely_swapped(belief, opinion, one_wrong).tolist() == [True, True, False, False, False, False]
    assert likely_wrong(belief, one_wrong).tolist() == [True, True, False, False, False, False]


def test_flags_are_those_of_a_plain_reading_of_the_method():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 6, 400).astype(np.int32)
    belief, opinion, confident = read(labels, rng.dirichlet(np.full(6, 0.4), 400))
    joint = calibrated_joint(belief, confident)
    marked = np.zeros(400, bool)
    for given, true, count in zip(joint.given, joint.true, joint.count, strict=True):
        items = np.flatnonzero(labels == given)
        margin = opinion[items, true] - opinion[items, given]
        if given != true:
            marked[items[margin >= np.sort(margin)[-count]]] = True
    marked &= opinion.argmax(axis=1) != labels
    assert likely_swapped(belief, opinion, joint).tolist() == marked.tolist()
    assert 0 < marked.sum() < 400
