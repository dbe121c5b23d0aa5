"""Use cases of the customer's audit: verdicts on labels that were delivered, which change none by themselves."""

from collections.abc import Sequence
from typing import Any

from groundswell.errors import InputError, NotAllowed, NotFound
from groundswell.ids import ProjectId
from groundswell.label.projects.service import project_of
from groundswell.label.review.model import Audit, AuditEntry, AuditSummary
from groundswell.label.review.rules import check_note
from groundswell.label.review.service import SQL
from groundswell.quality.intervals import wilson
from groundswell.store import Database
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit


async def record_audits(
    db: Database, scope: Scope, project_id: ProjectId, dataset_version: int, entries: Sequence[AuditEntry]
) -> None:
    """Record what the customer says of delivered labels; for members and above.

    A later verdict of the same person on the same label replaces the earlier one.

    Args:
        dataset_version: the delivery that is judged.

    Raises:
        InputError: a task is judged twice at once, or a comment is too long.
        NotFound: the project has delivered no such version, or a task is not of this project.
    """
    scope.require(Role.MEMBER)
    if scope.user_id is None:
        raise NotAllowed("an audit needs a person: sign in as a member of the organization")
    if len({entry.task_id for entry in entries}) < len(entries):
        raise InputError("a task is given two verdicts at once; give each task one")
    of = {"project_id": project_id, "dataset_version": dataset_version}
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        if await tx.fetch_value(SQL["is_delivered"], **of) is None:
            raise NotFound(f"project {project.name!r} has delivered no version {dataset_version}")
        stored = await tx.execute(
            SQL["save_audits"],
            user_id=scope.user_id,
            task_ids=[entry.task_id for entry in entries],
            verdicts=[entry.verdict.value for entry in entries],
            comments=[check_note("a comment", entry.comment) for entry in entries],
            **of,
        )
        if stored < len(entries):
            raise NotFound(f"{len(entries) - stored} of the tasks are not of project {project.name!r}")
        detail = {"version": dataset_version, "tasks": len(entries)}
        await audit(tx, scope, "audit", str(project_id), **detail)


async def list_audits(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    *,
    dataset_version: int | None = None,
    after: int = 0,
    limit: int = 50,
) -> tuple[list[Audit], AuditSummary]:
    """Return a page of the customer's verdicts, the oldest first, and the share that was approved of all of them.

    For members and above.

    Args:
        dataset_version: only those on this delivery.
        after: only those with a greater id, for the next page.

    Raises:
        NotFound: no such project in this organization.
    """
    scope.require(Role.MEMBER)
    of: dict[str, Any] = {"project_id": project_id, "dataset_version": dataset_version}
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        audits = await tx.fetch_all(SQL["list_audits"], Audit, after=after, limit=limit, **of)
        counts = await tx.fetch_one(SQL["audit_counts"], dict[str, int], **of)
    assert counts is not None
    audited, approved = counts["audited"], counts["approved"]
    low, high = wilson(approved, audited)
    share = approved / audited if audited else None
    return audits, AuditSummary(dataset_version, audited, approved, share, low, high)
