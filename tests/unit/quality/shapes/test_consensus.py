import random

import numpy as np
import pytest
from tests.unit.quality.shapes.crowds import crowd, true_boxes

from groundswell.errors import InputError, MissingColumn, NoVotes
from groundswell.quality.shapes import (
    Box,
    Cuboid,
    Keypoints,
    Mask,
    Polygon,
    Polyline,
    RotatedBox,
    box_iou,
    consensus_of_shapes,
    similarity,
)

CAREFUL, CARELESS, SPAMMER = (0.05, 0.05, 0.03), (0.3, 0.3, 0.12), (0.98, 4.0, 0.3)


@pytest.fixture(scope="module")
def simulated():
    rng = np.random.default_rng(8)
    truth = true_boxes(rng, 50)
    rows = crowd(rng, truth, [CAREFUL] * 4 + [CARELESS] * 3 + [SPAMMER], 6)
    return truth, rows, consensus_of_shapes(rows)


def numbers(boxes):
    return [(box.left, box.top, box.width, box.height) for box in boxes]


def found_again(result, truth):
    """IoU of each true box with the best found, and of each found with the best true."""
    recalled, precise = [], []
    for task, boxes in enumerate(truth):
        overlap = box_iou(numbers(boxes), numbers(result.shapes(f"image {task}")))
        recalled += overlap.max(axis=1, initial=0).tolist()
        precise += overlap.max(axis=0, initial=0).tolist()
    return np.array(recalled), np.array(precise)


def as_set(result):
    return {(one.task, one.shape, round(one.probability, 9), one.workers) for one in result}


def test_a_toy_crowd_finds_what_two_of_three_see():
    rows = [
        ("photo", "ann", [Box(10, 10, 20, 40, "cat"), Box(100, 100, 30, 30, "dog")]),
        ("photo", "bob", [Box(12, 10, 20, 40, "cat"), Box(100, 102, 30, 30, "dog")]),
        ("photo", "eve", [Box(11, 10, 20, 40, "cat"), Box(300, 5, 9, 9, "dog")]),
        ("empty", "ann", []),
    ]
    result = consensus_of_shapes(rows)
    assert result.tasks == ("empty", "photo")
    assert result.labels()["empty"] == []
    first, second, third = result
    assert first.shape == Box(11, 10, 20, 40, "cat")
    assert (first.workers, first.asked) == (("ann", "bob", "eve"), 3)
    assert second.workers == ("ann", "bob")
    assert first.probability > second.probability > third.probability
    assert first.similarity > second.similarity > third.similarity
    assert third.shape == Box(300, 5, 9, 9, "dog")
    assert {row["task"] for row in result.to_rows()} == {"photo"}
    assert "on 2 images from 3 workers" in repr(result)


def test_a_perfect_crowd_is_reproduced():
    truth = true_boxes(np.random.default_rng(3), 8)
    rows = [(f"image {task}", who, boxes) for task, boxes in enumerate(truth) for who in "abc"]
    result = consensus_of_shapes(rows)
    recalled, precise = found_again(result, truth)
    assert len(result) == len(recalled) == len(precise) == 32
    assert min(recalled) == pytest.approx(1)
    assert all(one.probability > 0.99 for one in result)


def test_a_simulated_crowd_is_seen_through(simulated):
    truth, _, result = simulated
    recalled, precise = found_again(result, truth)
    assert (recalled > 0.75).mean() > 0.97
    assert (precise > 0.5).mean() > 0.97


def test_workers_are_known_for_what_they_are(simulated):
    _, _, result = simulated
    worker = {one.worker: one for one in result.workers}
    careful = [worker[f"worker {who}"] for who in range(4)]
    careless = [worker[f"worker {who}"] for who in range(4, 7)]
    spammer = worker["worker 7"]
    for one, (miss, alarms, _) in zip(careful + careless, [CAREFUL] * 4 + [CARELESS] * 3, strict=True):
        assert one.miss_rate == pytest.approx(miss, abs=4 * one.miss_error + 0.02)
        assert one.false_alarms == pytest.approx(alarms, abs=4 * one.false_alarm_error + 0.02)
    assert max(one.loss for one in careful) < min(one.loss for one in careless)
    assert spammer.miss_rate > 0.8
    assert spammer.false_alarms == pytest.approx(4, rel=0.25)


def test_probabilities_and_expected_overlaps_are_near_what_happens(simulated):
    truth, _, result = simulated
    real, near = [], []
    for one in result:
        overlap = box_iou(numbers(truth[int(one.task.split()[1])]), numbers([one.shape])).max()
        real.append(overlap > 0.4)
        if overlap > 0.4:
            near.append((overlap, one.similarity))
    said = np.array([one.probability for one in result])
    assert ((said - real) ** 2).mean() < 0.02
    reached, expected = np.mean(near, axis=0)
    assert reached == pytest.approx(expected, abs=0.04)


def test_rows_in_any_order_give_the_same(simulated):
    _, rows, result = simulated
    mixed = random.Random(1).sample(rows, len(rows))
    again = consensus_of_shapes(mixed)
    assert as_set(again) == as_set(result)
    assert again.workers == result.workers


def test_new_names_of_workers_and_images_change_nothing_else(simulated):
    _, rows, result = simulated
    task = {name: f"ż{name[::-1]}" for name, _, _ in rows}
    who = {f"worker {number}": f"人{9 - number}" for number in range(8)}
    again = consensus_of_shapes([(task[name], who[one], shapes) for name, one, shapes in rows])
    expected = {(task[one.task], round(one.shape.left, 6), round(one.probability, 6)) for one in result}
    assert {(one.task, round(one.shape.left, 6), round(one.probability, 6)) for one in again} == expected


def test_one_worker_under_two_names_does_not_outvote_three():
    rng = np.random.default_rng(5)
    truth = true_boxes(rng, 25)
    rows = crowd(rng, truth, [CAREFUL] * 3 + [(0.1, 1.0, 0.05)], 4)
    doubled = [*rows, *((task, "double", shapes) for task, who, shapes in rows if who == "worker 3")]
    recalled, precise = found_again(consensus_of_shapes(doubled), truth)
    alone = found_again(consensus_of_shapes(rows), truth)[1]
    assert (recalled > 0.5).mean() > 0.97
    assert (alone > 0.5).mean() > 0.97
    assert (precise > 0.5).mean() > 0.7


def test_classes_are_voted_on_by_those_who_drew():
    rows = [
        (f"t{number}", who, [Box(0, 0, 9, 9, label)])
        for number in range(6)
        for who, label in (("a", "cat"), ("b", "cat"), ("c", "dog" if number else "cat"))
    ]
    result = consensus_of_shapes(rows)
    assert {one.shape.label for one in result} == {"cat"}
    assert all(len(one.workers) == 3 for one in result)
    assert result.objects[0].label_probability > 0.5


CUBE = np.array([[0, 9], [8, 9], [8, 15], [0, 15], [5, 4], [13, 4], [13, 10], [5, 10]]) * 8.0


@pytest.mark.parametrize(
    "shape",
    [
        RotatedBox(50, 50, 30, 10, 0.5, "x"),
        Polygon([[0, 0], [40, 0], [40, 40]], "x"),
        Polyline([[0, 0], [40, 0], [40, 40]], "x"),
        Keypoints([[0, 0], [40, 0], [40, 40]], [2, 1, 0], "x"),
        Cuboid(CUBE, "x"),
        Mask.from_array(np.eye(9, dtype=bool), "x"),
    ],
    ids=lambda shape: type(shape).__name__,
)
def test_every_kind_of_shape_goes_all_the_way(shape):
    rows = [(task, who, [shape]) for task in range(5) for who in "abc"]
    result = consensus_of_shapes(rows)
    assert len(result) == 5
    assert all(type(one.shape) is type(shape) and one.probability > 0.9 for one in result)


LINE = np.array([[0, 0], [50, 20], [120, 0]])
PLACES = np.random.default_rng(1).uniform(0, 100, (17, 2))
TURN = np.linspace(0, 2 * np.pi, 30, endpoint=False)
DISC = np.stack([np.cos(TURN), np.sin(TURN)], 1) * 40


@pytest.mark.parametrize(
    "draw",
    [
        lambda off: RotatedBox(*map(float, np.array([50, 50, 60, 30, 0.4]) + off(5) * [2, 2, 3, 3, 0.05])),
        lambda off: Polygon(
            DISC * (1 + 0.05 * (off(1) + off(1) * np.cos(TURN) + off(1) * np.sin(2 * TURN)))[:, None]
        ),
        lambda off: Polyline(LINE + 4 * off((3, 2))),
        lambda off: Keypoints(PLACES + 4 * off((17, 2))),
        lambda off: Cuboid(CUBE + 3 * off((8, 2))),
    ],
    ids=["rotated", "polygon", "line", "keypoints", "cuboid"],
)
def test_merged_shapes_of_every_kind_are_about_as_near_the_truth_as_expected(draw):
    rng = np.random.default_rng(2)
    rows = [(task, who, [draw(rng.standard_normal)]) for task in range(20) for who in range(5)]
    merged = [one for one in consensus_of_shapes(rows) if len(one.workers) == 5]
    truth = [draw(np.zeros)]
    reached = similarity([one.shape for one in merged], truth).mean()
    assert reached == pytest.approx(np.mean([one.similarity for one in merged]), abs=0.05)
    assert reached > similarity([row[2][0] for row in rows], truth).mean() + 0.03


def test_the_last_of_several_answers_counts():
    rows = [("t", "a", [Box(0, 0, 9, 9)]), ("t", "b", []), ("t", "a", [])]
    result = consensus_of_shapes(rows)
    assert len(result) == 0
    assert [one.answers for one in result.workers] == [1, 1]


def test_one_answer_alone_stands_with_an_assumed_probability():
    (only,) = consensus_of_shapes([("t", "a", [Box(0, 0, 9, 9)])])
    assert only.shape == Box(0, 0, 9, 9)
    assert 0.6 < only.probability < 0.9


def test_columns_and_dicts_are_tables_too():
    columns = {"image": ["t", "t"], "who": ["a", "b"], "boxes": [[Box(0, 0, 9, 9)], [Box(0, 0, 9, 9)]]}
    names = {"task": "image", "worker": "who", "shapes": "boxes"}
    assert len(consensus_of_shapes(columns, **names)) == 1
    rows = [{"task": "t", "worker": "a", "shapes": ()}]
    assert consensus_of_shapes(rows).tasks == ("t",)


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([], NoVotes),
        ([("t", "a", Box(0, 0, 9, 9))], InputError),
        ([("t", "a", [(0, 0, 9, 9)])], InputError),
        ([("t", "a", None)], InputError),
        ([("t", "a", [Mask([6], 2, 3)]), ("t", "b", [Mask([6], 3, 2)])], InputError),
        ([("t", None, [])], InputError),
        ([{"task": "t", "worker": "a"}], MissingColumn),
    ],
)
def test_what_is_no_table_of_shapes_is_refused(rows, error):
    with pytest.raises(error):
        consensus_of_shapes(rows)


def test_an_image_that_nobody_answered_has_no_shapes_to_ask_for():
    with pytest.raises(KeyError):
        consensus_of_shapes([("t", "a", [])]).shapes("u")
