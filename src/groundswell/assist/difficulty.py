"""Difficulty: how much one more answer says about an item on which people tend to make the same mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.evidence import checked_evidence, checked_gold, clamp
from groundswell.quality.result import Consensus, Floats
from groundswell.quality.votes import Codes

SHARED = (0.0, 0.25, 0.5)
"""Values of `Weighed.shared` that are tried."""

INDEPENDENCE = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)
"""Values of `Weighed.independence` that are tried."""

ASSUMED_INDEPENDENCE = 6.0
"""What answers are taken for before any item has two, and what the estimate leans on."""

ASSUMED_SPREAD = 0.7
"""Standard deviation of the logarithm of independence, around what is assumed."""

LOOKAHEAD = 6
"""Answers that `expected_gain` looks ahead: where answers contradict each other, it takes several to turn a label."""

CONTENDERS = 5
"""Classes of each item that `expected_gain` looks at; what the others could add is left out."""

_LEAST = 1e-5


@dataclass(frozen=True, eq=False)
class Weighed:
    """Labels inferred from answers that are not independent of each other, nor of the model.

    Attributes:
        posterior: `[n_items, K]`, rows sum to 1.
        likelihood: `[n_items, K]`, how probable the answers are for each truth; the largest of a row is 1. All
            ones where nobody answered.
        gain: `[n_items]`, expected gain of being right for each further answer, 0 to 1; see `expected_gain`.
        independence: the first answer counts as `independence` imagined ones of the same item would: large means
            that answers are independent given the truth, 1 that a second equal answer says next to nothing.
        shared: part of people's mistakes that go where the model goes wrong too: what looks like a dog to one does
            to both. 0 without a model.
    """

    posterior: Floats
    likelihood: Floats
    gain: Floats
    independence: float
    shared: float


def weigh(found: Consensus, evidence: Floats | None = None, gold: Codes | None = None) -> Weighed:
    """Weigh the answers anew, knowing that items differ in what they make people say.

    A confusion matrix says how a worker errs on the average item. But whoever errs, errs on hard items, and there
    others make the same mistake: the second equal answer says less than the first, the tenth next to nothing.
    Here each item has answering habits of its own, drawn around the confusion matrix (a Dirichlet
    distribution). Its answers are then a Pólya urn: each makes an equal one more probable, whatever the truth.
    How much so is estimated from the answers themselves, without any truth. People's mistakes lean
    to what the model considers, too: on real images they choose a wrong model's class four to six times as often as
    on other images of that truth. How far, is estimated in the same way.

    Args:
        found: labels, prior and confusion as a first guess; where there is no confusion, a modest crowd is assumed.
        evidence: `[n_items, K]` calibrated model probabilities; a row of NaN is no opinion.
        gold: `[n_items]`, known labels or -1.

    Returns:
        See `Weighed`. The order of votes does not matter.

    Raises:
        InputError: evidence or gold do not fit the votes; a row of evidence is NaN in part.

    Source:
        Dirichlet-multinomial counts: Mosimann (1962), doi:10.1093/biomet/49.1-2.65. Items that differ in
        difficulty: Whitehill et al. (2009), NeurIPS 22. The lean to the model, and estimating without truth, are
        ours; see docs/explanation/consensus.md for what was measured.
    """
    evidence, gold = checked_evidence(found.votes, evidence), checked_gold(found.votes, gold)
    before = _before(found, evidence, gold)
    cells, shared, independence = _fit(found, evidence, before)
    log_likelihood = cells.log_likelihood(independence)
    log_likelihood -= log_likelihood.max(axis=1, keepdims=True)
    posterior = _normalised(np.exp(log_likelihood) * before)
    confusion = crowd_confusion(found)
    gain = expected_gain(posterior, found.votes.counts, confusion, independence, evidence, shared)
    return Weighed(posterior, np.exp(log_likelihood), gain, independence, shared)


def expected_gain(
    posterior: Floats,
    counts: NDArray[np.integer[Any]],
    confusion: Floats,
    independence: float,
    evidence: Floats | None = None,
    shared: float = 0.0,
) -> Floats:
    """Return how much more probable an item's label becomes with each further answer, in expectation.

    The best of asking once, twice and so on to six times, divided by the number of answers. Of the outcomes of several
    answers, only those are counted where all are equal: the result is a lower bound, exact for one answer but for
    classes that are no contenders. An item whose answers contradict each other, or that many agree on, gains
    little, however doubtful it is: that is when to stop.

    Args:
        posterior: `[n, K]`.
        counts: `[n, K]`, answers so far.
        confusion: `[K, K]`, what is said for each truth.
        independence: see `Weighed`.
        evidence: as for `weigh`.
        shared: see `Weighed`.

    Returns:
        `[n]`, 0 to 1.
    """
    top = np.argsort(-posterior, axis=1, kind="stable")[:, :CONTENDERS]
    truth, said = top[:, :, None], top[:, None, :]
    row = np.arange(len(posterior))[:, None, None]
    chance = confusion[truth, said]
    if evidence is not None:
        wrong = np.maximum(1 - confusion[truth, truth], 0)
        leaning = _leaning(chance, wrong, evidence[row, said], evidence[row, truth], shared)
        chance = np.where(truth == said, chance, leaning)
    heard, total = counts[row, said], counts.sum(axis=1)[:, None, None]
    joint = np.take_along_axis(posterior, top, axis=1)[:, :, None]
    best = np.zeros(len(posterior))
    for step in range(LOOKAHEAD):
        joint = joint * (independence * chance + heard + step) / (independence + total + step)
        turned = (joint.max(axis=1) - joint[:, 0]).sum(axis=1)
        best = np.maximum(best, turned / (step + 1))
    return np.asarray(best)


def crowd_confusion(found: Consensus) -> Floats:
    """Return what an average vote says for each truth, `[K, K]`: workers' matrices weighted by their votes."""
    k = found.votes.n_classes
    if found.confusion is None:
        return np.full((k, k), 0.2 / max(k - 1, 1)) + (0.8 - 0.2 / max(k - 1, 1)) * np.eye(k)
    share = found.votes.votes_per_worker / max(len(found.votes), 1)
    return np.asarray(np.tensordot(share, found.confusion, axes=1))


@dataclass(frozen=True, eq=False)
class _Cells:
    """Distinct (item, label) pairs among the votes.

    Attributes:
        item: `[n_cells]`, ascending.
        times: `[n_cells]`, votes of each.
        chance: `[n_cells, K]`, probability of the label for each truth, mean over those who said it.
        n_items: items, with or without a vote.
    """

    item: NDArray[np.intp]
    times: NDArray[np.intp]
    chance: Floats
    n_items: int

    def log_likelihood(self, independence: float) -> Floats:
        """Return the log-probability of the answers for each truth `[n_items, K]`, short of a sum over answers."""
        logs = np.log(independence * self.chance)
        for earlier in range(1, int(self.times.max(initial=0))):
            more = np.flatnonzero(self.times > earlier)
            logs[more] += np.log(independence * self.chance[more] + earlier)
        out = np.zeros((self.n_items, self.chance.shape[1]))
        for one in range(out.shape[1]):
            out[:, one] = np.bincount(self.item, logs[:, one], self.n_items)
        return out


def _cells(found: Consensus, evidence: Floats | None, shared: float) -> _Cells:
    votes = found.votes
    key = votes.item * np.int64(votes.n_classes) + votes.label
    distinct, of, times = np.unique(key, return_inverse=True, return_counts=True)
    chance = np.zeros((len(distinct), votes.n_classes))
    said = _said(found, evidence, shared)
    for truth in range(votes.n_classes):
        chance[:, truth] = np.bincount(of, said[:, truth], len(distinct)) / times
    return _Cells(distinct // votes.n_classes, times, np.maximum(chance, _LEAST), votes.n_items)


def _said(found: Consensus, evidence: Floats | None, shared: float) -> Floats:
    """Return the probability of each vote's label for each truth, `[n_votes, K]`."""
    votes = found.votes
    matrix = crowd_confusion(found)[None] if found.confusion is None else found.confusion
    worker = np.zeros_like(votes.worker) if found.confusion is None else votes.worker
    chance = matrix[worker, :, votes.label]
    if evidence is None:
        return chance
    wrong = 1 - np.einsum("wtt->wt", matrix)[worker]
    said = evidence[votes.item, votes.label][:, None]
    leaning = _leaning(chance, wrong, said, evidence[votes.item], shared)
    return np.where(votes.label[:, None] == np.arange(votes.n_classes), chance, leaning)


def _leaning(chance: Floats, wrong: Floats, model_says: Floats, model_truth: Floats, shared: float) -> Floats:
    """Move a share of the mistakes to where the model is, among classes that are not the truth."""
    like_model = wrong * np.minimum(model_says / np.maximum(1 - model_truth, _LEAST), 1)
    return np.where(np.isnan(like_model), chance, (1 - shared) * chance + shared * like_model)


def _before(found: Consensus, evidence: Floats | None, gold: Codes) -> Floats:
    """Return what is known of each item before any answer, `[n_items, K]`: gold, the model's opinion, or the prior."""
    prior = np.broadcast_to(found.prior, found.posterior.shape)
    rows = prior if evidence is None else np.where(np.isnan(evidence), prior, evidence)
    before = _normalised(np.maximum(rows, 1e-6))
    return clamp(before, gold)


def _fit(found: Consensus, evidence: Floats | None, before: Floats) -> tuple[_Cells, float, float]:
    """Return the cells, `shared` and `independence` under which the answers, truths unknown, are most probable."""
    answers = found.votes.votes_per_item
    tried = []
    for shared in SHARED if evidence is not None else (0.0,):
        cells = _cells(found, evidence, shared)
        marginal = {one: _log_marginal(cells, before, answers, one) for one in INDEPENDENCE}
        best = max(INDEPENDENCE, key=marginal.__getitem__)
        tried.append((marginal[best], shared, best, cells))
    _, shared, independence, cells = max(tried, key=lambda one: one[:3])
    return cells, shared, independence


def _log_marginal(
    cells: _Cells, before: Floats, answers: NDArray[np.integer[Any]], independence: float
) -> float:
    logs = cells.log_likelihood(independence)
    most = logs.max(axis=1)
    total = (most + np.log((np.exp(logs - most[:, None]) * before).sum(axis=1))).sum()
    for earlier in range(int(answers.max(initial=0))):
        total -= (answers > earlier).sum() * np.log(independence + earlier)
    away = np.log(independence / ASSUMED_INDEPENDENCE) / ASSUMED_SPREAD
    return float(total - away**2 / 2)


def _normalised(rows: Floats) -> Floats:
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))
