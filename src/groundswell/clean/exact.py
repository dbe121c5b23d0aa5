"""Operator: items whose content was there before."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from groundswell.clean.copies.best import Keep
from groundswell.clean.copies.first_fit import Likeness
from groundswell.clean.copies.search import DropCopies
from groundswell.clean.job.gathered import Rows
from groundswell.clean.job.shelf import Taken
from groundswell.clean.operator import Seen

_ID_BYTES = 32


@dataclass(frozen=True)
class DropExactDuplicates(DropCopies):
    """Drop each item whose content is that of another; one copy stays.

    Attributes:
        keep: which copy stays: the `first` that was read, or the one with the greatest number in a column.
    """

    keep: Keep = "first"
    name: ClassVar[str] = "exact"
    version: ClassVar[str] = "2"

    def params(self) -> dict[str, Any]:
        """Return which copy stays."""
        return asdict(self)

    def gather(self, batch: pa.RecordBatch) -> Seen:
        """Note the id of each item, which is the digest of its content."""
        ids = b"".join(map(bytes.fromhex, batch["id"].to_pylist()))
        keys = np.frombuffer(ids, ">u8")[:: _ID_BYTES // 8].astype(np.uint64)
        looks = pa.Array.from_buffers(pa.binary(_ID_BYTES), batch.num_rows, [None, pa.py_buffer(ids)])
        return self.note(batch, keys, np.arange(batch.num_rows), looks)

    def compare(self, looks: Taken, one: Rows, other: Rows) -> Likeness:
        """Tell copies from items that only share a key."""
        ids = looks.data[looks.starts[:, None] + np.arange(_ID_BYTES)]
        return np.where((ids[one] == ids[other]).all(axis=1), 1.0, np.nan)

    def verdict(self, likeness: float, kept: str) -> tuple[str, str]:
        """Name the copy that stays."""
        return "duplicate:exact", f"the same content as {kept}"
