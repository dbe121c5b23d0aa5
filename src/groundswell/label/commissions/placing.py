"""Placing commissions: from what a program asks to tasks that people are given, many at once in one transaction.

Each distinct label schema below a program's project is a labelling project of its own, opened with its first task.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import msgspec
import numpy as np
import psycopg

from groundswell.errors import Conflict, DatabaseUnavailable, InputError
from groundswell.ids import BatchId, OrgId, ProjectId
from groundswell.label.commissions.asked import Params, TaskType, check_read
from groundswell.label.commissions.attachments import Attachments, Found
from groundswell.label.commissions.batches import batches_named
from groundswell.label.commissions.model import Commission, CommissionBatch, CommissionProject, NewCommission
from groundswell.label.commissions.projects import SQL, projects_named
from groundswell.label.commissions.rules import (
    MAX_UNIQUE_ID,
    SETTINGS,
    callback_door,
    check_metadata,
    check_storable,
    check_tags,
    check_text,
    dataset_name,
    new_public_id,
    settings_of,
    signature_of,
    spec_of,
)
from groundswell.label.commissions.types import TYPES, task_type
from groundswell.label.jobs import ask_to_gather
from groundswell.label.kinds import Answer
from groundswell.label.projects.model import BatchState, ProjectSpec, TaskState
from groundswell.label.projects.rules import ALL, check_spec
from groundswell.label.projects.service import SQL as PROJECTS
from groundswell.label.projects.service import insert_project
from groundswell.store import Database, Tx
from groundswell.store.batcher import Batcher
from groundswell.store.recent import Recent
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

GATHER_AFTER = timedelta(seconds=10)
"""How long after a task the items of its project are added to their dataset, so that many make one version."""

MOST_SCHEMAS = 1_000
"""Distinct label schemas below one project of a program; more is taken for a mistake, such as the name of an image in
the instruction of its task."""

REMEMBERED = 50_000


@dataclass(frozen=True)
class Where:
    """What a program named, and where tasks of it go."""

    project: CommissionProject | None
    batch: CommissionBatch | None


@dataclass(frozen=True)
class Ready:
    """A commission that was read and found right."""

    scope: Scope
    new: NewCommission
    params: Params
    spec: ProjectSpec
    found: Found
    where: Where
    answer: Answer | None
    public_id: str = field(default_factory=new_public_id)

    @property
    def project_id(self) -> int | None:
        """The program's project."""
        return self.where.project.id if self.where.project else None

    @property
    def batch_id(self) -> int | None:
        """The program's batch."""
        return self.where.batch.id if self.where.batch else None


@dataclass(frozen=True)
class Schema:
    """The labelling project of a label schema."""

    id: int
    project_id: ProjectId


@dataclass(frozen=True)
class Names:
    """What one commission names."""

    project: str | None
    batch: str | None


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
        return [_where(one, projects, batches) for one in names]

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
                return [_duplicate(ready[0]) if isinstance(error, psycopg.errors.UniqueViolation) else error]
            return [(await self._together([one]))[0] for one in ready]

    async def _place(self, ready: Sequence[Ready]) -> list[str | Exception]:
        schemas = [await self._schema(one) for one in ready]
        parts = [await self._part(one, schema) for one, schema in zip(ready, schemas, strict=True)]
        async with self._db.transaction(self._org_id) as tx:
            taken = await _taken(tx, ready)
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
        places = await _positions(tx, schemas)
        tasks = await _insert_tasks(tx, self._org_id, ready, schemas, parts, places, state)
        await _insert_commissions(tx, self._org_id, ready, schemas, tasks, state)
        if self._at_once:
            await tx.execute(
                SQL["answer_at_once"],
                org_id=self._org_id,
                task_ids=tasks,
                project_ids=[schema.project_id for schema in schemas],
                answers=[_text(one.answer) for one in ready],
            )
        await tx.execute(
            SQL["extend_projects"],
            project_ids=projects,
            numbers=[number[project_id] for project_id in projects],
            batch_ids=sorted(set(parts)),
            state=state,
        )
        for project_id in () if self._at_once else projects:
            await ask_to_gather(tx, self._org_id, project_id, after=GATHER_AFTER)

    async def place_known(self, ready: Ready, gold: str) -> ProjectId:
        """Make a task whose answer is known; returns its labelling project.

        Args:
            gold: the answer as it is stored.
        """
        schema = await self._schema(ready)
        batch_id = await self._part(ready, schema)
        async with self._db.transaction(self._org_id) as tx:
            await tx.execute(SQL["settle_apart"], project_ids=[schema.project_id])
            (position,) = await _positions(tx, [schema])
            await tx.fetch_value(
                SQL["insert_known_task"],
                org_id=self._org_id,
                project_id=schema.project_id,
                batch_id=batch_id,
                item_id=ready.found.item_id,
                position=position,
                payload=_text(ready.found.shown),
                gold=gold,
            )
            await tx.execute(
                SQL["extend_projects"],
                project_ids=[schema.project_id],
                numbers=[1],
                batch_ids=[batch_id],
                state=TaskState.PENDING,
            )
            await tx.execute(SQL["set_test_size"], project_id=schema.project_id)
            await ask_to_gather(tx, self._org_id, schema.project_id, after=GATHER_AFTER)
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


def _where(
    one: Names, projects: Mapping[str, CommissionProject], batches: Mapping[str, CommissionBatch]
) -> Where | Exception:
    batch = batches.get(one.batch) if one.batch else None
    if one.batch and batch is None:
        return InputError(f"Batch {one.batch[:180]} does not exist.")
    name = one.project or (batch.project if batch else None)
    project = projects.get(name) if name else None
    if name and project is None:
        return InputError(f"Project {name[:180]} does not exist.")
    if batch is not None and batch.project != name:
        return InputError(f"Batch {batch.name} belongs to project {batch.project}, not to {name}.")
    if batch is not None and _is_closed(batch):
        return InputError(f"Batch {batch.name} is {batch.state}; no task can be added to it.")
    return Where(project, batch)


def _is_closed(batch: CommissionBatch) -> bool:
    finalized = batch.staged and batch.state != BatchState.STAGING
    return finalized or batch.state == BatchState.CANCELLED


async def prepared(
    scope: Scope,
    organization: str,
    attachments: Attachments,
    new: NewCommission,
    where: Where,
    *,
    private_hosts: Sequence[str],
    at_once: bool,
    purpose: str = "production",
) -> Ready:
    """Return a commission with all that its task needs, or refuse it.

    Raises:
        InputError: something is missing or not right; the message names it.
        Unsupported: its type needs a screen that there is not.
    """
    scope.require(Role.MANAGER)
    kind = task_type(new.type)
    _check_type(new, where.project)
    params, instruction = _all_params(kind, new, where.project)
    new = _checked(new, instruction, private_hosts)
    settings = settings_of(params)
    check_read(params)
    found = await attachments.find(scope, organization, kind.content(params), unseen=at_once)
    wanted = kind.wanted(params, found.shown)
    spec = replace(spec_of(wanted, instruction, settings), purpose=purpose)
    schema = check_spec(replace(spec, name=new.type))
    schema.check_item(found.shown)
    spec = replace(spec, options=schema.ontology.options, classes=schema.ontology.classes)
    answer = None
    if at_once:
        answer = schema.kind.example(schema.ontology, found.shown, _rng_of(found))
    return Ready(scope, new, {k: v for k, v in params.items() if k != SETTINGS}, spec, found, where, answer)


def _check_type(new: NewCommission, project: CommissionProject | None) -> None:
    """Refuse a task of another type than its project's; conversations are all one family."""
    if project is None or project.type == new.type:
        return
    if task_type(new.type) is not TYPES.get(project.type):
        raise InputError(
            f"Project {project.name} is of type {project.type}; its tasks cannot be of type {new.type}."
        )


def _rng_of(found: Found) -> np.random.Generator:
    """Return chance that follows from the item, so that a sandbox answers the same each time."""
    return np.random.default_rng(int(found.item_id[:16], 16))


def _all_params(
    kind: TaskType, new: NewCommission, project: CommissionProject | None
) -> tuple[dict[str, Any], str]:
    """Return the parameters of a task over those of its project and type, and its instruction."""
    usual = project.params if project else {}
    instruction = new.instruction if new.instruction is not None else usual.pop("instruction", "")
    usual.pop("instruction", None)
    if not isinstance(instruction, str):
        raise InputError("The instruction parameter must be a text.")
    return {**kind.defaults, **usual, **new.params}, instruction


def _checked(new: NewCommission, instruction: str, private_hosts: Sequence[str]) -> NewCommission:
    check_storable([dict(new.params), dict(new.metadata), instruction])
    if new.callback_url:
        callback_door(new.callback_url, private_hosts)
    if new.unique_id is not None:
        check_text("unique_id", new.unique_id, MAX_UNIQUE_ID)
    return replace(
        new,
        instruction=instruction,
        callback_url=new.callback_url or None,
        metadata=check_metadata(new.metadata),
        tags=check_tags(new.tags),
    )


# ── writing ──────────────────────────────────────────────────────────────────────────────────────


async def _taken(tx: Tx, ready: Sequence[Ready]) -> list[Exception | None]:
    """Return for each commission the error that its name is taken, by another or by one before it."""
    names = [one.new.unique_id for one in ready if one.new.unique_id is not None]
    taken = set(await tx.fetch_values(SQL["taken_unique_ids"], unique_ids=names)) if names else set()
    found: list[Exception | None] = []
    for one in ready:
        found.append(_duplicate(one) if one.new.unique_id in taken else None)
        if one.new.unique_id is not None:
            taken.add(one.new.unique_id)
    return found


def _duplicate(one: Ready) -> Conflict:
    return Conflict(f"Task with unique_id {one.new.unique_id} already exists.")


async def _positions(tx: Tx, schemas: Sequence[Schema]) -> list[int]:
    """Return the number of each task in its project; taken for good when the transaction commits."""
    number = Counter(schema.id for schema in schemas)
    ids = sorted(number)
    rows = await tx.fetch_all(
        SQL["number_tasks"], dict[str, int], schema_ids=ids, numbers=[number[each] for each in ids]
    )
    next_place = {row["id"]: row["first"] for row in rows}
    places = []
    for schema in schemas:
        places.append(next_place[schema.id])
        next_place[schema.id] += 1
    return places


async def _insert_tasks(
    tx: Tx,
    org_id: OrgId,
    ready: Sequence[Ready],
    schemas: Sequence[Schema],
    parts: Sequence[BatchId],
    places: Sequence[int],
    state: TaskState,
) -> list[int]:
    rows = await tx.fetch_all(
        SQL["insert_commissioned_tasks"],
        dict[str, int],
        org_id=org_id,
        project_ids=[schema.project_id for schema in schemas],
        batch_ids=list(parts),
        item_ids=[one.found.item_id for one in ready],
        positions=list(places),
        payloads=[_text(one.found.shown) for one in ready],
        state=[state.value] * len(ready),
    )
    ids = {(row["project_id"], row["position"]): row["id"] for row in rows}
    return [ids[schema.project_id, place] for schema, place in zip(schemas, places, strict=True)]


async def _insert_commissions(
    tx: Tx,
    org_id: OrgId,
    ready: Sequence[Ready],
    schemas: Sequence[Schema],
    tasks: Sequence[int],
    state: TaskState,
) -> None:
    await tx.execute(
        SQL["insert_commissions"],
        org_id=org_id,
        created_by=[one.scope.user_id for one in ready],
        public_ids=[one.public_id for one in ready],
        types=[one.new.type for one in ready],
        state=[state.value] * len(ready),
        commission_project_ids=[one.project_id for one in ready],
        commission_batch_ids=[one.batch_id for one in ready],
        project_ids=[schema.project_id for schema in schemas],
        task_ids=list(tasks),
        params=[_text(one.params) for one in ready],
        instructions=[one.new.instruction or "" for one in ready],
        callback_urls=[one.new.callback_url for one in ready],
        metadata=[_text(one.new.metadata) for one in ready],
        tags=[_text(list(one.new.tags)) for one in ready],
        unique_ids=[one.new.unique_id for one in ready],
    )


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


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
