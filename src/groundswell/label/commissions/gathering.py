"""The items of tasks that came one by one become rows of their dataset, so that labels are delivered and trained on."""

import asyncio
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from groundswell import clock
from groundswell.errors import NotFound
from groundswell.ids import OrgId, ProjectId
from groundswell.items import Item, ItemKind, bundle, digests_in, packed
from groundswell.label.commissions.projects import SQL
from groundswell.label.projects.model import Project
from groundswell.label.projects.service import SQL as PROJECTS
from groundswell.organize import DatasetStore, Version
from groundswell.store import Database

ROWS_AT_ONCE = 2_000
MOST_FILES = 64
"""Files of a version that was appended to so often that it is made compact."""


@dataclass(frozen=True)
class _Row:
    position: int
    item_id: str
    payload: dict[str, Any]
    repeats: bool
    first: int


@dataclass
class GatheringRoom:
    """Where items are gathered. A run that is killed is repeated, and adds nothing twice.

    Attributes:
        datasets: the dataset store of an organization, by its slug.
    """

    db: Database
    datasets: Callable[[str], DatasetStore]

    async def gather(self, org_id: str, project_id: int) -> None:
        """Add the items of all tasks that are not in the dataset of their project yet."""
        while await self._gather_some(OrgId(uuid.UUID(org_id)), ProjectId(project_id)):
            pass

    async def _gather_some(self, org_id: OrgId, project_id: ProjectId) -> bool:
        """Add some thousand items; returns whether there may be more."""
        of = {"project_id": project_id}
        async with self.db.transaction(org_id) as tx:
            rows = await tx.fetch_all(SQL["to_gather"], _Row, limit=ROWS_AT_ONCE, **of)
            if not rows:
                return False
            project = await tx.fetch_one(PROJECTS["project"], Project, **of)
            slug = await tx.fetch_value(SQL["organization_slug"])
            assert project is not None
            version = await asyncio.to_thread(_append, self.datasets(slug), project, rows)
            gathered = rows[-1].position + 1
            await tx.execute(SQL["note_gathered"], gathered=gathered, version=version.number, **of)
        return len(rows) == ROWS_AT_ONCE


def _append(store: DatasetStore, project: Project, rows: Sequence[_Row]) -> Version:
    new = [row for row in rows if not row.repeats]
    batches = packed((_item(store, project, row) for row in new), on_drop=lambda drop: None)
    try:
        newest = store.open(project.dataset)
    except NotFound:
        return store.write(project.dataset, batches)
    version = store.append(newest, batches)
    return store.compact(version) if len(version.manifest.files) > MOST_FILES else version


def _item(store: DatasetStore, project: Project, row: _Row) -> Item:
    kind = ItemKind(row.payload["kind"])
    text, data = row.payload["text"], store.blobs.get(row.item_id) if kind.is_media else None
    if kind is ItemKind.RECORD:
        text = json.dumps(row.payload["record"], ensure_ascii=False, sort_keys=True)
        data = bundle({digest: store.blobs.get(digest) for digest in digests_in(text)})
    return Item(
        kind=kind,
        text=text,
        data=data,
        media_type=row.payload["media_type"],
        source=f"commissions of {project.name}",
        locator=f"task {row.position}",
        collected_at=clock.now(),
        meta=row.payload["meta"],
    )
