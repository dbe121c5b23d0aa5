"""A word transition network: the transcripts of a task side by side, one slot for each word of any of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from groundswell.errors import TooLarge
from groundswell.quality.alignment import NONE, Places, cheapest_pairs
from groundswell.quality.result import TIE, Floats
from groundswell.quality.texts.distance import distances

GAP = 0.75
"""Cost of a word that faces no word. Two gaps cost more than facing any other word."""

UNLIKE = 0.25
"""Least cost of facing another word; the rest is how far the two are apart in characters."""

PASSES = 2
"""How often, at most, every transcript is taken out and aligned again with the others."""

MOST_WORDS = 5000
"""Longest transcript: aligning two of them takes 200 MB."""

NO_WORD = NONE
"""In a slot, a transcript that has no word there."""


def align(transcripts: Sequence[tuple[str, ...]]) -> list[list[int]]:
    """Align the transcripts of one task: which words of different transcripts stand for the same spoken word.

    The transcript nearest to all others comes first; each next one, in the order of nearness to it, is aligned
    with the network of those before it at the least cost: nothing for facing the same word, more for one of
    other characters, weighted by how many said it. Then each is taken out and aligned again with the rest,
    until nothing moves. The order of transcripts does not matter, and equal ones are aligned alike.

    Args:
        transcripts: the words of each; at least one transcript, any of them may be empty.

    Returns:
        For each transcript, one entry a slot: the place of its word there, or `NO_WORD`. Every word has a
        slot, in order; every slot has a word of at least one transcript.

    Raises:
        TooLarge: a transcript has more than `MOST_WORDS` words.

    Source:
        Fiscus (1997), IEEE ASRU, pp. 347-354, doi:10.1109/ASRU.1997.659110, for the network. The order, the
        costs by characters and the second alignment are ours.
    """
    longest = max(map(len, transcripts))
    if longest > MOST_WORDS:
        raise TooLarge(f"a transcript of {longest:,} words, over {MOST_WORDS:,}; cut the recording in parts")
    distinct = sorted(set(transcripts))
    counted = Counter(transcripts)
    copies = np.array([counted[one] for one in distinct], np.float64)
    order = _by_nearness(distinct, copies)
    network = _Network([distinct[one] for one in order], copies[order])
    network.settle()
    rows = {distinct[one]: _places(said) for one, said in zip(order, network.words(), strict=True)}
    return [rows[one] for one in transcripts]


class _Network:
    """The transcripts that are aligned so far; grows with each one that is added.

    Attributes:
        said: codes of words, `[n_aligned, n_slots]`; the highest code is no word.
    """

    def __init__(self, transcripts: Sequence[tuple[str, ...]], copies: Floats) -> None:
        """Align transcripts one by one, in the order given; each counts as often as it has `copies`."""
        vocabulary = sorted({word for one in transcripts for word in one})
        code = {word: place for place, word in enumerate(vocabulary)}
        self._transcripts = [np.array([code[word] for word in one], np.intp) for one in transcripts]
        self._copies = copies
        self._cost = _costs(vocabulary)
        self._empty = len(vocabulary)
        self.said = self._transcripts[0][None, :]
        for place in range(1, len(transcripts)):
            self.said = self._with(self.said, copies[:place], place)

    def settle(self) -> None:
        """Take every transcript out and align it again, until nothing moves or `PASSES` are over."""
        for _ in range(PASSES if len(self._transcripts) > 2 else 0):
            before = self.said
            for place in range(len(self._transcripts)):
                rest = np.delete(self.said, place, axis=0)
                rest = rest[:, (rest != self._empty).any(axis=0)]
                self.said = self._with(rest, np.delete(self._copies, place), place)
            if np.array_equal(before, self.said):
                return

    def words(self) -> list[NDArray[np.bool_]]:
        """Return for each transcript which slots it has a word in."""
        return list(self.said != self._empty)

    def _with(self, said: Places, copies: Floats, place: int) -> Places:
        """Return a network with one more transcript, at its place."""
        words = self._transcripts[place]
        share = np.zeros((said.shape[1], self._empty + 1))
        np.add.at(share, (np.arange(said.shape[1]), said), copies[:, None])
        share /= copies.sum()
        slots, places = cheapest_pairs(self._cost[words] @ share.T, self._cost[-1] @ share.T, GAP)
        padded = np.column_stack([said, np.full(len(said), self._empty)])  # the last column is for `NO_WORD`
        new = np.append(words, self._empty)[places]
        return np.insert(padded[:, slots], place, new, axis=0)


def _costs(vocabulary: list[str]) -> Floats:
    """Return what it costs that two words face each other; the last row and column is no word."""
    apart = cdist(vocabulary, vocabulary, scorer=Levenshtein.normalized_distance, dtype=np.float64)
    cost = np.full((len(vocabulary) + 1, len(vocabulary) + 1), GAP)
    cost[:-1, :-1] = UNLIKE + (1 - UNLIKE) * apart
    np.fill_diagonal(cost, 0.0)
    return cost


def _by_nearness(distinct: Sequence[tuple[str, ...]], copies: Floats) -> list[int]:
    """Return the transcript nearest to all first, then the others by their distance to it."""
    apart = distances(distinct)
    total = apart @ copies
    central = int((total <= total.min() + TIE).argmax())
    return sorted(range(len(distinct)), key=lambda one: (one != central, round(apart[central, one], 9), one))


def _places(has_word: NDArray[np.bool_]) -> list[int]:
    """Return the place of the word in each slot, counted from 0, or `NO_WORD`."""
    out: list[int] = np.where(has_word, np.cumsum(has_word) - 1, NO_WORD).tolist()
    return out
