"""Consensus of shapes: what is on each image, from what several workers drew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from groundswell.quality.shapes.crowd import Crowd, Found, find_objects, read_crowd
from groundswell.quality.shapes.habits import without_habits
from groundswell.quality.shapes.matching import GATE
from groundswell.quality.shapes.merge import expected_similarity, merge
from groundswell.quality.shapes.precision import find_precision
from groundswell.quality.shapes.presence import Codes, Presence, find_presence
from groundswell.quality.shapes.rates import summed
from groundswell.quality.shapes.result import ShapeConsensus, ShapeObject, ShapeWorker
from groundswell.quality.shapes.shape import Floats
from groundswell.quality.shrunk import shrunk
from groundswell.quality.votes import Name, Votes

FALSE_ALARMS = (0.1, 5.0)
"""False alarms per image before anything is known, and how many images the crowd weighs against one worker."""


def consensus_of_shapes(
    answers: Any, *, gate: float = GATE, task: str = "task", worker: str = "worker", shapes: str = "shapes"
) -> ShapeConsensus:
    """Infer which objects are on each image, of which class and exactly where, from several workers' shapes.

    The shapes of an image are grouped into objects (`match`). How probable each object is follows from who drew
    it and who saw the image and did not, given how much each worker misses and invents; both are estimated
    together from all images. Shapes are then merged, each worker weighing by precision, which is estimated from
    how far the shapes of every two workers are apart; boxes are freed of their workers' habits first. Classes are
    inferred as in `consensus`.

    Args:
        answers: any table of task, worker and shapes (rows as tuples or dicts, columns, a data frame). The shapes
            of one answer are a sequence, empty where the worker saw nothing to draw: that too is evidence. Of
            several answers of a worker to an image the last counts.
        gate: similarity above which two shapes rather are one object; see `match`.
        task: name of the task column.
        worker: name of the worker column.
        shapes: name of the shapes column.

    Returns:
        Objects with probabilities, and workers. Where every image was answered by one worker only, nothing can be
        compared: each shape stands as it is, with a probability that is an assumption (about three quarters).

    Raises:
        NoVotes: there is not one answer.
        InputError: the table cannot be used, an answer is not made of shapes, or masks of one image differ in size.
        TooLarge: more shapes on one image than can be matched.

    Example:
        >>> from groundswell.quality.shapes import Box, consensus_of_shapes
        >>> drawn = {"ann": [Box(10, 10, 20, 40)], "bob": [Box(12, 10, 20, 40)], "eve": [Box(11, 10, 20, 40)]}
        >>> result = consensus_of_shapes([("photo", who, boxes) for who, boxes in drawn.items()])
        >>> result.shapes("photo")
        [Box(left=11.0, top=10.0, width=20.0, height=40.0, label=None)]
    """
    crowd = read_crowd(answers, (task, worker, shapes))
    found = find_objects(crowd, gate)
    presence = find_presence(found.sightings(crowd))
    loss, loss_error = find_precision(found.pairs(crowd, presence.real), len(crowd.workers))
    objects = _objects(crowd, found, presence.real)
    order = np.lexsort((-presence.real, found.image))
    workers = _workers(crowd, found, presence, loss, loss_error)
    ordered = tuple(objects[number] for number in order)
    return ShapeConsensus(ordered, workers, crowd.tasks, presence.rounds, presence.converged)


def _objects(crowd: Crowd, found: Found, real: Floats) -> list[ShapeObject]:
    """Merge the shapes of each object, without the habits of those who drew them."""
    straight = without_habits(crowd, found)
    loss, _ = find_precision(replace(found, alike=straight.alike).pairs(crowd, real), len(crowd.workers))
    labels, certain = _classes(crowd, found)
    asked = np.diff(crowd.start)[found.image].tolist()
    objects = []
    for number, members in enumerate(found.members):
        who = crowd.who[crowd.answer[members]]
        shapes, own = [straight.shapes[one] for one in members], loss[who]
        merged = merge(shapes, own, straight.shares)
        alike = expected_similarity(shapes, own, straight.alike[number])
        task, names = crowd.tasks[found.image[number]], tuple(crowd.workers[code] for code in who)
        shape, chances = replace(merged.shape, label=labels[number]), (float(real[number]), certain[number])
        objects.append(ShapeObject(task, shape, *chances, alike, merged.error, names, asked[number]))
    return objects


def _classes(crowd: Crowd, found: Found) -> tuple[list[Name], list[float]]:
    """Return the class of each object and the probability that it is right."""
    names = sorted({shape.label for shape in crowd.shapes}, key=lambda name: (name is not None, str(name)))
    if len(names) < 2:
        return names * len(found.members), [1.0] * len(found.members)
    code = {name: number for number, name in enumerate(names)}
    sizes = [len(members) for members in found.members]
    flat: Codes = np.array([one for members in found.members for one in members], np.int64)
    said = [code[crowd.shapes[one].label] for one in flat.tolist()]
    who = crowd.who[crowd.answer[flat]]
    item, voter, label = (
        np.array(column, np.int32) for column in (np.repeat(np.arange(len(sizes)), sizes), who, said)
    )
    result = shrunk(Votes(item, voter, label, len(sizes), len(crowd.workers), len(names)))
    return [names[one] for one in result.label.tolist()], result.confidence.tolist()


def _workers(
    crowd: Crowd, found: Found, presence: Presence, loss: Floats, loss_error: Floats
) -> tuple[ShapeWorker, ...]:
    """Return how good each worker is."""
    size = len(crowd.workers)
    answers = np.bincount(crowd.who, minlength=size)
    drawn = np.bincount(crowd.who[crowd.answer], minlength=size)
    unreal = np.zeros(len(crowd.shapes))
    for members, real in zip(found.members, presence.real.tolist(), strict=True):
        unreal[members] = 1 - real
    strays = summed(crowd.who[crowd.answer], unreal, size)
    assumed, weight = FALSE_ALARMS
    usual = (strays.sum() + assumed * weight) / (len(crowd.who) + weight)
    alarms = (strays + usual * weight) / (answers + weight)
    alarm_error = np.sqrt(alarms / (answers + weight))
    figures = (presence.miss, presence.miss_error, alarms, alarm_error, loss, loss_error)
    rows = zip(crowd.workers, *(column.tolist() for column in (answers, drawn, *figures)), strict=True)
    return tuple(ShapeWorker(*row) for row in rows)
