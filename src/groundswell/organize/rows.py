"""Which rows of a version are meant: by id, by mask, and in what order new columns go beside them."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from groundswell.errors import InputError, MissingColumn, NotFound
from groundswell.items import ITEM_SCHEMA
from groundswell.organize.version import Version


def aligned(version: Version, table: pa.Table) -> pa.Table:
    """Return a table's columns, without `id`, as rows beside those of a version; null where it has none.

    Raises:
        MissingColumn: no column `id`, or no other.
        InputError: a column that every item has from the start; an id twice; an id the version lacks.
    """
    columns = _new_columns(table)
    ids, known = table["id"].cast(pa.string()), version.to_table(["id"])["id"]
    if len(ids.unique()) != len(ids):
        raise InputError("an id is in the table more than once; give each item one row")
    strangers = ids.filter(pc.invert(pc.is_in(ids, value_set=known.combine_chunks())))
    if len(strangers):
        raise InputError(f"{len(strangers):,} ids are not in {version}, the first: {strangers[0].as_py()!r}")
    places = pc.index_in(known, value_set=ids.combine_chunks())
    nullable = pa.schema([table.schema.field(name).with_nullable(True) for name in columns])
    return table.select(columns).cast(nullable).take(places)


def _new_columns(table: pa.Table) -> list[str]:
    columns = [name for name in table.column_names if name != "id"]
    if "id" not in table.column_names or not columns:
        raise MissingColumn(f"columns to add need an id beside them; the table has {table.column_names}")
    taken = sorted(set(columns) & set(ITEM_SCHEMA.names))
    if taken:
        raise InputError(f"{', '.join(taken)} cannot be replaced: every item has it from the start")
    return columns


def mask_of(version: Version, ids: Iterable[str] | None, mask: ArrayLike | None) -> NDArray[np.bool_]:
    """Return which rows of a version are chosen, boolean `[rows]`.

    Raises:
        InputError: neither or both are given, or the mask is not boolean or has another length.
        NotFound: an id is not in the version.
    """
    if (ids is None) == (mask is None):
        raise InputError("choose rows by ids or by mask, one of the two")
    if ids is not None:
        return _mask_of_ids(version, set(ids))
    keep: NDArray[Any] = np.asarray(mask)
    if keep.shape != (version.rows,) or keep.dtype != np.bool_:
        raise InputError(
            f"the mask of {version} needs {version.rows:,} booleans, not {keep.dtype} {keep.shape}"
        )
    return keep


def _mask_of_ids(version: Version, wanted: set[str]) -> NDArray[np.bool_]:
    known = version.ids()
    missing = wanted.difference(known)
    if missing:
        raise NotFound(f"{len(missing):,} ids are not in {version}, for example {min(missing)!r}")
    return np.fromiter((each in wanted for each in known), np.bool_, len(known))
