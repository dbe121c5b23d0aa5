"""Use cases of commissions: ask for a task, see what became of it, and change what the program knows of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from groundswell.errors import Conflict, NotFound
from groundswell.ids import OrgId, ProjectId, TaskId
from groundswell.label.commissions.attachments import Attachments
from groundswell.label.commissions.model import AuditState, Commission, CommissionFilter, NewCommission
from groundswell.label.commissions.placing import PlacingDesk
from groundswell.label.commissions.projects import SQL
from groundswell.label.commissions.ready import Names, prepared
from groundswell.label.commissions.rules import MAX_UNIQUE_ID, check_metadata, check_tags, check_text, merged
from groundswell.label.projects.model import TaskState
from groundswell.label.projects.tasks import cancel_tasks
from groundswell.label.review.rules import check_note
from groundswell.store import Database, Tx
from groundswell.tenancy.model import RANK, Member, Role, Scope
from groundswell.tenancy.service import audit

NEWEST = 2**63 - 1
MAX_PAGE = 100


@dataclass
class CommissionRoom:
    """Where programs ask for tasks.

    Attributes:
        attachments: where what they attach is looked for.
        private_hosts: of the operator, which callbacks may go to.
    """

    db: Database
    attachments: Attachments
    private_hosts: Sequence[str] = ()
    _desks: dict[OrgId, tuple[PlacingDesk, bool]] = field(default_factory=dict, repr=False)

    async def commission(self, member: Member, new: NewCommission) -> Commission:
        """Ask for a task; in a sandbox it is answered at once.

        Raises:
            Conflict: another commission has its `unique_id`.
            InputError: something is missing or not right; the message names it.
            Unsupported: its type needs a screen that there is not.
        """
        scope = member.scope()
        scope.require(Role.MANAGER)
        desk, at_once = await self.desk_of(scope.org_id)
        where = await desk.named.do(Names(new.project, new.batch))
        ready = await prepared(
            scope,
            member.org_slug,
            self.attachments,
            new,
            where,
            private_hosts=self.private_hosts,
            at_once=at_once,
        )
        return await desk.seen.do(await desk.placed.do(ready))

    async def desk_of(self, org_id: OrgId) -> tuple[PlacingDesk, bool]:
        """Return where tasks of an organization are placed, and whether they are answered at once."""
        if org_id not in self._desks:
            async with self.db.transaction(org_id) as tx:
                at_once = bool(await tx.fetch_value(SQL["is_sandbox"]))
            self._desks[org_id] = (PlacingDesk(self.db, org_id, at_once=at_once), at_once)
        return self._desks[org_id]


async def get_commission(db: Database, scope: Scope, public_id: str) -> Commission:
    """Return a commission as it is now; for members and above.

    Raises:
        NotFound: there is none of this number.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        return _seen_by(scope, await _commission(tx, public_id))


async def list_commissions(
    db: Database,
    scope: Scope,
    which: CommissionFilter,
    *,
    before: int | None = None,
    limit: int = MAX_PAGE,
    total: int | None = None,
) -> tuple[list[Commission], int]:
    """Return one page of commissions, the newest first, and how many there are in all; for members and above.

    How many of a project, batch, type and state there are is kept; with other filters they are counted.

    Args:
        before: where the page begins: the `id` of the last one of the page before.
        total: how many there are in all, where it was counted for an earlier page; it is returned as it is.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        ids = await _named_ids(tx, which)
        if ids is None:
            return [], 0
        where, params = _where(which, ids)
        if total is None or which.is_counted:
            total = await _total(tx, which, ids, where, params)
        # The limit is in the text: a plan that is kept for any limit would sort all that there are.
        page = sql.SQL(
            "select c.id from commissions c where {} and c.id < %(before)s order by c.id desc limit {}"
        )
        found = await tx.fetch_values(
            page.format(where, sql.Literal(limit)), **params, before=before or NEWEST
        )
        rows = await tx.fetch_all(SQL["commissions"], Commission, ids=found, public_ids=[]) if found else []
    return [_seen_by(scope, row) for row in rows], total


def _seen_by(scope: Scope, commission: Commission) -> Commission:
    """Return a commission as a role may see it: which tasks are audited is for managers."""
    is_manager = RANK[scope.role] >= RANK[Role.MANAGER]
    return commission if is_manager else replace(commission, is_audit=False)


async def _named_ids(tx: Tx, which: CommissionFilter) -> dict[str, int] | None:
    """Return the ids of the project and batch of a filter; None where there is no such."""
    found: dict[str, int] = {}
    for name, table in (("project", "commission_projects"), ("batch", "commission_batches")):
        if (wanted := getattr(which, name)) is not None:
            query = sql.SQL("select id from {} where name = %(name)s").format(sql.Identifier(table))
            each = await tx.fetch_value(query, name=wanted)
            if each is None:
                return None
            found[name] = each
    return found


async def _total(
    tx: Tx, which: CommissionFilter, ids: dict[str, int], where: sql.Composable, params: dict[str, Any]
) -> int:
    total: int
    if which.is_counted:
        kept = {name: ids.get(name) for name in ("project", "batch")}
        total = await tx.fetch_value(SQL["commission_total"], type=which.type, state=which.state, **kept)
    else:
        total = await tx.fetch_value(
            sql.SQL("select count(*)::int from commissions c where {}").format(where), **params
        )
    return total


def _where(which: CommissionFilter, ids: dict[str, int]) -> tuple[sql.Composable, dict[str, Any]]:
    given = {
        "project": ids.get("project"),
        "batch": ids.get("batch"),
        "type": which.type,
        "state": which.state,
        "unique_ids": list(which.unique_ids) or None,
        "tags": list(which.tags) or None,
        "audit_states": list(which.audit_states) or None,
        **_span("created", which.created),
        **_span("completed", which.completed),
        **_span("updated", which.updated),
    }
    params = {name: value for name, value in given.items() if value is not None}
    parts = [sql.SQL(_CONDITIONS[name]) for name in params]
    return (sql.SQL(" and ").join(parts) if parts else sql.SQL("true")), params


_CONDITIONS = {
    "project": "c.commission_project_id = %(project)s",
    "batch": "c.commission_batch_id = %(batch)s",
    "type": "c.type = %(type)s",
    "state": "c.state = %(state)s",
    "unique_ids": "c.unique_id = any(%(unique_ids)s)",
    "tags": "c.tags @> %(tags)s::text[]",
    "audit_states": "c.state = 'completed' and c.audit_state = any(%(audit_states)s)",
    "created_from": "c.created_at >= %(created_from)s",
    "created_until": "c.created_at <= %(created_until)s",
    "completed_from": "c.completed_at >= %(completed_from)s",
    "completed_until": "c.completed_at <= %(completed_until)s",
    "updated_from": "c.updated_at >= %(updated_from)s",
    "updated_until": "c.updated_at <= %(updated_until)s",
}


def _span(name: str, given: tuple[datetime | None, datetime | None]) -> dict[str, datetime | None]:
    return {f"{name}_from": given[0], f"{name}_until": given[1]}


async def _commission(tx: Tx, public_id: str) -> Commission:
    found = await tx.fetch_one(SQL["commissions"], Commission, ids=[], public_ids=[public_id])
    if found is None:
        raise _none(public_id)
    return found


def _none(public_id: str) -> NotFound:
    return NotFound(f"Task {public_id[:40]} not found.")


# ── changing ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Locked:
    id: int
    state: str
    project_id: ProjectId
    task_id: TaskId
    tags: list[str]
    metadata: dict[str, Any]


async def _locked(tx: Tx, public_id: str) -> _Locked:
    found = await tx.fetch_one(SQL["lock_commission"], _Locked, public_id=public_id)
    if found is None:
        raise _none(public_id)
    return found


async def cancel_commission(
    db: Database, scope: Scope, public_id: str, *, clear_unique_id: bool = False
) -> Commission:
    """Ask a task of nobody any more. One that is canceled already stays so.

    Args:
        clear_unique_id: give its name free for another.

    Raises:
        NotFound: there is none of this number.
        Conflict: it is completed, or somebody works on it.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        found = await _locked(tx, public_id)
        if found.state in (TaskState.COMPLETED, TaskState.ERROR):
            raise Conflict(f"Task {public_id} is {found.state} and cannot be canceled.")
        under_way = await tx.fetch_value(SQL["is_under_way"], task_id=found.task_id)
        if found.state == TaskState.PENDING and under_way:
            raise Conflict(f"Task {public_id} is being worked on and cannot be canceled any more.")
    if found.state == TaskState.PENDING:
        await cancel_tasks(
            db, scope, found.project_id, [found.task_id], reason="canceled by the program that asked"
        )
    if clear_unique_id:
        return await set_unique_id(db, scope, public_id, None)
    return await get_commission(db, scope, public_id)


async def set_unique_id(db: Database, scope: Scope, public_id: str, unique_id: str | None) -> Commission:
    """Change what the program calls a task, or with None give the name free.

    Raises:
        NotFound: there is none of this number.
        Conflict: another has the name.
    """
    scope.require(Role.MANAGER)
    if unique_id is not None:
        check_text("unique_id", unique_id, MAX_UNIQUE_ID)
    async with db.transaction(scope.org_id) as tx:
        found = await _locked(tx, public_id)
        holder = None
        if unique_id is not None:
            holder = await tx.fetch_value(SQL["holder_of"], unique_id=unique_id, id=found.id)
        if holder is not None:
            raise Conflict(f"Task with unique_id {unique_id} already exists.")
        try:
            await tx.execute(SQL["set_unique_id"], id=found.id, unique_id=unique_id)
        except psycopg.errors.UniqueViolation:  # at this very moment
            raise Conflict(f"Task with unique_id {unique_id} already exists.") from None
        return await _commission(tx, public_id)


async def set_metadata(
    db: Database, scope: Scope, public_id: str, metadata: Any, *, merge: bool = False
) -> Commission:
    """Replace the metadata of a task, or `merge` it into those that it has.

    Raises:
        NotFound: there is none of this number.
        InputError: it is no object of at most 10 KB.
    """
    scope.require(Role.MANAGER)
    checked = check_metadata(metadata)
    async with db.transaction(scope.org_id) as tx:
        found = await _locked(tx, public_id)
        after = check_metadata(merged(found.metadata, checked)) if merge else checked
        await tx.execute(SQL["set_metadata"], id=found.id, metadata=after)
        return await _commission(tx, public_id)


async def change_tags(
    db: Database, scope: Scope, public_id: str, change: Callable[[list[str]], Sequence[str]]
) -> Commission:
    """Change the tags of a task.

    Args:
        change: returns the tags that it is to have, given those that it has.

    Raises:
        NotFound: there is none of this number.
        InputError: they are no list of texts, or too many.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        found = await _locked(tx, public_id)
        await tx.execute(SQL["set_tags"], id=found.id, tags=check_tags(change(found.tags)))
        return await _commission(tx, public_id)


async def audit_commission(
    db: Database, scope: Scope, public_id: str, *, accepted: bool, comments: str, now: datetime
) -> Commission:
    """Keep what the customer says of a completed task. It changes no label by itself; certificates count it.

    Raises:
        NotFound: there is none of this number.
        Conflict: it is not completed.
    """
    scope.require(Role.MEMBER)
    note = check_note("a comment", comments)
    state = AuditState.ACCEPTED if accepted else AuditState.REJECTED
    verdict = {"accepted": accepted, "comments": note, "at": now.isoformat(), "by": str(scope.user_id)}
    async with db.transaction(scope.org_id) as tx:
        found = await _locked(tx, public_id)
        if found.state != TaskState.COMPLETED:
            raise Conflict(f"Task {public_id} is {found.state}; only a completed one is audited.")
        await tx.execute(
            SQL["add_audit"], id=found.id, audit=msgspec.json.encode([verdict]).decode(), state=state
        )
        await audit(tx, scope, "commission.audit", public_id, accepted=accepted)
        return _seen_by(scope, await _commission(tx, public_id))
