"""Use cases of labelling: each function is one transaction; every one acts inside a scope."""

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from groundswell.errors import Conflict, EmptySource, InputError, InvalidAnswer, NotFound
from groundswell.ids import AnnotationId, ProjectId, TaskId, WorkerId
from groundswell.items import ItemKind
from groundswell.label.jobs import ask_to_learn
from groundswell.label.kinds import Answer, LabelKind, label_kind, ontology_of
from groundswell.label.model import (
    LeasedTask,
    Progress,
    Project,
    ProjectCounts,
    ProjectSpec,
    ProjectState,
    Receipt,
    ReceiptStatus,
    Skip,
    Submit,
    TaskLabel,
    Work,
)
from groundswell.label.rules import TRANSITIONS, check_spec, listed_states, may_see
from groundswell.organize import Version
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

SQL = load_queries(__package__)
TASKS_PER_INSERT = 5_000
NEWEST = 2**63 - 1


# ── projects ─────────────────────────────────────────────────────────────────────────────────────


async def create_project(
    db: Database, scope: Scope, spec: ProjectSpec, version: Version, *, rng: np.random.Generator
) -> ProjectId:
    """Open a labelling project over a dataset version: one task for each item, in state draft.

    Args:
        version: the items; their kind must be one that the label kind can show.
        rng: draws the audit share.

    Raises:
        Conflict: the organization has a project of this name.
        EmptySource: the version has no items.
        InputError: the spec is out of range, or the items do not fit the label kind, or one is there twice.
    """
    scope.require(Role.MANAGER)
    check_spec(spec)
    check_items(version)
    kind, ontology = label_kind(spec.kind), ontology_of(spec.classes)
    audited = _audit_positions(version.rows, spec.audit_share, rng)
    async with db.transaction(scope.org_id) as tx:
        project_id = await tx.fetch_value(
            SQL["insert_project"],
            org_id=scope.org_id,
            name=spec.name,
            kind=kind.name,
            dataset=version.name,
            dataset_version=version.number,
            answers=spec.answers,
            max_answers=max(spec.max_answers, spec.answers),
            target_probability=spec.target_probability,
            lease_seconds=spec.lease_seconds,
            price_cents=spec.price_cents,
            created_by=scope.user_id,
        )
        if project_id is None:
            raise Conflict(f"there is a project {spec.name!r} already; choose another name")
        new = {"org_id": scope.org_id, "project_id": project_id, "version": 1}
        await tx.execute(SQL["insert_ontology"], classes=list(ontology.classes), **new)
        await tx.execute(SQL["insert_guideline"], body=spec.instructions, **new)
        for rows in _task_rows(version, kind, audited, spec):
            await tx.execute(SQL["insert_tasks"], org_id=scope.org_id, project_id=project_id, **rows)
        await tx.execute(SQL["refresh_progress"], project_id=project_id)
        await audit(tx, scope, "project.create", str(project_id), name=spec.name, tasks=version.rows)
    return ProjectId(project_id)


def check_items(version: Version) -> None:
    """Refuse what could be labelled but never delivered: labels go back to items by their id.

    Raises:
        EmptySource: the version has no items.
        InputError: an item is there more than once.
    """
    if version.rows == 0:
        raise EmptySource(f"{version.name} version {version.number} has no items; there is nothing to label")
    repeated = version.rows - len(version.to_table(["id"])["id"].unique())
    if repeated:
        raise InputError(
            f"{repeated:,} items of {version.name} version {version.number} are there more than once; "
            "drop exact duplicates first, as .clean() does"
        )


def _audit_positions(rows: int, share: float, rng: np.random.Generator) -> set[int]:
    return {int(i) for i in rng.choice(rows, size=round(rows * share), replace=False)}


def _task_rows(
    version: Version, kind: LabelKind, audited: set[int], spec: ProjectSpec
) -> Iterator[dict[str, list[Any]]]:
    """Yield the parameters of `insert_tasks` for some thousand items at a time."""
    start = 0
    for batch in version.batches(columns=["id", "kind", "text", "media_type", "meta"]):
        for offset in range(0, batch.num_rows, TASKS_PER_INSERT):
            part = batch.slice(offset, TASKS_PER_INSERT).to_pylist()
            positions = range(start, start + len(part))
            start += len(part)
            yield {
                "item_ids": [row["id"] for row in part],
                "positions": list(positions),
                "is_audit": [position in audited for position in positions],
                "gold": [spec.gold.get(row["id"]) for row in part],
                "payloads": [json.dumps(_payload(row, kind)) for row in part],
            }


def _payload(row: dict[str, Any], kind: LabelKind) -> dict[str, Any]:
    if row["kind"] != kind.item_kind:
        raise InputError(
            f"the label kind {kind.name} shows {kind.item_kind}s, but item {row['id'][:12]} is a {row['kind']}"
        )
    text = row["text"].replace("\x00", "\N{REPLACEMENT CHARACTER}") if row["kind"] == ItemKind.TEXT else None
    meta = json.loads(row["meta"].replace("\\u0000", "\\ufffd"))
    return {"kind": row["kind"], "text": text, "media_type": row["media_type"], "meta": meta}


async def list_projects(
    db: Database, scope: Scope, *, before: int | None = None, limit: int = 50
) -> list[tuple[Project, ProjectCounts]]:
    """Return projects, the newest first, those with an id under `before`; a labeler sees the active ones."""
    page = {"before": before or NEWEST, "limit": limit, "states": listed_states(scope.role)}
    async with db.transaction(scope.org_id) as tx:
        projects = await tx.fetch_all(SQL["list_projects"], Project, **page)
        counts = await _counts(tx, [project.id for project in projects])
    return [(project, counts[project.id]) for project in projects]


async def get_project(db: Database, scope: Scope, project_id: ProjectId) -> tuple[Project, ProjectCounts]:
    """Return a project and how far it is.

    Raises:
        NotFound: no such project in this organization, or a draft, which labelers are not shown.
    """
    async with db.transaction(scope.org_id) as tx:
        project = await _visible(tx, scope, project_id)
        return project, (await _counts(tx, [project_id]))[project_id]


async def find_project(db: Database, scope: Scope, name: str) -> ProjectId:
    """Return the id of the project called `name`.

    Raises:
        NotFound: no such project in this organization.
    """
    async with db.transaction(scope.org_id) as tx:
        project_id = await tx.fetch_value(SQL["project_by_name"], name=name)
    if project_id is None:
        raise NotFound(f"there is no project {name!r}; `groundswell projects` lists them")
    return ProjectId(project_id)


async def _counts(tx: Tx, project_ids: Sequence[ProjectId]) -> dict[ProjectId, ProjectCounts]:
    rows = await tx.fetch_all(SQL["project_counts"], ProjectCounts, project_ids=list(project_ids))
    return {row.project_id: row for row in rows}


async def project_of(tx: Tx, project_id: ProjectId) -> Project:
    """Return a project inside a transaction, or raise `NotFound`."""
    project = await tx.fetch_one(SQL["project"], Project, project_id=project_id)
    if project is None:
        raise _no_project(project_id)
    return project


async def _visible(tx: Tx, scope: Scope, project_id: ProjectId) -> Project:
    project = await project_of(tx, project_id)
    if not may_see(scope.role, project.state):
        raise _no_project(project_id)
    return project


def _no_project(project_id: ProjectId) -> NotFound:
    return NotFound(f"there is no project {project_id}; `groundswell projects` lists them")


async def set_project_state(db: Database, scope: Scope, project_id: ProjectId, state: ProjectState) -> None:
    """Move a project to another state of its life; managers and admins only.

    Raises:
        Conflict: the transition is not allowed from the present state.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        allowed = TRANSITIONS[state]
        if (
            await tx.fetch_value(
                SQL["set_project_state"], project_id=project_id, state=state, allowed=allowed
            )
            is None
        ):
            raise Conflict(
                f"project {project.name!r} is {project.state}; it can become {state} only from {' or '.join(allowed)}"
            )
        await audit(tx, scope, "project.state", str(project_id), before=project.state, after=state)
        if state is ProjectState.ACTIVE:
            await ask_to_learn(tx, scope.org_id, project_id)


# ── work: the hot path ───────────────────────────────────────────────────────────────────────────


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
        project = await _visible(tx, scope, project_id)
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


# ── review and labels ────────────────────────────────────────────────────────────────────────────


async def review(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    verdicts: Sequence[tuple[TaskId, Answer]],
    *,
    reviewer: str,
) -> None:
    """Record what a trusted person says is right, for tasks of a project; managers and admins only.

    A review overrules the consensus in what is delivered. Reviews of the audit share, which is a
    random sample, are what certificates are made of.

    Raises:
        InvalidAnswer: an answer does not fit the ontology; nothing is stored.
        InputError: a task has two verdicts, or the reviewer's name is not printable.
        NotFound: a task is not of this project.
    """
    scope.require(Role.MANAGER)
    if not reviewer.isprintable():
        raise InputError(f"a reviewer's name must be printable; got {reviewer[:100]!r}")
    if len({task_id for task_id, _ in verdicts}) < len(verdicts):
        raise InputError("a task is given two verdicts at once; give each task one")
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        kind = label_kind(project.kind)
        stored = await tx.execute(
            SQL["save_review"],
            org_id=scope.org_id,
            project_id=project_id,
            user_id=scope.user_id,
            reviewer=reviewer,
            task_ids=[task_id for task_id, _ in verdicts],
            answers=[json.dumps(dict(kind.validate(answer, project.ontology))) for _, answer in verdicts],
        )
        if stored < len(verdicts):
            raise NotFound(f"{len(verdicts) - stored} of the tasks are not of project {project.name!r}")
        await audit(tx, scope, "review", str(project_id), tasks=len(verdicts), reviewer=reviewer)


async def has_unlearnt_answers(db: Database, scope: Scope, project_id: ProjectId) -> bool:
    """Say whether answers are stored that were not there when the project was last learnt."""
    async with db.transaction(scope.org_id) as tx:
        return bool(await tx.fetch_value(SQL["has_unlearnt_answers"], project_id=project_id))


async def labels_of(db: Database, scope: Scope, project_id: ProjectId) -> list[TaskLabel]:
    """Return every task of a project with what is known of its label, in the order of the items.

    For members and above: a labeler who saw what others said would no longer answer independently.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        return await tx.fetch_all(SQL["labels"], TaskLabel, project_id=project_id)
