"""Presence: which of the objects that workers drew are there, and who misses or invents some."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.shapes.rates import shrunk_rates, summed
from groundswell.quality.shapes.shape import Floats

Codes = NDArray[np.int64]

MISSES = (0.15, 10.0)
"""Share of real objects that a worker misses, before anything is known, and its weight in objects."""

STRAYS = (0.1, 10.0)
"""Share of imagined objects that one more worker imagines too, and its weight."""

REAL, FALSE = 1.0, 3.0
"""Pseudo-objects of either kind, drawn or not. As real ones are drawn 0.85 of the time and imagined ones 0.1, the
word of one worker alone is right three times in four."""

LEAST, MOST = 0.005, 0.995
"""No worker is taken to miss, or to invent, more surely than this."""


@dataclass(frozen=True, eq=False)
class Sightings:
    """Who saw what: a row for each object and each worker who answered its image.

    Attributes:
        obj: `[n]` object.
        worker: `[n]` worker.
        drew: `[n]` whether the worker drew it.
        image: `[n_objects]` image of each object.
        seen_image: `[m]` image, for each answer.
        seen_worker: `[m]` worker, for each answer; an answer may be empty.
        n_workers: workers.
        n_images: images.
    """

    obj: Codes
    worker: Codes
    drew: NDArray[np.bool_]
    image: Codes
    seen_image: Codes
    seen_worker: Codes
    n_workers: int
    n_images: int


@dataclass(frozen=True, eq=False)
class Presence:
    """What was learnt.

    Attributes:
        real: `[n_objects]` probability that each is there.
        miss: `[n_workers]` probability that the worker misses what is there.
        miss_error: `[n_workers]` its standard error.
        stray: `[n_workers]` probability that the worker draws what others imagine.
        rounds: rounds run.
        converged: whether they came to rest.
    """

    real: Floats
    miss: Floats
    miss_error: Floats
    stray: Floats
    rounds: int
    converged: bool


def find_presence(seen: Sightings, *, tol: float = 1e-4, max_rounds: int = 100) -> Presence:
    """Estimate which objects are there, by expectation–maximisation.

    Objects are real or imagined. A worker draws a real one unless missing it, and an imagined one at a rate of
    its own, independently given the kind. Objects that nobody drew are not seen, and are reckoned with: were they
    left out, nobody would seem to miss much. Workers' rates lean on the crowd's, and images that one worker saw
    teach nothing about workers, since nothing there can be compared.

    Workers are taken to err independently. Real ones overlook the same half-hidden objects: on boxes of pedestrians,
    of the objects that five workers put at less than 0.02 the rest of the crowd saw one in five. Decisions at a half
    are hardly touched by it (a third kind for hard objects made them worse), but read small probabilities as ranks.

    Args:
        seen: who drew what.
        tol: stop when no probability moves by more.
        max_rounds: upper bound on rounds; one is O(rows).

    Source:
        The two-kind model with rates for each worker is Dawid and Skene's (1979), Applied Statistics 28(1):20-28,
        doi:10.2307/2346806, for the answers "drew" and "did not". The reckoning with unseen objects and the
        shrinkage are ours. For another model of crowds that draw boxes, with a detector in the loop, see Branson, Van
        Horn and Perona (2017), "Lean Crowdsourcing", CVPR.
    """
    n_objects = len(seen.image)
    shown = np.bincount(seen.obj, minlength=n_objects)
    real = (summed(seen.obj, seen.drew, n_objects) + 0.5) / (shown + 1)
    teaches = shown > 1
    miss, stray = np.full(seen.n_workers, MISSES[0]), np.full(seen.n_workers, STRAYS[0])
    miss_error, rounds, moved = np.zeros(seen.n_workers), 0, np.inf
    while rounds < max_rounds and moved > tol:
        rounds += 1
        (miss, miss_error), many_real = _learn(seen, real * teaches, 1 - miss, MISSES, is_miss=True)
        (stray, _), many_false = _learn(seen, (1 - real) * teaches, stray, STRAYS, is_miss=False)
        evidence = _said(seen, 1 - miss) - _said(seen, stray)
        log_odds = evidence + np.log(many_real + REAL) - np.log(many_false + FALSE)
        updated = 1 / (1 + np.exp(-np.clip(log_odds, -500, 500)))
        moved = np.abs(updated - real).max(initial=0.0)
        real = updated
    return Presence(real, miss, miss_error, stray, rounds, bool(moved <= tol))


def _learn(
    seen: Sightings, weight: Floats, draws: Floats, assumed: tuple[float, float], *, is_miss: bool
) -> tuple[tuple[Floats, Floats], float]:
    """Return the workers' rates for objects of one kind, and how many objects of it there are, unseen ones too.

    Args:
        seen: who drew what.
        weight: `[n_objects]` probability that each is of this kind.
        draws: `[n_workers]` probability of drawing one, so far.
        assumed: the crowd's rate before anything is known, and its weight.
        is_miss: whether the rate is that of missing, not of drawing.
    """
    kept = np.clip(draws, LEAST, MOST)
    unseen = np.exp(summed(seen.seen_image, np.log1p(-kept)[seen.seen_worker], seen.n_images))
    shared = np.bincount(seen.seen_image, minlength=seen.n_images) > 1
    density = weight.sum() / max((1 - unseen)[shared].sum(), 1e-9)
    hidden = density * unseen * shared
    counts = weight[seen.obj]
    shown = summed(seen.worker, counts, seen.n_workers)
    exposed = shown + summed(seen.seen_worker, hidden[seen.seen_image], seen.n_workers)
    drawn = summed(seen.worker, counts * seen.drew, seen.n_workers)
    hits = exposed - drawn if is_miss else drawn
    return shrunk_rates(hits, exposed, *assumed), float(weight.sum() + hidden.sum())


def _said(seen: Sightings, draws: Floats) -> Floats:
    """Return the log-probability of who drew each object and who did not, `[n_objects]`."""
    kept = np.clip(draws, LEAST, MOST)[seen.worker]
    each = np.where(seen.drew, np.log(kept), np.log1p(-kept))
    return summed(seen.obj, each, len(seen.image))
