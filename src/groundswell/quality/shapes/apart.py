"""The distance between two answers: how far two workers saw different things on one image."""

from __future__ import annotations

from collections.abc import Sequence

from groundswell.quality.shapes.assignment import best_pairs
from groundswell.quality.shapes.overlap import similarity
from groundswell.quality.shapes.shape import Shape


def distance(first: Sequence[Shape], second: Sequence[Shape]) -> float:
    """Return how far apart two answers are, from 0 (the same objects) to 1 (nothing in common).

    Shapes of the same class are paired so that they are most alike in all. The distance is one minus twice the
    sum of their similarity over the number of shapes in both answers. That is one minus panoptic quality, as
    matched pairs and half of the unmatched are half of all shapes; but the best pairing takes the place of the
    rule that only IoU above 0.5 matches, so that the distance does not jump where a box moves by a pixel, and
    shapes may overlap. Classes are pooled, not averaged.

    It is symmetric, 0 for the same shapes in any order, and what `krippendorff_alpha` needs for a distance of its
    own. It is not a metric: the triangle inequality may fail, as for F1.

    Args:
        first: the shapes of one worker; empty means that the worker saw nothing to draw.
        second: the shapes of another.

    Returns:
        Between 0 and 1. Two empty answers: 0. One empty: 1.

    Raises:
        InputError: two masks are of images of different sizes.

    Source:
        Kirillov, He, Girshick, Rother and Dollár (2019), "Panoptic Segmentation", CVPR, arXiv:1801.00868.
    """
    shapes = len(first) + len(second)
    if not shapes:
        return 0.0
    alike = similarity(first, second)
    for row, one in enumerate(first):
        for column, other in enumerate(second):
            if one.label != other.label:
                alike[row, column] = 0.0
    return max(0.0, 1 - 2 * sum(float(alike[pair]) for pair in best_pairs(alike)) / shapes)
