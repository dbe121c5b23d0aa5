"""Operator: items that mean the same, by their vectors."""

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean.copies.best import Keep
from groundswell.clean.copies.first_fit import Likeness
from groundswell.clean.copies.search import DropCopies
from groundswell.clean.hashing import mixed
from groundswell.clean.job.gathered import Rows
from groundswell.clean.job.shelf import Taken
from groundswell.clean.operator import Seen
from groundswell.errors import MissingColumn

BANDS, BITS_PER_BAND = 24, 12
"""Two vectors at an angle a agree on a bit with probability 1 - a / pi, so at cosine 0.95 they share a band with
probability 0.9996, at 0.9 with 0.98, at 0.5 with 0.17."""


@dataclass(frozen=True)
class DropSemanticDuplicates(DropCopies):
    """Drop each item whose vector points where that of an item that stays does.

    Attributes:
        similarity: least cosine of the angle between two vectors, up to 1. The same number means
            something else for each model: look at pairs first.
        column: where the vectors are; see `EmbedTexts`. Items without one stay.
        keep: which copy stays: the `first` that was read, the `longest`, or the one with the greatest
            number in a column.

    Source:
        Abbas et al. (2023), SemDeDup, arXiv:2303.09540, for the idea; candidates come from random
        hyperplanes instead of clusters: Charikar (2002), doi:10.1145/509907.509965.
    """

    similarity: float = 0.95
    column: str = "embedding"
    keep: Keep = "first"
    name: ClassVar[str] = "semantic"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return the limit, and where the vectors are."""
        return asdict(self)

    def gather(self, batch: pa.RecordBatch) -> Seen:
        """Note the band keys of each vector, and the vector itself at half precision.

        Raises:
            MissingColumn: there are no vectors.
        """
        if self.column not in batch.schema.names:
            raise MissingColumn(
                f"there is no column {self.column!r} of vectors; put `EmbedTexts` before, or name the column"
            )
        vectors = _vectors(batch[self.column])
        lengths = np.linalg.norm(vectors, axis=1)
        rows = np.flatnonzero(lengths > 0)
        unit = vectors / np.where(lengths, lengths, 1)[:, None]
        bits = (unit[rows] @ _planes(vectors.shape[1]) > 0).reshape(len(rows), BANDS, BITS_PER_BAND)
        weights = np.left_shift(np.uint64(1), np.arange(BITS_PER_BAND, dtype=np.uint64))
        keys = mixed(bits @ weights + (np.arange(BANDS, dtype=np.uint64) << np.uint64(BITS_PER_BAND)))
        looks = pa.array([row.tobytes() for row in unit.astype(np.float16)], pa.binary())
        return self.note(batch, keys.ravel(), np.repeat(rows, BANDS), looks)

    def compare(self, looks: Taken, one: Rows, other: Rows) -> Likeness:
        """Return the cosine of pairs."""
        size = int(looks.ends[0] - looks.starts[0]) if len(looks.starts) else 0
        rows = looks.data[looks.starts[:, None] + np.arange(size)].view(np.float16).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)  # half precision has shifted it a little
        likeness = np.einsum("ij,ij->i", rows[one], rows[other]).astype(np.float64)
        return np.where(likeness >= self.similarity, np.minimum(likeness, 1.0), np.nan)

    def verdict(self, likeness: float, kept: str) -> tuple[str, str]:
        """Name the copy that stays, and how alike they are."""
        return "duplicate:semantic", f"cosine {likeness:.3f} to {kept}"


def _vectors(column: pa.Array) -> NDArray[np.float32]:
    """Return vectors `[n, d]`; a null is a zero vector."""
    found = [np.asarray(row if row is not None else (), np.float32) for row in column.to_pylist()]
    size = max(map(len, found), default=0)
    return np.stack([row if len(row) else np.zeros(size, np.float32) for row in found])


@cache
def _planes(size: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(20261129)
    return rng.standard_normal((size, BANDS * BITS_PER_BAND)).astype(np.float32)
