"""Shapes of all images of a project from all that was said of them, and examples of such answers. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from groundswell.label.kinds.agreed.links import Member, example_links
from groundswell.label.kinds.agreed.shapes import (
    Check,
    Seen,
    Thing,
    joined,
    kept,
    ranked,
    shapes_of,
    with_links,
)
from groundswell.label.kinds.fields import attributes, filling
from groundswell.label.kinds.inference import Learnt, Said, by_task, weight
from groundswell.label.kinds.kind import Ontology
from groundswell.quality.shapes import (
    ShapeConsensus,
    ShapeObject,
    ShapeWorker,
    best_pairs,
    consensus_of_shapes,
    similarity,
)

LEAST_PROBABILITY = 0.5
"""From which a thing is taken to be there."""


def learn_shapes(said: Sequence[Said], ontology: Ontology, check: Check) -> Learnt:
    """Learn what is on every image, from what each worker misses, invents and draws inexactly.

    Args:
        said: at least one answer; no image with more shapes than can be matched.
        ontology: of the project.
        check: makes a shape canonical.
    """
    drawn = {(one.task, one.worker): shapes_of(one.answer, ontology) for one in said}
    found = consensus_of_shapes([(*names, shapes) for names, shapes in drawn.items()])
    usual = len([one for one in found if one.probability >= LEAST_PROBABILITY]) / len(found.tasks)
    near = {_number(one.worker): _nearness(one, usual) for one in found.workers}
    skill = {worker: value for worker, (value, _) in near.items()}
    objects = _by_task(found)
    labels = {}
    for task, heard in by_task(said).items():
        shapes = [drawn[task, one.worker] for one in heard]
        things = _things(objects.get(task, []), heard, shapes, skill, ontology, check)
        labels[task] = {"shapes": kept(things, LEAST_PROBABILITY, ontology)}
    return Learnt(labels, skill, {worker: error for worker, (_, error) in near.items()})


def _number(name: Any) -> int:
    """Return the worker's or task's number, which is its name in the table."""
    return int(name)


def _by_task(found: ShapeConsensus) -> dict[int, list[ShapeObject]]:
    """Return the objects of each image, the most probable first."""
    objects: dict[int, list[ShapeObject]] = defaultdict(list)
    for one in found:
        objects[_number(one.task)].append(one)
    return objects


def _things(
    objects: Sequence[ShapeObject],
    heard: Sequence[Said],
    shapes: Sequence[Sequence[Any]],
    skill: dict[int, float],
    ontology: Ontology,
    check: Check,
) -> list[Thing]:
    """Return what is on an image: each object with the attributes that those who drew it gave."""
    members: list[list[Member]] = [[] for _ in objects]
    for who, (one, drawn) in enumerate(zip(heard, shapes, strict=True)):
        near = similarity([each.shape for each in objects], drawn)
        near *= np.array([[one.worker in each.workers] for each in objects], bool).reshape(-1, 1)
        for row, column in best_pairs(near):
            members[row].append(Member(int(who), int(column), weight(skill[one.worker])))
    there = [(each, seen) for each, seen in zip(objects, members, strict=True) if seen]
    said = [one.answer["shapes"] for one in heard]
    things = [
        Thing(
            joined(
                [Seen(said[one.who][one.place], shapes[one.who][one.place], one.weight) for one in seen],
                each.shape,
                ontology,
                check,
            ),
            each.probability,
        )
        for each, seen in there
    ]
    return ranked(with_links(things, [seen for _, seen in there], said, ontology), 1.0)


def _nearness(worker: ShapeWorker, usual: float) -> tuple[float, float]:
    """Return how alike a worker's answer is expected to be to the truth, and the standard error of that.

    Args:
        worker: what is known of his errors.
        usual: things on an image, on average.
    """

    def near(miss: float, alarms: float, loss: float) -> float:
        hits = (1 - miss) * usual
        return 2 * hits * (1 - loss) / (usual + hits + alarms) if usual + hits + alarms else 1.0 - loss

    at = np.array([worker.miss_rate, worker.false_alarms, worker.loss])
    errors = np.array([worker.miss_error, worker.false_alarm_error, worker.loss_error])
    value = near(*at)
    moved = [near(*(at + np.eye(3)[place] * errors[place])) - value for place in range(3)]
    return min(max(value, 0.0), 1.0), float(np.sqrt(np.square(np.nan_to_num(moved)).sum()))


MOST_EXAMPLES = 3


def example_of(ontology: Ontology, check: Check, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return shapes of a picture of 400 by 300 pixels, drawn at random; as many as an image must have."""
    least = ontology.options.get("least", 0)
    count = int(
        rng.integers(
            least, min(least + MOST_EXAMPLES, ontology.options.get("most", least + MOST_EXAMPLES)) + 1
        )
    )
    return example_links([_drawn(ontology, check, rng) for _ in range(count)], ontology, rng)


def _drawn(ontology: Ontology, check: Check, rng: np.random.Generator) -> dict[str, Any]:
    label = ontology.classes[int(rng.integers(len(ontology.classes)))]
    types = ontology.options.get("shapes_of", {}).get(label, ontology.options["shapes"])
    kind = types[int(rng.integers(len(types)))]
    joints = len(ontology.options.get("skeletons", {}).get(label, {"joints": ()})["joints"])
    said = filling.example_of(attributes.plain(attributes.specs_of(ontology.options, label)), rng)
    bounds = ontology.options.get("least_points", 0), ontology.options.get("most_points", 3)
    given = {"type": kind, "label": label, **_placed(kind, joints, bounds, rng)}
    return check({**given, **({"attributes": said} if said else {})})


def _placed(kind: str, joints: int, bounds: tuple[int, int], rng: np.random.Generator) -> dict[str, Any]:
    """Return where a shape is, far enough from nothing to be one.

    Args:
        joints: of keypoints.
        bounds: the fewest and the most points of a polygon or line.
    """
    x, y = (float(one) for one in rng.uniform((0, 0), (300, 200)))
    width, height = (float(one) for one in rng.uniform(30, 100, 2))
    right, low, middle = x + width, y + height, x + width / 2
    if kind == "ellipse":
        return {"points": [[middle, y], [width / 2, height / 2]], "rotation": float(rng.uniform(0, 180))}
    if kind == "rotated_box":
        turn, along = float(rng.uniform(0, np.pi)), np.array([width, 0, 0, height])
        turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        corners = np.array([[0, 0], along[:2], [width, height], along[2:]]) @ turned + (x + 100, y)
        return {"points": corners.tolist()}
    if kind == "keypoints":
        points: list[Any] = rng.uniform((x, y), (right, low), (joints, 2)).tolist()
        return {"points": [points[0], *(pair if rng.random() < 0.8 else None for pair in points[1:])]}
    if kind == "cuboid":
        front = [[x, low], [right, low], [right, low + height], [x, low + height]]
        return {"points": [*front, *([u + width / 3, v - height / 2] for u, v in front)]}
    points_of: dict[str, list[list[float]]] = {
        "box": [[x, y], [right, low]],
        "polygon": _around(x, y, width, height, max(3, bounds[0])),
        "line": _around(x, y, width, height, max(min(3, bounds[1]), bounds[0])),
        "point": [[x, y]],
    }
    return {"points": points_of[kind]}


def _around(x: float, y: float, width: float, height: float, count: int) -> list[list[float]]:
    """Return so many points around the middle of a box."""
    turns = np.arange(count) * (2 * np.pi / count)
    across, down = x + width * (1 + np.cos(turns)) / 2, y + height * (1 + np.sin(turns)) / 2
    return [[float(one), float(other)] for one, other in zip(across, down, strict=True)]
