"""Use cases of projects: each function is one transaction, inside a scope."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from groundswell.errors import Conflict, EmptySource, InputError, NotFound
from groundswell.ids import ProjectId
from groundswell.items import ItemKind
from groundswell.label.jobs import ask_to_learn
from groundswell.label.kinds import LabelKind, label_kind, ontology_of
from groundswell.label.projects.model import Project, ProjectCounts, ProjectSpec, ProjectState
from groundswell.label.projects.rules import TRANSITIONS, check_spec, listed_states, may_see
from groundswell.organize import Version
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

SQL = load_queries(__package__)

TASKS_PER_INSERT = 5_000

NEWEST = 2**63 - 1


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
        project = await visible_project(tx, scope, project_id)
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


async def visible_project(tx: Tx, scope: Scope, project_id: ProjectId) -> Project:
    """Return a project that this scope may see, inside a transaction, or raise `NotFound`."""
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
