"""A simulated crowd: made-up workers for demos, tests and experiments, never real people.

Everything about it is written down and known, which is its use: hidden truth, a confusion for each worker,
spammers, hard items, times. It is kinder than reality where reality is not modelled (workers do not tire,
learn, or copy one another), so a result on it shows that a method can work, not that it will.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundswell.errors import InputError

Kind = Literal["regular", "guesser", "constant"]

_LABEL, _SECONDS, _SECONDS_2, _HARD, _PULL = range(5)


@dataclass(frozen=True)
class SimulatedWorker:
    """One made-up worker.

    Attributes:
        index: position in the crowd.
        kind: "regular" does the work; a "guesser" answers at random; a "constant" always says one class.
        accuracy: share of right answers on ordinary items with balanced classes, 0 to 1.
        median_seconds: half of this worker's answers take longer.
    """

    index: int
    kind: Kind
    accuracy: float
    median_seconds: float


class SimulatedCrowd:
    """Made-up workers whose every answer is a function of (seed, worker, item): asking order changes nothing.

    A regular worker has a skill drawn from a Beta distribution, and errors of their own: each class has a
    look-alike, shared by the crowd, which takes `confusable` of the errors on average, and each worker departs
    from that by a Dirichlet draw, so confusions differ between classes and are not symmetric. A share of the
    items is hard for everyone: there, half of the chance of a right answer goes to one wrong class, the same
    for all, so that errors are correlated and majorities can be wrong. A regular worker's skill on a class
    never falls below chance. Times are log-normal; spammers are fast. Activity is uneven (Zipf-like).

    Attributes:
        confusion: float64 `[n_workers, truth, said]` on ordinary items; rows sum to 1.
        activity: float64 `[n_workers]`, share of the work each would do; sums to 1.
        workers: one `SimulatedWorker` for each.
    """

    def __init__(
        self,
        n_workers: int,
        n_classes: int,
        *,
        seed: int = 0,
        mean_skill: float = 0.95,
        skill_spread: float = 0.05,
        spammer_share: float = 0.15,
        confusable: float = 0.5,
        hard_share: float = 0.05,
        median_seconds: float = 4.0,
    ) -> None:
        """Draw the workers.

        Args:
            n_workers: at least 1.
            n_classes: at least 2.
            seed: the same seed gives the same crowd and the same answers.
            mean_skill: mean accuracy of regular workers on ordinary items, between 0 and 1.
            skill_spread: standard deviation of that accuracy between workers.
            spammer_share: share of workers who are spammers, half guessers, half constant (rounded).
            confusable: mean share of the errors that go to a class's look-alike.
            hard_share: share of items that are hard for everyone.
            median_seconds: median time of an answer of the median regular worker.

        Raises:
            InputError: a number is out of its range.
        """
        _require(n_workers >= 1 and n_classes >= 2, "needs n_workers >= 1 and n_classes >= 2")
        _require(
            0 < mean_skill < 1 and 0 < skill_spread**2 < mean_skill * (1 - mean_skill), "skill out of range"
        )
        _require(all(0 <= s <= 1 for s in (spammer_share, confusable, hard_share)), "shares must be 0 to 1")
        rng = np.random.default_rng(seed)
        self.n_classes = n_classes
        self.hard_share = hard_share
        self._seed = seed
        self._look_alike = _look_alikes(n_classes, rng)
        kinds = _kinds(n_workers, spammer_share, rng)
        skill = _skills(n_workers, mean_skill, skill_spread, rng)
        regular = _confusions(skill, self._look_alike, confusable, rng)
        self.confusion = _with_spammers(regular, kinds, rng)
        self.activity = _activity(n_workers, rng)
        self._cares = np.array([kind == "regular" for kind in kinds])
        pace = median_seconds * rng.lognormal(0.0, 0.3, n_workers)
        self._pace = np.where(self._cares, pace, pace / 4)
        accuracy = np.trace(self.confusion, axis1=1, axis2=2) / n_classes
        self.workers = tuple(
            SimulatedWorker(i, kind, float(accuracy[i]), float(self._pace[i])) for i, kind in enumerate(kinds)
        )

    def answer(self, worker: int, item: int, truth: int) -> tuple[int, float]:
        """Return this worker's label for an item, and the seconds it took.

        The same worker says the same about the same item, whenever asked.

        Args:
            worker: index of the worker.
            item: any whole number that names the item.
            truth: the hidden class of the item.
        """
        label, seconds = self.answers([worker], [item], [truth])
        return int(label[0]), float(seconds[0])

    def answers(
        self, workers: ArrayLike, items: ArrayLike, truths: ArrayLike
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return many answers at once: labels and seconds, one for each (worker, item, truth), as `answer` does."""
        who, what, true = (np.asarray(a, np.int64) for a in (workers, items, truths))
        rows = self.confusion[who, true]
        hard = self.is_hard(what) & self._cares[who]
        rows[hard] = _harder(rows[hard], true[hard], self._pull(what[hard], true[hard]))
        draw = _uniform(self._seed, who, what, _LABEL)
        labels = np.minimum((draw[:, None] > np.cumsum(rows, axis=1)).sum(1), self.n_classes - 1)
        return labels, self._pace[who] * np.exp(0.5 * self._normal(who, what))

    def is_hard(self, items: ArrayLike) -> NDArray[np.bool_]:
        """Say which items are hard for everyone who does the work."""
        what = np.asarray(items, np.int64)
        return _uniform(self._seed, np.zeros_like(what), what, _HARD) < self.hard_share

    def pick_workers(self, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return `n` distinct workers for one item, drawn by their activity (all of them where `n` is too many)."""
        return rng.choice(len(self.workers), min(n, len(self.workers)), replace=False, p=self.activity)

    def _pull(self, items: NDArray[np.int64], truths: NDArray[np.int64]) -> NDArray[np.int64]:
        """The one wrong class of each hard item: mostly the look-alike, else any other."""
        draw = _uniform(self._seed, np.zeros_like(items), items, _PULL)
        other = (truths + 1 + (draw * (self.n_classes - 1)).astype(np.int64)) % self.n_classes
        return np.where(draw < 0.7, self._look_alike[truths], other)

    def _normal(self, who: NDArray[np.int64], what: NDArray[np.int64]) -> NDArray[np.float64]:
        """Standard normal draws, one for each (worker, item) (Box and Muller)."""
        radius = np.sqrt(-2 * np.log(_uniform(self._seed, who, what, _SECONDS)))
        return np.asarray(radius * np.cos(2 * np.pi * _uniform(self._seed, who, what, _SECONDS_2)))


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise InputError(f"simulated crowd: {message}")


def _look_alikes(n_classes: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """A class that each class is most often taken for: never itself."""
    return (np.arange(n_classes) + rng.integers(1, n_classes, n_classes)) % n_classes


def _kinds(n_workers: int, spammer_share: float, rng: np.random.Generator) -> list[Kind]:
    spammers = round(n_workers * spammer_share)
    kinds: list[Kind] = ["regular"] * n_workers
    for turn, index in enumerate(rng.permutation(n_workers)[:spammers]):
        kinds[index] = "guesser" if turn % 2 == 0 else "constant"
    return kinds


def _skills(n: int, mean: float, spread: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Beta draws with this mean and standard deviation."""
    strength = mean * (1 - mean) / spread**2 - 1
    return rng.beta(mean * strength, (1 - mean) * strength, n)


def _confusions(
    skill: NDArray[np.float64], look_alike: NDArray[np.int64], confusable: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Confusions `[n_workers, truth, said]` of regular workers around the shared look-alikes."""
    k = len(look_alike)
    shape = np.full((k, k), (1 - confusable) / max(k - 2, 1))
    shape[np.arange(k), look_alike] = confusable if k > 2 else 1.0
    np.fill_diagonal(shape, 0.0)
    wrong = rng.gamma(np.maximum(4.0 * shape, 1e-3), size=(len(skill), k, k)) * (shape > 0) + 1e-12 * (
        shape > 0
    )
    wrong /= wrong.sum(2, keepdims=True)
    right = np.clip(skill[:, None] + rng.normal(0.0, 0.06, (len(skill), k)), 1 / k, 0.995)
    confusion = wrong * (1 - right)[:, :, None]
    confusion[:, np.arange(k), np.arange(k)] = right
    return confusion


def _with_spammers(
    confusion: NDArray[np.float64], kinds: list[Kind], rng: np.random.Generator
) -> NDArray[np.float64]:
    k = confusion.shape[1]
    for index, kind in enumerate(kinds):
        if kind == "guesser":
            confusion[index] = 1 / k
        elif kind == "constant":
            confusion[index] = np.eye(k)[rng.integers(k)]
    return confusion


def _activity(n_workers: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Shares that fall off with rank (exponent one half), the ranks being random."""
    share = (1.0 + rng.permutation(n_workers)) ** -0.5
    return np.asarray(share / share.sum())


def _harder(
    rows: NDArray[np.float64], truths: NDArray[np.int64], pull: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Move half of each row's chance of a right answer to the class that the item pulls towards."""
    at = np.arange(len(rows))
    moved = rows[at, truths] / 2
    rows[at, truths] -= moved
    rows[at, pull] += moved
    return rows


def _uniform(seed: int, who: NDArray[np.int64], what: NDArray[np.int64], stream: int) -> NDArray[np.float64]:
    """Uniform draws in (0, 1) that depend on nothing but their arguments.

    Source:
        The output function of SplitMix64, Steele, Lea and Flood (2014), doi:10.1145/2714064.2660195,
        applied once for each argument.
    """
    state = np.full(who.shape, seed & (2**64 - 1), np.uint64)
    for part in (who.astype(np.uint64), what.astype(np.uint64), np.full(who.shape, stream, np.uint64)):
        state = _mix(state * np.uint64(0x9E3779B97F4A7C15) + part + np.uint64(1))
    return np.asarray(((state >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
