"""Columnar batches: any rows of any shards, as one NumPy array for each column."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from groundswell.errors import MissingColumn
from groundswell.feed.layouts import Layout, Places, layout_of
from groundswell.feed.samples import Samples

Batch = dict[str, npt.NDArray[Any]]
"""One batch: for each column an array whose first axis is the sample."""


class Columns:
    """Random access to some columns of a dataset.

    Shards are opened when a row of theirs is first read, so that starting costs nothing.

    Args:
        samples: what is read.
        names: columns that a batch shall have, in this order; None means all.

    Raises:
        MissingColumn: a name is not among the columns.
    """

    def __init__(self, samples: Samples, names: Sequence[str] | None = None) -> None:
        self.names = tuple(samples.schema.names if names is None else names)
        require_columns(self.names, samples.schema.names)
        self._samples = samples
        self._starts = np.concatenate([[0], np.cumsum(samples.shard_rows, dtype=np.int64)])
        self._layouts = {name: _layout(samples, name) for name in self.names}
        self._opened: dict[tuple[str, int], Any] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_opened": {}}

    def __len__(self) -> int:
        return int(self._starts[-1])

    def take(self, numbers: npt.NDArray[np.int64]) -> Batch:
        """Return the rows with these numbers, in this order; a number may occur more than once."""
        shards = np.searchsorted(self._starts, numbers, side="right") - 1
        places = Places(shards, numbers - self._starts[shards])
        return {name: self._gather(name, places) for name in self.names}

    def _gather(self, name: str, places: Places) -> npt.NDArray[Any]:
        return self._layouts[name].gather(places, lambda shard: self._open(name, shard))

    def _open(self, name: str, shard: int) -> Any:
        if (name, shard) not in self._opened:
            array = _values(self._samples.shard(shard).column(name))
            self._opened[name, shard] = self._layouts[name].open(array)
        return self._opened[name, shard]


def require_columns(names: Sequence[str], known: Sequence[str]) -> None:
    """Raise `MissingColumn` unless all of `names` are among the `known` ones."""
    missing = [name for name in names if name not in known]
    if missing:
        raise MissingColumn(f"no column {', '.join(map(repr, missing))}; there are {', '.join(known)}")


def _layout(samples: Samples, name: str) -> Layout:
    kind = samples.schema.field(name).type
    return layout_of(_value_type(kind), has_nulls=samples.nulls[name] > 0)


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _values(array: pa.Array) -> pa.Array:
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
