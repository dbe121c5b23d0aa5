"""Which of several copies is the best."""

from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from groundswell.errors import MissingColumn

Keep = Literal["first", "longest"] | str
"""Which copy stays: the `first` that was read, the `longest`, or the one with the greatest number in a column."""


def ranks_of(batch: pa.RecordBatch, keep: Keep) -> pa.Array:
    """Return for each row how good a copy it is, the less the better, as 8 bytes that hold an int64.

    Of equal ones the first is the best. A row without the number, or with not-a-number, is the worst.

    Raises:
        MissingColumn: there is no such column.
    """
    if keep == "first":
        ranks = np.zeros(batch.num_rows, np.int64)
    elif keep == "longest":
        lengths = [pc.binary_length(batch[name]).fill_null(0).to_numpy() for name in ("text", "data")]
        ranks = -(lengths[0] + lengths[1]).astype(np.int64)
    else:
        ranks = _descending(batch, keep)
    return pa.Array.from_buffers(pa.binary(8), batch.num_rows, [None, pa.py_buffer(ranks)])


def _descending(batch: pa.RecordBatch, column: str) -> np.ndarray:
    """Return int64 that ascend as the numbers of a column descend.

    The bits of a float, read as a whole number, are in the order of the floats of its sign (IEEE 754).
    """
    if column not in batch.schema.names:
        raise MissingColumn(
            f"there is no column {column!r} to choose the best copy by; there are {', '.join(batch.schema.names)}"
        )
    values = -batch[column].cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
    bits = np.where(np.isnan(values), np.inf, values + 0.0).view(np.int64)
    return np.where(bits < 0, np.int64(-(2**63)) - bits, bits)
