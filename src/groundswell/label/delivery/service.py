"""From a project's answers to a labelled dataset version, with its lineage and its certificate."""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from groundswell.errors import Conflict, NotFound
from groundswell.ids import ProjectId, TaskId
from groundswell.label.delivery.model import GivenAnswer, TaskDetail, TaskLabel
from groundswell.label.kinds import Answer, as_text
from groundswell.label.projects.model import Project
from groundswell.label.projects.service import get_project, project_of
from groundswell.organize import DatasetStore, Version, as_parent, field_types, with_fields
from groundswell.store import Database, load_queries
from groundswell.tenancy.model import Role, Scope

SQL = load_queries(__package__)
ROWS_AT_ONCE = 1_000
LABEL_COLUMNS = ("label", "label_probability", "label_source", "label_answers")


async def labels_of(db: Database, scope: Scope, project_id: ProjectId) -> list[TaskLabel]:
    """Return every task of a project with what is known of its label, in the order of the items.

    For members and above: a labeler who saw what others said would no longer answer independently.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        return await tx.fetch_all(SQL["labels"], TaskLabel, project_id=project_id)


async def known_answers(db: Database, scope: Scope, project_id: ProjectId) -> dict[str, Answer]:
    """Return the labels of a project by item, a review before a consensus; for managers and admins."""
    scope.require(Role.MANAGER)
    labels = await labels_of(db, scope, project_id)
    return {task.item_id: said[0] for task in labels if (said := _said_of(task, proposals=False))}


async def task_detail(db: Database, scope: Scope, project_id: ProjectId, task_id: TaskId) -> TaskDetail:
    """Return a task with everything that is known of it; for managers and admins: it names who said what.

    Raises:
        NotFound: no such task in this project.
    """
    scope.require(Role.MANAGER)
    of = {"project_id": project_id, "task_id": task_id}
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        label = await tx.fetch_one(SQL["label_of"], TaskLabel, **of)
        shown = await tx.fetch_one(SQL["shown_task"], dict[str, Any], **of)
        if label is None or shown is None:
            raise NotFound(f"project {project_id} has no task {task_id}")
        answers = await tx.fetch_all(SQL["given_answers"], GivenAnswer, **of)
    return TaskDetail(label, shown["payload"], answers, shown["reviewer"])


async def deliver(
    db: Database, scope: Scope, store: DatasetStore, project_id: ProjectId, *, proposals: bool = False
) -> Version:
    """Write the labels of a project as a new version of its dataset.

    The version has every item; it adds the columns `label`, `label_probability`, `label_source` (people,
    model, people and model, gold, review) and `label_answers`, null where there is no label. A review
    overrules the consensus. When nothing has changed since the last delivery, that version is returned.

    Args:
        proposals: include items whose only label is a model's proposal (`label_source` "proposal").

    Raises:
        Conflict: there is no label yet.
    """
    scope.require(Role.MEMBER)
    project, _ = await get_project(db, scope, project_id)
    async with db.transaction(scope.org_id) as tx:
        certificate = await tx.fetch_value(SQL["newest_certificate"], project_id=project_id)
        labels = _Labels(proposals=proposals, certified=certificate is not None)
        async for tasks in tx.pages(SQL["labels"], TaskLabel, ROWS_AT_ONCE, project_id=project_id):
            await asyncio.to_thread(labels.add, tasks)
    if not labels.parts:
        raise Conflict(
            f"project {project.name!r} has no labels yet; label some items first, or add --proposals"
        )
    if certificate is not None and certificate["labels_sha256"] != labels.settled.name():
        certificate = None  # it speaks of labels that have changed since
    version = await asyncio.to_thread(_write, store, project, labels, certificate)
    delivered = {"org_id": scope.org_id, "project_id": project_id, "dataset_version": version.number}
    async with db.transaction(scope.org_id) as tx:
        await tx.execute(SQL["note_delivery"], **delivered)
    return version


class _Digest:
    """Names a list of values that pass by: the SHA-256 of its JSON."""

    def __init__(self) -> None:
        self._hash, self._before = hashlib.sha256(), "["

    def add(self, value: object) -> None:
        self._hash.update((self._before + json.dumps(value, sort_keys=True)).encode())
        self._before = ", "

    def name(self) -> str:
        whole = self._hash.copy()
        whole.update(b"[]" if self._before == "[" else b"]")
        return whole.hexdigest()


class _Labels:
    """The labels of a project as they pass by: as columns, and under the names that their lists have.

    Args:
        proposals: whether a model's proposal is a label where there is no other.
        certified: whether to name what certificates speak of, too.
    """

    def __init__(self, *, proposals: bool, certified: bool) -> None:
        self.proposals, self.certified = proposals, certified
        self.parts: list[pa.RecordBatch] = []
        self.delivered, self.settled = hashlib.sha256(), _Digest()

    def add(self, tasks: Sequence[TaskLabel]) -> None:
        rows = [row for task in tasks if (row := _label_of(task, self.proposals))]
        if rows:
            self.parts.append(pa.RecordBatch.from_pylist(rows, _SCHEMA))
            self.delivered.update(self.parts[-1].serialize())
        for task in tasks if self.certified else ():
            if is_settled(task):
                self.settled.add([task.item_id, task.answer])


def _label_of(task: TaskLabel, proposals: bool) -> dict[str, Any] | None:
    """Return what is delivered for a task, or None where it has no label."""
    said = _said_of(task, proposals)
    if said is None:
        return None
    label, probability, source = said
    return {
        "id": task.item_id,
        "label": as_text(label),
        "label_probability": probability,
        "label_source": source,
        "label_answers": task.annotations or 0,
    }


def _said_of(task: TaskLabel, proposals: bool) -> tuple[Answer, float | None, str | None] | None:
    """Return the label of a task with its probability and source, None where it has none."""
    if task.review is not None:
        return task.review, 1.0, "review"
    if task.answer is not None and is_settled(task):
        return task.answer, task.probability, task.source
    if proposals and task.proposal is not None:
        return task.proposal, task.proposal_probability, "proposal"
    return None


def is_settled(task: TaskLabel) -> bool:
    """Say whether the consensus of a task is a label, and not only a model's opinion of an open task."""
    from_people = bool(task.annotations) or task.source == "gold"
    return task.answer is not None and (from_people or task.state == "completed")


def digest_of(tasks: Sequence[TaskLabel]) -> str:
    """Name the consensus labels of a project: what a certificate speaks of."""
    labels = _Labels(proposals=False, certified=True)
    labels.add(tasks)
    return labels.settled.name()


def _write(
    store: DatasetStore, project: Project, labels: _Labels, certificate: dict[str, Any] | None
) -> Version:
    items, newest = store.open(project.dataset, project.dataset_version), store.open(project.dataset)
    digest = labels.delivered.hexdigest()
    if newest.lineage.get("labels_sha256") == digest and as_parent(items) in newest.parents:
        return newest
    lineage = {
        "project": {"id": project.id, "name": project.name, "kind": project.kind},
        "ontology_version": project.ontology_version,
        "guideline_version": project.guideline_version,
        "classes": project.classes,
        "options": project.options,
        "labels_sha256": digest,
        "certificate": certificate,
    }
    return store.add_columns(items, pa.Table.from_batches(labels.parts, _SCHEMA), lineage=lineage)


_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("label", pa.string()),
        ("label_probability", pa.float64()),
        ("label_source", pa.string()),
        ("label_answers", pa.int32()),
    ]
)


def labelled_batches(version: Version, *, with_data: bool = False) -> Iterator[pa.RecordBatch]:
    """Yield the labelled items of a delivered version as a person wants them in a file.

    That is `id`, `text` or `data`, where the item is from (`source`, `locator`), the other fields of
    its record as columns of their own, and the label columns.

    Args:
        with_data: bring the bytes of media.
    """
    is_text = pc.any(pc.equal(version.to_table(["kind"])["kind"], "text")).as_py()
    columns = ["id", *(["text"] if is_text else []), "source", "locator", "meta", *LABEL_COLUMNS]
    types = field_types(meta for batch in version.batches(["meta"]) for meta in batch["meta"].to_pylist())
    batches = version.batches(columns, with_data)
    yield from with_fields((batch.filter(pc.is_valid(batch["label"])) for batch in batches), types)
