"""What is written of commissions: many at once, inside a transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from groundswell.errors import Conflict
from groundswell.ids import BatchId, OrgId, ProjectId
from groundswell.label.commissions.projects import SQL
from groundswell.label.commissions.ready import Ready
from groundswell.label.projects.model import TaskState
from groundswell.store import Tx


@dataclass(frozen=True)
class Schema:
    """The labelling project of a label schema."""

    id: int
    project_id: ProjectId


async def taken_names(tx: Tx, ready: Sequence[Ready]) -> list[Exception | None]:
    """Return for each commission the error that its name is taken, by another or by one before it."""
    names = [one.new.unique_id for one in ready if one.new.unique_id is not None]
    taken = set(await tx.fetch_values(SQL["taken_unique_ids"], unique_ids=names)) if names else set()
    found: list[Exception | None] = []
    for one in ready:
        found.append(duplicate(one) if one.new.unique_id in taken else None)
        if one.new.unique_id is not None:
            taken.add(one.new.unique_id)
    return found


def duplicate(one: Ready) -> Conflict:
    """Return the error that a name is taken."""
    return Conflict(f"Task with unique_id {one.new.unique_id} already exists.")


async def positions(tx: Tx, schemas: Sequence[Schema]) -> list[int]:
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


async def insert_tasks(
    tx: Tx,
    org_id: OrgId,
    ready: Sequence[Ready],
    schemas: Sequence[Schema],
    parts: Sequence[BatchId],
    places: Sequence[int],
    state: TaskState,
) -> list[int]:
    """Write a task for each commission; returns their ids, in order."""
    rows = await tx.fetch_all(
        SQL["insert_commissioned_tasks"],
        dict[str, int],
        org_id=org_id,
        project_ids=[schema.project_id for schema in schemas],
        batch_ids=list(parts),
        item_ids=[one.found.item_id for one in ready],
        positions=list(places),
        is_audit=[one.is_audit for one in ready],
        payloads=[as_json(one.found.shown) for one in ready],
        state=[state.value] * len(ready),
    )
    ids = {(row["project_id"], row["position"]): row["id"] for row in rows}
    return [ids[schema.project_id, place] for schema, place in zip(schemas, places, strict=True)]


async def insert_commissions(
    tx: Tx,
    org_id: OrgId,
    ready: Sequence[Ready],
    schemas: Sequence[Schema],
    tasks: Sequence[int],
    state: TaskState,
) -> None:
    """Write what programs know of tasks that were just made."""
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
        params=[as_json(one.params) for one in ready],
        instructions=[one.new.instruction or "" for one in ready],
        callback_urls=[one.new.callback_url for one in ready],
        metadata=[as_json(one.new.metadata) for one in ready],
        tags=[as_json(list(one.new.tags)) for one in ready],
        unique_ids=[one.new.unique_id for one in ready],
    )


async def insert_proposals(tx: Tx, org_id: OrgId, ready: Sequence[Ready], tasks: Sequence[int]) -> None:
    """Write what people are shown to begin with, where programs say it."""
    said = [(task, one.proposal) for task, one in zip(tasks, ready, strict=True) if one.proposal is not None]
    if said:
        await tx.execute(
            SQL["insert_proposals"],
            org_id=org_id,
            task_ids=[task for task, _ in said],
            answers=[as_json(proposal) for _, proposal in said],
        )


def as_json(value: Any) -> str:
    """Return a value as it is stored."""
    return msgspec.json.encode(value).decode()
