"""Operator: texts that hold questions of evaluation sets."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean import kernels
from groundswell.clean.operator import Result
from groundswell.errors import InputError

GRAM_WORDS = 13
"""Brown et al. (2020), Language Models are Few-Shot Learners, arXiv:2005.14165, appendix C."""

LEAST_WORDS = 8
"""Questions of fewer words are not looked for: they are found in many texts that do not quote them."""

MOST_ITEMS = 10
"""A run of words that more questions of a set have is the wording of the set, not of a question; the same number
as in Brown et al."""


@dataclass(frozen=True)
class DropContaminated:
    """Drop texts that share a long run of words with an evaluation set; made by `DropContaminated.of`.

    Attributes:
        sets: the names of the evaluation sets.
        digests: of their texts, in the same order.
        words: the length of a run.
        grams: hashes of the runs of all sets, ascending, as 8 bytes each.
        owners: for each run the place of its set, as one byte.
    """

    sets: tuple[str, ...]
    digests: tuple[str, ...]
    words: int = GRAM_WORDS
    grams: bytes = field(default=b"", repr=False)
    owners: bytes = field(default=b"", repr=False)
    name: ClassVar[str] = "contamination"
    version: ClassVar[str] = "1"

    @classmethod
    def of(cls, evaluation: Mapping[str, Iterable[str]], *, words: int = GRAM_WORDS) -> "DropContaminated":
        """Return the operator for evaluation sets.

        Args:
            evaluation: the texts of each set, by its name: questions, and answers where they are long.
            words: texts that share a run of so many words go; case, spaces and punctuation do not count.
                Questions of fewer words, but at least 8, are looked for whole.

        Raises:
            InputError: a set has no text that is long enough, or there are more than 255 sets.
        """
        if len(evaluation) > 255:
            raise InputError(f"{len(evaluation)} evaluation sets; at most 255 can be looked for at once")
        parts = [_grams_of(name, list(texts), words) for name, texts in evaluation.items()]
        owners = np.repeat(np.arange(len(parts), dtype=np.uint8), [len(part) for part, _ in parts])
        grams = np.concatenate([np.empty(0, np.uint64), *(part for part, _ in parts)])
        grams, first = np.unique(grams, return_index=True)
        digests = tuple(digest for _, digest in parts)
        return cls(tuple(evaluation), digests, words, grams.tobytes(), owners[first].tobytes())

    def params(self) -> dict[str, Any]:
        """Return the sets by name and digest, and the length of a run."""
        return {"sets": dict(zip(self.sets, self.digests, strict=True)), "words": self.words}

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Give a reason for each text that holds a run of an evaluation set."""
        grams = np.frombuffer(self.grams, np.uint64)
        found: dict[int, list[int]] = {}
        texts = kernels.Texts.of(batch["text"])
        for words in range(LEAST_WORDS, self.words + 1):
            counts, hashes = kernels.gram_hashes(texts, words)
            places = np.searchsorted(grams, hashes)
            places[places == len(grams)] = 0
            hits = np.flatnonzero(grams[places] == hashes) if len(grams) else np.empty(0, np.int64)
            rows = np.searchsorted(np.cumsum(counts), hits, side="right")
            for row, place in zip(rows.tolist(), places[hits].tolist(), strict=True):
                found.setdefault(row, []).append(place)
        reasons = ["contamination:evaluation" if row in found else None for row in range(batch.num_rows)]
        details = [self._told(found.get(row, [])) for row in range(batch.num_rows)]
        return Result(batch, pa.array(reasons, pa.string()), pa.array(details, pa.string()))

    def _told(self, places: list[int]) -> str | None:
        if not places:
            return None
        names = sorted({self.sets[self.owners[place]] for place in places})
        return f"{len(set(places))} runs of words of {', '.join(names)}"


def _grams_of(name: str, texts: list[str], words: int) -> tuple[NDArray[np.uint64], str]:
    """Return the hashes of the runs of one evaluation set, each once, and a digest of its texts."""
    column = kernels.Texts.of(pa.array(texts, pa.large_string()))
    counts, hashes = kernels.gram_hashes(column, words)
    grams = [_unusual(counts, hashes)]
    remaining = counts == 0
    for size in range(words - 1, LEAST_WORDS - 1, -1):  # whole questions, which have one run of their length
        counts, hashes = kernels.gram_hashes(column, size)
        is_whole = remaining & (counts == 1)
        grams.append(hashes[np.repeat(is_whole, counts)])
        remaining &= counts == 0
    found = np.unique(np.concatenate(grams))
    if not len(found):
        raise InputError(f"evaluation set {name!r} has no text of at least {LEAST_WORDS} words to look for")
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return found, digest


def _unusual(counts: NDArray[np.int64], hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Leave out the runs that more than `MOST_ITEMS` questions have."""
    items = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((items, hashes))
    items, hashes = items[order], hashes[order]
    is_new = np.ones(len(items), np.bool_)
    is_new[1:] = (items[1:] != items[:-1]) | (hashes[1:] != hashes[:-1])
    grams, asked = np.unique(hashes[is_new], return_counts=True)
    return np.asarray(grams[asked <= MOST_ITEMS])
