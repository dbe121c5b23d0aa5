"""Columnar batches: any rows of any shards, as one NumPy array for each column."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property, partial
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from groundswell.errors import MissingColumn
from groundswell.feed.layouts import Gather, Layout, Places, Sliced, layout_of
from groundswell.feed.pieces import FirstRows
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
        self._starts = np.array([0, *accumulate(samples.shard_rows)], dtype=np.int64)
        self._layouts = {name: _layout(samples, name, views) for name in self.names}
        self._opened: OrderedDict[int, dict[str, Any]] = OrderedDict()
        self._first_rows = FirstRows()

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
        gathers = self._glance(places)
        mapped = [name for name in self.names if name not in gathers]
        opened = {shard: self._open(shard, mapped) for shard in places.present or [0]} if mapped else {}
        for name in mapped:
            gathers[name] = self._layouts[name].prepare(places, partial(_of, opened, name))
        return lambda first, last: {name: gathers[name](first, last) for name in self.names}

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
        shards = self._starts.searchsorted(numbers, side="right") - 1
        return Places(shards, numbers - self._starts[shards])

    def _glance(self, places: Places) -> dict[str, Gather]:
        """Return, for columns of which the first rows can be read without a shard's being opened, what gathers them."""
        found: dict[str, Gather] = {}
        for name, layout in self._layouts.items() if self._first_rows.still(len(places.rows)) else ():
            if isinstance(layout, Sliced) and (pieces := self.samples.pieces(places.present, name)):
                found[name] = layout.prepare_pieces(places, pieces)
        return found

    def _open(self, shard: int, names: Sequence[str]) -> dict[str, Any]:
        """Return a shard with these columns opened, perhaps among others."""
        opened = self._opened.setdefault(shard, {})
        self._opened.move_to_end(shard)
        if missing := [name for name in names if name not in opened]:
            batch = self.samples.shard(shard, missing)
            opened |= {name: self._layouts[name].open(_values(batch.column(name))) for name in missing}
            if len(self._opened) > self.samples.most_open:
                self._opened.popitem(last=False)
        return opened


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
