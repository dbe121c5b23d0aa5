"""The drop: what did not flow on, and why. Nothing leaves the river without one of these."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import pyarrow as pa

from groundswell.ids import ItemId

DROP_SCHEMA = pa.schema(
    [
        pa.field("item_id", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("locator", pa.string(), nullable=False),
        pa.field("step", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
        pa.field("failed", pa.bool_(), nullable=False),
        pa.field("kept", pa.string()),
        pa.field("likeness", pa.float64()),
    ]
)
"""Columns of a table of drops, one row for each record that was set aside."""


@dataclass(frozen=True)
class Drop:
    """One record that was set aside: by a decision of an operator, or because it could not be read.

    Attributes:
        item_id: the item's id, or None where no item could be made of the record.
        source: what was collected, as the user named it.
        locator: where in the source, for example `line 7` or `cats/1.png`.
        step: the operator or reader that set it aside, for example `near_duplicates`.
        reason: a stable code of two parts, for example `image:broken` or `duplicate:near`.
        detail: one line for a person: what was found, for example the kept item and the similarity.
        failed: True for an error (it could not be read or processed), False for a decision.
        kept: of a copy the id of the item that stays in its place, else None.
        likeness: of a copy how alike the two are, up to 1, as the step measures it, else None.
    """

    item_id: ItemId | None
    source: str
    locator: str
    step: str
    reason: str
    detail: str = ""
    failed: bool = False
    kept: ItemId | None = None
    likeness: float | None = None


def drops_to_batch(drops: Sequence[Drop]) -> pa.RecordBatch:
    """Pack drops into one Arrow batch of `DROP_SCHEMA`, in the same order."""
    return pa.RecordBatch.from_pylist([asdict(drop) for drop in drops], schema=DROP_SCHEMA)


def drops_of(batch: pa.RecordBatch) -> Iterator[Drop]:
    """Unpack a batch of `DROP_SCHEMA` into drops."""
    for row in batch.to_pylist():
        yield Drop(**row)
