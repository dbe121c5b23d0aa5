"""Combining labelling functions: a label with a probability for every item, and how far to believe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.functions.apply import Weak
from groundswell.assist.functions.model import Fit, fit_functions
from groundswell.assist.functions.people import with_people
from groundswell.errors import InputError
from groundswell.quality.calibration import Temperature, expected_calibration_error, fit_temperature
from groundswell.quality.intervals import wilson
from groundswell.quality.result import Consensus, Floats, most_probable, names_or_codes
from groundswell.quality.table import sorted_names
from groundswell.quality.votes import Name, Votes

FOLDS = 5
"""Parts into which labelled items are dealt to measure the temperature on labels that it was not fitted on."""

_LEAST = 1e-12


@dataclass(frozen=True)
class Measured:
    """How good combined labels are where people answered too, each item judged without its own answer.

    Attributes:
        labels: items that both people and functions labelled; below some dozens the rest is a hint.
        accuracy: share of them that functions label as people do; NaN without any.
        low: lower end of its Wilson interval at 95 %.
        high: upper end.
        claimed: what the probabilities of the labels promised, their mean.
        log_loss: mean log loss against people, in nats.
        calibration_error: mean distance between confidence and accuracy, 0 to 1; few labels make it look larger.
        temperature: what probabilities were divided by, in logarithms; above 1 they claimed too much.
    """

    labels: int = 0
    accuracy: float = nan
    low: float = nan
    high: float = nan
    claimed: float = nan
    log_loss: float = nan
    calibration_error: float = nan
    temperature: float = 1.0

    def __str__(self) -> str:
        if not self.labels:
            return "not measured: no item that functions label was answered by people"
        share = f"{self.accuracy:.1%} right ({self.low:.1%} to {self.high:.1%}), {self.claimed:.1%} claimed"
        return f"{share}, log loss {self.log_loss:.3f}, on {self.labels:,} items that people answered"


@dataclass(frozen=True, eq=False, repr=False)
class Combined:
    """Labels that functions propose together.

    Attributes:
        consensus: the functions as workers; `posterior` holds people's labels where they answered. Skill is the
            expected share of right answers among those that a function gives.
        evidence: `[n_items, n_classes]`, what the functions say of each item, calibrated; of items that people
            answered, without what that answer taught. NaN rows where no function votes.
        alike: `[n_functions, n_functions]`, 0 for functions that are independent given the truth, 1 for copies.
        measured: how good it is where people answered.
    """

    consensus: Consensus
    evidence: Floats
    alike: Floats
    measured: Measured

    @property
    def posterior(self) -> Floats:
        """Probability of each class, `[n_items, n_classes]`."""
        return self.consensus.posterior

    @property
    def labels(self) -> dict[Name, Name]:
        """The label of each item, by name, also of those that no function votes on: see `proposals`."""
        return self.consensus.labels

    @cached_property
    def by_item(self) -> dict[Name, dict[Name, float]]:
        """`evidence` by name, for `consensus(answers, evidence=...)`; items without a vote are not there."""
        votes = self.consensus.votes
        items = names_or_codes(votes.item_names, votes.n_items)
        classes = names_or_codes(votes.class_names, votes.n_classes)
        spoken = np.flatnonzero(~np.isnan(self.evidence[:, 0]))
        return {items[one]: dict(zip(classes, self.evidence[one].tolist(), strict=True)) for one in spoken}

    def proposals(self, least: float = 0.0) -> list[dict[str, Any]]:
        """Return what the functions propose: rows of `task`, `label`, `probability`, `votes`, the surest first.

        Args:
            least: leave out what is less probable.
        """
        votes = self.consensus.votes
        items = names_or_codes(votes.item_names, votes.n_items)
        classes = names_or_codes(votes.class_names, votes.n_classes)
        spoken = np.flatnonzero(~np.isnan(self.evidence[:, 0]))
        label = most_probable(self.evidence[spoken])
        rows = [
            {
                "task": items[item],
                "label": classes[code],
                "probability": float(self.evidence[item, code]),
                "votes": int(votes.votes_per_item[item]),
            }
            for item, code in zip(spoken.tolist(), label.tolist(), strict=True)
        ]
        kept = [row for row in rows if row["probability"] >= least]
        return sorted(kept, key=lambda row: (-row["probability"], str(row["task"])))

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each item: `task`, `label`, `probability`, `votes`."""
        return self.consensus.to_rows()

    def __repr__(self) -> str:
        votes = self.consensus.votes
        spoken = float((votes.votes_per_item > 0).mean())
        size = f"{votes.n_workers:,} functions, {votes.n_items:,} items, {spoken:.1%} covered"
        return f"Combined({size}; {self.measured})"


def combine(
    weak: Weak | Votes, people: Any = None, *, balance: Mapping[Name, float] | None = None
) -> Combined:
    """Infer labels from what functions say, and from what people say of a few items.

    A function's word for a class is worth its precision: how probable each truth is where it says that. So it need
    not speak of every item, nor of every class. Precisions are learnt from agreement between functions, in a few
    rounds, and from people's labels; twenty of those weigh as much as any amount of agreement. Functions that say the
    same more often than the truth explains share one vote (see `redundancy`), so that copies do not outvote. Last, one
    temperature is fitted on people's labels, each left out of what it judges.

    `quality.consensus` is for people, and takes workers to mean well and to answer what they are given: what a function
    abstains from, and that one which only ever says `spam` can be right, is not in its confusion matrices.

    Args:
        weak: from `apply`, or votes with functions as workers.
        people: see `with_people`; gold, a consensus or a table of answers, best on items drawn at random.
        balance: the share of each class where it is known; from agreement and people's labels if None.

    Returns:
        See `Combined`. Without people nothing is measured, and probabilities are what independent functions that
        mean well would deserve: do not rely on them.

    Raises:
        NoVotes: no function says anything.
        InputError: people's labels or the balance cannot be used.

    Source:
        Combining labelling functions by a generative model without truth: Ratner et al. (2016), "Data Programming",
        NeurIPS, arXiv:1605.07723. The precision form, the redundancy and what people's labels outweigh are ours.
    """
    votes, rows = with_people(weak.votes if isinstance(weak, Weak) else weak, people)
    fit = fit_functions(votes, rows, balance=_balance(votes, balance))
    covered = votes.votes_per_item > 0
    judged = np.flatnonzero(covered & ~np.isnan(rows[:, 0]))
    temperature = fit_temperature(fit.left_out[judged], rows[judged])
    evidence = np.where(covered[:, None], temperature(fit.left_out), np.nan)
    return Combined(
        _consensus(votes, fit, rows, temperature), evidence, fit.alike, _measured(votes, fit, rows, judged)
    )


def _balance(votes: Votes, balance: Mapping[Name, float] | None) -> Floats | None:
    """Return the given class shares as an array."""
    if balance is None:
        return None
    names = names_or_codes(votes.class_names, votes.n_classes)
    shares = np.array([balance.get(name, 0.0) for name in names], np.float64)
    if set(balance) - set(names) or not (np.isfinite(shares).all() and (shares > 0).all()):
        raise InputError(f"balance must be a share above 0 for each of {', '.join(map(repr, names))}")
    return np.asarray(shares / shares.sum())


def _consensus(votes: Votes, fit: Fit, people: Floats, temperature: Temperature) -> Consensus:
    """Dress the fit as a result, with people's word on what they answered."""
    told = ~np.isnan(people[:, 0])
    covered = (votes.votes_per_item > 0)[:, None]
    posterior = np.where(told[:, None], people, np.where(covered, temperature(fit.posterior), fit.posterior))
    right = np.take_along_axis(fit.precision, votes.pairs.label[:, None].astype(np.intp), 1)[:, 0]
    times = np.bincount(votes.pair_of(), minlength=len(right))
    given = votes.votes_per_worker
    mean = np.bincount(votes.pairs.worker, right * times, votes.n_workers) / np.maximum(given, 1)
    skill = np.where(given > 0, mean, np.nan)
    behind = np.bincount(votes.pairs.worker, fit.behind, votes.n_workers)
    return Consensus(
        *(votes, posterior, most_probable(posterior), fit.prior, "functions"),
        skill=skill,
        skill_error=np.sqrt(skill * (1 - skill) / (behind + 1)),
    )


def _measured(votes: Votes, fit: Fit, people: Floats, judged: NDArray[np.intp]) -> Measured:
    """Judge the functions by people, on items whose own answers taught neither precision nor temperature."""
    if not len(judged):
        return Measured()
    said, truth = _cross_heated(votes, fit.left_out, people, judged), people[judged]
    label = most_probable(said)
    place = np.arange(len(judged))
    right, claimed = truth[place, label], said[place, label]
    low, high = wilson(float(right.sum()), len(judged))
    loss = -(truth * np.log(np.maximum(said, _LEAST))).sum(axis=1).mean()
    return Measured(
        *(len(judged), float(right.mean()), low, high, float(claimed.mean()), float(loss)),
        calibration_error=expected_calibration_error(claimed, right),
        temperature=fit_temperature(fit.left_out[judged], truth).value,
    )


def _cross_heated(votes: Votes, left_out: Floats, people: Floats, judged: NDArray[np.intp]) -> Floats:
    """Return left-out probabilities, each at the temperature of the other folds; the order of rows does not matter."""
    names = names_or_codes(votes.item_names, votes.n_items)
    rank = {name: place for place, name in enumerate(sorted_names(names[one] for one in judged))}
    fold = np.array([rank[names[one]] for one in judged]) % FOLDS
    out = np.empty((len(judged), votes.n_classes))
    for one in range(FOLDS):
        others, here = judged[fold != one], fold == one
        out[here] = fit_temperature(left_out[others], people[others])(left_out[judged[here]])
    return out
