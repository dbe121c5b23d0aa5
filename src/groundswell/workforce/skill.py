"""How well a worker does at one kind of label, and how sure that is: pure arithmetic over evidence.

Skill is kept for each kind and never as one share of approval over everything: who reads texts well may not know birds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, sqrt

WEIGHT = {"gold": 1.0, "review": 1.0, "consensus": 0.75}
"""Answers that one compared answer is worth, by what it was compared with.

A known answer and a reviewer's verdict are independent of the worker. What the others came to may be wrong in ways that
many share, so agreement with it counts less; docs/explanation/skill.md has the measurement.
"""

CONSENSUS_MOST = 50.0
"""Gold answers that agreement with consensus is worth at most: more agreement does not take its bias away."""

KNOWN = 0.75
"""Skill that is assumed before anything is known of the crowd, as in `quality.shrunk`."""

KNOWN_ANSWERS = 10.0
"""Pseudo-answers behind `KNOWN`; ten real ones of the whole crowd weigh as much."""

UNLIKE = 1 / 11
"""How far workers differ before there is a sign of it, as 1 / (1 + pseudo-answers): ten answers undo it."""

UNLIKE_WEIGHT = 50.0
"""Weight of `UNLIKE`, in the units of `Crowd.unlike`: about five workers with ten answers each."""

LEAST_STRENGTH, MOST_STRENGTH = 2.0, 100.0
"""Bounds on the pseudo-answers behind a newcomer: some trust in the crowd, never more than a hundred answers undo."""

LEAST_MEAN, MOST_MEAN = 0.05, 0.99
"""Bounds on the skill that is assumed of a newcomer."""

Z95 = 1.959964
"""The 97.5 % point of the normal distribution."""


@dataclass(frozen=True)
class Tally:
    """Answers that were compared with something, and how many of them were right; both weighed, so fractions.

    Agreement with consensus can bring `correct` a little below 0 or above `total`; estimates take it into that range.
    """

    total: float = 0.0
    correct: float = 0.0


@dataclass(frozen=True)
class Prior:
    """What is assumed of a worker of whom nothing is known, in pseudo-answers; both positive."""

    right: float = KNOWN * KNOWN_ANSWERS
    wrong: float = (1 - KNOWN) * KNOWN_ANSWERS


@dataclass(frozen=True)
class Estimate:
    """Skill at one kind of label.

    Attributes:
        mean: expected probability that an answer is right, 0 to 1.
        standard_error: of `mean`.
        low, high: the 95 % interval.
        answers: weighed answers of the worker's own behind it; 0 for a newcomer.
    """

    mean: float
    standard_error: float
    low: float
    high: float
    answers: float


@dataclass(frozen=True)
class Crowd:
    """The workers of one kind of label, in the sums that a prior needs.

    Attributes:
        workers: how many there are with evidence.
        total, correct: sums of the workers' weighed tallies.
        squares: sum of total².
        spread: sum of correct² / total.
    """

    workers: int
    total: float
    correct: float
    squares: float
    spread: float


def weighed(evidence: Iterable[tuple[str, float, float]]) -> Tally:
    """Add evidence up as `(source, total, correct)`, each source by its weight; empty evidence is an empty tally."""
    total = correct = 0.0
    agreed = agreed_right = 0.0
    for source, count, right in evidence:
        if source == "consensus":
            agreed, agreed_right = agreed + count, agreed_right + right
        else:
            total, correct = total + WEIGHT[source] * count, correct + WEIGHT[source] * right
    share = min(WEIGHT["consensus"], CONSENSUS_MOST / agreed) if agreed > 0 else 0.0
    return Tally(total + share * agreed, correct + share * agreed_right)


def estimate(tally: Tally, prior: Prior) -> Estimate:
    """Estimate a worker's skill from what was compared, leaning on the crowd as far as that is little.

    The posterior is a Beta distribution. Its interval comes from the logit, whose mean and variance are exact (digamma
    and trigamma) and whose shape is close to normal; so it stays within 0 and 1.
    """
    compared = max(0.0, tally.total)
    found = min(max(0.0, tally.correct), compared)
    right, wrong = prior.right + found, prior.wrong + compared - found
    both = right + wrong
    middle = digamma(right) - digamma(wrong)
    reach = Z95 * sqrt(trigamma(right) + trigamma(wrong))
    return Estimate(
        mean=right / both,
        standard_error=sqrt(right * wrong / (both * both * (both + 1))),
        low=_logistic(middle - reach),
        high=_logistic(middle + reach),
        answers=compared,
    )


def prior_of(crowd: Crowd) -> Prior:
    """Return what the crowd says of somebody it does not know: empirical Bayes, by moments, within bounds.

    The mean is the crowd's, with `KNOWN` as ten more answers. The strength comes from how far workers differ beyond
    chance: under a beta-binomial model the spread of the workers' shares around the crowd's, weighed by answers, has
    the expectation p(1-p)·((k-1) + g·(N - Σn²/N - (k-1))), where k is the number of workers, N of answers and
    g = 1 / (1 + pseudo-answers). It is solved for g, with `UNLIKE` as some more evidence. A crowd of nobody gets the
    default prior.
    """
    mean = (KNOWN * KNOWN_ANSWERS + crowd.correct) / (KNOWN_ANSWERS + crowd.total)
    mean = min(max(mean, LEAST_MEAN), MOST_MEAN)
    unlike, weight = UNLIKE * UNLIKE_WEIGHT, UNLIKE_WEIGHT
    if crowd.workers > 1:
        around = crowd.spread - crowd.correct**2 / crowd.total
        unlike += around / (mean * (1 - mean)) - (crowd.workers - 1)
        weight += crowd.total - crowd.squares / crowd.total - (crowd.workers - 1)
    strength = weight / unlike - 1 if unlike > 0 < weight else MOST_STRENGTH
    strength = min(max(strength, LEAST_STRENGTH), MOST_STRENGTH)
    return Prior(mean * strength, (1 - mean) * strength)


def digamma(x: float) -> float:
    """Return the derivative of log Γ at a positive `x`, to about ten digits (recurrence, then asymptotic series)."""
    shift = 0.0
    while x < 6:
        shift, x = shift - 1 / x, x + 1
    square = 1 / (x * x)
    return (
        shift + log(x) - 0.5 / x - square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square / 240)))
    )


def trigamma(x: float) -> float:
    """Return the second derivative of log Γ at a positive `x`, to about nine digits."""
    shift = 0.0
    while x < 6:
        shift, x = shift + 1 / (x * x), x + 1
    square = 1 / (x * x)
    return shift + (1 + 0.5 / x + square * (1 / 6 - square * (1 / 30 - square * (1 / 42 - square / 30)))) / x


def _logistic(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > -700 else 0.0
