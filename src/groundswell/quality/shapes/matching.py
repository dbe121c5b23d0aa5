"""Matching: which shapes of several workers are the same object."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError, TooLarge
from groundswell.quality.shapes.assignment import best_pairs
from groundswell.quality.shapes.overlap import similarity
from groundswell.quality.shapes.shape import Floats, Shape

GATE = 0.4
"""Similarity from which two shapes rather are one object than two. It matters little: on real boxes of pedestrians F1
against the rest of the crowd was within 0.4 points of the best from 0.25 to 0.5, and a point lower at 0.6."""

OTHER_CLASS = 0.75
"""Factor on the similarity of two shapes of different classes: people may see a dog in what others call a cat."""

MOST_SHAPES = 4096
"""Shapes of one image, all workers together; each is compared with each (128 MiB)."""

PASSES = 20
"""Rounds of improvement; two or three are usual."""

Group = tuple[tuple[int, int], ...]
"""The shapes of one object: (answer, shape within it), one of each answer at most."""


def match(answers: Sequence[Sequence[Shape]], *, gate: float = GATE) -> list[Group]:
    """Group the shapes that several workers drew on one image into objects.

    Sought is the grouping, with each worker at most once in each object, that has the largest sum of
    `similarity - gate` over all pairs of shapes in one object. Exactly that is hard for three workers or more (a
    multidimensional assignment). Here objects are first grown from the most alike pairs; then, worker by worker,
    the shapes are dealt out anew to the objects of the others, by an optimal assignment, while that adds to the
    sum. With two workers the result is the best one; with three, on crowded images drawn without care, it has been the
    best in all but a few of a hundred (`tests/unit/quality/shapes/test_matching.py`).

    Args:
        answers: the shapes of each worker who saw the image; a worker may have drawn none.
        gate: similarity, between 0 and 1, above which two shapes rather are one object.

    Returns:
        A group for each object, those with the most shapes first. A shape that nobody else drew is a group too.

    Raises:
        InputError: the gate is not between 0 and 1, or masks are of images of different sizes.
        TooLarge: more than `MOST_SHAPES` shapes.
    """
    shapes = [shape for answer in answers for shape in answer]
    owner = np.repeat(np.arange(len(answers)), [len(answer) for answer in answers])
    place = [number for answer in answers for number in range(len(answer))]
    groups = group(compared(shapes)[1], owner, gate)
    return [tuple((int(owner[one]), place[one]) for one in members) for members in groups]


def compared(shapes: Sequence[Shape]) -> tuple[Floats, Floats]:
    """Return the similarity of each shape to each, and the same discounted where classes differ, `[n, n]`.

    Raises:
        TooLarge: more than `MOST_SHAPES`.
    """
    if len(shapes) > MOST_SHAPES:
        raise TooLarge(f"{len(shapes):,} shapes on one image; at most {MOST_SHAPES:,} can be matched at once")
    alike = similarity(shapes, shapes)
    labels = {label: code for code, label in enumerate(dict.fromkeys(shape.label for shape in shapes))}
    if len(labels) < 2:
        return alike, alike
    codes = np.array([labels[shape.label] for shape in shapes])
    return alike, np.where(codes[:, None] == codes[None, :], alike, OTHER_CLASS * alike)


def group(alike: Floats, owner: NDArray[np.int64], gate: float) -> list[list[int]]:
    """Group shapes, given as the rows of `alike`; see `match`.

    Args:
        alike: `[n, n]` similarity.
        owner: `[n]` who drew each.
        gate: similarity above which two shapes rather are one object.
    """
    if not 0 < gate < 1:
        raise InputError(f"the gate must be between 0 and 1, not {gate}")
    gain = np.where(owner[:, None] == owner[None, :], -np.inf, alike - gate)
    found: list[list[int]] = []
    for members in _components(gain > 0):
        inner = gain[np.ix_(members, members)]
        parts = _divided(inner, owner[members])
        found += [sorted(int(members[one]) for one in part) for part in parts]
    return sorted(found, key=lambda members: (-len(members), members))


def _components(linked: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Return the connected parts of a graph, as sorted members."""
    name = np.arange(len(linked))
    rows, columns = np.nonzero(linked)
    while True:
        lowest = name.copy()
        np.minimum.at(lowest, rows, name[columns])
        lowest = lowest[lowest]
        if (lowest == name).all():
            break
        name = lowest
    order = np.argsort(name, kind="stable")
    cuts = np.flatnonzero(np.diff(name[order])) + 1
    return [part for part in np.split(order, cuts) if len(part)]


def _divided(gain: Floats, owner: NDArray[np.int64]) -> list[list[int]]:
    """Group the shapes of one part."""
    if len(owner) < 3 or _is_plain(gain, owner):
        return [list(range(len(owner)))]
    return _improved(gain, owner, _grown(gain))


def _is_plain(gain: Floats, owner: NDArray[np.int64]) -> bool:
    """Say whether all shapes are of different workers, and all alike: then they are one object."""
    others = ~np.eye(len(owner), dtype=bool)
    return len(set(owner.tolist())) == len(owner) and bool((gain[others] >= 0).all())


def _grown(gain: Floats) -> NDArray[np.int64]:
    """Merge the two groups that gain most per pair of shapes, again and again; returns the group of each shape.

    Groups that share a worker gain minus infinity, and so does whatever they are merged into.
    """
    total, size = gain.copy(), np.ones(len(gain))
    np.fill_diagonal(total, -np.inf)
    group_of = np.arange(len(gain))
    while True:
        mean = total / (size[:, None] * size[None, :])
        one, other = divmod(int(mean.argmax()), len(mean))
        if mean[one, other] <= 0:
            return group_of
        total[one] += total[other]
        total[:, one] = total[one]
        total[one, one] = -np.inf
        total[other] = total[:, other] = -np.inf
        size[one] += size[other]
        group_of[group_of == other] = one


def _improved(gain: Floats, owner: NDArray[np.int64], group_of: NDArray[np.int64]) -> list[list[int]]:
    """Deal out each worker's shapes anew, as long as that adds to the gain."""
    group_of = group_of.copy()
    for _ in range(PASSES):
        moved = False
        for worker in np.unique(owner):
            moved |= _dealt(gain, owner == worker, group_of)
        if not moved:
            break
    return [np.flatnonzero(group_of == one).tolist() for one in np.unique(group_of)]


def _dealt(gain: Floats, own: NDArray[np.bool_], group_of: NDArray[np.int64]) -> bool:
    """Assign one worker's shapes to the groups of the others; says whether that added to the gain."""
    mine, others = np.flatnonzero(own), np.flatnonzero(~own)
    groups, member = np.unique(group_of[others], return_inverse=True)
    worth = gain[np.ix_(mine, others)] @ np.eye(len(groups))[member]
    now = sum(worth[row, groups == group_of[one]].sum() for row, one in enumerate(mine))
    pairs = best_pairs(worth)
    if sum(worth[pair] for pair in pairs) <= now + 1e-9:
        return False
    # A shape alone is a group named after itself, unless a group of others bears that name.
    free = np.setdiff1d(np.arange(len(group_of) + len(mine)), groups)
    group_of[mine] = free[: len(mine)]
    for row, column in pairs:
        group_of[mine[row]] = groups[column]
    return True
