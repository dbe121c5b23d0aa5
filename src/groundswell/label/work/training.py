"""Training: each answer is told at once whether it was right, and what is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from groundswell.ids import TaskId
from groundswell.label.kinds import label_kind
from groundswell.label.work.leasing import Seat
from groundswell.label.work.model import Receipt, ReceiptStatus
from groundswell.store import Tx, load_queries

SQL = load_queries(__package__)


async def with_feedback(
    tx: Tx, seats: Sequence[Seat], receipts: Sequence[list[Receipt]]
) -> list[list[Receipt]]:
    """Return the receipts of each seat; in training projects they say what is right."""
    stored = [
        receipt.task_id
        for seat, given in zip(seats, receipts, strict=True)
        if seat.project.purpose == "training"
        for receipt in given
        if receipt.status is not ReceiptStatus.REFUSED
    ]
    if not stored:
        return list(receipts)
    rows = await tx.fetch_all(SQL["known_answers"], dict[str, Any], task_ids=stored)
    known = {TaskId(row["task_id"]): {"choice": row["gold"]} for row in rows}
    return [
        [_told(seat, receipt, known) for receipt in given]
        for seat, given in zip(seats, receipts, strict=True)
    ]


def _told(seat: Seat, receipt: Receipt, known: dict[TaskId, dict[str, Any]]) -> Receipt:
    right = known.get(receipt.task_id)
    if seat.project.purpose != "training" or right is None or receipt.status is ReceiptStatus.REFUSED:
        return receipt
    said = next(one.answer for one in seat.round.submits if one.idempotency_key == receipt.idempotency_key)
    distance = label_kind(seat.project.kind).distance(said, right)
    return replace(receipt, feedback={"right": distance == 0, "answer": right})
