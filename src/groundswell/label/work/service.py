"""The hot path: answers in, receipts and tasks out."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from groundswell.errors import InvalidAnswer
from groundswell.ids import AnnotationId, ProjectId, TaskId, WorkerId
from groundswell.label.jobs import ask_to_learn
from groundswell.label.kinds import label_kind
from groundswell.label.projects.model import Project, ProjectState
from groundswell.label.projects.service import visible_project
from groundswell.label.work.model import LeasedTask, Progress, Receipt, ReceiptStatus, Skip, Submit, Work
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Scope

SQL = load_queries(__package__)


async def work(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    worker_id: WorkerId,
    *,
    submits: Sequence[Submit] = (),
    skips: Sequence[Skip] = (),
    want: int = 1,
    holding: Sequence[TaskId] = (),
) -> Work:
    """Store answers, give tasks back and lease the next ones, in one transaction.

    Nothing is half done: when this returns, each answer has a durable receipt. Repeating a submit with
    its idempotency key returns the same receipt. An answer that does not fit the ontology, or whose
    task this worker never held, is refused by itself; the others are stored.

    Args:
        want: how many tasks the worker wants to be given now.
        holding: tasks that the client holds and does not need again; other open leases of this worker
            are returned first, so that a page that was loaded again goes on where it was.
    """
    async with db.transaction(scope.org_id) as tx:
        project = await visible_project(tx, scope, project_id)
        receipts = await _store_answers(tx, project, worker_id, submits)
        if skips:
            await _give_back(tx, project_id, worker_id, skips)
        tasks = await _lease(tx, scope, project, worker_id, want, holding)
        stored = any(receipt.status is not ReceiptStatus.REFUSED for receipt in receipts)
        if stored or skips or len(tasks) < want:
            await ask_to_learn(tx, scope.org_id, project_id)
        progress = await tx.fetch_one(SQL["progress"], Progress, project_id=project_id, worker_id=worker_id)
    return Work(receipts, tasks, progress or Progress(0, 0, 0))


async def _give_back(tx: Tx, project_id: ProjectId, worker_id: WorkerId, skips: Sequence[Skip]) -> None:
    await tx.execute(
        SQL["skip"],
        project_id=project_id,
        worker_id=worker_id,
        task_ids=[skip.task_id for skip in skips],
        reasons=[skip.reason[:500].replace("\x00", "\N{REPLACEMENT CHARACTER}") for skip in skips],
    )


async def _lease(
    tx: Tx, scope: Scope, project: Project, worker_id: WorkerId, want: int, holding: Sequence[TaskId]
) -> list[LeasedTask]:
    if want < 1 or project.state != ProjectState.ACTIVE:
        return []
    who = {"worker_id": worker_id, "project_id": project.id}
    tasks = await tx.fetch_all(SQL["open_leases"], LeasedTask, want=want, holding=list(holding), **who)
    if len(tasks) == want:
        return tasks
    more = {"org_id": scope.org_id, "lease_seconds": project.lease_seconds, "want": want - len(tasks), **who}
    tasks += await tx.fetch_all(SQL["lease"], LeasedTask, **more)
    if not tasks:  # perhaps only because planning holds every slot; that lasts some milliseconds
        await tx.execute(SQL["await_window"], project_id=project.id)
        tasks = await tx.fetch_all(SQL["lease"], LeasedTask, **more)
    return tasks


async def _store_answers(
    tx: Tx, project: Project, worker_id: WorkerId, submits: Sequence[Submit]
) -> list[Receipt]:
    """Store the valid answers among `submits` and return one receipt for each, in order."""
    kind, checked, refused = label_kind(project.kind), [], {}
    for submit in submits:
        try:
            checked.append(replace(submit, answer=kind.validate(submit.answer, project.ontology)))
        except InvalidAnswer as error:
            refused[submit.idempotency_key] = str(error)
    checked = list({submit.idempotency_key: submit for submit in reversed(checked)}.values())
    stored = await _insert_annotations(tx, project, worker_id, checked) if checked else {}
    missing = [submit.idempotency_key for submit in checked if submit.idempotency_key not in stored]
    if missing:
        stored |= await _receipts(
            tx, SQL["receipts"], worker_id=worker_id, project_id=project.id, keys=missing
        )
    return [_receipt(submit, stored, refused) for submit in submits]


def _receipt(submit: Submit, stored: dict[uuid.UUID, Receipt], refused: dict[uuid.UUID, str]) -> Receipt:
    if submit.idempotency_key in stored:
        return stored[submit.idempotency_key]
    why = refused.get(
        submit.idempotency_key,
        f"task {submit.task_id} is not leased to you, or you answered it already; ask for the next task",
    )
    return Receipt(submit.idempotency_key, submit.task_id, ReceiptStatus.REFUSED, None, why)


async def _insert_annotations(
    tx: Tx, project: Project, worker_id: WorkerId, submits: Sequence[Submit]
) -> dict[uuid.UUID, Receipt]:
    # Sorted by task, so that two requests with the same answers lock rows in the same order.
    ordered = sorted(submits, key=lambda submit: submit.task_id)
    return await _receipts(
        tx,
        SQL["submit"],
        project_id=project.id,
        worker_id=worker_id,
        task_ids=[submit.task_id for submit in ordered],
        answers=[json.dumps(dict(submit.answer)) for submit in ordered],
        active_ms=[submit.active_ms for submit in ordered],
        keys=[submit.idempotency_key for submit in ordered],
        proposals_seen=[submit.proposal_seen for submit in ordered],
    )


async def _receipts(tx: Tx, query: Any, **params: Any) -> dict[uuid.UUID, Receipt]:
    rows = await tx.fetch_all(query, dict[str, Any], **params)
    return {
        row["idempotency_key"]: Receipt(
            row["idempotency_key"],
            TaskId(row["task_id"]),
            ReceiptStatus.LATE if row["late"] else ReceiptStatus.STORED,
            AnnotationId(row["id"]),
        )
        for row in rows
    }


async def expire_leases(db: Database) -> int:
    """End leases that ran out, for every organization, and return how many; their slots are open again."""
    async with db.system_transaction() as tx:
        ended: int = await tx.fetch_value(SQL["expire_leases"])
    return ended
