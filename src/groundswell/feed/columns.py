"""Columnar batches: any rows of any shards, as one NumPy array for each column."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from groundswell.errors import MissingColumn
from groundswell.feed.layouts import Layout, Places, layout_of
from groundswell.feed.rows import Batch, Take
from groundswell.feed.samples import Samples

__all__ = ["Batch", "Columns", "require_columns"]


class Columns:
    """Random access to some columns of a dataset, as `Rows`.

    Shards are opened when a row of theirs is first read, so that starting costs nothing; those that were not
    read for the longest time are closed when more than `samples.most_open` are open.

    Args:
        samples: what is read.
        names: columns that a batch shall have, in this order; None means all.
        views: give bytes as read-only views of the shard's memory instead of copies.

    Attributes:
        samples: what is read.
        names: columns of a batch.

    Raises:
        MissingColumn: a name is not among the columns.
    """

    def __init__(self, samples: Samples, names: Sequence[str] | None = None, *, views: bool = False) -> None:
        self.names = tuple(samples.schema.names if names is None else names)
        require_columns(self.names, samples.schema.names)
        self.samples = samples
        self._starts = np.concatenate([[0], np.cumsum(samples.shard_rows, dtype=np.int64)])
        self._layouts = {name: _layout(samples, name, views) for name in self.names}
        self._opened: OrderedDict[int, dict[str, Any]] = OrderedDict()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_opened": OrderedDict()}

    def __len__(self) -> int:
        return int(self._starts[-1])

    @property
    def digest(self) -> str:
        """Names the dataset's content and its order."""
        return self.samples.digest

    @cached_property
    def blocks(self) -> npt.NDArray[np.int64]:
        """Rows of each shard."""
        sizes = np.diff(self._starts)
        return sizes[sizes > 0]

    def take(self, numbers: npt.NDArray[np.int64]) -> Batch:
        """Return the rows with these numbers, in this order; a number may occur more than once."""
        return self.prepare(numbers)(0, len(numbers))

    def prepare(self, numbers: npt.NDArray[np.int64]) -> Take:
        """Return what takes batches of the rows with these numbers: where they lie is worked out for all at once."""
        places = self._places(numbers)
        self.samples.fetch([shard for shard in places.present if shard not in self._opened], self.names)
        opened = {shard: self._open(shard) for shard in places.present or [0]}
        gathers = [
            (name, layout.prepare(places, partial(_of, opened, name)))
            for name, layout in self._layouts.items()
        ]
        return lambda first, last: {name: gather(first, last) for name, gather in gathers}

    def origins(self, numbers: npt.NDArray[np.int64]) -> list[list[str]]:
        """Return for each row, in a list of its own, the id of its item.

        Raises:
            MissingColumn: the rows have no `id`.
        """
        return [[name] for name in self._ids.take(numbers)["id"]]

    @cached_property
    def _ids(self) -> "Columns":
        return Columns(self.samples, ["id"])

    def _places(self, numbers: npt.NDArray[np.int64]) -> Places:
        shards = np.searchsorted(self._starts, numbers, side="right") - 1
        return Places(shards, numbers - self._starts[shards])

    def _open(self, shard: int) -> dict[str, Any]:
        if shard not in self._opened:
            batch = self.samples.shard(shard, self.names)
            self._opened[shard] = {
                name: layout.open(_values(batch.column(name))) for name, layout in self._layouts.items()
            }
            if len(self._opened) > self.samples.most_open:
                self._opened.popitem(last=False)
        self._opened.move_to_end(shard)
        return self._opened[shard]


def _of(opened: dict[int, dict[str, Any]], name: str, shard: int) -> Any:
    return opened[shard][name]


def require_columns(names: Sequence[str], known: Sequence[str]) -> None:
    """Raise `MissingColumn` unless all of `names` are among the `known` ones."""
    missing = [name for name in names if name not in known]
    if missing:
        raise MissingColumn(f"no column {', '.join(map(repr, missing))}; there are {', '.join(known)}")


def _layout(samples: Samples, name: str, views: bool) -> Layout:
    kind = samples.schema.field(name).type
    return layout_of(_value_type(kind), has_nulls=samples.nulls[name] > 0, views=views)


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _values(array: pa.Array) -> pa.Array:
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
