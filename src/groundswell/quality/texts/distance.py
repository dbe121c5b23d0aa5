"""How far texts are apart: error rates against a truth, and a distance between equals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from groundswell.errors import InputError
from groundswell.quality.result import Floats
from groundswell.quality.texts.normal import Normal

NORMAL = Normal()
"""Case and punctuation do not count."""


def word_error_rate(
    truth: str | Sequence[str], text: str | Sequence[str], *, normal: Normal = NORMAL
) -> float:
    """Measure transcripts against the truth: words to insert, delete or replace, for each word of the truth.

    Args:
        truth: the true text, or one for each text.
        text: what is judged. Of several, all edits are divided by all true words (the usual corpus figure).
        normal: what counts as a difference.

    Returns:
        0 for perfect; may exceed 1. Infinite where the truth has no word and the text has one; 0 where
        neither has any.

    Raises:
        InputError: not as many truths as texts.
    """
    return _error_rate(truth, text, normal.keys)


def character_error_rate(
    truth: str | Sequence[str], text: str | Sequence[str], *, normal: Normal = NORMAL
) -> float:
    """Measure transcripts against the truth by characters; see `word_error_rate`.

    The single spaces between words count as characters.
    """
    return _error_rate(truth, text, normal)


def distance(first: str, second: str, *, normal: Normal = NORMAL) -> float:
    """Measure how far two texts are apart: word edits over the words of the longer one.

    Returns:
        0 where they are the same (two empty texts are), to 1 where they share no word.
    """
    return float(Levenshtein.normalized_distance(normal.keys(first), normal.keys(second)))


def distances(keys: Sequence[Sequence[str]]) -> Floats:
    """Return the distance of each pair of token sequences, symmetric `[n, n]` with a zero diagonal."""
    out: Floats = cdist(keys, keys, scorer=Levenshtein.normalized_distance, dtype=np.float64)
    return out


def cosine_distances(vectors: Floats) -> Floats:
    """Return 1 - cosine of each pair of vectors, `[n, n]` in 0..1; opposite counts as unrelated.

    A vector of zeros is unrelated to all but other zeros.
    """
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(length > 0, length, 1.0)
    nothing = length[:, 0] == 0
    out: Floats = np.clip(1 - unit @ unit.T, 0.0, 1.0)
    out[np.ix_(nothing, nothing)] = 0.0
    np.fill_diagonal(out, 0.0)
    return out


def _error_rate(
    truth: str | Sequence[str], text: str | Sequence[str], cut: Callable[[str], Sequence[str]]
) -> float:
    """Return all edits over the length of all truths."""
    truths, texts = _listed(truth), _listed(text)
    if len(truths) != len(texts):
        raise InputError(f"there must be a truth for each text; found {len(truths)} for {len(texts)}")
    pairs = [(cut(one), cut(other)) for one, other in zip(truths, texts, strict=True)]
    edits = sum(Levenshtein.distance(one, other) for one, other in pairs)
    length = sum(len(one) for one, _ in pairs)
    if not length:
        return inf if edits else 0.0
    return edits / length


def _listed(text: str | Sequence[str]) -> Sequence[str]:
    return [text] if isinstance(text, str) else text
