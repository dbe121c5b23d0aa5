"""Newton's method by conjugate gradients, for concave objectives too large for a matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from groundswell.quality.result import Floats

INEXACT = 0.05
"""How far the residual of a step's equation is brought down: steps are many, and each need not be exact."""

MOST_PRODUCTS = 100
HALVINGS = 30


@dataclass(frozen=True, eq=False)
class Slope:
    """Derivatives of a concave objective at one place.

    Attributes:
        gradient: `[n]`.
        curvature: the product of the negative Hessian (positive definite) and a vector.
        diagonal: `[n]`, the diagonal of the negative Hessian, above 0.
    """

    gradient: Floats
    curvature: Callable[[Floats], Floats]
    diagonal: Floats


class Concave(Protocol):
    """A log-likelihood of weighted answers plus a log-prior, concave in its parameters.

    Each answer has two weights, `[2, n_answers]`: how far it is taken as said, and how far as said turned round.
    """

    def log_likelihood(self, at: Floats) -> Floats:
        """Return the log-probability of each answer as said and turned round, `[2, n_answers]`."""
        ...

    def log_prior(self, at: Floats) -> float:
        """Return the log-prior up to a constant."""
        ...

    def slope(self, at: Floats, weight: Floats) -> Slope:
        """Return the derivatives of the weighted log-likelihood plus the log-prior."""
        ...


@dataclass(frozen=True, eq=False)
class Place:
    """Parameters, and the log-likelihood of each answer there.

    Attributes:
        at: `[n]`.
        log_likelihood: `[2, n_answers]`.
        log_prior: of the parameters.
    """

    at: Floats
    log_likelihood: Floats
    log_prior: float

    @classmethod
    def of(cls, objective: Concave, at: Floats) -> Place:
        """Return the place of these parameters."""
        return cls(at, objective.log_likelihood(at), objective.log_prior(at))

    def value(self, weight: Floats) -> float:
        """Return the weighted log-likelihood plus the log-prior."""
        return float(np.vdot(weight, self.log_likelihood)) + self.log_prior


def newton_step(objective: Concave, place: Place, weight: Floats) -> Place:
    """Return a place where the objective is no lower, by one damped Newton step."""
    before, way = place.value(weight), solve(objective.slope(place.at, weight))
    for _ in range(HALVINGS):
        there = Place.of(objective, place.at + way)
        if there.value(weight) >= before:
            return there
        way = way / 2
    return place


def climb(
    objective: Concave, place: Place, weight: Floats, tol: float, max_iter: int
) -> tuple[Place, int, bool]:
    """Return the maximum, the steps taken and whether a step gained less than `tol`."""
    for step in range(1, max_iter + 1):
        before, place = place.value(weight), newton_step(objective, place, weight)
        if place.value(weight) - before < tol:
            return place, step, True
    return place, max_iter, False


def solve(slope: Slope) -> Floats:
    """Return the Newton direction by conjugate gradients, preconditioned by the diagonal.

    Source:
        Nocedal and Wright (2006), Numerical Optimization, 2nd edition, algorithm "line search Newton-CG",
        doi:10.1007/978-0-387-40065-5.
    """
    found = np.zeros_like(slope.gradient)
    rest = slope.gradient.copy()
    scaled = rest / slope.diagonal
    way, size = scaled, float(rest @ scaled)
    enough = size * INEXACT**2
    for _ in range(MOST_PRODUCTS):
        if size <= enough:
            break
        bent = slope.curvature(way)
        length = size / float(way @ bent)
        found = found + length * way
        rest = rest - length * bent
        scaled = rest / slope.diagonal
        size, before = float(rest @ scaled), size
        way = scaled + size / before * way
    return found
