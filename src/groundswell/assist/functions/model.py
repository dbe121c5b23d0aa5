"""The model behind `combine`: what a vote of a function is worth, from agreement and from people's labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.functions.redundancy import jaccard, redundancy, shared_votes, vote_weights
from groundswell.quality.expectation import label_sums, normalised, sum_rows, tally
from groundswell.quality.result import Floats
from groundswell.quality.votes import Codes, Votes, require_votes

KNOWN = 0.75
"""How often a function knows what it says, rather than guesses by how common classes are, before any sign of it."""

KNOWN_VOTES = 50.0
"""Pseudo-votes behind `KNOWN`, for each class that a function says."""

AGREEMENT_LABELS = 20.0
"""People's labels that a precision inferred from agreement counts as, however many votes it was inferred from:
what functions get wrong together, no number of votes shows."""

EVEN_ITEMS = 5.0
"""Imagined items in the class shares, split evenly."""

ROUNDS = 2
"""How often labels and precisions are estimated in turn; as in `shrunk`, more rounds drift."""


NEAR_COPIES = 0.8
"""Share of all that two functions say which both say, from which they count as copies before the truth is guessed."""

COPIES = 0.95
"""The same, from which they count as copies in any case: with few items, chance cannot be told from copying."""

_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Fit:
    """What was learnt about functions, and what follows for items.

    Attributes:
        posterior: `[n_items, n_classes]`, rows sum to 1; the class shares where no function votes. People's labels
            are not put in: see `left_out`.
        left_out: `[n_items, n_classes]`, the same, but for items that people labelled without what those labels
            taught.
        prior: `[n_classes]`, share of each class.
        precision: `[n_pairs, truth]`, how probable each truth is where a function says a label; rows sum to 1.
        behind: `[n_pairs]`, labels that stand behind it, by people or counted as such.
        alike: `[n_workers, n_workers]`, see `redundancy`.
    """

    posterior: Floats
    left_out: Floats
    prior: Floats
    precision: Floats
    behind: Floats
    alike: Floats


def fit_functions(votes: Votes, people: Floats, *, balance: Floats | None = None) -> Fit:
    """Learn how precise each function is, how alike they are, and what the items are.

    Args:
        votes: at least one.
        people: `[n_items, n_classes]`, from `with_people`; rows of NaN where nobody answered.
        balance: `[n_classes]`, the share of each class where it is known; rows sum to 1.

    Raises:
        NoVotes: `votes` is empty.
    """
    require_votes(votes)
    told = ~np.isnan(people[:, 0])
    truth = np.where(told[:, None], people, 0.0)
    taught = tally(votes, truth).said
    same, both = shared_votes(votes)
    share = jaccard(same, both)
    guess = _vote_shares(votes, vote_weights(votes, _copies(share, NEAR_COPIES)))
    for _ in range(ROUNDS):
        assumed_prior = _shares(votes, guess) if balance is None else balance
        prior = balance if balance is not None else _leaning(truth[told].sum(axis=0), assumed_prior)
        assumed = _assumed(votes, tally(votes, guess).said, assumed_prior, prior)
        precision = _precision(votes.pairs.label, taught, assumed)
        alike = _alike(votes, same, share, np.where(told[:, None], people, guess))
        weight = vote_weights(votes, alike)
        guess = _posterior(votes, precision[votes.pair_of()], weight, prior)
    left_out = guess.copy()
    places = np.flatnonzero(told)
    left_out[places] = _left_out(votes, places, truth, taught, assumed, weight, (prior, assumed_prior))
    return Fit(guess, left_out, prior, precision, taught.sum(axis=1) + AGREEMENT_LABELS, alike)


def _vote_shares(votes: Votes, weight: Floats) -> Floats:
    """Return what a count says, `[n_items, n_classes]`, with one imagined vote that is split evenly."""
    counts = label_sums(votes, weight) + 1 / votes.n_classes
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def _copies(share: Floats, least: float) -> Floats:
    """Return who says nearly all the same, `[n_workers, n_workers]`, 0 below `least`."""
    return np.where(share >= least, share, 0.0)


def _alike(votes: Votes, same: Floats, share: Floats, mixed: Floats) -> Floats:
    """Return who is alike, given people's labels and a guess at the others."""
    beyond_truth = redundancy(votes, same, tally(votes, mixed), mixed.sum(axis=0) + _TINY)
    return np.maximum(beyond_truth, _copies(share, COPIES))


def _shares(votes: Votes, guess: Floats) -> Floats:
    """Return the share of each class among items that functions speak of, `[n_classes]`."""
    covered = votes.votes_per_item > 0
    total = guess[covered].sum(axis=0) + EVEN_ITEMS / votes.n_classes
    return np.asarray(total / (covered.sum() + EVEN_ITEMS))


def _assumed(votes: Votes, said: Floats, shares: Floats, prior: Floats) -> Floats:
    """Return each pair's precision as far as agreement shows it, `[n_pairs, truth]`.

    It is seen among items of one balance of classes (`shares`), and returned for another (`prior`). Agreement alone
    never turns a function's word into evidence against itself.
    """
    own = votes.pairs.label[:, None] == np.arange(votes.n_classes)
    centre = KNOWN * own + (1 - KNOWN) * shares
    seen = (said + KNOWN_VOTES * centre) / (said.sum(axis=1, keepdims=True) + KNOWN_VOTES)
    ratio = seen / shares
    ratio = np.where(own, np.maximum(ratio, ratio.max(axis=1, keepdims=True)), ratio)
    moved = ratio * prior
    return np.asarray(moved / moved.sum(axis=1, keepdims=True))


def _leaning(taught: Floats, assumed: Floats) -> Floats:
    """Return shares by people's labels, leaning on what is assumed without; any leading shape."""
    return np.asarray(
        (taught + AGREEMENT_LABELS * assumed) / (taught.sum(axis=-1, keepdims=True) + AGREEMENT_LABELS)
    )


def _precision(label: Codes, taught: Floats, assumed: Floats) -> Floats:
    """Return precisions by people's labels, leaning on what agreement shows, `[n, truth]`.

    How often a function is right leans on `AGREEMENT_LABELS`; which other class it is when it is wrong on as many for
    each class, since labels are few and spread over many cells.
    """
    place = label[:, None].astype(np.intp)
    right, was_right = (np.take_along_axis(rows, place, 1) for rows in (taught, assumed))
    total = taught.sum(axis=1, keepdims=True)
    share = (right + AGREEMENT_LABELS * was_right) / (total + AGREEMENT_LABELS)
    lean = AGREEMENT_LABELS * taught.shape[1]
    shape = (taught + lean * assumed) / np.maximum(total - right + lean * (1 - was_right), _TINY)
    out = (1 - share) * shape
    np.put_along_axis(out, place, share, 1)
    return np.asarray(np.maximum(out, _TINY))


def _posterior(votes: Votes, precision: Floats, weight: Floats, prior: Floats) -> Floats:
    """Multiply what each vote says beyond the class shares; `precision` is `[n_votes, truth]`."""
    says = weight[:, None] * (np.log(precision) - np.log(prior))
    return normalised(sum_rows(says, votes.item, votes.n_items) + np.log(prior))


def _left_out(
    votes: Votes,
    places: NDArray[np.intp],
    truth: Floats,
    taught: Floats,
    assumed: Floats,
    weight: Floats,
    priors: tuple[Floats, Floats],
) -> Floats:
    """Return the posterior of labelled items with each one's own label taken out of what labels taught.

    What agreement shows is left as it is: people's labels reach it only through other items.
    """
    row = np.full(votes.n_items, -1)
    row[places] = np.arange(len(places))
    mine = np.flatnonzero(row[votes.item] >= 0)
    item, pair = votes.item[mine], votes.pair_of()[mine]
    precision = _precision(votes.label[mine], np.maximum(taught[pair] - truth[item], 0.0), assumed[pair])
    prior, assumed_prior = priors
    others = truth[places].sum(axis=0) - truth[places]
    without = np.broadcast_to(prior, others.shape)
    if prior is not assumed_prior:
        without = _leaning(others, assumed_prior)
    says = weight[mine, None] * (np.log(precision) - np.log(without[row[item]]))
    return normalised(sum_rows(says, row[item], len(places)) + np.log(without))
