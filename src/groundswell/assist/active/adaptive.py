"""Typical items first; doubtful ones as far as the model has shown that it can tell."""

from __future__ import annotations

import math

import numpy as np

from groundswell.assist.active.doubt import by_score, narrowness
from groundswell.assist.active.pool import Indices, Pool
from groundswell.assist.active.spread import typical
from groundswell.assist.model import KernelModel

LEAST_CHOICE = 8
"""Doubtful items looked at for each one chosen, at least: near copies of one item must not fill a batch."""

ASSUMED_FAILURES = 5.0
"""Left-out predictions that count as no better than chance from the start: a few lucky ones prove little."""

MOST_JUDGED = 1000
"""Labels that skill is judged on; of more, a draw."""


def adaptive(pool: Pool, n: int, rng: np.random.Generator) -> Indices:
    """Choose the most typical of the most doubtful items: the default, from the first label to the last.

    How many items count as the most doubtful is decided by evidence: all open items where labels cannot be predicted
    yet (`skill` 0: the batch is that of `typical`), `LEAST_CHOICE` times the batch where all can be (skill 1), and a
    geometric mean of the two in between. On six sets of KEEL that `bench.active` does not show, it needed fewer labels
    than random on each, and on average fewer than `typical` and than `margin`.

    Source:
        That typical items suit small budgets and doubtful ones large budgets, and that which is which depends on the
        problem: Hacohen, Dekel and Weinshall (2022), arXiv:2202.02794; Hacohen and Weinshall (2023),
        arXiv:2306.03543. To diversify within the most doubtful: Citovsky and others (2021), arXiv:2107.14263. The
        size of the shortlist is ours.
    """
    if pool.probability is None or not 0 < n < len(pool.open):
        return typical(pool, n, rng)
    mixed = rng.permutation(pool.open)
    least = min(LEAST_CHOICE * n, len(mixed))
    size = math.ceil(least * (len(mixed) / least) ** (1 - skill(pool, rng)))
    shortlist = by_score(pool.probability, mixed, narrowness)[:size]
    return _typical_among(pool, shortlist, n, rng)


def skill(pool: Pool, rng: np.random.Generator) -> float:
    """Return how well labels can be predicted from features: 0 as by always saying the same class, 1 without error.

    By the leave-one-out predictions of `KernelModel` on the labelled items, so that no strategy depends on what the
    caller's model says of items that it was trained on.

    Returns:
        0 with fewer than two classes seen.
    """
    some = np.arange(len(pool.labels))
    if len(some) > MOST_JUDGED:
        some = rng.choice(some, MOST_JUDGED, replace=False)
    classes, label = np.unique(pool.labels[some], return_inverse=True)
    if len(classes) < 2:
        return 0.0
    features = np.asarray(pool.features[pool.labelled[some]], np.float32)
    said = KernelModel().fit(features, np.eye(len(classes))[label]).left_out_proba().argmax(axis=1)
    constant = np.bincount(label).max()
    gained = (said == label).sum() - constant
    return float(max(gained, 0) / (len(label) - constant) * len(label) / (len(label) + ASSUMED_FAILURES))


def _typical_among(pool: Pool, shortlist: Indices, n: int, rng: np.random.Generator) -> Indices:
    """Return the typical items of a shortlist, away from the items seen."""
    kept = np.concatenate([pool.seen, shortlist])
    seen = np.arange(len(pool.seen))
    near = Pool(pool.features[kept], None, seen[: len(pool.labels)], pool.labels, seen[len(pool.labels) :])
    return kept[typical(near, n, rng)]
