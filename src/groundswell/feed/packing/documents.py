"""Documents as flat tokens: where each lies, and how stretches of them are copied into rows."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from groundswell.errors import MissingColumn, UnreadableSource
from groundswell.feed.columns import require_columns
from groundswell.feed.layouts import is_list_of_integers
from groundswell.feed.samples import Samples

Numbers = npt.NDArray[np.int64]


class Documents:
    """The token column of a dataset: one list of integers for each document, flat within each shard.

    Args:
        samples: what is read; `column` is a list of integers, never missing.
        column: where the tokens are.
        mask: column of the loss mask, a list as long as the tokens with 1 where the loss counts; None where all do.

    Raises:
        MissingColumn: there is no such column.
        UnreadableSource: a column is no list of integers, or some of its lists are missing.
    """

    def __init__(self, samples: Samples, column: str = "tokens", mask: str | None = None) -> None:
        for name in (column, *([mask] if mask else [])):
            _check(samples, name)
        self.samples = samples
        self.column = column
        self.mask = mask
        self._starts = np.concatenate([[0], np.cumsum(samples.shard_rows, dtype=np.int64)])
        self._flat: dict[tuple[str, int], npt.NDArray[Any]] = {}
        self._ends: dict[int, Numbers] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_flat": {}, "_ends": {}}

    def __len__(self) -> int:
        return int(self._starts[-1])

    @cached_property
    def lengths(self) -> Numbers:
        """Tokens of each document, int64 `[documents]`: reads where they end, not the tokens."""
        shards = range(len(self.samples.shard_rows))
        return np.concatenate(
            [np.zeros(0, dtype=np.int64), *(np.diff(self.offsets(each)) for each in shards)]
        )

    def offsets(self, shard: int) -> Numbers:
        """Return where the documents of a shard start in its flat tokens and where the last one ends."""
        if shard not in self._ends:
            array = self.samples.shard(shard, [self.column]).column(self.column)
            offsets = array.offsets.to_numpy().astype(np.int64)
            self._ends[shard] = offsets - offsets[0]  # a part of a larger array begins further on
        return self._ends[shard]

    def flat(self, shard: int, column: str | None = None) -> npt.NDArray[Any]:
        """Return the tokens of a shard one after another, or another such column."""
        name = column or self.column
        if (name, shard) not in self._flat:
            array = self.samples.shard(shard, [name]).column(name)
            self._flat[name, shard] = array.flatten().to_numpy(zero_copy_only=False)
        return self._flat[name, shard]

    def places(self, documents: Numbers) -> tuple[list[int], Numbers]:
        """Return the shard of each document, and where in its flat tokens it starts."""
        shards = np.searchsorted(self._starts, documents, side="right") - 1
        starts = np.empty(len(documents), dtype=np.int64)
        for shard in np.unique(shards).tolist():
            chosen = shards == shard
            starts[chosen] = self.offsets(shard)[documents[chosen] - self._starts[shard]]
        return shards.tolist(), starts

    def ids(self, documents: Numbers) -> list[str]:
        """Return the item ids of documents.

        Raises:
            MissingColumn: the dataset has no `id`.
        """
        require_columns(["id"], self.samples.schema.names)
        shards = np.searchsorted(self._starts, documents, side="right") - 1
        rows = documents - self._starts[shards]
        columns = {each: self.samples.shard(each, ["id"]).column("id") for each in np.unique(shards).tolist()}
        pairs = zip(shards.tolist(), rows.tolist(), strict=True)
        return [columns[shard][row].as_py() for shard, row in pairs]


def copy_stretches(
    flat: Sequence[npt.NDArray[Any]],
    starts: Sequence[int],
    sizes: Sequence[int],
    rows: Sequence[int],
    at: Sequence[int],
    target: npt.NDArray[Any],
) -> None:
    """Copy stretches of tokens into the rows of `target`, in its type; one memory copy for each stretch."""
    for tokens, start, size, row, place in zip(flat, starts, sizes, rows, at, strict=True):
        target[row, place : place + size] = tokens[start : start + size]


def _check(samples: Samples, name: str) -> None:
    require_columns([name], samples.schema.names)
    kind: pa.DataType = samples.schema.field(name).type
    if not is_list_of_integers(kind):
        raise UnreadableSource(f"column {name!r} is {kind}; tokens and masks are lists of integers")
    if samples.nulls[name]:
        raise MissingColumn(
            f"column {name!r} has {samples.nulls[name]} missing lists; drop those items first"
        )
