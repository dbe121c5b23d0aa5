"""Use cases of projects: each function is one transaction, inside a scope."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

import numpy as np

from groundswell.errors import Conflict, NotFound
from groundswell.ids import ProjectId
from groundswell.label.jobs import ask_to_learn, ask_to_predict
from groundswell.label.kinds import Schema
from groundswell.label.projects.intake import (
    TaskRow,
    check_gold,
    check_items,
    insert_parameters,
    item_rows,
    task_rows,
)
from groundswell.label.projects.model import BatchState, Project, ProjectCounts, ProjectSpec, ProjectState
from groundswell.label.projects.rules import (
    ALL,
    TRANSITIONS,
    check_price,
    check_priority,
    check_spec,
    gold_texts,
    listed_states,
    may_see,
    models_of,
)
from groundswell.organize import Version
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

SQL = load_queries(__package__)

NEWEST = 2**63 - 1


async def create_project(
    db: Database,
    scope: Scope,
    spec: ProjectSpec,
    version: Version,
    *,
    rng: np.random.Generator,
    items: AbstractSet[str] | None = None,
) -> ProjectId:
    """Open a labelling project over a dataset version: one task for each item, in state draft.

    Items with a field `content` go to a batch of that content, all others to the batch "all".

    Args:
        version: the items; their kind must be one that the label kind can show.
        rng: draws the audit share.
        items: which of them become tasks; None is all.

    Raises:
        Conflict: the organization has a project of this name.
        EmptySource: the version has no items.
        InputError: the spec is out of range, or the items do not fit the label kind, or one is there
            twice, or a qualification or training project lacks a known answer.
    """
    scope.require(Role.MANAGER)
    schema = check_spec(spec)
    check_items(version)
    check_gold(spec, version, items)
    gold = gold_texts(schema, spec.gold)
    count = version.rows if items is None else len(items)
    audited = _audit_positions(count, spec.audit_share, rng)
    async with db.transaction(scope.org_id) as tx:
        over = replace(spec, dataset=version.name, dataset_version=version.number)
        project_id = await insert_project(tx, scope, over, schema)
        tasks = _Tasks(tx, scope, project_id, audited, gold)
        parts = item_rows(version)
        while (rows := await asyncio.to_thread(next, parts, None)) is not None:
            wanted = rows if items is None else [row for row in rows if row["id"] in items]
            await tasks.add(await asyncio.to_thread(task_rows, wanted, schema))
        await tx.execute(SQL["refresh_progress"], project_id=project_id)
        await audit(tx, scope, "project.create", str(project_id), name=spec.name, tasks=tasks.written)
    return project_id


async def insert_project(tx: Tx, scope: Scope, spec: ProjectSpec, schema: Schema) -> ProjectId:
    """Write a project without tasks, in state draft, inside a transaction.

    Raises:
        Conflict: the organization has a project of this name.
    """
    project_id = await tx.fetch_value(
        SQL["insert_project"],
        org_id=scope.org_id,
        name=spec.name,
        kind=schema.kind.name,
        dataset=spec.dataset,
        dataset_version=spec.dataset_version,
        answers=spec.answers,
        max_answers=max(spec.max_answers, spec.answers),
        target_probability=spec.target_probability,
        lease_seconds=spec.lease_seconds,
        price_cents=spec.price_cents,
        priority=spec.priority,
        models=models_of(spec, schema),
        purpose=spec.purpose,
        requirements=dict(spec.requirements),
        audit_share=spec.audit_share,
        review_levels=spec.review_levels,
        review_share=spec.review_share,
        rereview_share=spec.rereview_share,
        created_by=scope.user_id,
    )
    if project_id is None:
        raise Conflict(f"there is a project {spec.name!r} already; choose another name")
    new = {"org_id": scope.org_id, "project_id": project_id, "version": 1}
    ontology = schema.ontology
    await tx.execute(
        SQL["insert_ontology"], classes=list(ontology.classes), options=dict(ontology.options), **new
    )
    await tx.execute(SQL["insert_guideline"], body=spec.instructions, **new)
    return ProjectId(project_id)


@dataclass
class _Tasks:
    """Writes the tasks of a new project, and a batch for each class of content that it meets."""

    tx: Tx
    scope: Scope
    project_id: ProjectId
    audited: Collection[int]
    gold: Mapping[str, str]
    written: int = 0
    batches: dict[str | None, int] = field(default_factory=dict)

    async def add(self, rows: list[TaskRow]) -> None:
        batch_ids = [await self._batch(row.content) for row in rows]
        given = insert_parameters(rows, self.written, batch_ids, self.audited, self.gold)
        await self.tx.execute(
            SQL["insert_tasks"], org_id=self.scope.org_id, project_id=self.project_id, **given
        )
        self.written += len(rows)

    async def _batch(self, content: str | None) -> int:
        if content not in self.batches:
            self.batches[content] = await self.tx.fetch_value(
                SQL["insert_batch"],
                org_id=self.scope.org_id,
                project_id=self.project_id,
                name=ALL if content is None else f"content: {content}",
                state=BatchState.IN_PROGRESS,
                priority=0,
                content=content,
            )
        return self.batches[content]


def _audit_positions(rows: int, share: float, rng: np.random.Generator) -> set[int]:
    return {int(i) for i in rng.choice(rows, size=round(rows * share), replace=False)}


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

    Asking for the state that it has changes nothing, so a request may be repeated.

    Raises:
        Conflict: the transition is not allowed from the present state.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        if project.state == state:
            return
        allowed = TRANSITIONS[state]
        moved = {"project_id": project_id, "state": state, "allowed": allowed}
        if await tx.fetch_value(SQL["set_project_state"], **moved) is None:
            raise Conflict(
                f"project {project.name!r} is {project.state}; it can become {state} only from {' or '.join(allowed)}"
            )
        await audit(tx, scope, "project.state", str(project_id), before=project.state, after=state)
        if state is ProjectState.ACTIVE:
            await ask_to_learn(tx, scope.org_id, project_id)
            await ask_to_predict(tx, scope.org_id, project_id)


async def set_project_priority(db: Database, scope: Scope, project_id: ProjectId, priority: int) -> None:
    """Say where a project stands among those that want workers, lower first; managers and admins only."""
    scope.require(Role.MANAGER)
    check_priority(priority)
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        await tx.execute(SQL["set_project_priority"], project_id=project_id, priority=priority)
        changed = {"before": project.priority, "after": priority}
        await audit(tx, scope, "project.priority", str(project_id), **changed)


async def set_price(db: Database, scope: Scope, project_id: ProjectId, price_cents: int) -> None:
    """Say what an answer earns whose task is leased from now on; managers and admins only.

    What is leased already is paid at the price at which it was taken.
    """
    scope.require(Role.MANAGER)
    check_price(price_cents)
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        await tx.execute(SQL["set_price"], project_id=project_id, price_cents=price_cents)
        changed = {"before": project.price_cents, "after": price_cents}
        await audit(tx, scope, "project.price", str(project_id), **changed)


async def go_on(tx: Tx, scope: Scope, project: Project) -> None:
    """Make a project active that was done and has something to ask again, inside the transaction that asks."""
    if project.state == ProjectState.DONE:
        moved = {"state": ProjectState.ACTIVE, "allowed": [ProjectState.DONE]}
        await tx.execute(SQL["set_project_state"], project_id=project.id, **moved)
        await audit(tx, scope, "project.state", str(project.id), before="done", after="active")
