"""The open slots of projects whose tasks each want a number of answers: a window that moves over the backlog."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell.ids import ProjectId
from groundswell.store import Tx, load_queries

SQL = load_queries(__package__)

LEAST_TASKS = 250
"""Tasks that are opened at once, at least; their slots are offered breadth first."""


@dataclass(frozen=True)
class Opened:
    """What one opening of a batch looked at, and the slots that it made."""

    tasks: int
    slots: int


@dataclass(frozen=True)
class OpenBatch:
    """A batch whose slots may be opened."""

    batch_id: int
    project_id: ProjectId


async def open_more(tx: Tx, project_ids: Sequence[ProjectId], *, tasks: int = LEAST_TASKS) -> int:
    """Open the slots of the next tasks of these projects, the most urgent batches first.

    Returns:
        How many slots were opened, 0 where the backlog is at its end.
    """
    total, done = 0, set()
    for batch in await tx.fetch_all(SQL["batches_to_open"], OpenBatch, project_ids=list(project_ids)):
        while batch.project_id not in done:
            opened = await tx.fetch_one(SQL["open_slots"], Opened, batch_id=batch.batch_id, limit=tasks)
            if opened is None or opened.tasks == 0:
                break  # the batch has no further task, or another process is opening it
            total += opened.slots
            if opened.slots:
                done.add(batch.project_id)
    return total
