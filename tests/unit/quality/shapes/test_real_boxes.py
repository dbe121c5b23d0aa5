"""Boxes of a real crowd. Skipped unless `TEST_DATA_DIR` names a folder that holds them."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from groundswell.quality.shapes import Box, consensus_of_shapes, distance

FILE = Path(os.environ.get("TEST_DATA_DIR", "no such folder")) / "crowd" / "boxes_pedestrians" / "answers.csv"

pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason="set TEST_DATA_DIR to a folder with crowd/boxes_pedestrians/answers.csv"
)


@pytest.fixture(scope="module")
def answers():
    drawn = {}
    with FILE.open(newline="") as file:
        for row in csv.DictReader(file):
            boxes = drawn.setdefault((row["task"], row["worker"]), [])
            if row["x"]:
                boxes.append(Box(*(float(row[name]) for name in "xywh")))
    return [(task, worker, boxes) for (task, worker), boxes in drawn.items()]


def test_the_crowd_is_sure_of_nearly_everything(answers):
    result = consensus_of_shapes(answers)
    assert result.converged
    assert (len(result.tasks), len(result.workers)) == (1448, 47)
    doubt = np.mean([0.1 < one.probability < 0.9 for one in result])
    assert doubt < 0.03
    right, left = np.mean([(one.error[2], one.error[0]) for one in result if len(one.workers) > 5], axis=0)
    assert right > 2 * left  # people drag from the top left: the corner where they let go is less exact


def test_two_halves_of_the_crowd_find_the_same_and_a_single_worker_less(answers):
    half = {}
    for number, worker in enumerate(sorted({worker for _, worker, _ in answers})):
        half[worker] = number % 2
    found = [
        consensus_of_shapes([one for one in answers if half[one[1]] == side]).labels() for side in (0, 1)
    ]
    both = found[0].keys() & found[1].keys()
    crowds = np.mean([distance(found[0][task], found[1][task]) for task in sorted(both)])
    single = np.mean(
        [distance(boxes, found[1 - half[who]][task]) for task, who, boxes in answers[::5] if task in both]
    )
    assert crowds < 0.2
    assert crowds < 0.75 * single
