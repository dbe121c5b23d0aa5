"""Deliveries as programs read them: versions of a dataset that labels were written to, and each task's label in one."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from groundswell.errors import NotFound
from groundswell.ids import ProjectId
from groundswell.label.commissions.asked import Wanted
from groundswell.label.commissions.model import Commission
from groundswell.label.commissions.projects import SQL, project_named
from groundswell.label.commissions.schemas import JsonSchema, document
from groundswell.label.commissions.types import task_type
from groundswell.label.kinds import Ontology, from_text, label_kind
from groundswell.organize import DatasetStore
from groundswell.store import Database
from groundswell.tenancy.model import Role, Scope

NEWEST = 2**63 - 1


@dataclass(frozen=True)
class Delivery:
    """The labels of a labelling project as they were written to a version of its dataset.

    Attributes:
        name: of the labelling project, with the number of the version.
        commission_project_id, project: of the program.
        type: the task type of the program's project.
        ontology_version: of the label schema.
        tasks: commissions that had a label then; of several of one item the first.
    """

    project_id: ProjectId
    dataset: str
    dataset_version: int
    delivered_at: datetime
    name: str
    commission_project_id: int
    project: str
    type: str
    kind: str
    ontology_version: int
    classes: list[str]
    options: dict[str, Any]
    tasks: int


async def list_deliveries(
    db: Database,
    scope: Scope,
    project: str,
    *,
    after: datetime | None = None,
    before: datetime | None = None,
) -> list[Delivery]:
    """Return the deliveries of a program's project, the newest first; for members and above.

    Raises:
        NotFound: there is no such project.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        over = await project_named(tx, project)
        which = {"commission_project_id": over.id, "project_id": None, "dataset_version": None}
        return await tx.fetch_all(SQL["deliveries"], Delivery, after=after, before=before, **which)


async def get_delivery(db: Database, scope: Scope, project_id: ProjectId, dataset_version: int) -> Delivery:
    """Return one delivery; for members and above.

    Raises:
        NotFound: there is none.
    """
    scope.require(Role.MEMBER)
    which = {"project_id": project_id, "dataset_version": dataset_version, "commission_project_id": None}
    async with db.transaction(scope.org_id) as tx:
        found = await tx.fetch_one(SQL["deliveries"], Delivery, after=None, before=None, **which)
    if found is None:
        raise NotFound("There is no such delivery.")
    return found


async def response_schema(
    db: Database, scope: Scope, project_id: ProjectId, ontology_version: int
) -> JsonSchema:
    """Return what responses to tasks of a label schema look like, as a JSON Schema; for members and above.

    Raises:
        NotFound: no program's project has such a label schema.
    """
    scope.require(Role.MEMBER)
    of = {"project_id": project_id, "ontology_version": ontology_version}
    async with db.transaction(scope.org_id) as tx:
        found = await tx.fetch_one(SQL["label_schema"], dict[str, Any], **of)
    if found is None:
        raise NotFound("There is no such schema.")
    wanted = Wanted(found["kind"], tuple(found["classes"]), found["options"])
    return document(found["type"], task_type(found["type"]).response_schema(wanted))


async def delivered_tasks(
    db: Database,
    scope: Scope,
    store: DatasetStore,
    delivery: Delivery,
    *,
    before: int | None = None,
    limit: int = 100,
) -> list[Commission]:
    """Return a page of the tasks of a delivery, the newest first, each with its label as it was delivered.

    Args:
        store: of the organization.
        before: where the page begins: the `id` of the last one of the page before.
    """
    scope.require(Role.MEMBER)
    of = {"project_id": delivery.project_id, "delivered_at": delivery.delivered_at}
    async with db.transaction(scope.org_id) as tx:
        rows = await tx.fetch_all(
            SQL["delivered_ids"], dict[str, Any], before=before or NEWEST, limit=limit, **of
        )
        ids = [row["id"] for row in rows]
        found = await tx.fetch_all(SQL["commissions"], Commission, ids=ids, public_ids=[]) if ids else []
    items = {row["id"]: row["item_id"] for row in rows}
    labels = await asyncio.to_thread(_labels, store, delivery, sorted(set(items.values())))
    return [_as_delivered(one, delivery, labels.get(items[one.id])) for one in found]


def _labels(store: DatasetStore, delivery: Delivery, items: Sequence[str]) -> Mapping[str, str]:
    """Return the labels of items in the version that was delivered."""
    version = store.open(delivery.dataset, delivery.dataset_version)
    wanted = pa.array(items, pa.string())
    found: dict[str, str | None] = {}
    for batch in version.batches(["id", "label"]):
        part = batch.filter(pc.is_in(batch["id"], value_set=wanted))
        found |= dict(zip(part["id"].to_pylist(), part["label"].to_pylist(), strict=True))
    return {item: label for item, label in found.items() if label is not None}


def _as_delivered(one: Commission, delivery: Delivery, label: str | None) -> Commission:
    if label is None:
        return one
    kind = label_kind(delivery.kind)
    chooses = kind.chooses_class(Ontology(tuple(delivery.classes), delivery.options))
    return replace(one, answer=from_text(label, chooses_class=chooses))
