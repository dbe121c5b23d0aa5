"""Questions: whom to ask what next: nobody, a model, one more person and which, or a review, by gain for its price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.answerers import Answerer
from groundswell.assist.worth import Crowd, gains
from groundswell.errors import InputError
from groundswell.quality.result import Floats

Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]

LEAST = 1e-6
"""Gain below which a question is worth nothing."""

BEST, NEXT_BEST, EXPLORING = range(3)
"""Why an answerer was chosen, as in `Questions.reason`."""


@dataclass(frozen=True, eq=False)
class Questions:
    """What to ask next, the most gain for its price first. An item that is not here is worth no question now.

    Attributes:
        item: `[m]`, indices; each item at most once.
        answerer: `[m]`, indices into `names`.
        gain: `[m]`, expected fall of the risk of a wrong label; without costs, rise of the chance that it is right.
            Of a label that only several answers could turn, one answer's share.
        price_cents: `[m]`.
        reason: `[m]`, `BEST`, `NEXT_BEST` (a better one has no capacity left) or `EXPLORING`.
        names: of the answerers.
        before: expected accuracy if all labels were delivered now (with costs: mean cost).
        after: the same, when these answers have come in.
        stopped: why there are no more, in words.
    """

    item: Indices
    answerer: Indices
    gain: Floats
    price_cents: Floats
    reason: NDArray[np.int8]
    names: tuple[str, ...]
    before: float
    after: float
    stopped: str

    def __len__(self) -> int:
        return len(self.item)

    def __repr__(self) -> str:
        cost = f"{self.price_cents.sum():,.2f} cents"
        return f"Questions: {len(self):,} for {cost}, {self.before:.4f} to {self.after:.4f}; {self.stopped}"

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a row for each question: item, answerer, gain, price_cents and why, in words."""
        because = ("most for its price", "most for its price of those with capacity", "to learn its skill")
        found = zip(self.item, self.answerer, self.gain, self.price_cents, self.reason, strict=True)
        return [
            {
                "item": int(item),
                "answerer": self.names[who],
                "gain": float(gain),
                "price_cents": float(price),
                "why": f"{because[reason]}: gains {gain:.4f} for {price:g} ct",
            }
            for item, who, gain, price, reason in found
        ]


def choose(
    posterior: Floats,
    answerers: Sequence[Answerer],
    *,
    rng: np.random.Generator,
    target: float | None = None,
    budget_cents: float | None = None,
    every_item: bool = False,
    cost: Floats | None = None,
    counts: NDArray[np.integer[Any]] | None = None,
    max_answers: int | None = None,
    waiting: Mask | None = None,
    independence: float = 6.0,
    evidence: Floats | None = None,
    shared: float = 0.0,
    explore: float = 0.0,
    limit: int | None = None,
) -> Questions:
    """Choose for each item whose answer is worth most for its price, until the target or the budget is reached.

    An answer is worth what it is expected to take from the risk of delivering a wrong label. A person's is worth
    the best of one to three equal ones, each with its share, so that two cheap answers can beat a dear one. Each
    item goes to whoever gives most for a cent; where capacity is short, an answerer keeps the items on which it
    gives most, and the others go to the next best. One question an item: call it again when answers have come in. A
    part of the target, or of the budget, may be left for then, where a second question does better than others now.

    The target counts what is expected of the answers, so it is reached in expectation, and only as far as the
    posterior is honest. The choice is greedy: where nearly all doubt ends with a dear answerer anyway, cheap answers
    before that are lost (up to 15 % of the cost in simulations). Prefer it to `plan` where answerers differ in price
    or skill; where all are alike, `plan` goes by the same gains, and also spreads questions by features.

    Exploring: whoever is never asked stays unknown. A share of people's questions, drawn at random, goes to the
    persons from whose next answer most is learnt about their skill (fall of its variance). Who is first in a queue,
    and what else is fair to workers, is not decided here. The target may then be missed by what exploring costs.

    Args:
        posterior: `[n, K]`, rows sum to 1.
        answerers: at least one.
        rng: breaks ties and draws what explores.
        target: wanted accuracy of all labels, 0 to 1; with `cost`, the mean cost wanted at most.
        budget_cents: spent at most. One of target and budget is needed.
        every_item: each item must reach the target by itself.
        cost: `[truth, delivered]`, cost of delivering a label, 0 or more; by default 1 if it is wrong.
        counts: `[n, K]`, people's answers so far; none by default.
        max_answers: people's answers to one item at most; models and reviews may still be asked.
        waiting: bool `[n]`, items not to be asked now, as an answer is under way or the label is known.
        independence, evidence, shared: see `assist.difficulty.Weighed` and `weigh`. With `cost`, `shared` is left out.
        explore: share of people's questions that explores, 0 to 1.
        limit: questions at most.

    Returns:
        See `Questions`; empty where nothing is worth asking, with the reason in `stopped`.

    Raises:
        InputError: shapes do not fit, a number is out of its range, or there is neither target nor budget.

    Source:
        Value of an answer by one-step expectation, greedy in item and worker: the knowledge gradient, as in Chen,
        Lin and Zhou (2013), PMLR 28(3):64-72. The look-ahead, dependence of answers and prices are ours.
    """
    costs = None if cost is None else np.asarray(cost, np.float64)
    heard = np.zeros(posterior.shape, np.int64) if counts is None else np.asarray(counts)
    _check(posterior, answerers, heard, costs, waiting)
    _check_numbers(target, budget_cents, explore, limit, costs)
    risk = _risk(posterior, costs)
    goal = None if target is None else (1 - target if costs is None else target)
    open_ = _open(risk, goal, every_item, waiting)
    allowed = _allowed(answerers, heard, open_, max_answers, budget_cents)
    crowd = Crowd(heard, independence, evidence, shared)
    gain = gains(posterior[open_], answerers, crowd.of(open_), costs)
    price = np.array([one.price_cents for one in answerers])
    gain[~allowed | (gain < LEAST)] = 0.0
    place, who, reason = _assigned(gain / price, answerers, rng)
    rate = gain[place, who] / price[who]
    order = np.argsort(-rate, kind="stable")
    place, who, reason, rate = place[order], who[order], reason[order], rate[order]
    missing = None if goal is None or every_item else risk.sum() - goal * len(risk)
    kept, stopped = _worth_it(rate, gain[place], price, who, missing, budget_cents)
    taken, ended = _bought(gain[place, who][kept], price[who[kept]], missing, budget_cents, limit)
    stopped, taken = ended or stopped, kept[taken]
    place, who, reason = place[taken], who[taken], reason[taken]
    who, reason = _explored(place, who, reason, allowed, answerers, explore, rng)
    within = _affordable(price[who], budget_cents)
    place, who, reason = place[within], who[within], reason[within]
    got = gain[place, who]
    now = float(risk.mean()) if len(risk) else 0.0
    then = now - float(got.sum()) / max(len(risk), 1)
    before, after = (now, then) if costs is not None else (1 - now, 1 - then)
    names = tuple(one.name for one in answerers)
    return Questions(open_[place], who, got, price[who], reason, names, before, after, stopped)


def _open(risk: Floats, goal: float | None, every_item: bool, waiting: Mask | None) -> Indices:
    """Return the items that may be asked."""
    doubtful = risk > (goal if every_item and goal is not None else LEAST)
    return np.flatnonzero(doubtful if waiting is None else doubtful & ~waiting)


def _risk(posterior: Floats, cost: Floats | None) -> Floats:
    """Return the expected cost of each item's best label, `[n]`."""
    if cost is None:
        return np.asarray(1 - posterior.max(axis=1, initial=0.0))
    return np.asarray((posterior @ cost).min(axis=1))


def _allowed(
    answerers: Sequence[Answerer],
    counts: NDArray[np.integer[Any]],
    open_: Indices,
    max_answers: int | None,
    budget: float | None,
) -> Mask:
    """Say who may answer which of the open items, `[n_open, A]`."""
    full = np.zeros(len(open_), bool)
    if max_answers is not None:
        full = counts[open_].sum(axis=1) >= max_answers
    allowed = np.ones((len(open_), len(answerers)), bool)
    for one, answerer in enumerate(answerers):
        if len(answerer.barred):
            barred = np.zeros(len(counts), bool)
            barred[np.asarray(answerer.barred, np.intp)] = True
            allowed[:, one] &= ~barred[open_]
        if answerer.kind == "person":
            allowed[:, one] &= ~full
        if budget is not None and answerer.price_cents > budget:
            allowed[:, one] = False
    return allowed


def _assigned(
    rate: Floats, answerers: Sequence[Answerer], rng: np.random.Generator
) -> tuple[Indices, Indices, NDArray[np.int8]]:
    """Give each item to whoever gains most for a cent, within capacity; return item, answerer and reason.

    Items propose to their best answerer; who has too many keeps the best and refuses the others for good. Both sides
    rank by the same rate, so the outcome is that of taking pairs from the best down. Ties are drawn.
    """
    rate = rate * (1 + 1e-9 * rng.random(rate.shape))
    capacity = np.array([np.inf if one.capacity is None else one.capacity for one in answerers])
    rate[:, capacity <= 0] = 0.0
    who, worth = rate.argmax(axis=1), rate.max(axis=1, initial=0.0)
    best = who.copy()
    while True:
        full = np.bincount(who[worth > 0], minlength=len(answerers)) > capacity
        if not full.any():
            break
        for one in np.flatnonzero(full):
            theirs = np.flatnonzero((who == one) & (worth > 0))
            order = theirs[np.argsort(-worth[theirs], kind="stable")]
            rate[order[int(capacity[one]) :], one] = 0.0
        who, worth = rate.argmax(axis=1), rate.max(axis=1, initial=0.0)
    item = np.flatnonzero(worth > 0)
    return item, who[item], np.where(who[item] == best[item], BEST, NEXT_BEST).astype(np.int8)


def _worth_it(
    rate: Floats, gain: Floats, price: Floats, who: Indices, missing: float | None, budget: float | None
) -> tuple[Indices, str]:
    """Return the places of the questions that are worth their price now, and what became of the others, in words.

    To ask about every item at once what is best for it would spend on sure items what a second question on a
    doubtful one uses better. So a second question is thought of for each: the remaining gain of whoever then gains
    most for a cent. The rate at which both together reach the target, or use the budget up, is the least that is
    asked for now.

    Args:
        rate: `[m]`, gain for a cent of each question, descending.
        gain: `[m, A]`, of each answerer on its item.
        price: `[A]`.
        who: `[m]`, the answerer of each.
        missing: gain that is missing to the target, in items.
        budget: cents left.
    """
    first = gain[np.arange(len(who)), who]
    left = np.maximum(gain - first[:, None], 0.0)
    second = (left / price).argmax(axis=1)
    more = left[np.arange(len(who)), second]
    rates = np.concatenate([rate, more / price[second]])
    order = np.argsort(-rates, kind="stable")
    gains_, prices = np.concatenate([first, more])[order], np.concatenate([price[who], price[second]])[order]
    ends = [len(rates)]
    if missing is not None:
        ends.append(int(np.searchsorted(np.cumsum(gains_), missing)))
    if budget is not None:
        ends.append(int(np.searchsorted(np.cumsum(prices), budget)))
    if min(ends) == len(rates):
        return np.arange(len(rate)), "no other answer is worth asking for now"
    least = rates[order][min(ends)]
    kept = np.flatnonzero(rate >= least * (1 - 1e-9))
    return kept, "what a second question on these items does better waits for the next call"


def _bought(
    gain: Floats, price: Floats, missing: float | None, budget: float | None, limit: int | None
) -> tuple[Indices, str]:
    """Return the places of the questions that are asked, from the most gain for its price on, and what ended them."""
    place, ended = np.arange(len(gain)), ""
    if missing is not None:
        enough = int(np.searchsorted(np.cumsum(gain), missing)) + 1 if missing > 1e-12 else 0
        if enough <= len(place):
            place, ended = place[:enough], "the target is expected to be reached"
    within = _affordable(price[place], budget)
    if len(within) < len(place):
        place, ended = place[within], "the budget is spent"
    if limit is not None and limit < len(place):
        place, ended = place[:limit], f"the limit of {limit} questions is reached"
    return place, ended


def _affordable(price: Floats, budget: float | None) -> Indices:
    """Return the places of what can be bought: from the first on, passing over what is too dear for the rest."""
    left, rest = np.inf if budget is None else budget * (1 + 1e-12), np.arange(len(price))
    bought: list[Indices] = []
    while len(rest):
        sums = np.cumsum(price[rest])
        n = int(np.searchsorted(sums, left, side="right"))
        bought.append(rest[:n])
        left -= sums[n - 1] if n else 0.0
        rest = rest[n:][price[rest[n:]] <= left]
    return np.concatenate([np.zeros(0, np.intp), *bought])


def _explored(
    place: Indices,
    who: Indices,
    reason: NDArray[np.int8],
    allowed: Mask,
    answerers: Sequence[Answerer],
    explore: float,
    rng: np.random.Generator,
) -> tuple[Indices, NDArray[np.int8]]:
    """Give a random share of people's questions to those from whose answers most is learnt about them."""
    people = np.array([one.kind == "person" for one in answerers])
    room = np.array([np.inf if one.capacity is None else one.capacity for one in answerers])
    room -= np.bincount(who, minlength=len(answerers))
    asked = np.flatnonzero(people[who])
    drawn = rng.permutation(asked)[: round(explore * len(asked))]
    given, who, reason = np.zeros(len(answerers), np.intp), who.copy(), reason.copy()
    learnt = np.array([one.learnt(0) for one in answerers])
    for question in drawn:
        room[who[question]] += 1
        worth = np.where(allowed[place[question]] & (room > 0), learnt, 0.0)
        best = int(worth.argmax())
        if worth[best] > 0:
            who[question], reason[question] = best, EXPLORING
            given[best] += 1
            learnt[best] = answerers[best].learnt(int(given[best]))
        room[who[question]] -= 1
    return who, reason


def _check(
    posterior: Floats,
    answerers: Sequence[Answerer],
    counts: NDArray[np.integer[Any]],
    cost: Floats | None,
    waiting: Mask | None,
) -> None:
    if posterior.ndim != 2 or not (np.isfinite(posterior) & (posterior >= 0)).all():
        raise InputError("the posterior must be [n, K] probabilities, none of them missing")
    n, k = posterior.shape
    if counts.shape != (n, k) or (waiting is not None and waiting.shape != (n,)):
        raise InputError(f"counts must be [{n}, {k}], and waiting [{n}], as the posterior is")
    if cost is not None and (cost.shape != (k, k) or not (np.isfinite(cost) & (cost >= 0)).all()):
        raise InputError(f"cost must be [{k}, {k}], finite and not negative; found {cost.shape}")
    if not answerers:
        raise InputError("nobody can be asked: give at least one answerer")
    for one in answerers:
        one.check(n, k)


def _check_numbers(
    target: float | None, budget: float | None, explore: float, limit: int | None, cost: Floats | None
) -> None:
    if target is None and budget is None:
        raise InputError("questions need a target or a budget_cents; without both everything would be asked")
    if target is not None and not (0 < target < 1 or (cost is not None and target >= 0)):
        raise InputError(
            f"the target must lie between 0 and 1, or be a mean cost of 0 or more; found {target}"
        )
    if (budget is not None and not budget >= 0) or not 0 <= explore <= 1 or (limit is not None and limit < 0):
        raise InputError(
            "budget_cents and limit must not be negative, and explore lie between 0 and 1; "
            f"found {budget}, {limit}, {explore}"
        )
