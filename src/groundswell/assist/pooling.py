"""What a model of others says, put beside what our own does: each counts for what it has earned on people's answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.result import Floats

PULL = 10.0
"""Labels that the weights at the start are worth: with few of them a model of others has hardly any say."""

FOLDS = 5
MOST_WEIGHT = 5.0

_FLOOR = 1e-6
_ROUNDS = 50


def pooled(
    own: Floats | None,
    stated: Floats,
    labelled: NDArray[np.intp],
    likelihood: Floats,
    *,
    least: int,
    rng: np.random.Generator,
) -> Floats | None:
    """Combine what is known of items with what a model of others states, as a product with fitted exponents.

    The exponents begin at 1 for what is known and 0 for the other model, which has to earn its say, and are those
    under which people's answers are most probable, truths summed out; none is below 0. They calibrate the
    other model, too: an exponent below 1 is a temperature above it. An item that people answered is judged by
    exponents that were fitted without it.

    Args:
        own: `[n_items, K]`, rows sum to 1; None where nothing is known.
        stated: `[n_items, K]`; rows of NaN where the model says nothing: these stay as they are.
        labelled: indices of items that people answered or whose label is known.
        likelihood: `[n_items, K]`, how probable the answers to each item are for each truth, up to a factor.
        least: answered items with a statement that are needed; with fewer, the model has no say.
        rng: deals answered items to folds.

    Returns:
        `[n_items, K]`, rows sum to 1; uniform where nothing at all is known of an item. `own` below `least`.

    Raises:
        InputError: shapes differ, or a statement is not a row of probabilities.

    Source:
        Logarithmic pooling, and learning its weights from data: "Combining probability distributions: Extending the
        logarithmic pooling approach", https://arxiv.org/abs/1502.04206. The fit and its prior are ours.
    """
    if stated.shape != likelihood.shape:
        raise InputError(f"an opinion is {likelihood.shape} probabilities; found {stated.shape}")
    heard: NDArray[np.bool_] = np.asarray(~np.isnan(stated).all(axis=1))
    if not ((stated[heard] >= 0) & (stated[heard] <= 1)).all():
        raise InputError(
            "an opinion must be probabilities, 0 to 1; a row is NaN as a whole where there is none"
        )
    known = labelled[heard[labelled]]
    if len(known) < least:
        return own
    base = np.full(stated.shape, 1 / stated.shape[1]) if own is None else own.copy()
    start = np.array([1.0, 0.0])
    logs = np.log(np.maximum(np.stack([base, np.where(heard[:, None], stated, 1.0)], axis=1), _FLOOR))
    result = base.copy()
    rest = heard.copy()
    rest[known] = False
    result[rest] = _product(logs[rest], _weights(logs[known], likelihood[known], start))
    for part in np.array_split(rng.permutation(len(known)), min(FOLDS, len(known))):
        others = np.ones(len(known), bool)
        others[part] = False
        weights = _weights(logs[known[others]], likelihood[known[others]], start)
        result[known[part]] = _product(logs[known[part]], weights)
    return result


def _weights(logs: Floats, likelihood: Floats, start: Floats) -> Floats:
    """Return the exponents of `[n, 2, K]` log probabilities: expectation-maximisation, one Newton step for each M."""
    weights = start.copy()
    for _ in range(_ROUNDS):
        believed = _product(logs, weights)
        found = believed * likelihood + _FLOOR * believed
        found /= found.sum(axis=1, keepdims=True)
        centred = logs - np.einsum("nk,nmk->nm", believed, logs)[:, :, None]
        slope = np.einsum("nk,nmk->m", found - believed, logs) - PULL * (weights - start)
        curvature = np.einsum("nk,nmk,nlk->ml", believed, centred, centred) + PULL * np.eye(len(start))
        moved = np.clip(weights + np.linalg.solve(curvature, slope), 0.0, MOST_WEIGHT)
        done = np.abs(moved - weights).max() < 1e-3
        weights = moved
        if done:
            break
    return weights


def _product(logs: Floats, weights: Floats) -> Floats:
    """Return normalised products of powers, `[n, K]`."""
    total = np.einsum("m,nmk->nk", weights, logs)
    shares = np.exp(total - total.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
