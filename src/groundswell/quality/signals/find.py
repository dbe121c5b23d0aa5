"""Signals that somebody's answers deserve a look: evidence for a person, never a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.evidence import checked_gold
from groundswell.quality.result import names_or_codes
from groundswell.quality.shrunk import shrunk
from groundswell.quality.signals import constancy, drift, haste
from groundswell.quality.signals.cliques import Pairings, groups, pairings
from groundswell.quality.signals.judged import Judged, Tested
from groundswell.quality.signals.tails import false_discovery_rates
from groundswell.quality.votes import Codes, Name, Votes

Signal = Literal["haste", "constancy", "copying", "drift"]

SIGNALS: tuple[Signal, ...] = ("haste", "constancy", "copying", "drift")
"""Every signal, in the order in which findings are listed."""

LEAST_VOTES = 3
"""Votes on an item from which on their consensus is held to be the truth, where none is given."""

EXAMPLES = 5
"""Tasks that are named with a finding."""


@dataclass(frozen=True)
class Finding:
    """What is remarkable in one worker's answers, and how sure that is.

    Attributes:
        worker: the worker's name (the code, where workers are unnamed).
        signal: which of `SIGNALS`.
        p_value: the chance that an honest, independent worker of this crowd looks like this, or worse.
        false_discovery_rate: of all findings of this signal at least as strong, the share that is expected to
            be false alarms.
        words: the evidence as a sentence.
        numbers: the evidence as numbers.
        examples: item codes to look at first, at most `EXAMPLES`.
        others: for copying, the names of those who share the mistakes.
    """

    worker: Name
    signal: Signal
    p_value: float
    false_discovery_rate: float
    words: str
    numbers: dict[str, float]
    examples: tuple[int, ...]
    others: tuple[Name, ...] = ()


@dataclass(frozen=True)
class Signals:
    """What was found in a crowd.

    Attributes:
        findings: the strongest first within each signal.
        tested: how many workers (for copying: pairs) each signal could be looked for in. 0 says that the
            answers do not tell: there are too few, or seconds or times are missing.
        judged: votes on items of which the truth is held to be known.
        level: the false discovery rate that the findings were chosen for.
    """

    findings: tuple[Finding, ...]
    tested: dict[Signal, int]
    judged: int
    level: float


def find_signals(
    votes: Votes, *, truth: Any = None, seconds: Any = None, when: Any = None, level: float = 0.05
) -> Signals:
    """Find workers whose answers deserve a look: hurried, constant, copied, or no longer what they were.

    Each signal is a test of "an honest worker of this crowd, answering by themselves", with what honest
    people differ in taken from the crowd itself. Of the findings of a crowd, a share of at most `level` is
    false on average: each signal gets a quarter of it. A finding is a reason to look at answers, and nothing
    else: an honest person may have reasons that no number knows.

    Args:
        votes: one vote for each (item, worker).
        truth: int `[n_items]`, what is held to be right (gold, reviews, a consensus), -1 where nothing is. By
            default the consensus of `shrunk` where an item has `LEAST_VOTES` votes.
        seconds: float `[n_votes]`, active seconds of each answer; 0 or NaN where unknown. Without: no haste.
        when: `[n_votes]`, any numbers that grow with time. Without: no drift.
        level: the false discovery rate to be kept, above 0 and below 1.

    Returns:
        Findings and how much could be tested. Too few answers give no finding, never an error.

    Raises:
        InputError: an array does not fit the votes, or the level is out of range.

    Source:
        The rate of a union of lists is at most the sum of their rates. For the tests see `haste.haste`,
        `constancy.constancy`, `cliques.pairings` and `drift.drift`.
    """
    if not 0 < level < 1:
        raise InputError(f"level must be above 0 and below 1; got {level}")
    judged = Judged(
        votes, _truth(votes, truth), _column(votes, "seconds", seconds), _column(votes, "when", when)
    )
    share = level / len(SIGNALS)
    tested: dict[Signal, Tested] = {
        "haste": haste.haste(judged),
        "constancy": constancy.constancy(judged),
        "drift": drift.drift(judged),
    }
    pairs = pairings(judged)
    found = [*_copying(judged, pairs, share)]
    for signal, result in tested.items():
        found += _findings(judged, signal, result, share)
    found.sort(key=lambda finding: (SIGNALS.index(finding.signal), finding.p_value))
    counts = {signal: pairs.n_tests for signal in SIGNALS}
    counts |= {signal: result.n_tests or len(result.worker) for signal, result in tested.items()}
    return Signals(tuple(found), counts, int(judged.is_judged.sum()), level)


def _truth(votes: Votes, truth: Any) -> Codes:
    if truth is not None:
        known: Codes = checked_gold(votes, truth)
        return known
    if not len(votes):
        return np.full(votes.n_items, -1, np.int32)
    return np.where(votes.votes_per_item >= LEAST_VOTES, shrunk(votes).label, -1).astype(np.int32)


def _column(votes: Votes, name: str, values: Any) -> NDArray[np.float64] | None:
    if values is None:
        return None
    column = np.asarray(values, np.float64)
    if column.shape != (len(votes),):
        raise InputError(f"{name} must have one entry a vote, {len(votes)}; it has the shape {column.shape}")
    return column


def _findings(judged: Judged, signal: Signal, tested: Tested, level: float) -> list[Finding]:
    """Return what one signal found of single workers."""
    rates = false_discovery_rates(tested.p_value, tested.n_tests)
    names = names_or_codes(judged.votes.worker_names, judged.votes.n_workers)
    return [
        Finding(
            worker=names[tested.worker[at]],
            signal=signal,
            p_value=float(tested.p_value[at]),
            false_discovery_rate=float(rates[at]),
            words=_words(judged, signal, {name: values[at] for name, values in tested.numbers.items()}),
            numbers={name: float(values[at]) for name, values in tested.numbers.items()},
            examples=_examples(judged, int(tested.worker[at])),
        )
        for at in np.flatnonzero(rates <= level).tolist()
    ]


def _words(judged: Judged, signal: Signal, numbers: dict[str, Any]) -> str:
    if signal == "haste":
        return haste.words(numbers)
    if signal == "drift":
        return drift.words(numbers)
    classes = names_or_codes(judged.votes.class_names, judged.votes.n_classes)
    return constancy.words(numbers, classes[int(numbers["label"])])


def _examples(judged: Judged, worker: int) -> tuple[int, ...]:
    """Return the latest items of which a worker said something else than what is held to be right."""
    wrong = np.flatnonzero(judged.is_wrong & (judged.votes.worker == worker))
    if judged.when is not None:
        wrong = wrong[np.lexsort((judged.votes.item[wrong], -judged.when[wrong]))]
    else:
        wrong = wrong[np.argsort(judged.votes.item[wrong])]
    return tuple(judged.votes.item[wrong[:EXAMPLES]].tolist())


def _copying(judged: Judged, pairs: Pairings, level: float) -> list[Finding]:
    """Return a finding for each worker of a pair that shares too many mistakes, with all of their group."""
    rates = false_discovery_rates(pairs.p_value, pairs.n_tests)
    kept = np.flatnonzero(rates <= level)
    names = names_or_codes(judged.votes.worker_names, judged.votes.n_workers)
    found = []
    for group in groups(pairs.first[kept], pairs.second[kept]):
        for worker in group:
            own = kept[(pairs.first[kept] == worker) | (pairs.second[kept] == worker)]
            at = int(own[np.lexsort((pairs.second[own], pairs.first[own], pairs.p_value[own]))[0]])
            found.append(
                _copied(judged, pairs, at, worker, [one for one in group if one != worker], names, rates[at])
            )
    return found


def _copied(
    judged: Judged,
    pairs: Pairings,
    at: int,
    worker: int,
    group: list[int],
    names: tuple[Name, ...],
    rate: Any,
) -> Finding:
    side = int(pairs.second[at] == worker)
    partner = int((pairs.first, pairs.second)[1 - side][at])
    mistakes, shared, chance = pairs.mistakes[at, side], pairs.shared[at], pairs.expected[at, side]
    return Finding(
        worker=names[worker],
        signal="copying",
        p_value=float(pairs.p_value[at]),
        false_discovery_rate=float(rate),
        words=(
            f"made {mistakes} mistakes on tasks that {names[partner]} answered too, and {shared} of them were the same "
            f"mistake; two people who work by themselves would share about {chance:.1f}"
        ),
        numbers={
            "mistakes": float(mistakes),
            "shared": float(shared),
            "expected": float(chance),
            "group": len(group) + 1,
        },
        examples=_same_mistakes(judged, worker, partner),
        others=tuple(names[one] for one in group),
    )


def _same_mistakes(judged: Judged, one: int, other: int) -> tuple[int, ...]:
    votes = judged.votes
    mine, theirs = (judged.is_wrong & (votes.worker == worker) for worker in (one, other))
    said = dict(zip(votes.item[theirs].tolist(), votes.label[theirs].tolist(), strict=True))
    same = [
        item
        for item, label in zip(votes.item[mine].tolist(), votes.label[mine].tolist(), strict=True)
        if said.get(item) == label
    ]
    return tuple(sorted(same)[:EXAMPLES])
