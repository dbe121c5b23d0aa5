"""Vectors beside the items of a version, by which `like:` finds what is alike: which model made them is on record."""

from collections.abc import Callable, Collection, Sequence
from typing import ClassVar, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean import vector_field, vector_model
from groundswell.errors import InputError
from groundswell.items import Item, ItemKind, items_of
from groundswell.organize.store import DatasetStore
from groundswell.organize.version import Version

COLUMN = "embedding"

Vectors = NDArray[np.float16]
"""One row for each item, `[n, d]`."""

_ROWS_AT_ONCE = 1024


class Embedder(Protocol):
    """Turns items of one kind into vectors; more alike items have a larger cosine.

    Attributes:
        name, version: what the vectors are kept under; vectors of another are not compared with them.
        kind: of the items.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    kind: ClassVar[ItemKind]

    def embed(self, items: Sequence[Item]) -> NDArray[np.float32]:
        """Return a row for each item, float32 `[items, d]`, always the same d."""
        ...


def embed(
    store: DatasetStore,
    version: Version,
    embedder: Embedder,
    *,
    column: str = COLUMN,
    on_progress: Callable[[int], None] = lambda count: None,
) -> Version:
    """Return a new version with a column of vectors, at half precision; nothing that is there is rewritten.

    Items of another kind than the embedder's have none. Where the column has vectors of the same model already,
    only items without one are embedded, such as those that an update has added; where none are, the version itself
    is returned.

    Args:
        store: where the version is.
        version: whose items.
        embedder: makes the vectors.
        column: the name of the column.
        on_progress: is told how many items were embedded.

    Raises:
        InputError: not one item is of the embedder's kind.
        OverQuota: the organization keeps all it may.
    """
    model = f"{embedder.name}@{embedder.version}"
    ids, blocks = _known(version, column) if model == model_of(version, column) else ([], [])
    rows = _rows_without(version, embedder.kind, frozenset(ids))
    if not len(rows):
        if not ids:
            raise InputError(f"{version} has no items of kind {embedder.kind.value!r} to embed")
        return version
    before = len(ids)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        for batch in version.batches_of(rows[start : start + _ROWS_AT_ONCE]):
            blocks.append(embedder.embed(list(items_of(batch))).astype(np.float16))
            ids += batch["id"].to_pylist()
            on_progress(len(ids) - before)
    lineage = {**version.lineage, "embedding": {"column": column, "model": model}}
    return store.add_columns(version, _table(ids, blocks, column, model), lineage=lineage)


def model_of(version: Version, column: str) -> str | None:
    """Return which model has made a column of vectors; None where there is none, or it is not on record."""
    if column not in version.columns:
        return None
    return vector_model(version.to_table([column]).schema.field(column))


def _known(version: Version, column: str) -> tuple[list[str], list[Vectors]]:
    """Return the items that have a vector, each once, and their vectors."""
    table = version.to_table(["id", column])
    table = table.filter(table[column].is_valid())
    first: dict[str, int] = {}
    for row, item_id in enumerate(table["id"].to_pylist()):
        first.setdefault(item_id, row)
    vectors = table[column].combine_chunks().take(pa.array(first.values(), pa.int64()))
    matrix = vectors.flatten().to_numpy(zero_copy_only=False).astype(np.float16)
    return list(first), [matrix.reshape(len(first), -1)] if first else []


def _rows_without(version: Version, kind: ItemKind, known: Collection[str]) -> NDArray[np.int64]:
    """Return the rows of items of a kind that have no vector, of an item that is there twice the first."""
    table = version.to_table(["id", "kind"])
    rows: dict[str, int] = {}
    for row, (item_id, of) in enumerate(zip(*(column.to_pylist() for column in table.columns), strict=True)):
        if of == kind and item_id not in known:
            rows.setdefault(item_id, row)
    return np.fromiter(rows.values(), np.int64, len(rows))


def _table(ids: list[str], blocks: Sequence[Vectors], column: str, model: str) -> pa.Table:
    matrix = np.concatenate(blocks)
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(matrix.ravel()), matrix.shape[1])
    fields = [pa.field("id", pa.string()), vector_field(column, vectors.type, model)]
    return pa.table([pa.array(ids, pa.string()), vectors], pa.schema(fields))
