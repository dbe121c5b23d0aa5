"""Dependence: workers whose answers agree more than the truth and their skills explain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.confusion import dense_confusion
from groundswell.quality.expectation import log_likelihood, normalised
from groundswell.quality.result import Floats, names_or_codes
from groundswell.quality.shrunk import Fit, fit_shrunk
from groundswell.quality.votes import Votes, require_votes

LEAST_TOGETHER = 20
"""Items that two workers must both have answered to be looked at: fewer say nothing."""

SHARED = 0.2
"""Excess agreement from which two workers count as dependent. Smaller ones are mostly a truth that the consensus has
wrong. On the two of eleven public sets where pairs are found, they share 0.47 and 0.58 by gold, all other pairs 0.07
and 0.00; on the other nine none is found. Anything from 0.15 to 0.3 finds about the same."""

ROUNDS = 3
"""How often the consensus is inferred with the dependence found so far, and dependence from that consensus."""

MOST_MEETINGS = 4_000_000
"""Pairs of votes on the same item that are looked at; beyond it, an even share of the items is."""

BLOCK = 2**16
"""Pairs of votes that are worked on at a time."""

GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it fall evenly between whole numbers: a share of the items without drawing lots."""

Codes64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Dependence:
    """Pairs of workers who answer alike, and what that leaves of their votes.

    Attributes:
        votes: the votes with weights, which every aggregator heeds; without any where no pair is dependent.
        first, second: int64 `[n_pairs]`, worker codes, `first` the lower; the most dependent pair first.
        together: int64 `[n_pairs]`, items looked at that both answered.
        agreed: int64 `[n_pairs]`, of these, on how many they gave the same answer.
        expected: float64 `[n_pairs]`, on how many two independent people with their habits would have.
        shared: float64 `[n_pairs]`, how much of the room between `expected` and `together` the agreement fills, 0 to
            1: less what is usual between any two workers, and drawn to it by how little is known of the pair.
    """

    votes: Votes
    first: Codes64
    second: Codes64
    together: Codes64
    agreed: Codes64
    expected: Floats
    shared: Floats

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each dependent pair: the two workers by name, and the numbers above."""
        names = names_or_codes(self.votes.worker_names, self.votes.n_workers)
        columns = ("together", "agreed", "expected", "shared")
        return [
            {"first": names[one], "second": names[other], **dict(zip(columns, numbers, strict=True))}
            for one, other, *numbers in zip(
                *(getattr(self, column).tolist() for column in ("first", "second", *columns)), strict=True
            )
        ]


def dependence(votes: Votes, *, evidence: Any = None, gold: Any = None) -> Dependence:
    """Find workers who answer alike beyond the truth, and weigh their votes so that together they count for less.

    One person with two accounts, two who look at the same wrong source, one who copies another: every model of
    independent workers takes their agreement for proof. For each pair, the truth of an item is inferred from all
    votes but theirs; where the two agree more often than their confusion matrices allow at that truth, they are
    dependent. Each vote then weighs 1 / (1 + the sum of what its worker shares with the others who voted on the item).
    As two experts in a crowd of guessers look alike too, only large dependence counts (`SHARED`).

    It says who answers alike, not why, and accuses nobody: for that there is `find_signals`, which looks at mistakes
    alone and tells how surely it is no chance.

    Args:
        votes: at least one vote; weights that they have already are replaced.
        evidence: as in `shrunk`.
        gold: as in `shrunk`.

    Returns:
        The dependent pairs, and the votes with weights. No pair where fewer than two pairs have `LEAST_TOGETHER` items
        in common (there is nothing usual to compare with), or where confusion matrices would not fit in memory.

    Raises:
        NoVotes: `votes` is empty.
        InputError: evidence or gold do not fit the votes.

    Source:
        That sources which share what is false must not count twice: Dong, Berti-Equille and Srivastava (2009),
        "Integrating Conflicting Data: The Role of Source Dependence", PVLDB 2(1):550-561. The spread between pairs,
        towards whose mean each is drawn: DerSimonian and Laird (1986), Controlled Clinical Trials 7(3):177-188. The
        weight is one over the design effect of equally correlated answers: Kish (1965), "Survey Sampling". The
        truth from all votes but the pair's, and the rounds, are ours.
    """
    require_votes(votes)
    plain = replace(votes, weight=None)
    meetings = _meetings(plain)
    found = weighted = _independent(plain)
    for _ in range(ROUNDS if len(meetings) else 0):
        fit = fit_shrunk(weighted.votes, evidence=evidence, gold=gold)
        found = _measured(weighted.votes, fit, meetings)
        if not len(found.first):
            break
        weighted = replace(found, votes=replace(plain, weight=_weights(plain, found)))
    return weighted if len(found.first) else _independent(plain)


def _independent(votes: Votes) -> Dependence:
    nobody, nothing = np.empty(0, np.int64), np.empty(0)
    return Dependence(votes, nobody, nobody, nobody, nobody, nothing, nothing)


def _meetings(votes: Votes) -> Codes64:
    """Return which votes stand on the same item, `[n_meetings, 2]`, of pairs that meet `LEAST_TOGETHER` times.

    In the order of the pair; the first is that of the lower worker.
    """
    order = _looked_at(votes)
    item, worker = votes.item[order], votes.worker[order]
    found = []
    for apart in range(1, int(np.bincount(item, minlength=1).max(initial=1))):
        at = np.flatnonzero(item[apart:] == item[:-apart])
        at = at[worker[at] != worker[at + apart]]
        found.append(np.column_stack([order[at], order[at + apart]]))
    if not found:
        return np.empty((0, 2), np.int64)
    meetings = np.concatenate(found)
    _, pair, times = np.unique(_pair_codes(votes, meetings), return_inverse=True, return_counts=True)
    often = times[pair] >= LEAST_TOGETHER
    out: Codes64 = meetings[often][np.argsort(pair[often], kind="stable")]
    return out


def _looked_at(votes: Votes) -> Codes64:
    """Return the votes to look at, in the order of item, then worker: those whose worker can have met another often."""
    busy = votes.votes_per_worker[votes.worker] >= LEAST_TOGETHER
    each = np.bincount(votes.item[busy], minlength=votes.n_items)
    meet = int((each * (each - 1) // 2).sum())
    if meet > MOST_MEETINGS:
        busy &= votes.item * GOLDEN % 1 < MOST_MEETINGS / meet
    kept = np.flatnonzero(busy)
    out: Codes64 = kept[np.lexsort((votes.label[kept], votes.worker[kept], votes.item[kept]))]
    return out


def _pair_codes(votes: Votes, meetings: Codes64) -> Codes64:
    """Return one number for each pair of workers, `[n_meetings]`."""
    return votes.worker[meetings[:, 0]] * np.int64(votes.n_workers) + votes.worker[meetings[:, 1]]


def _measured(votes: Votes, fit: Fit, meetings: Codes64) -> Dependence:
    """Return the pairs that agree beyond what `fit` explains; with the votes as they are."""
    codes, pair = np.unique(_pair_codes(votes, meetings), return_inverse=True)
    first, second = np.divmod(codes, votes.n_workers)
    alike = _alike(votes, fit, first, second)
    if alike is None:
        return _independent(votes)
    chance = _chance(votes, fit, meetings, alike, pair)
    agreed = votes.label[meetings[:, 0]] == votes.label[meetings[:, 1]]
    together = np.bincount(pair).astype(np.int64)
    agree = np.bincount(pair[agreed], minlength=len(codes)).astype(np.int64)
    expected = np.asarray(np.bincount(pair, chance), np.float64)
    noise = np.asarray(np.bincount(pair, chance * (1 - chance)), np.float64)
    shared = _beyond_the_usual(agree - expected, together - expected, noise)
    kept = np.flatnonzero(shared >= SHARED)
    kept = kept[np.argsort(-shared[kept], kind="stable")]
    counts = (first[kept], second[kept], together[kept], agree[kept])
    return Dependence(votes, *counts, expected[kept], shared[kept])


def _alike(votes: Votes, fit: Fit, first: Codes64, second: Codes64) -> Floats | None:
    """Return how probable an equal answer of each pair is for each truth, `[n_pairs, truth]`; None if too large."""
    crowd = fit.crowd
    confusion = dense_confusion(votes, crowd.counts, crowd.centre, crowd.strength)
    if confusion is None:
        return None
    out = np.empty((len(first), votes.n_classes))
    for part in _blocks(len(first), votes.n_classes**2):
        out[part] = np.einsum("pts,pts->pt", confusion[first[part]], confusion[second[part]])
    return out


def _chance(votes: Votes, fit: Fit, meetings: Codes64, alike: Floats, pair: NDArray[np.intp]) -> Floats:
    """Return the chance of an equal answer at each meeting, the truth being known from all votes but the two."""
    said = np.log(fit.crowd.said(votes))
    logs = log_likelihood(votes, np.exp(said)) + fit.before
    known = np.flatnonzero(fit.gold >= 0)
    logs[known] = -np.inf
    logs[known, fit.gold[known]] = 0.0
    out = np.empty(len(meetings))
    for part in _blocks(len(meetings), votes.n_classes):
        others = logs[votes.item[meetings[part, 0]]]
        for vote in meetings[part].T:
            told = said[votes.pairs.of(votes.worker[vote], votes.label[vote])]
            others -= told if votes.weight is None else told * votes.weight[vote, None]
        out[part] = (normalised(others) * alike[pair[part]]).sum(axis=1)
    return out


def _beyond_the_usual(excess: Floats, room: Floats, noise: Floats) -> Floats:
    """Return what each pair shares beyond the mean of all pairs, drawn to that mean as far as chance explains it.

    Args:
        excess: `[n_pairs]`, agreement beyond what is expected.
        room: `[n_pairs]`, the most that could be.
        noise: `[n_pairs]`, variance of the excess where workers are independent.
    """
    told = (room > 1e-6) & (noise > 1e-6)
    share = np.divide(excess, room, out=np.zeros_like(room), where=told)
    weight = np.divide(room**2, noise, out=np.zeros_like(room), where=told)
    total = weight.sum()
    if not total:
        return np.zeros_like(room)
    usual = (weight @ share) / total
    spread = weight @ (share - usual) ** 2 - (told.sum() - 1)
    variance = max(spread / max(total - weight @ weight / total, 1e-9), 0.0)
    drawn = usual + (share - usual) * variance * weight / (variance * weight + 1)
    out: Floats = np.clip(drawn - max(usual, 0.0), 0.0, 1.0)
    return out


def _weights(votes: Votes, found: Dependence) -> Floats:
    """Return what is left of each vote, `[n_votes]`: 1 over 1 and what its worker shares with others on the item."""
    shared = np.zeros(len(votes))
    by_worker = np.argsort(votes.worker, kind="stable")
    starts = np.searchsorted(votes.worker[by_worker], np.arange(votes.n_workers + 1))
    for one, other, share in zip(
        found.first.tolist(), found.second.tolist(), found.shared.tolist(), strict=True
    ):
        own, theirs = (by_worker[starts[worker] : starts[worker + 1]] for worker in (one, other))
        shared[own[np.isin(votes.item[own], votes.item[theirs])]] += share
        shared[theirs[np.isin(votes.item[theirs], votes.item[own])]] += share
    out: Floats = 1 / (1 + shared)
    return out


def _blocks(n: int, cells: int) -> Iterator[slice]:
    size = max(1, BLOCK * 16 // cells)
    return (slice(start, start + size) for start in range(0, n, size))
