"""Workers who make the same mistakes, more than the tasks and their own habits explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats
from groundswell.quality.signals.judged import Judged
from groundswell.quality.signals.tails import ragged, upper_tail

LEAST_SHARED = 5
"""The same mistakes that a pair must have made to be looked at."""

MOST_MET = 4_000_000
"""Mistakes times others on the same task that are looked at; beyond it, a share of the tasks is."""

MOST_TRIALS = 2_000_000
"""Mistakes of pairs that are worked on at a time."""

HABIT = 10.0
"""Votes that the crowd weighs against a worker's own way of making mistakes."""

SAMPLE = 20_000
"""Mistakes from which the pull of tasks is estimated."""

SPREAD = 0.02
"""How far pairs of honest people differ beyond all that is modelled."""

GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it fall evenly between whole numbers: a share of the tasks without drawing lots."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pairings:
    """Pairs of workers who made several mistakes together.

    Attributes:
        first, second: int64 `[n_pairs]`, worker codes, `first` the lower.
        p_value: float64 `[n_pairs]`, the chance that two independent workers share so many mistakes.
        shared: int64 `[n_pairs]`, tasks on which both gave the same wrong answer.
        mistakes: int64 `[n_pairs, 2]`, mistakes of each on tasks that the other answered too.
        expected: float64 `[n_pairs, 2]`, of these, how many the other would share by chance.
        n_tests: pairs that there may be in all: what the chances have to be corrected for.
    """

    first: Ints
    second: Ints
    p_value: Floats
    shared: Ints
    mistakes: Ints
    expected: Floats
    n_tests: int


def pairings(judged: Judged) -> Pairings:
    """Test every pair of workers for sharing more mistakes than two independent people would.

    Agreement on what is right says nothing, so only mistakes count: where one of the two is wrong, how often
    does the other give the same wrong answer? The chance of that is taken from the other's own mistakes of
    this kind, leaning on the crowd's, and from the task: whoever else made the mistake makes it likelier, by
    a pull that is estimated so that it explains all equal mistakes of the crowd. Both directions are tested,
    and the larger chance counts. Who copied from whom, or whether both copied from elsewhere, cannot be told.

    Pairs are found by joining equal mistakes, never all workers with all.

    Source:
        That sharing false values is the sign of copying: Dong, Berti-Equille and Srivastava (2009), PVLDB
        2(1):550-561. The join by shared value: Li, Dong, Lyons, Meng and Srivastava (2015), ICDE, 89-100,
        arXiv:1503.00309. The chance of sharing one is ours: they assume that false values are equally likely.
    """
    mistakes = _Mistakes(judged)
    first, second, shared = mistakes.joined()
    pull = mistakes.pull() if len(first) else 0.0
    both = [mistakes.chances(one, other, shared, pull) for one, other in ((first, second), (second, first))]
    (p_one, n_one, e_one), (p_other, n_other, e_other) = both
    sizes = judged.votes.votes_per_item
    n_tests = min(
        int((sizes * (sizes - 1) // 2).sum()), judged.votes.n_workers * (judged.votes.n_workers - 1) // 2
    )
    return Pairings(
        *(first, second, np.maximum(p_one, p_other), shared),
        *(np.column_stack([n_one, n_other]), np.column_stack([e_one, e_other]), max(n_tests, len(first))),
    )


def groups(first: Ints, second: Ints) -> list[list[int]]:
    """Return the workers of pairs as groups: who is linked to whom, directly or not; each sorted."""
    leader: dict[int, int] = {}

    def find(worker: int) -> int:
        while leader.setdefault(worker, worker) != worker:
            leader[worker] = leader[leader[worker]]
            worker = leader[worker]
        return worker

    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        low, high = sorted((find(one), find(other)))
        leader[high] = low
    found: dict[int, list[int]] = {}
    for worker in sorted(leader):
        found.setdefault(find(worker), []).append(worker)
    return list(found.values())


class _Mistakes:
    """The wrong votes in the order of worker, then item; each knows how many share it."""

    def __init__(self, judged: Judged) -> None:
        votes = judged.votes
        wrong = _mistakes_looked_at(judged)
        self.judged = judged
        self.vote = wrong[np.lexsort((votes.item[wrong], votes.worker[wrong]))]
        said = votes.item[self.vote] * np.int64(votes.n_classes) + votes.label[self.vote]
        _, self.group, sizes = np.unique(said, return_inverse=True, return_counts=True)
        self.sharing = sizes[self.group]
        self.counts = np.bincount(votes.worker[self.vote], minlength=votes.n_workers)
        self.starts = np.cumsum(self.counts) - self.counts
        keys = votes.item * np.int64(votes.n_workers) + votes.worker
        self.by_key = np.argsort(keys, kind="stable")
        self.keys = keys[self.by_key]

    def joined(self) -> tuple[Ints, Ints, Ints]:
        """Return the pairs that made at least `LEAST_SHARED` equal mistakes, and how many."""
        n_workers = self.judged.votes.n_workers
        order = np.argsort(self.group, kind="stable")  # within a group by worker
        sizes = np.bincount(self.group)
        ends = np.cumsum(sizes).repeat(sizes)
        later = ends - np.arange(len(order)) - 1
        worker = self.judged.votes.worker[self.vote[order]].astype(np.int64)
        pair = worker.repeat(later) * n_workers + worker[ragged(np.arange(len(order)) + 1, later)]
        pair, shared = np.unique(pair, return_counts=True)
        pair, shared = pair[shared >= LEAST_SHARED], shared[shared >= LEAST_SHARED]
        first, second = np.divmod(pair, n_workers)
        return first[first != second], second[first != second], shared[first != second]

    def pull(self) -> float:
        """Return how many votes a worker's own habit weighs against the others' votes on the same task.

        The value for which the mistakes that are shared are as many as expected, over a sample of mistakes
        with all who answered the same task.
        """
        votes = self.judged.votes
        every = -(-len(self.vote) // SAMPLE)
        mistake, sharing = self.vote[::every], self.sharing[::every]
        per_item = votes.votes_per_item[votes.item[mistake]]
        starts = np.searchsorted(self.keys, votes.item[mistake] * np.int64(votes.n_workers))
        other = self.by_key[ragged(starts, per_item)]
        which = mistake.repeat(per_item)
        keep = other != which
        other, which, sharing = other[keep], which[keep], sharing.repeat(per_item)[keep]
        own, alike, others = self._parts(which, other, sharing)
        hits = (votes.label[other] == votes.label[which]).sum()
        low, high = -2.0, 12.0
        for _ in range(25):
            middle = (low + high) / 2
            more = ((np.exp(middle) * own + alike) / (np.exp(middle) + others)).sum() > hits
            low, high = (middle, high) if more else (low, middle)
        return float(np.exp(low))

    def chances(self, one: Ints, other: Ints, shared: Ints, pull: float) -> tuple[Floats, Ints, Floats]:
        """Return, for the mistakes of `one` of each pair: chance of so many shared, mistakes, shared by chance."""
        total, expected = np.zeros(len(one), np.int64), np.zeros(len(one))
        block = np.cumsum(self.counts[one]) // MOST_TRIALS
        for part in np.unique(block):
            pairs = np.flatnonzero(block == part)
            total[pairs], expected[pairs] = self._trials(one[pairs], other[pairs], pull)
        p_value = upper_tail(shared, total, expected / np.maximum(total, 1), SPREAD)
        return p_value, total, expected

    def _trials(self, one: Ints, other: Ints, pull: float) -> tuple[Ints, Floats]:
        votes = self.judged.votes
        place = ragged(self.starts[one], self.counts[one])
        pair = np.arange(len(one)).repeat(self.counts[one])
        mistake = self.vote[place]
        wanted = votes.item[mistake] * np.int64(votes.n_workers) + other[pair]
        found = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        met = self.keys[found] == wanted
        mistake, pair, answer = mistake[met], pair[met], self.by_key[found[met]]
        own, alike, others = self._parts(mistake, answer, self.sharing[place][met])
        chance = (pull * own + alike) / (pull + others)
        expected = np.asarray(np.bincount(pair, chance, len(one)), np.float64)
        return np.bincount(pair, minlength=len(one)).astype(np.int64), expected

    def _parts(self, mistake: Ints, answer: Ints, sharing: Ints) -> tuple[Floats, Ints, Ints]:
        """Return what makes an answer repeat a mistake: own habit, others who made it, others in all."""
        votes = self.judged.votes
        said = votes.label[mistake]
        own = self.judged.own_rate(votes.worker[answer], self.judged.at[mistake], said, prior=HABIT)
        alike = sharing - (votes.label[answer] == said)
        return own, alike, votes.votes_per_item[votes.item[mistake]] - 1


def _mistakes_looked_at(judged: Judged) -> Ints:
    """Return the wrong votes; of a crowd in which too many meet, those on an even share of the tasks."""
    votes = judged.votes
    wrong = np.flatnonzero(judged.is_wrong)
    met = int((votes.votes_per_item[votes.item[wrong]] - 1).sum())
    if met <= MOST_MET:
        return wrong
    return wrong[votes.item[wrong] * GOLDEN % 1 < MOST_MET / met]
