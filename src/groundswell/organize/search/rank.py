"""How well items fit words, and how like they are to another: numbers to sort by."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.organize.search.index import Part
from groundswell.organize.search.terms import terms_of
from groundswell.organize.vectors import COLUMN
from groundswell.organize.version import Version

K1, B = 1.2, 0.75
"""The usual constants of BM25: Robertson and Zaragoza (2009), doi:10.1561/1500000019, section 3.5 names 1.2 to 2
and 0.5 to 0.8 as good; these are what Lucene ships."""

MOST_TERMS = 32
"""Of a text that others are to be like, the terms that tell most."""

Scores = NDArray[np.float32]
Vector = NDArray[np.float32]
Mask = NDArray[np.bool_]


def bm25(parts: Sequence[Part], terms: Sequence[tuple[str, bool]], rows: int) -> Scores:
    """Score texts by terms, each with whether it is a prefix; float32 `[rows]`, 0 where none occurs.

    A prefix counts as one term that occurs as often as all words that it begins.

    Source:
        Robertson and Zaragoza (2009), doi:10.1561/1500000019, equation 3.15, with the idf of Lucene, which is never
        negative: ln(1 + (N - n + 0.5) / (n + 0.5)).
    """
    scores = np.zeros(rows, np.float32)
    mean_length = max(1.0, sum(part.postings.total_length for part in parts) / max(1, rows))
    for term, prefix in terms:
        found = [_counted(part, term, prefix=prefix) for part in parts]
        known = sum(len(of_part) for of_part, _ in found)
        idf = np.float32(np.log1p((rows - known + 0.5) / (known + 0.5)))
        for part, (of_part, often) in zip(parts, found, strict=True):
            lengths = part.postings.lengths[of_part].astype(np.float32)
            weights = idf * often * np.float32(K1 + 1)
            scores[part.span][of_part] += weights / (
                often + np.float32(K1) * (np.float32(1 - B) + np.float32(B / mean_length) * lengths)
            )
    return scores


def _counted(part: Part, term: str, *, prefix: bool) -> tuple[NDArray[Any], NDArray[np.float32]]:
    """Return the rows of a part that have a term, each once, and how often they have it."""
    rows, counts = part.postings.rows_with(part.postings.find(term, prefix=prefix))
    if not prefix:
        return rows, counts.astype(np.float32)
    often = np.bincount(rows, counts, minlength=part.rows).astype(np.float32)
    several = np.flatnonzero(often)
    return several, often[several]


def like_text(parts: Sequence[Part], text: str, rows: int) -> Scores:
    """Score texts by their likeness to another, by the words that tell most of it; float32 `[rows]`."""
    counts = Counter(terms_of(text))
    spread = {
        term: sum(len(part.postings.rows_with(part.postings.find(term))[0]) for part in parts)
        for term in counts
    }
    telling = sorted(
        (term for term in counts if spread[term]),
        key=lambda term: (-counts[term] * np.log1p(rows / spread[term]), term),
    )
    return bm25(parts, [(term, False) for term in telling[:MOST_TERMS]], rows)


def vector_columns(version: Version) -> list[str]:
    """Return the columns of vectors that likeness can go by: `embedding` first, then as stored."""
    vectors = [
        name for name in version.columns if _is_vector(version.to_table([name]).schema.field(name).type)
    ]
    return sorted(vectors, key=lambda name: name != COLUMN)


def vector_at(version: Version, column: str, row: int) -> Vector | None:
    """Return the vector of a row, float32 `[d]`; None where it has none."""
    values = version.take([row], [column])[column].combine_chunks()
    return _vectors(values)[0] if values.null_count == 0 else None


def like_vector(version: Version, column: str, wanted: Vector, among: Mask) -> Scores:
    """Return the cosine of each row's vector with another, float32 `[rows]`; -1 where there is none.

    Args:
        version: which.
        column: of vectors.
        wanted: to which they are compared, `[d]`.
        among: which rows are looked at.
    """
    scores = np.full(version.rows, -1.0, np.float32)
    start = 0
    for chunk in version.to_table([column])[column].chunks:
        rows = np.flatnonzero(among[start : start + len(chunk)] & _is_valid(chunk))
        if len(rows):
            scores[start + rows] = _cosines(_vectors(chunk), rows, wanted)
        start += len(chunk)
    return scores


def _cosines(vectors: NDArray[np.float32], rows: NDArray[np.int64], wanted: Vector) -> Scores:
    few = len(rows) < len(vectors)
    chosen = vectors[rows] if few else vectors
    lengths = np.sqrt(np.einsum("ij,ij->i", chosen, chosen)) * np.linalg.norm(wanted)
    with np.errstate(invalid="ignore", divide="ignore"):
        scores: Scores = np.nan_to_num(chosen @ wanted / lengths, nan=-1.0).astype(np.float32)
    return scores


def _is_vector(kind: pa.DataType) -> bool:
    return bool(pa.types.is_fixed_size_list(kind) and pa.types.is_floating(kind.value_type))


def _is_valid(chunk: pa.Array) -> Mask:
    mask: Mask = chunk.is_valid().to_numpy(zero_copy_only=False)
    return mask


def _vectors(chunk: pa.FixedSizeListArray) -> NDArray[np.float32]:
    """Return a column of vectors as a matrix; rows without one are whatever lies there."""
    size = chunk.type.list_size
    flat = chunk.values.slice(chunk.offset * size, len(chunk) * size)
    matrix: NDArray[np.float32] = flat.to_numpy(zero_copy_only=False).astype(np.float32, copy=False)
    return matrix.reshape(len(chunk), size)
