"""As which worker each member of an organization annotates, remembered."""

from collections.abc import Sequence
from typing import Any

from groundswell.ids import WorkerId
from groundswell.store import Database, load_queries
from groundswell.store.batcher import Batcher
from groundswell.store.recent import Recent
from groundswell.tenancy.model import Member

SQL = load_queries(__package__)

REMEMBERED = 200_000


class MemberWorkers:
    """Says as which worker a member annotates; members who come at the same time are looked up together."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: Recent[tuple[Any, Any], WorkerId] = Recent(REMEMBERED)
        self._lookup: Batcher[Member, WorkerId] = Batcher(self._look_up)

    async def worker_of(self, member: Member) -> WorkerId:
        """Return the worker of a member; the first call makes one."""
        known = self._known.get((member.org_id, member.user_id))
        return known if known is not None else await self._lookup.do(member)

    async def _look_up(self, members: Sequence[Member]) -> list[WorkerId]:
        asked = {(member.org_id, member.user_id): member for member in members}
        given = {
            "org_ids": [org_id for org_id, _ in asked],
            "user_ids": [user_id for _, user_id in asked],
        }
        async with self._db.system_transaction() as tx:
            rows = await tx.fetch_all(SQL["workers_of_members"], dict[str, Any], **given)
            if len(rows) < len(asked):
                names = [member.name for member in asked.values()]
                await tx.execute(SQL["insert_member_workers"], names=names, **given)
                rows = await tx.fetch_all(SQL["workers_of_members"], dict[str, Any], **given)
        for row in rows:
            self._known.put((row["org_id"], row["user_id"]), WorkerId(row["id"]))
        found = {(row["org_id"], row["user_id"]): WorkerId(row["id"]) for row in rows}
        return [found[member.org_id, member.user_id] for member in members]
