"""When people come: an open loop, which does not wait for the service."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.float64]


def poisson(rate: float, seconds: float, rng: np.random.Generator) -> Seconds:
    """Return sorted times of a Poisson process of `rate` a second, from 0 up to `seconds`."""
    return np.sort(rng.random(rng.poisson(rate * seconds)) * seconds)


def growing(rate: float, seconds: float, rng: np.random.Generator) -> Seconds:
    """Return sorted times of a Poisson process that grows evenly from none to `rate` a second in `seconds`."""
    return np.sort(np.sqrt(rng.random(rng.poisson(rate * seconds / 2))) * seconds)


def one_each(people: int, rate: float, ramp_seconds: float) -> Seconds:
    """Return a time for each of `people`: a ramp up to `rate` a second, then evenly."""
    order = np.arange(people)
    ramped = rate * ramp_seconds / 2
    steady = ramp_seconds + (order - ramped) / rate
    return np.where(order < ramped, ramp_seconds * np.sqrt(order / max(ramped, 1)), steady)
