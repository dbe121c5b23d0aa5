"""How far each worker's numbers spread, held to the crowd's as far as workers are alike."""

from __future__ import annotations

from math import lgamma

import numpy as np

from groundswell.quality.result import Floats

ASSUMED_NOISE, NOISE_ANSWERS = 0.25, 2.0
"""Variance of an answer before any two could be compared, in units, and how many answers that is worth."""

LEAST_NOISE = 1e-8
"""Nobody is taken to be more precise than a ten-thousandth of a unit."""

STRENGTHS = (4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
"""Degrees of freedom tried for how alike workers are: with the last, they are as good as equal."""


def worker_spread(summed: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Return each worker's standard deviation and its standard error, `[n_workers]` each.

    Variances have a scaled inverse chi-square prior. Its scale and degrees of freedom maximise the likelihood of all
    workers' sums of squares, over a few degrees of freedom.

    Args:
        summed: squared deviations of each worker's answers, summed.
        counts: degrees of freedom of each sum: a worker's answers, less what they decided of their tasks' values.

    Source:
        Smyth (2004), Statistical Applications in Genetics and Molecular Biology 3(1), article 3, as the function
        squeezeVar of the R package limma describes it; there degrees of freedom come from moments.
    """
    summed = np.append(summed, NOISE_ANSWERS * ASSUMED_NOISE)
    counted = np.append(counts, NOISE_ANSWERS)
    found = [_prior_of_spread(summed, counted, pull) for pull in STRENGTHS]
    _, pull, scale = max(found)
    freedom = (pull + counted)[:-1]
    spread = np.sqrt((pull * scale + summed[:-1]) / freedom)
    return spread, spread / np.sqrt(2 * freedom)


def _prior_of_spread(summed: Floats, counts: Floats, pull: float) -> tuple[float, float, float]:
    """Return the log-likelihood of sums of squares for a strength of the prior, that strength, and the best scale."""
    scale = max(float(summed.sum() / counts.sum()), LEAST_NOISE)
    for _ in range(30):
        scale = max(1 / float(((pull + counts) / (pull * scale + summed)).mean()), LEAST_NOISE)
    log_gamma = np.array([lgamma((pull + count) / 2) for count in counts.tolist()]) - lgamma(pull / 2)
    likelihood = log_gamma + pull / 2 * np.log(pull * scale)
    likelihood = likelihood - (pull + counts) / 2 * np.log(pull * scale + summed)
    return float(likelihood.sum()), pull, scale
