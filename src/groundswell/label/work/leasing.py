"""Tasks out: who is given which task now, in the order of work."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np

from groundswell.ids import ProjectId, TaskId, WorkerId
from groundswell.label.work.memory import EMPTY, FIRST, MET, Memory, Place, ProjectAtWork
from groundswell.label.work.model import LeasedTask, Round
from groundswell.label.work.slots import open_more
from groundswell.store import Tx, load_queries
from groundswell.workforce.standing import Standing

SQL = load_queries(__package__)

LONGEST_LEASE_SECONDS = 24 * 60 * 60
"""However often it is extended, a lease ends so long after it began."""

MOST_GOLD = 1_000
"""Tasks of known answer from which tests are drawn."""


@dataclass(frozen=True)
class Held:
    """A lease that a worker holds."""

    worker_id: WorkerId
    project_id: ProjectId
    task_id: TaskId
    expires_at: datetime
    price_cents: int


@dataclass(frozen=True)
class Lease:
    """A lease that was made now, with what its worker sees of the task."""

    worker_id: WorkerId
    project_id: ProjectId
    task_id: TaskId
    expires_at: datetime
    price_cents: int
    item_id: str
    batch_id: int
    payload: dict[str, Any]
    proposal: dict[str, Any] | None
    probability: float | None
    model_version: int | None

    def task(self) -> LeasedTask:
        """Return it as its worker is shown it."""
        shown = {name: value for name, value in vars(self).items() if name not in ("worker_id", "project_id")}
        return LeasedTask(**shown)


@dataclass
class Seat:
    """One round at the table: what its worker may have, and what he was given so far."""

    round: Round
    project: ProjectAtWork
    standing: Standing
    room: int = 0
    tasks: list[LeasedTask] = field(default_factory=list)

    @property
    def who(self) -> tuple[WorkerId, ProjectId]:
        """The worker and the project."""
        return (self.round.worker_id, self.round.project_id)

    @property
    def missing(self) -> int:
        """Leases that may still be added."""
        return self.room - len(self.tasks)


def extended(rounds: Sequence[Round]) -> dict[str, list[int]]:
    """Return the leases that clients say they hold, as parameters of `extend`; empty where there are none."""
    held = sorted((task_id, each.worker_id) for each in rounds for task_id in each.holding)
    return {"task_ids": [task_id for task_id, _ in held], "worker_ids": [worker_id for _, worker_id in held]}


async def lease_tasks(
    tx: Tx, seats: Sequence[Seat], held: Sequence[Held], memory: Memory, rng: np.random.Generator
) -> None:
    """Fill the seats: first what their workers hold already, then tests, then the next open slots.

    Who was given least lately is served first. Where somebody went without just now, nobody gets several at once.
    """
    seats = [seat for seat in seats if seat.round.want > 0 and seat.standing.eligible]
    seats.sort(key=lambda seat: memory.shares.of(seat.round.worker_id, seat.standing.at_once))
    await _take_up(tx, seats, held)
    for seat in seats:
        if memory.shares.is_scarce(seat.project.id):
            seat.room = min(seat.room, max(1, len(seat.tasks)))
    await _give_tests(tx, [seat for seat in seats if seat.missing > 0], memory, rng)
    at_work = [seat for seat in seats if seat.project.purpose == "production"]
    await _pair(tx, [seat for seat in at_work if seat.missing > 0 and not _hidden(seat, memory)])
    for seat in at_work:
        if seat.missing > 0:
            await _look_further(tx, seat, memory)
    for seat in seats:
        _name_content(seat, memory)
        seat.tasks.sort(key=lambda task: (task.expires_at, task.task_id))  # a test is not known by its place
        memory.shares.note(*seat.who, len(seat.tasks))


def _name_content(seat: Seat, memory: Memory) -> None:
    """Say what tasks may expose their worker to: it is shown only once he looks."""
    if exposing := memory.exposing.get(seat.project.id):
        seat.tasks = [replace(task, content=exposing.get(task.batch_id)) for task in seat.tasks]


async def _take_up(tx: Tx, seats: Sequence[Seat], held: Sequence[Held]) -> None:
    """Return to workers what they hold and their client does not; and make room for what they may have beside."""
    own: dict[tuple[WorkerId, ProjectId], dict[TaskId, Held]] = defaultdict(dict)
    for lease in held:
        own[lease.worker_id, lease.project_id][lease.task_id] = lease
    again: dict[int, list[Held]] = {}
    for place, seat in enumerate(seats):
        mine = own[seat.who]
        known = set(seat.round.holding)
        again[place] = [lease for lease in mine.values() if lease.task_id not in known][: seat.round.want]
        free = max(0, seat.standing.at_once - len(mine))
        seat.room = min(seat.round.want, len(again[place]) + free)
    shown = await _shown(tx, {lease.task_id for leases in again.values() for lease in leases})
    for place, leases in again.items():
        seats[place].tasks += [
            LeasedTask(expires_at=lease.expires_at, price_cents=lease.price_cents, **shown[lease.task_id])
            for lease in leases
        ]


async def _shown(tx: Tx, task_ids: set[TaskId]) -> dict[TaskId, dict[str, Any]]:
    if not task_ids:
        return {}
    rows = await tx.fetch_all(SQL["shown"], dict[str, Any], task_ids=sorted(task_ids))
    return {row["task_id"]: row for row in rows}


async def _give_tests(tx: Tx, seats: Sequence[Seat], memory: Memory, rng: np.random.Generator) -> None:
    """Give some workers a task of known answer in the place of another: as often as their standing says.

    Where a project has nothing else to give there is no such place, and nobody is paid for tests alone.
    """
    drawn: list[tuple[Seat, TaskId]] = []
    for seat in seats:
        share = 1.0 if seat.project.purpose != "production" else seat.standing.gold_share
        gold = memory.gold.get(seat.project.id) or ()
        draws = int(rng.binomial(seat.missing, share)) if gold and share > 0 else 0
        places = rng.choice(len(gold), size=min(draws, len(gold)), replace=False) if draws else ()
        drawn += [(seat, gold[place]) for place in places]
    if not drawn:
        return
    at_work = sorted({seat.project.id for seat, _ in drawn if seat.project.purpose == "production"})
    working = set(await tx.fetch_values(SQL["with_open_slots"], project_ids=at_work)) if at_work else set()
    chosen = {
        (seat.round.worker_id, task_id): seat
        for seat, task_id in drawn
        if seat.project.purpose != "production" or seat.project.id in working
    }
    rows = await tx.fetch_all(
        SQL["lease_gold"],
        Lease,
        worker_ids=[worker_id for worker_id, _ in chosen],
        task_ids=[task_id for _, task_id in chosen],
    )
    for lease in rows:
        chosen[lease.worker_id, lease.task_id].tasks.append(lease.task())


async def _pair(tx: Tx, seats: Sequence[Seat]) -> None:
    """Give each worker the next slots of his project, all in one statement."""
    if not seats:
        return
    rows = await tx.fetch_all(
        SQL["lease"],
        Lease,
        worker_ids=[seat.round.worker_id for seat in seats],
        project_ids=[seat.round.project_id for seat in seats],
        wants=[seat.missing for seat in seats],
    )
    mine: dict[tuple[WorkerId, ProjectId], list[Lease]] = defaultdict(list)
    for lease in rows:
        mine[lease.worker_id, lease.project_id].append(lease)
    for seat in seats:
        own = mine[seat.who]
        seat.tasks += [own.pop().task() for _ in range(min(seat.missing, len(own)))]


async def _look_further(tx: Tx, seat: Seat, memory: Memory) -> None:
    """Look for slots past all that this worker has met, and open more where there are none for him."""
    if memory.drained.get(seat.project.id) == EMPTY:
        return
    await _lease_beyond(tx, seat, memory)
    if seat.tasks:
        return
    if seat.project.models == "decide":
        # Perhaps only because planning holds every slot; that lasts some milliseconds.
        await tx.execute(SQL["await_window"], project_id=seat.project.id)
    elif memory.drained.get(seat.project.id):
        return
    elif not await open_more(tx, [seat.project.id]):
        some = await tx.fetch_values(SQL["with_open_slots"], project_ids=[seat.project.id])
        memory.drained.put(seat.project.id, MET if some else EMPTY)
        return
    await _lease_beyond(tx, seat, memory)


async def _lease_beyond(tx: Tx, seat: Seat, memory: Memory) -> None:
    hidden = _hidden(seat, memory)
    start: Place = FIRST if seat.project.models == "decide" else memory.places.get(seat.who) or FIRST
    rows = await tx.fetch_all(
        SQL["lease_beyond"],
        dict[str, Any],
        worker_id=seat.round.worker_id,
        project_id=seat.project.id,
        priority=start[0],
        seq=start[1],
        hidden_batches=hidden,
        want=seat.missing,
    )
    for row in sorted(rows, key=lambda row: (row["priority"], row["seq"])):
        place = (row.pop("priority"), row.pop("seq"))
        seat.tasks.append(Lease(**row).task())
        memory.places.put(seat.who, place)


def _hidden(seat: Seat, memory: Memory) -> list[int]:
    """Return the batches whose content this worker is not to be shown, and those that are for others."""
    content = memory.exposing.get(seat.project.id) or {}
    reserved = memory.reserved.get(seat.project.id) or {}
    worker_id = seat.round.worker_id
    return [
        *(batch_id for batch_id, name in content.items() if name in seat.standing.hidden_content),
        *(batch_id for batch_id, workers in reserved.items() if worker_id not in workers),
    ]
