"""Training: each answer is told at once whether it was right, and what is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from groundswell.ids import ProjectId, TaskId
from groundswell.label.kinds import Answer
from groundswell.label.work.leasing import Seat
from groundswell.label.work.memory import Vocabulary
from groundswell.label.work.model import Receipt, ReceiptStatus
from groundswell.store import Tx, load_queries

SQL = load_queries(__package__)


async def with_feedback(
    tx: Tx,
    seats: Sequence[Seat],
    receipts: Sequence[list[Receipt]],
    vocabularies: Mapping[ProjectId, Vocabulary],
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
    gold = {TaskId(row["task_id"]): row["gold"] for row in rows}
    return [
        [_told(seat, receipt, gold, vocabularies) for receipt in given]
        for seat, given in zip(seats, receipts, strict=True)
    ]


def _told(
    seat: Seat, receipt: Receipt, gold: Mapping[TaskId, str], vocabularies: Mapping[ProjectId, Vocabulary]
) -> Receipt:
    known = gold.get(receipt.task_id)
    if seat.project.purpose != "training" or known is None or receipt.status is ReceiptStatus.REFUSED:
        return receipt
    vocabulary = vocabularies[seat.project.id]
    right = vocabulary.schema.read(known)
    said = _understood(seat, receipt, vocabulary)
    return replace(receipt, feedback={"right": vocabulary.schema.same(said, right), "answer": right})


def _understood(seat: Seat, receipt: Receipt, vocabulary: Vocabulary) -> Answer:
    """Return what was answered, as it was stored."""
    said = next(one.answer for one in seat.round.submits if one.idempotency_key == receipt.idempotency_key)
    return vocabulary.understand(said)[0]
