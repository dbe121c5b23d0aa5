"""Distances to many items at a time, in blocks: never an `n * n` array."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.active.pool import Indices
from groundswell.assist.model import Features

Singles = NDArray[np.float32]

_BLOCK_CELLS = 4_000_000
"""Distances held at a time: 16 MB."""


def centred(features: Features) -> Singles:
    """Return float32 features around 0, in which distances lose little to rounding."""
    plain = np.asarray(features, np.float32)
    return np.ascontiguousarray(plain - plain.mean(axis=0)) if len(plain) else plain


def nearest(points: Singles, centres: Singles) -> tuple[Indices, Singles]:
    """Return which centre is nearest to each point, and its squared distance; infinite where there are none."""
    which, apart = np.zeros(len(points), np.intp), np.full(len(points), np.inf, np.float32)
    if not len(centres):
        return which, apart
    for rows, distances in distance_blocks(points, centres):
        which[rows] = distances.argmin(axis=1)
        apart[rows] = np.take_along_axis(distances, which[rows, None], axis=1)[:, 0]
    return which, apart


def distance_blocks(points: Singles, others: Singles) -> Iterator[tuple[slice, Singles]]:
    """Yield squared distances of some points at a time to all others, with the rows of those points."""
    lengths, step = squared_lengths(others), max(1, _BLOCK_CELLS // max(len(others), 1))
    for start in range(0, len(points), step):
        block = points[start : start + step]
        apart = squared_lengths(block)[:, None] + lengths - 2 * (block @ others.T)
        yield slice(start, start + len(block)), np.maximum(apart, 0)


def distances_to(points: Singles, lengths: Singles, one: int) -> Singles:
    """Return squared distances to one of the points; `lengths` are their squared lengths."""
    return np.asarray(np.maximum(lengths + lengths[one] - 2 * (points @ points[one]), 0))


def squared_lengths(rows: Singles) -> Singles:
    """Return the squared length of each row."""
    return np.asarray(np.einsum("ij,ij->i", rows, rows))


def clusters(
    points: Singles, k: int, rng: np.random.Generator, *, rounds: int = 10, sample: int = 10_000
) -> Indices:
    """Return the cluster of each point, 0 to k-1: k-means from k-means++ seeds, on a sample where there are many.

    Clusters may be empty where points coincide.

    Source:
        Arthur and Vassilvitskii (2007), k-means++: the advantages of careful seeding, SODA.
    """
    drawn = points if len(points) <= sample else points[rng.choice(len(points), sample, replace=False)]
    centres = drawn[_seeds(drawn, k, rng)]
    for _ in range(rounds):
        which, _ = nearest(drawn, centres)
        sizes = np.bincount(which, minlength=len(centres))
        sums = _sums(drawn, which, len(centres))
        moved = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres).astype(np.float32)
        if np.array_equal(moved, centres):
            break
        centres = moved
    return nearest(points, centres)[0]


def _sums(points: Singles, which: Indices, k: int) -> Singles:
    """Return the sum of the points of each cluster."""
    order = np.argsort(which, kind="stable")
    present, starts = np.unique(which[order], return_index=True)
    sums = np.zeros((k, points.shape[1]), np.float32)
    sums[present] = np.add.reduceat(points[order], starts, axis=0)
    return sums


def _seeds(points: Singles, k: int, rng: np.random.Generator) -> Indices:
    """Choose k points, each with a chance in proportion to its squared distance to those before it."""
    chosen, lengths = [int(rng.integers(len(points)))], squared_lengths(points)
    apart = np.full(len(points), np.inf, np.float32)
    for _ in range(min(k, len(points)) - 1):
        apart = np.minimum(apart, distances_to(points, lengths, chosen[-1]))
        chosen.append(drawn_by(apart, rng))
    return np.array(chosen, np.intp)


def drawn_by(chance: Singles, rng: np.random.Generator) -> int:
    """Draw an index in proportion to `chance`; by equal chances where all are 0."""
    steps = np.cumsum(chance, dtype=np.float64)
    if steps[-1] <= 0:
        return int(rng.integers(len(chance)))
    return int(min(np.searchsorted(steps, rng.random() * steps[-1], side="right"), len(chance) - 1))
