"""The hot path: one round of work, a desk that does many together, and leases that run out."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from groundswell.errors import DatabaseUnavailable, NotFound
from groundswell.ids import OrgId, ProjectId, TaskId, WorkerId
from groundswell.label.work.dispatch import project_for
from groundswell.label.work.memory import Memory
from groundswell.label.work.model import Queue, Round, Skip, Submit, Work
from groundswell.label.work.rounds import do_rounds
from groundswell.store import Database, load_queries
from groundswell.store.batcher import Batcher
from groundswell.tenancy.model import Role, Scope

SQL = load_queries(__package__)

CROWD = 48
"""Rounds that must wait before a second transaction takes them in beside the first: by then one alone falls behind."""


async def work(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    worker_id: WorkerId,
    *,
    submits: Sequence[Submit] = (),
    skips: Sequence[Skip] = (),
    releases: Sequence[TaskId] = (),
    holding: Sequence[TaskId] = (),
    want: int = 1,
    rng: np.random.Generator | None = None,
) -> Work:
    """Store answers, give tasks back and lease the next ones, in one transaction; see `Round`.

    Nothing is half done: when this returns, each answer has a durable receipt. Repeating a submit with
    its idempotency key returns the same receipt. An answer that does not fit the ontology, or whose
    task this worker never held, is refused by itself; the others are stored.

    Args:
        rng: draws whether the worker is given a test, and which; a fresh one unless given.

    Raises:
        NotFound: no such project in this organization, or a draft, which labelers are not shown.
    """
    one = Round(scope, project_id, worker_id, submits, skips, releases, holding, want)
    (done,) = await do_rounds(db, scope.org_id, [one], Memory(), rng or np.random.default_rng())
    if isinstance(done, Exception):
        raise done
    return done


class Desk:
    """Where a service process takes in rounds of work: those that wait together share a transaction.

    Args:
        db: the database.
        rng: draws who is given a test.
    """

    def __init__(self, db: Database, *, rng: np.random.Generator | None = None) -> None:
        self._db = db
        self._rng = rng or np.random.default_rng()
        self._tables: dict[OrgId, _Table] = {}

    async def work(self, one: Round) -> Work:
        """Do one round, as `work` does."""
        return await self._table(one.scope.org_id).batcher.do(one)

    async def project_for(self, scope: Scope, worker_id: WorkerId) -> ProjectId | None:
        """Return the project that a worker should work in now, or None where there is no work for him."""
        return await project_for(self._db, scope, worker_id, self._table(scope.org_id).memory)

    def _table(self, org_id: OrgId) -> "_Table":
        if org_id not in self._tables:
            self._tables[org_id] = _Table(self._db, org_id, self._rng)
        return self._tables[org_id]


class _Table:
    """The rounds of one organization, and what is remembered of it."""

    def __init__(self, db: Database, org_id: OrgId, rng: np.random.Generator) -> None:
        self._db = db
        self._org_id = org_id
        self._rng = rng
        self.memory = Memory()
        self.batcher: Batcher[Round, Work] = Batcher(self._together, turns=2, crowd=CROWD)

    async def _together(self, rounds: Sequence[Round]) -> list[Work | Exception]:
        """Do rounds together; where that fails, each by itself, so that one cannot spoil the others."""
        try:
            return await do_rounds(self._db, self._org_id, rounds, self.memory, self._rng)
        except DatabaseUnavailable as error:
            return [error] * len(rounds)
        except Exception as error:
            if len(rounds) == 1:
                return [error]
            return [(await self._together([one]))[0] for one in rounds]


async def queue_of(db: Database, scope: Scope, project_id: ProjectId) -> Queue:
    """Return how the queue of a project is; for members and above.

    Raises:
        NotFound: no such project in this organization.
    """
    scope.require(Role.MEMBER)
    of = {"project_id": project_id}
    async with db.transaction(scope.org_id) as tx:
        present = await tx.fetch_one(SQL["queue_now"], dict[str, Any], **of)
        lately = await tx.fetch_one(SQL["queue_lately"], dict[str, Any], minutes=60, **of)
    if present is None or lately is None:
        raise NotFound(f"there is no project {project_id}; `groundswell projects` lists them")
    return Queue(**present, **lately)


async def expire_leases(db: Database) -> int:
    """End leases that ran out, for every organization, and return how many; their slots are open again."""
    async with db.system_transaction(planned_once=True) as tx:
        ended: int = await tx.fetch_value(SQL["expire_leases"])
    return ended


async def forget_queues(db: Database) -> None:
    """Forget how queues were longer ago than a week."""
    async with db.system_transaction() as tx:
        await tx.execute(SQL["forget_queue_minutes"])
