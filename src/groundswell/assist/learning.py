"""One round of learning: people's answers and a model make each other better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.difficulty import ASSUMED_INDEPENDENCE, Weighed, weigh
from groundswell.assist.folds import out_of_fold
from groundswell.assist.model import Features, KernelModel, Model
from groundswell.assist.pooling import pooled
from groundswell.errors import InputError
from groundswell.quality.calibration import expected_calibration_error
from groundswell.quality.infer import Aggregator
from groundswell.quality.result import Consensus, Floats
from groundswell.quality.shrunk import shrunk
from groundswell.quality.votes import Codes, Votes

LEAST_LABELS = 20
"""Labelled items before a model is trained at all; fewer teach it nothing that calibration could show."""

ASSUMED_ACCURACY = 0.8
"""Accuracy of the next worker, before any answer could be compared with anything."""

ASSUMED_VOTES = 20.0
"""Votes that this assumption weighs, for each class."""


@dataclass(frozen=True)
class ModelReport:
    """How good the model is on items whose label it was not shown.

    Attributes:
        trained_on: labelled items it learnt from; 0 where there is no model.
        accuracy: expected share of right proposals on those items, judged by people's answers and gold alone;
            NaN without a model. Where people themselves are unsure, it is lower than the truth.
        log_loss: mean log loss against the same, in nats.
        calibration_error: mean distance between the model's confidence and its accuracy on gold, 0 to 1; NaN
            without gold. Few gold items make it look larger than it is.
        gold: gold items behind `calibration_error` and `gold_accuracy`.
        gold_accuracy: share of gold items that it proposes rightly, each without its own label; NaN without gold.
        reason: why there is no model, in words for a user; None where there is one.
    """

    trained_on: int
    accuracy: float = float("nan")
    log_loss: float = float("nan")
    calibration_error: float = float("nan")
    gold: int = 0
    gold_accuracy: float = float("nan")
    reason: str | None = None


@dataclass(frozen=True, eq=False)
class Learned:
    """What is known after a round; arrays are aligned with the items.

    Attributes:
        posterior: `[n_items, K]`, from people, gold and the model together; rows sum to 1.
        evidence: `[n_items, K]`, the model's calibrated opinion of each item without that item's label; None
            where there is no model yet.
        consensus: the consensus that gave `posterior`; None where there was not one answer.
        confusion: `[K, K]`, what the next worker is expected to say for each truth; rows sum to 1.
        report: how good the model is.
        model: the model, fitted on all labelled items; None where there is none yet.
        gain: `[n_items]`, what one more answer is expected to add to the chance that the label is right, for
            `State.gain`; None where there was not one answer.
        independence, shared: of people's answers; see `difficulty.Weighed`.
    """

    posterior: Floats
    evidence: Floats | None
    consensus: Consensus | None
    confusion: Floats
    report: ModelReport
    model: Model | None
    gain: Floats | None = None
    independence: float = ASSUMED_INDEPENDENCE
    shared: float = 0.0

    @property
    def label(self) -> Codes:
        """The most probable class of each item, int32 `[n_items]`."""
        return np.asarray(self.posterior.argmax(axis=1), np.int32)

    @property
    def proposal(self) -> Codes:
        """The class that the model proposes for each item, int32 `[n_items]`; -1 for none."""
        if self.evidence is None:
            return np.full(len(self.posterior), -1, np.int32)
        return np.asarray(self.evidence.argmax(axis=1), np.int32)


def learn(
    features: Features | None,
    votes: Votes,
    gold: NDArray[np.integer[Any]] | None = None,
    *,
    rng: np.random.Generator,
    model: Model | None = None,
    aggregate: Aggregator = shrunk,
    rounds: int = 2,
    no_features: str = "the items have no features",
    opinions: Sequence[Floats] = (),
) -> Learned:
    """Infer labels from people, train a model on them, and infer again with the model's opinion.

    Each round (1) infers labels from answers, gold and what the model said in the round before; (2) trains on
    the labelled items with those soft labels, each weighing as much as it is sure; (3) predicts every item by a
    model that was not shown its label, calibrated; (4) infers again. The model's agreement is also what tells
    good workers from bad ones where most items have a single answer. Two rounds:
    on digits, tweets and two sets of news posts, each with one simulated answer an item, the second gained one to
    four points of accuracy. A third gained more on easy sets, lost on the hardest, and there claimed to be
    right five points more often than it was.

    Args:
        features: `[n_items, d]`, a row for each item; None where there are none, and so no model.
        votes: answers by item; there may be none.
        gold: known labels, integers `[n_items]`, -1 where unknown.
        rng: deals items to folds, for models that need them.
        model: what to train; `KernelModel()` where None.
        aggregate: how answers become labels.
        rounds: at least 1.
        no_features: why `features` is None, for `report.reason`.
        opinions: what models of others state, `[n_items, K]` each, rows of NaN where they say nothing. They count
            for as much as they have earned on people's answers and gold; see `pooling.pooled`.

    Returns:
        See `Learned`. Below `LEAST_LABELS` labelled items, or with one class seen, there is no model: the
        posterior is people's alone, and `report.reason` says why.

    Raises:
        InputError: features, gold or opinions do not fit the votes, or are no numbers.
    """
    known = _checked_gold(votes, gold)
    if features is not None and len(features) != votes.n_items:
        raise InputError(f"features must have a row for each of {votes.n_items} items, not {len(features)}")
    if features is not None and not np.isfinite(features).all():
        raise InputError("features must be finite; an item without features has a row of zeros")
    labelled = np.flatnonzero((votes.votes_per_item > 0) | (known >= 0))
    people = _inferred(votes, known, None, aggregate)
    nothing = features is None and not opinions
    reason = no_features if nothing else _too_early(people[0], labelled)
    if reason:
        return _learned(votes, people, people, None, known, labelled, None, reason)
    both, evidence, fitted = people, None, None
    said = _likelihood(people)
    for _ in range(max(rounds, 1)):
        if features is not None:
            targets = both[0][labelled]
            evidence, fitted = out_of_fold(
                model or KernelModel(), features, labelled, targets, _sureness(targets), rng=rng
            )
        else:
            evidence = None
        for stated in opinions:
            evidence = pooled(evidence, stated, labelled, said, least=LEAST_LABELS, rng=rng)
        if evidence is None:
            return _learned(votes, people, people, None, known, labelled, None, no_features)
        both = _inferred(votes, known, evidence, aggregate)
    return _learned(votes, people, both, evidence, known, labelled, fitted, None)


def refreshed(
    learned: Learned,
    votes: Votes,
    gold: NDArray[np.integer[Any]] | None = None,
    aggregate: Aggregator = shrunk,
) -> Learned:
    """Infer labels from the answers of now with what the model said before; cheap, nothing is trained.

    Args:
        learned: from `learn`, on the same items.
        votes: all answers so far.
        gold: as for `learn`.
        aggregate: how answers become labels.
    """
    posterior, consensus, weighed = _inferred(votes, _checked_gold(votes, gold), learned.evidence, aggregate)
    return replace(learned, posterior=posterior, consensus=consensus, **_of_answers(weighed))


_Inferred = tuple[Floats, Consensus | None, Weighed | None]


def _of_answers(weighed: Weighed | None) -> dict[str, Any]:
    """Return what is known of people's answers, as fields of `Learned`."""
    if weighed is None:
        return {}
    return {"gain": weighed.gain, "independence": weighed.independence, "shared": weighed.shared}


def _inferred(votes: Votes, known: Codes, evidence: Floats | None, aggregate: Aggregator) -> _Inferred:
    """Return the posterior of every item, the consensus behind it and how answers were weighed.

    Without any answer, the posterior is the model's opinion, or none.
    """
    if len(votes):
        consensus = aggregate(votes, evidence=evidence, gold=known)
        weighed = weigh(consensus, evidence, known)
        return weighed.posterior, consensus, weighed
    posterior = np.full((votes.n_items, votes.n_classes), 1 / votes.n_classes)
    if evidence is not None:
        posterior = evidence.copy()
    gold = np.flatnonzero(known >= 0)
    posterior[gold] = np.eye(votes.n_classes)[known[gold]]
    return posterior, None, None


def _learned(
    votes: Votes,
    people: _Inferred,
    both: _Inferred,
    evidence: Floats | None,
    known: Codes,
    labelled: NDArray[np.intp],
    model: Model | None,
    reason: str | None,
) -> Learned:
    report = ModelReport(0, reason=reason)
    if evidence is not None:
        report = _report(evidence, _without(both, evidence, known), known, labelled)
    posterior, consensus, weighed = both
    expected = _expected_answer(votes, posterior)
    return Learned(posterior, evidence, consensus, expected, report, model, **_of_answers(weighed))


def _report(evidence: Floats, people: Floats, known: Codes, labelled: NDArray[np.intp]) -> ModelReport:
    """Judge left-out predictions by what people say without the model, and by gold."""
    proposed, said = evidence[labelled].argmax(axis=1), people[labelled]
    gold = np.flatnonzero(known >= 0)
    right = evidence[gold].argmax(axis=1) == known[gold]
    return ModelReport(
        trained_on=len(labelled),
        accuracy=float(said[np.arange(len(labelled)), proposed].mean()),
        log_loss=float(-(said * np.log(np.maximum(evidence[labelled], 1e-12))).sum(axis=1).mean()),
        calibration_error=expected_calibration_error(evidence[gold].max(axis=1), right),
        gold=len(gold),
        gold_accuracy=float(right.mean()) if len(gold) else float("nan"),
    )


def _without(both: _Inferred, evidence: Floats, known: Codes) -> Floats:
    """Return what people alone say, with what was learnt about them: the posterior with the model divided out."""
    posterior, consensus, _ = both
    prior = np.full(posterior.shape[1], 1 / posterior.shape[1]) if consensus is None else consensus.prior
    alone = posterior / np.maximum(evidence, 1e-6) * prior + 1e-12
    alone /= alone.sum(axis=1, keepdims=True)
    gold = np.flatnonzero(known >= 0)
    alone[gold] = np.eye(len(prior))[known[gold]]
    return np.asarray(alone)


def _likelihood(people: _Inferred) -> Floats:
    """Return how probable each item's answers are for each truth, up to a factor: the posterior without its prior."""
    posterior, consensus, _ = people
    return posterior if consensus is None else np.asarray(posterior / np.maximum(consensus.prior, 1e-6))


def _sureness(targets: Floats) -> Floats:
    """Return how much each soft label weighs: 0.01 for knowing nothing, 1 for certainty, `[n]`."""
    chance = 1 / targets.shape[1]
    return np.asarray(np.maximum((targets.max(axis=1) - chance) / max(1 - chance, 1e-9), 0.01))


def _expected_answer(votes: Votes, posterior: Floats) -> Floats:
    """Return what the next worker is expected to say for each truth: pooled answers, and a modest assumption."""
    k = votes.n_classes
    counts = np.zeros((k, k))
    np.add.at(counts.T, votes.label, posterior[votes.item])
    assumed = np.full((k, k), (1 - ASSUMED_ACCURACY) / max(k - 1, 1))
    np.fill_diagonal(assumed, ASSUMED_ACCURACY if k > 1 else 1.0)
    counts += ASSUMED_VOTES * assumed
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def _too_early(posterior: Floats, labelled: NDArray[np.intp]) -> str | None:
    """Say why no model can be trained yet, or None."""
    if len(labelled) < LEAST_LABELS:
        return f"{len(labelled)} items are labelled; the model starts at {LEAST_LABELS}"
    if len(np.unique(posterior[labelled].argmax(axis=1))) < 2:
        return "only one class was seen so far; the model starts at two"
    return None


def _checked_gold(votes: Votes, gold: NDArray[np.integer[Any]] | None) -> Codes:
    if gold is None:
        return np.full(votes.n_items, -1, np.int32)
    given = np.asarray(gold)
    fits = given.shape == (votes.n_items,) and np.issubdtype(given.dtype, np.integer)
    if not fits or (len(given) and not -1 <= given.min() <= given.max() < votes.n_classes):
        raise InputError(f"gold must be {votes.n_items} integers, -1 to {votes.n_classes - 1}")
    return given.astype(np.int32)
