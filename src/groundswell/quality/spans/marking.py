"""How workers mark: what each finds, invents, misplaces and mislabels, and so what is truly at each site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from groundswell.quality.expectation import group_sums
from groundswell.quality.result import Floats
from groundswell.quality.shrunk import CROWD_VOTES, KNOWN, SURE
from groundswell.quality.spans.shrinkage import strength
from groundswell.quality.spans.sites import Sites


@dataclass(frozen=True, eq=False)
class Belief:
    """What is held to be at each site.

    Attributes:
        candidate: float64 `[n_candidates]`, the probability that this is there.
        nothing: float64 `[n_sites]`; with the candidates of its site it sums to 1.
    """

    candidate: Floats
    nothing: Floats


@dataclass(frozen=True, eq=False)
class Marking:
    """What one round learnt about texts and workers; all of it probabilities.

    Attributes:
        real: that something is at a site.
        label: float64 `[labels]`, of each label where something is.
        false_label: float64 `[labels]`, of each label of a mark where nothing is.
        found: float64 `[n_workers, labels]`, that the worker marks what is there.
        invented: float64 `[n_workers, 1]`, that the worker marks a site where nothing is.
        stretch: float64 `[n_workers, 1]`, that a mark of something has its start and end.
        named: float64 `[n_workers, labels]`, that a mark of something has its label.
        mistaken: float64 `[labels, labels]`, what label a mark has instead; zero on the diagonal.
    """

    real: float
    label: Floats
    false_label: Floats
    found: Floats
    invented: Floats
    stretch: Floats
    named: Floats
    mistaken: Floats

    def believe(self, sites: Sites) -> Belief:
        """Return what is at each site, given all who looked at it."""
        candidate = sites.readings[1]
        choices = np.log(sites.choices)
        there = np.log(self.real * self.label[sites.candidate_label]) - choices[sites.candidate_site]
        there += group_sums(candidate, self._log_reading(sites), len(sites.candidates))
        nothing = np.log1p(-self.real) + group_sums(sites.view_site, self._log_false(sites), len(sites.task))
        top = nothing.copy()
        np.maximum.at(top, sites.candidate_site, there)
        weight, none = np.exp(there - top[sites.candidate_site]), np.exp(nothing - top)
        total = none + group_sums(sites.candidate_site, weight, len(top))
        return Belief(weight / total[sites.candidate_site], none / total)

    def _log_reading(self, sites: Sites) -> Floats:
        """Return the log-probability of each reading: of the view, if the candidate is there."""
        view, candidate = sites.readings
        worker, said, true = sites.view_worker[view], sites.view_label[view], sites.candidate_label[candidate]
        found, stretch = self.found[worker, true], self.stretch[worker, 0]
        others = sites.choices[sites.view_site[view]] - 1
        placed = np.where(sites.stretch_right, stretch, (1 - stretch) / others)
        named = self.named[worker, true]
        labelled = np.where(said == true, named, (1 - named) * self.mistaken[true, said])
        marked = sites.marked[view]
        out: Floats = np.log(np.where(marked, found * placed * np.where(marked, labelled, 1.0), 1 - found))
        return out

    def _log_false(self, sites: Sites) -> Floats:
        """Return the log-probability of each view if nothing is at its site."""
        invented = self.invented[sites.view_worker, 0]
        somewhere = self.false_label[sites.view_label] / sites.choices[sites.view_site]
        out: Floats = np.log(np.where(sites.marked, invented * somewhere, 1 - invented))
        return out


def first_belief(sites: Sites) -> Belief:
    """Return what a plain count says: something is there as often as it is marked, like the marks are."""
    size = len(sites.task)
    views = np.bincount(sites.view_site, minlength=size)
    marks = np.bincount(sites.view_site[sites.marked], minlength=size)
    view, candidate = sites.readings
    same_label = sites.view_label[view] == sites.candidate_label[candidate]
    votes = group_sums(candidate, sites.stretch_right.astype(np.float64), len(sites.candidates))
    votes = votes * group_sums(candidate, same_label.astype(np.float64), len(sites.candidates))
    votes = votes / group_sums(sites.candidate_site, votes, size)[sites.candidate_site]
    share = marks / views
    return Belief(votes * share[sites.candidate_site], 1 - share)


def learn_marking(sites: Sites, belief: Belief) -> Marking:
    """Estimate texts and workers from what is held to be at each site.

    Texts that one worker saw teach nothing about workers.
    """
    view, candidate = sites.readings
    weight = belief.candidate[candidate] * sites.compared[view]
    marked, true = sites.marked[view], sites.candidate_label[candidate]
    right_label = sites.view_label[view] == true
    met = _by_worker(sites, weight)
    held = _by_worker(sites, weight * marked)
    false = belief.nothing[sites.view_site] * sites.compared
    people = len(sites.workers)
    invented = group_sums(sites.view_worker, false * sites.marked, people)[:, None]
    absent = group_sums(sites.view_worker, false, people)[:, None]
    placed = _by_worker(sites, weight * sites.stretch_right).sum(axis=1, keepdims=True)
    said = group_sums(sites.view_label[sites.marked], false[sites.marked], len(sites.labels))
    return Marking(
        _leaning(belief.candidate.sum(), len(sites.task), 0.5),
        _shares(group_sums(sites.candidate_label, belief.candidate, len(sites.labels))),
        _shares(said),
        _rates(held, met, KNOWN),
        _rates(invented, absent, 1 - KNOWN),
        _rates(placed, held.sum(axis=1, keepdims=True), KNOWN),
        _rates(_by_worker(sites, weight * right_label), held, KNOWN),
        _mistaken(sites, weight * (marked & ~right_label)),
    )


def _by_worker(sites: Sites, weight: Floats) -> Floats:
    """Add up the weights of readings for each worker and true label, `[n_workers, labels]`."""
    view, candidate = sites.readings
    size = len(sites.labels)
    cell = sites.view_worker[view].astype(np.int64) * size + sites.candidate_label[candidate]
    return group_sums(cell, weight, len(sites.workers) * size).reshape(-1, size)


def _mistaken(sites: Sites, weight: Floats) -> Floats:
    """Return which label is given instead of each, `[labels, labels]`."""
    view, candidate = sites.readings
    size = len(sites.labels)
    cell = sites.candidate_label[candidate].astype(np.int64) * size + sites.view_label[view]
    wrong = weight > 0
    counts = group_sums(cell[wrong], weight[wrong], size**2).reshape(size, size) + 1.0
    np.fill_diagonal(counts, 0.0)
    out: Floats = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    return out


def _rates(right: Floats, seen: Floats, assumed: float) -> Floats:
    """Return each worker's rate for each label, both counts `[n_workers, labels]`.

    The crowd's odds for the label are multiplied by the worker's odds over those expected of the crowd on the
    same sites, as in `quality.shrunk`.
    """
    overall = _leaning(right.sum(), seen.sum(), assumed)
    crowd = np.clip(_leaning(right.sum(axis=0), seen.sum(axis=0), overall), 1 - SURE, SURE)
    trials = seen.sum(axis=1)
    expected = np.where(trials > 0, seen @ crowd, overall) / np.where(trials > 0, trials, 1)
    counts = np.stack([right.sum(axis=1), trials - right.sum(axis=1)], axis=-1)
    behind = strength(counts, np.stack([expected, 1 - expected], axis=-1))
    rate = (counts[:, 0] + behind * expected) / (trials + behind)
    better = _log_odds(rate) - _log_odds(expected)
    out: Floats = 1 / (1 + np.exp(-(_log_odds(crowd) + better[:, None])))
    return np.clip(out, 1 - SURE, SURE)


def _leaning(right: Any, seen: Any, assumed: float) -> Any:
    """Return rates that lean on what is assumed, by `CROWD_VOTES`."""
    return (right + CROWD_VOTES * assumed) / (seen + CROWD_VOTES)


def _shares(counts: Floats) -> Floats:
    """Return counts as shares, none of them zero."""
    out: Floats = (counts + 1.0) / (counts.sum() + len(counts))
    return out


def _log_odds(rate: Floats) -> Floats:
    kept = np.clip(rate, 1 - SURE, SURE)
    out: Floats = np.log(kept) - np.log1p(-kept)
    return out
