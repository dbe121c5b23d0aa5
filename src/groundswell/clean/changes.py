"""Changing a batch: its texts, so that each changed item is a new one that names its origin; its columns."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from groundswell.items import digest_text


def with_texts(batch: pa.RecordBatch, texts: pa.Array, may_change: NDArray[np.bool_]) -> pa.RecordBatch:
    """Return a batch with other texts: an item that changes gets a new id, and its old one as origin.

    Args:
        batch: of items.
        texts: one for each row.
        may_change: rows that take the new text; the others keep theirs.
    """
    is_changed = pc.and_(pc.not_equal(texts, batch["text"]), pa.array(may_change)).fill_null(False)
    places = np.flatnonzero(is_changed.to_numpy(zero_copy_only=False))
    if not len(places):
        return batch
    ids = batch["id"].to_pylist()
    origins = batch["derived_from"].to_pylist()
    for place, text in zip(places.tolist(), texts.take(pa.array(places)).to_pylist(), strict=True):
        ids[place], origins[place] = digest_text(text), ids[place]
    columns = {
        "id": pa.array(ids, pa.string()),
        "text": pc.if_else(is_changed, texts, batch["text"]),
        "derived_from": pa.array(origins, pa.string()),
    }
    for name, column in columns.items():
        batch = batch.set_column(batch.schema.get_field_index(name), batch.schema.field(name), column)
    return batch


def with_column(batch: pa.RecordBatch, field: str | pa.Field, column: pa.Array) -> pa.RecordBatch:
    """Return a batch with a column, in the place of one of that name if there is one."""
    name = field if isinstance(field, str) else field.name
    if name in batch.schema.names:
        return batch.set_column(batch.schema.get_field_index(name), field, column)
    return batch.append_column(field, column)
