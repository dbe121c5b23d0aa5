"""Placing commissions: from what a program asks to tasks that people are given, many at once in one transaction.

Each distinct label schema below a program's project is a labelling project of its own, opened with its first task.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg

from groundswell.errors import Conflict, DatabaseUnavailable
from groundswell.ids import BatchId, OrgId, ProjectId
from groundswell.label.commissions.batches import batches_named
from groundswell.label.commissions.model import Commission
from groundswell.label.commissions.projects import SQL, projects_named
from groundswell.label.commissions.ready import Names, Ready, Where, where_of
from groundswell.label.commissions.rules import dataset_name, signature_of
from groundswell.label.commissions.writing import (
    Schema,
    as_json,
    duplicate,
    insert_commissions,
    insert_proposals,
    insert_tasks,
    positions,
    taken_names,
)
from groundswell.label.jobs import ask_to_gather
from groundswell.label.projects.model import BatchState, ProjectSpec, TaskState
from groundswell.label.projects.rules import ALL, check_spec
from groundswell.label.projects.service import SQL as PROJECTS
from groundswell.label.projects.service import insert_project
from groundswell.store import Database, Tx
from groundswell.store.batcher import Batcher
from groundswell.store.recent import Recent
from groundswell.tenancy.model import Scope
from groundswell.tenancy.service import audit

GATHER_AFTER, GATHER_AT_LATEST = timedelta(seconds=10), timedelta(minutes=5)
"""How long after a task the items of its project are added to their dataset, so that many make one version: the more
there are, the later."""

MOST_SCHEMAS = 1_000
"""Distinct label schemas below one project of a program; more is taken for a mistake, such as the name of an image in
the instruction of its task."""

REMEMBERED = 50_000


class PlacingDesk:
    """The commissions of one organization on their way to tasks, and what is remembered of it.

    Args:
        at_once: whether what is asked is answered here and now, as in a sandbox.
    """

    def __init__(self, db: Database, org_id: OrgId, *, at_once: bool) -> None:
        self._db, self._org_id, self._at_once = db, org_id, at_once
        self._schemas: Recent[str, Schema] = Recent(REMEMBERED)
        self._parts: Recent[tuple[int, int | None], BatchId] = Recent(REMEMBERED)
        self.named: Batcher[Names, Where] = Batcher(self._named)
        self.placed: Batcher[Ready, str] = Batcher(self._together, turns=1)
        self.seen: Batcher[str, Commission] = Batcher(self._read)

    async def _named(self, names: Sequence[Names]) -> list[Where | Exception]:
        """Return the projects and batches that commissions name; one read for all that come at the same time."""
        batch_names = {one.batch for one in names if one.batch}
        async with self._db.transaction(self._org_id) as tx:
            batches = await batches_named(tx, sorted(batch_names)) if batch_names else {}
            wanted = {one.project for one in names if one.project} | {
                batch.project for batch in batches.values()
            }
            projects = await projects_named(tx, sorted(wanted)) if wanted else {}
        return [where_of(one, projects, batches) for one in names]

    async def _read(self, public_ids: Sequence[str]) -> list[Commission | Exception]:
        """Return commissions as they are now; one read for all that come at the same time."""
        async with self._db.transaction(self._org_id) as tx:
            rows = await tx.fetch_all(SQL["commissions"], Commission, ids=[], public_ids=list(public_ids))
        found = {row.public_id: row for row in rows}
        return [found[public_id] for public_id in public_ids]

    async def _together(self, ready: Sequence[Ready]) -> list[str | Exception]:
        """Place commissions together; where that fails, each by itself, so that one cannot spoil the others."""
        try:
            return await self._place(ready)
        except DatabaseUnavailable as error:
            return [error] * len(ready)
        except Exception as error:
            if len(ready) == 1:
                return [duplicate(ready[0]) if isinstance(error, psycopg.errors.UniqueViolation) else error]
            return [(await self._together([one]))[0] for one in ready]

    async def _place(self, ready: Sequence[Ready]) -> list[str | Exception]:
        schemas = [await self._schema(one) for one in ready]
        parts = [await self._part(one, schema) for one, schema in zip(ready, schemas, strict=True)]
        async with self._db.transaction(self._org_id) as tx:
            taken = await taken_names(tx, ready)
            fresh = [n for n, one in enumerate(ready) if one.new.unique_id is None or taken[n] is None]
            if fresh:
                await self._write(
                    tx, [ready[n] for n in fresh], [schemas[n] for n in fresh], [parts[n] for n in fresh]
                )
        return [taken[n] or one.public_id for n, one in enumerate(ready)]

    async def _write(
        self, tx: Tx, ready: Sequence[Ready], schemas: Sequence[Schema], parts: Sequence[BatchId]
    ) -> None:
        number = Counter(schema.project_id for schema in schemas)
        projects = sorted(number)
        state = TaskState.COMPLETED if self._at_once else TaskState.PENDING
        await tx.execute(SQL["settle_apart"], project_ids=projects)
        places = await positions(tx, schemas)
        tasks = await insert_tasks(tx, self._org_id, ready, schemas, parts, places, state)
        await insert_commissions(tx, self._org_id, ready, schemas, tasks, state)
        await insert_proposals(tx, self._org_id, ready, tasks)
        if self._at_once:
            await tx.execute(
                SQL["answer_at_once"],
                org_id=self._org_id,
                task_ids=tasks,
                project_ids=[schema.project_id for schema in schemas],
                answers=[as_json(one.answer) for one in ready],
            )
        await tx.execute(
            SQL["extend_projects"],
            project_ids=projects,
            numbers=[number[project_id] for project_id in projects],
            batch_ids=sorted(set(parts)),
            state=state,
        )
        last = {schema.project_id: place for schema, place in zip(schemas, places, strict=True)}
        for project_id, place in () if self._at_once else sorted(last.items()):
            await ask_to_gather(tx, self._org_id, project_id, after=_gather_after(place))

    async def place_known(self, ready: Ready, gold: str) -> ProjectId:
        """Make a task whose answer is known; returns its labelling project.

        Args:
            gold: the answer as it is stored.
        """
        schema = await self._schema(ready)
        batch_id = await self._part(ready, schema)
        async with self._db.transaction(self._org_id) as tx:
            await tx.execute(SQL["settle_apart"], project_ids=[schema.project_id])
            (position,) = await positions(tx, [schema])
            task_id = await tx.fetch_value(
                SQL["insert_known_task"],
                org_id=self._org_id,
                project_id=schema.project_id,
                batch_id=batch_id,
                item_id=ready.found.item_id,
                position=position,
                payload=as_json(ready.found.shown),
                gold=gold,
            )
            await insert_proposals(tx, self._org_id, [ready], [task_id])
            await tx.execute(
                SQL["extend_projects"],
                project_ids=[schema.project_id],
                numbers=[1],
                batch_ids=[batch_id],
                state=TaskState.PENDING,
            )
            await tx.execute(SQL["set_test_size"], project_id=schema.project_id)
            await ask_to_gather(tx, self._org_id, schema.project_id, after=_gather_after(position))
        return schema.project_id

    # ── where tasks go ──

    async def _schema(self, ready: Ready) -> Schema:
        """Return the labelling project of a commission; open it if it is the first of its label schema."""
        signature = signature_of(ready.project_id, ready.spec)
        known = self._schemas.get(signature)
        if known is None:
            async with self._db.transaction(self._org_id) as tx:
                await tx.execute(SQL["lock_schemas"], org_id=self._org_id)
                known = await tx.fetch_one(SQL["commission_schema"], Schema, signature=signature)
                known = known or await self._open(tx, ready, signature)
            self._schemas.put(signature, known)
        return known

    async def _open(self, tx: Tx, ready: Ready, signature: str) -> Schema:
        named = {"commission_project_id": ready.project_id}
        made = await tx.fetch_value(SQL["schemas_made"], **named)
        if made >= MOST_SCHEMAS:
            raise Conflict(
                f"the project has {made:,} label schemas already, as many as there may be; a schema is the labels, "
                "fields and instruction of a task: say what differs from task to task in its attachment instead"
            )
        name = ready.where.project.name if ready.where.project else ready.new.type
        spec = replace(ready.spec, name=name, dataset=dataset_name(name, signature))
        if ready.where.project is not None and spec.purpose == "production":
            await tx.execute(SQL["lock_commission_project"], name=name)
            over = (await projects_named(tx, [name]))[name]
            spec = replace(spec, requirements={**spec.requirements, **over.requirements})
        project_id = await _insert_project(tx, ready.scope, spec, made + 1)
        await tx.execute(PROJECTS["refresh_progress"], project_id=project_id)
        await tx.execute(SQL["open_project"], project_id=project_id)
        row = {"org_id": self._org_id, "signature": signature, "project_id": project_id, **named}
        schema_id = await tx.fetch_value(SQL["insert_schema"], **row)
        await audit(
            tx, ready.scope, "project.create", str(project_id), name=spec.name, commissioned=ready.new.type
        )
        return Schema(schema_id, project_id)

    async def _part(self, ready: Ready, schema: Schema) -> BatchId:
        """Return the batch of a labelling project that a commission belongs to; make it if it is the first."""
        key = (schema.id, ready.batch_id)
        known = self._parts.get(key)
        if known is None:
            async with self._db.transaction(self._org_id) as tx:
                await tx.execute(SQL["lock_schemas"], org_id=self._org_id)
                of = {"schema_id": schema.id, "commission_batch_id": ready.batch_id}
                known = await tx.fetch_value(SQL["commission_part"], **of)
                known = known or await self._make_part(tx, ready, schema, of)
            self._parts.put(key, known)
        return known

    async def _make_part(self, tx: Tx, ready: Ready, schema: Schema, of: Mapping[str, Any]) -> BatchId:
        batch = ready.where.batch
        if batch is not None:  # as it is now, while nobody changes it
            await tx.execute(SQL["lock_commission_batch"], name=batch.name)
            batch = (await batches_named(tx, [batch.name]))[batch.name]
        batch_id = await tx.fetch_value(
            PROJECTS["insert_batch"],
            org_id=self._org_id,
            project_id=schema.project_id,
            name=ALL if batch is None else f"batch {batch.name}",
            state=BatchState.IN_PROGRESS
            if batch is None or batch.state == BatchState.COMPLETED
            else batch.state,
            priority=0 if batch is None else batch.priority,
            content=None,
        )
        assert batch_id is not None
        await tx.execute(SQL["insert_part"], org_id=self._org_id, batch_id=batch_id, **of)
        if batch is not None and batch.groups:
            await tx.execute(SQL["reserve_parts"], commission_batch_id=batch.id, group_id=None)
        return BatchId(batch_id)


def _gather_after(tasks: int) -> timedelta:
    """Return how long to wait for more, in a project that has so many tasks."""
    return min(GATHER_AFTER + timedelta(milliseconds=2 * tasks), GATHER_AT_LATEST)


async def _insert_project(tx: Tx, scope: Scope, spec: ProjectSpec, number: int) -> ProjectId:
    """Open a labelling project under the first name that is free: as it is called, then numbered."""
    for nth in range(number, number + 100):
        name = spec.name if nth == 1 else f"{spec.name} ({nth})"
        try:
            return await insert_project(
                tx, scope, replace(spec, name=name), check_spec(replace(spec, name=name))
            )
        except Conflict:
            continue
    raise Conflict(f"there are a hundred projects called {spec.name!r} already; name this one otherwise")
