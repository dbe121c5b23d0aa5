"""Plackett-Luce: the probability of an order, from scores, as a product of choices of the best of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.rankings.newton import Slope
from groundswell.quality.rankings.orders import Orders
from groundswell.quality.rankings.uncertainty import Edges
from groundswell.quality.result import Floats

MOST_PAIRS = 2**21
"""Pairs of choices that are looked at together (about 100 MB)."""

LEAST = 1e-300
"""Smallest total of a stage: its logarithm is still finite."""


@dataclass(frozen=True, eq=False)
class PlackettLuce:
    """The log-likelihood of orders, with a normal prior on scores: concave. The parameters are the scores.

    An order turned round is made by the same stages with the signs of all scores changed: the worst is chosen
    first.

    Attributes:
        orders: what was said.
        spread: standard deviation of the scores' prior, whose mean is 0.
    """

    orders: Orders
    spread: float

    @cached_property
    def start(self) -> Floats:
        """Equal scores."""
        return np.zeros(self.orders.n_items)

    def log_likelihood(self, at: Floats) -> Floats:
        """Return the log-probability of each order as said and turned round, `[2, n_orders]`."""
        rows = []
        for sign in (1.0, -1.0):
            scores = sign * at
            log_chance = scores[self.orders.chosen] - self._stages(scores)[1]
            rows.append(np.bincount(self.orders.stage_order, log_chance, len(self.orders)))
        return np.stack(rows)

    def log_prior(self, at: Floats) -> float:
        """Return the log-prior up to a constant."""
        return float(-0.5 * (at**2).sum() / self.spread**2)

    def slope(self, at: Floats, weight: Floats) -> Slope:
        """Return the derivatives of the log-likelihood of answers of weight `[2, n]` plus the log-prior."""
        n, orders, precision = self.orders.n_items, self.orders, self.spread**-2.0
        gradient, diagonal, both = -precision * at, np.full(n, precision), []
        for sign, row in zip((1.0, -1.0), weight, strict=True):
            of_stage = row[orders.stage_order]
            chance = self._stages(sign * at)[0]
            weighted = of_stage[orders.stage] * chance
            gradient += sign * np.bincount(orders.chosen, of_stage, n)
            gradient -= sign * np.bincount(orders.item, weighted, n)
            diagonal += np.bincount(orders.item, weighted * (1 - chance), n)
            both.append((chance, weighted))

        def curvature(way: Floats) -> Floats:
            moved = way[orders.item]
            out: Floats = precision * way
            for chance, weighted in both:
                mean = np.bincount(orders.stage, chance * moved, len(orders.chosen))
                out = out + np.bincount(orders.item, weighted * (moved - mean[orders.stage]), n)
            return out

        return Slope(gradient, curvature, diagonal)

    def edges(self, at: Floats, weight: Floats) -> Edges:
        """Return what the stages of orders of weight `[n_orders]` tell of differences of two scores."""
        size = np.bincount(self.orders.stage, minlength=len(self.orders.chosen))
        block = np.cumsum(size * (size - 1) // 2) // MOST_PAIRS
        ends = np.cumsum(size)[np.append(np.flatnonzero(np.diff(block)), -1)] if len(size) else []
        chance, of_stage = self._stages(at)[0], weight[self.orders.stage_order]
        none = np.zeros(0, np.int32)
        parts, start = [Edges(none, none, np.zeros(0))], 0
        for end in ends:
            parts.append(self._pairs(slice(start, int(end)), size, chance, of_stage))
            start = int(end)
        left, right, told = zip(*((part.left, part.right, part.information) for part in parts), strict=True)
        return Edges(np.concatenate(left), np.concatenate(right), np.concatenate(told))

    def _pairs(self, part: slice, size: NDArray[np.int64], chance: Floats, of_stage: Floats) -> Edges:
        """Return the pairs of choices of whole stages, each pair of items once."""
        orders, stage = self.orders, self.orders.stage[part]
        chance, item = chance[part], orders.item[part].astype(np.int64)
        later = np.cumsum(size)[stage] - 1 - np.arange(part.start, part.stop)
        one = np.repeat(np.arange(len(item)), later)
        other = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(later) - later, later)
        told = of_stage[stage[one]] * chance[one] * chance[other]
        low, high = np.minimum(item[one], item[other]), np.maximum(item[one], item[other])
        pair, which = np.unique(low * orders.n_items + high, return_inverse=True)
        low, high = np.divmod(pair, orders.n_items)
        summed: Floats = np.bincount(which, told, len(pair)).astype(np.float64, copy=False)
        return Edges(low.astype(np.int32), high.astype(np.int32), summed)

    def _stages(self, scores: Floats) -> tuple[Floats, Floats]:
        """Return the probability of each choice, `[n_choices]`, and the log of each stage's total."""
        orders, highest = self.orders, float(scores.max())
        power = orders.share * np.exp(scores - highest)[orders.item]
        total = np.maximum(np.bincount(orders.stage, power, len(orders.chosen)), LEAST)
        return power / total[orders.stage], np.log(total) + highest
