"""How far the answers of each task are apart, in the arrays that the model of `medoid` works on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundswell.errors import InputError, TooLarge
from groundswell.quality.result import Floats
from groundswell.quality.texts.answers import Answer, Answers
from groundswell.quality.texts.distance import cosine_distances, distances
from groundswell.quality.texts.medoid import Batch
from groundswell.quality.texts.normal import Normal
from groundswell.quality.votes import MOST_CELLS

Embed = Callable[[Sequence[str]], ArrayLike]
"""A function from texts to one vector each, `[n_texts, dimensions]`."""


@dataclass(frozen=True, eq=False)
class Distance:
    """How far the answers of a task are apart.

    Attributes:
        keys: the words of each distinct text.
        vector: the vector of each distinct text, or None.
        share: share of the vectors in the distance.
    """

    keys: dict[str, tuple[str, ...]]
    vector: dict[str, Floats] | None
    share: float

    @classmethod
    def of(cls, read: Answers, normal: Normal, embed: Embed | None, share: float) -> Distance:
        """Look at every distinct text once."""
        texts = sorted({answer.text for answer in read.rows})
        if not 0 <= share <= 1:
            raise InputError(f"embedding_share must be from 0 to 1, not {share}")
        vectors = None if embed is None else dict(zip(texts, _vectors(embed, texts), strict=True))
        return cls({text: normal.keys(text) for text in texts}, vectors, share)

    def between(self, answers: list[Answer]) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the distances `[n, n]`, and which answers are the same text."""
        keys = [self.keys[answer.text] for answer in answers]
        code = {key: place for place, key in enumerate(keys)}
        codes = np.array([code[key] for key in keys])
        apart, same = distances(keys), codes[:, None] == codes
        if self.vector is not None:
            far = cosine_distances(np.array([self.vector[answer.text] for answer in answers]))
            apart = (1 - self.share) * apart + self.share * np.where(same, 0.0, far)
        return apart, same


def _vectors(embed: Embed, texts: list[str]) -> Floats:
    """Return a finite vector for each text."""
    vectors = np.asarray(embed(texts), np.float64)
    if vectors.ndim != 2 or len(vectors) != len(texts):
        raise InputError(f"embed must return one vector for each of {len(texts)} texts, not {vectors.shape}")
    if not np.isfinite(vectors).all():
        raise InputError("embed returned a vector that is infinite or NaN; every text needs a finite one")
    return vectors


def make_batches(groups: dict[int, list[Answer]], distance: Distance) -> list[Batch]:
    """Return the tasks by their number of answers."""
    cells = sum(len(answers) ** 2 for answers in groups.values())
    if cells > MOST_CELLS:
        raise TooLarge(f"{cells:,} pairs of answers to the same task, over {MOST_CELLS:,}; split the tasks")
    by_size: dict[int, list[int]] = {}
    for code, answers in groups.items():
        by_size.setdefault(len(answers), []).append(code)
    return [_batch(codes, [groups[code] for code in codes], distance) for codes in by_size.values()]


def _batch(codes: list[int], groups: list[list[Answer]], distance: Distance) -> Batch:
    """Return tasks with equally many answers as arrays."""
    apart, same = zip(*map(distance.between, groups), strict=True)
    worker = np.array([[answer.worker for answer in answers] for answers in groups], np.intp)
    return Batch(np.array(codes, np.intp), worker, np.stack(apart), np.stack(same))
