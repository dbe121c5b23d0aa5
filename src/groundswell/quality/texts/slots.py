"""The votes in the slots of word transition networks, and whom to believe: a one-coin model for each answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats
from groundswell.quality.texts.shrinkage import shrunk_shares, totals

POSSIBLE = 10.0
"""Words that could stand in a slot, to somebody who heard it badly. A slip is one of the others."""

DEPENDENCE = 0.5
"""How far people who heard the same thing err together: two are worth 1 1/3 who do not, and many are worth two."""

COHERENCE = 3.0
"""Log-odds that speak for the words of the transcript that is surely the nearest to the truth as a whole."""

SURE = 0.999
"""Nobody is taken to be right more often than this, nor wrong so."""

CROWD_WORDS = 10.0
"""Pseudo-words behind the assumption that three words in four are right."""

MOST_ROUNDS = 50
MOVED = 1e-3

Codes = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Slots:
    """Every answer's choice in every slot of its task.

    Attributes:
        answer: the answer that chose, `[n_choices]`.
        option: what it chose, `[n_choices]`; an option belongs to one slot.
        slot: the slot of each option, `[n_options]`, ascending.
        is_word: whether each option is a word, rather than none, `[n_options]`.
        worker: the author of each answer, `[n_answers]`.
        central: probability that each answer, as a whole, is the nearest of its task to the truth, `[n_answers]`.
        n_workers: workers, with or without an answer.
    """

    answer: Codes
    option: Codes
    slot: Codes
    is_word: NDArray[np.bool_]
    worker: Codes
    central: Floats
    n_workers: int

    @cached_property
    def slot_of_choice(self) -> Codes:
        """The slot of each choice, `[n_choices]`."""
        return self.slot[self.option]

    @cached_property
    def rivals(self) -> Floats:
        """How many other answers chose in the same slot, `[n_choices]`."""
        return (np.bincount(self.slot_of_choice)[self.slot_of_choice] - 1).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Belief:
    """What is inferred about slots and workers.

    Attributes:
        posterior: probability of each option, `[n_options]`. Those of a slot sum to less than 1: none may be right.
        quality: expected share of right choices of each answer, `[n_answers]`.
        skill: expected share of right choices of each worker, `[n_workers]`.
        error: its standard error, `[n_workers]`.
        rounds: rounds that were run.
        converged: whether the posterior stopped moving.
    """

    posterior: Floats
    quality: Floats
    skill: Floats
    error: Floats
    rounds: int
    converged: bool


def infer_slots(slots: Slots) -> Belief:
    """Infer what is right in every slot, how good each answer is, and how good each worker.

    The author of an answer makes the right choice in a slot with the answer's own probability; a slip is one of
    `POSSIBLE` choices, and no word at all as often as slips turn out to be that. An answer's probability leans
    on its worker's, and that on the crowd's, as far as the answers differ: people mishear whole sentences, so
    that words of one answer are not as many observations. What several say counts less than if they had not
    heard the same thing (`DEPENDENCE`), and words of a transcript that is good as a whole count more
    (`COHERENCE`). Tasks with one answer teach nothing.

    The three constants were chosen on CrowdSpeech's dev-clean with its truth in sight. Words in error there: 6.1
    per cent for an unweighted vote, 5.7 for the first values tried and without the last two, 5.3 with them, and
    hardly moved by other values near. Probabilities are still too high: words that are given 0.94 are right
    in 0.72 of all cases, for some of which people and truth only differ in convention (`mister`, `Mr`).

    Source:
        One-coin truth inference (Dawid and Skene, 1979, doi:10.2307/2346806, with one error rate a worker) in
        the slots of Fiscus' network. All that is said above beyond that is ours.
    """
    told = (slots.rivals > 0).astype(np.float64)
    likely = totals(1 / (slots.rivals + 1), slots.option, len(slots.slot))
    strength, rounds, moved = np.inf, 0, np.inf
    while rounds < MOST_ROUNDS and moved > MOVED:
        people = _judge(slots, likely, told, strength)
        posterior = _vote(slots, people.quality, _no_word_share(slots, likely, told))
        # Somebody is taken to be right here, or else a crowd that disagrees would talk itself into nonsense.
        updated = posterior / np.bincount(slots.slot, weights=posterior)[slots.slot]
        moved = float(np.abs(updated - likely).max(initial=0.0))
        likely, strength, rounds = updated, people.strength, rounds + 1
    return Belief(posterior, people.quality, people.skill, people.error, rounds, moved <= MOVED)


@dataclass(frozen=True, eq=False)
class _People:
    """What one round learnt; see `Belief`. `strength` holds an answer to its worker's skill, in words."""

    quality: Floats
    skill: Floats
    error: Floats
    strength: float


def _judge(slots: Slots, posterior: Floats, told: Floats, strength: float) -> _People:
    """Estimate how good answers and workers are, given what is probably right."""
    seen = totals(told, slots.answer, len(slots.worker))
    right = totals(told * posterior[slots.option], slots.answer, len(slots.worker))
    crowd = (right.sum() + 0.75 * CROWD_WORDS) / (seen.sum() + CROWD_WORDS)
    # Words of an answer succeed and fail together: it says as much as this many words that do not.
    worth = seen / (1 + np.maximum(seen - 1, 0) / (1 + strength))
    share = right / np.maximum(seen, 1)
    of_worker = totals(worth, slots.worker, slots.n_workers)
    hits = totals(worth * share, slots.worker, slots.n_workers)
    skill, leaning = shrunk_shares(hits, of_worker, np.full(slots.n_workers, crowd))
    quality, strength = shrunk_shares(right, seen, skill[slots.worker])
    error = np.sqrt(skill * (1 - skill) / (of_worker + leaning + 1))
    return _People(np.clip(quality, 1 - SURE, SURE), skill, error, strength)


def _no_word_share(slots: Slots, posterior: Floats, told: Floats) -> float:
    """Return how many of the wrong choices are no word, rather than another word."""
    wrong = told * (1 - posterior[slots.option])
    absent = wrong[~slots.is_word[slots.option]].sum()
    return float((absent + 1) / (wrong.sum() + POSSIBLE))


def _vote(slots: Slots, quality: Floats, no_word: float) -> Floats:
    """Return the posterior of every option, given how good the answers are."""
    slip = np.where(slots.is_word, (1 - no_word) / (POSSIBLE - 1), no_word)[slots.option]
    gain = (np.log(quality) - np.log1p(-quality))[slots.answer] - np.log(slip)
    gain /= 1 + DEPENDENCE * slots.rivals
    score = totals(gain + COHERENCE * slots.central[slots.answer], slots.option, len(slots.slot))
    first = np.flatnonzero(np.diff(slots.slot, prepend=-1))
    options = np.bincount(slots.slot)
    top = np.maximum(np.maximum.reduceat(score, first), 0.0) if len(first) else score
    raised = np.exp(score - top[slots.slot])
    unsaid = np.maximum(POSSIBLE - options, 0.0) * np.exp(-top)
    total = np.bincount(slots.slot, weights=raised) + unsaid
    out: Floats = raised / total[slots.slot]
    return out
