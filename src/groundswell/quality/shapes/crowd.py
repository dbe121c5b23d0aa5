"""The crowd: who answered which image with which shapes, and which of them are one object."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

import numpy as np

from groundswell.errors import InputError, NoVotes
from groundswell.quality.shapes.matching import compared, group
from groundswell.quality.shapes.precision import Pairs
from groundswell.quality.shapes.presence import Codes, Sightings
from groundswell.quality.shapes.shape import Floats, Shape
from groundswell.quality.table import encode, read_columns, sorted_names
from groundswell.quality.votes import Name

KINDS = get_args(Shape)


@dataclass(frozen=True, eq=False)
class Crowd:
    """Answers, sorted by image and then by worker, whatever the order of the table.

    Attributes:
        tasks: names of the images, sorted.
        workers: names of the workers, sorted.
        image: `[n_answers]` image of each answer.
        who: `[n_answers]` worker of each.
        shapes: every shape, in the order of answers.
        answer: `[n_shapes]` answer of each shape.
    """

    tasks: tuple[Name, ...]
    workers: tuple[Name, ...]
    image: Codes
    who: Codes
    shapes: tuple[Shape, ...]
    answer: Codes

    @cached_property
    def start(self) -> Codes:
        """First answer of each image, and the number of answers at the end, `[n_tasks + 1]`."""
        return np.searchsorted(self.image, np.arange(len(self.tasks) + 1)).astype(np.int64)


def read_crowd(answers: Any, names: tuple[str, str, str]) -> Crowd:
    """Read a table of task, worker and shapes; of several answers of a worker to an image the last counts.

    Raises:
        NoVotes: there is not one answer.
        InputError: no table, or an answer that is not made of shapes.
    """
    task_column, worker_column, drawn = read_columns(answers, names)
    if not task_column:
        raise NoVotes("consensus of shapes needs at least one answer; the table is empty")
    tasks, task_codes = _coded(names[0], task_column)
    workers, worker_codes = _coded(names[1], worker_column)
    pairs = zip(task_codes, worker_codes, strict=True)
    last = {key: _checked(number, drawn[number]) for number, key in enumerate(pairs)}
    keys = sorted(last)
    image, who = np.array(keys, np.int64).T
    counts = [len(last[key]) for key in keys]
    shapes = tuple(shape for key in keys for shape in last[key])
    return Crowd(tasks, workers, image, who, shapes, np.repeat(np.arange(len(keys)), counts))


def _coded(name: str, column: list[Any]) -> tuple[tuple[Name, ...], list[int]]:
    """Return the names in a column, sorted, and the place of each row's among them."""
    names = sorted_names(encode(name, column)[1])
    return names, encode(name, column, names)[0].tolist()


def _checked(row: int, drawn: Any) -> tuple[Shape, ...]:
    """Return the shapes of one answer."""
    if isinstance(drawn, KINDS) or not hasattr(drawn, "__iter__") or isinstance(drawn, str | bytes):
        raise InputError(f"row {row}: an answer is a list of shapes, empty if none; found {drawn!r}")
    shapes = tuple(drawn)
    for shape in shapes:
        if not isinstance(shape, KINDS):
            kinds = ", ".join(kind.__name__ for kind in KINDS)
            raise InputError(f"row {row}: an answer is made of {kinds}; found {shape!r}")
    return shapes


@dataclass(frozen=True, eq=False)
class Found:
    """The objects of a crowd.

    Attributes:
        members: shapes of each object, as places in `Crowd.shapes`.
        image: `[n_objects]` image of each object.
        alike: similarity of the members of each object to each other, `[k, k]` each.
    """

    members: list[list[int]]
    image: Codes
    alike: list[Floats]

    def sightings(self, crowd: Crowd) -> Sightings:
        """Return a row for each object and each answer to its image."""
        asked = np.diff(crowd.start)[self.image]
        first_row = np.concatenate([[0], np.cumsum(asked)]).astype(np.int64)
        obj = np.repeat(np.arange(len(self.members)), asked)
        answer = np.arange(len(obj)) - first_row[obj] + crowd.start[self.image[obj]]
        drew = np.zeros(len(obj), bool)
        for number, members in enumerate(self.members):
            drew[first_row[number] + crowd.answer[members] - crowd.start[self.image[number]]] = True
        size = (len(crowd.workers), len(crowd.tasks))
        return Sightings(obj, crowd.who[answer], drew, self.image, crowd.image, crowd.who, *size)

    def pairs(self, crowd: Crowd, real: Floats) -> Pairs:
        """Return every two shapes of one object; each object weighs as much as it is real."""
        sizes = np.array([len(members) for members in self.members], np.int64)
        number = np.repeat(np.arange(len(sizes)), sizes * (sizes - 1) // 2)
        corners = [np.triu_indices(size, 1) for size in sizes]
        who = [crowd.who[crowd.answer[members]] for members in self.members]
        empty = np.zeros(0)
        first = [names[rows] for names, (rows, _) in zip(who, corners, strict=True)]
        second = [names[columns] for names, (_, columns) in zip(who, corners, strict=True)]
        loss = [1 - alike[corner] for alike, corner in zip(self.alike, corners, strict=True)]
        columns = (np.concatenate([empty, *column]) for column in (first, second, loss))
        one, other, apart = columns
        return Pairs(one.astype(np.int64), other.astype(np.int64), apart, real[number])


def find_objects(crowd: Crowd, gate: float) -> Found:
    """Match the shapes of each image."""
    bounds = np.searchsorted(crowd.answer, crowd.start)
    members: list[list[int]] = []
    image: list[int] = []
    alike: list[Floats] = []
    for number, (begin, end) in enumerate(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)):
        raw, discounted = compared(crowd.shapes[begin:end])
        for inner in group(discounted, crowd.answer[begin:end], gate):
            members.append([begin + one for one in inner])
            image.append(number)
            alike.append(raw[np.ix_(inner, inner)])
    return Found(members, np.array(image, np.int64), alike)
