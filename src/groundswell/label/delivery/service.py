"""From a project's answers to a labelled dataset version, with its lineage and its certificate."""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from groundswell.errors import Conflict
from groundswell.ids import ProjectId
from groundswell.label.delivery.model import TaskLabel
from groundswell.label.kinds import Answer
from groundswell.label.projects.model import Project
from groundswell.label.projects.service import get_project, project_of
from groundswell.organize import DatasetStore, Version, field_types, with_fields
from groundswell.quality import Certificate, certify
from groundswell.store import Database, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

SQL = load_queries(__package__)
LABEL_COLUMNS = ("label", "label_probability", "label_source", "label_answers")


async def labels_of(db: Database, scope: Scope, project_id: ProjectId) -> list[TaskLabel]:
    """Return every task of a project with what is known of its label, in the order of the items.

    For members and above: a labeler who saw what others said would no longer answer independently.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        return await tx.fetch_all(SQL["labels"], TaskLabel, project_id=project_id)


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
    tasks = await labels_of(db, scope, project_id)
    rows = [row for task in tasks if (row := _label_of(task, proposals))]
    if not rows:
        raise Conflict(
            f"project {project.name!r} has no labels yet; label some items first, or add --proposals"
        )
    certificate = await newest_certificate(db, scope, project_id)
    if certificate is not None and certificate["labels_sha256"] != _digest_of(tasks):
        certificate = None  # it speaks of labels that have changed since
    return await asyncio.to_thread(_write, store, project, rows, certificate)


def _label_of(task: TaskLabel, proposals: bool) -> dict[str, Any] | None:
    """Return what is delivered for a task, or None where it has no label."""
    label: Answer
    probability: float | None
    source: str | None
    if task.review is not None:
        label, probability, source = task.review, 1.0, "review"
    elif task.answer is not None and _is_settled(task):
        label, probability, source = task.answer, task.probability, task.source
    elif proposals and task.proposal is not None:
        label, probability, source = task.proposal, task.proposal_probability, "proposal"
    else:
        return None
    return {
        "id": task.item_id,
        "label": label["choice"],
        "label_probability": probability,
        "label_source": source,
        "label_answers": task.annotations or 0,
    }


def _is_settled(task: TaskLabel) -> bool:
    """Say whether the consensus of a task is a label, and not only a model's opinion of an open task."""
    from_people = bool(task.annotations) or task.source == "gold"
    return task.answer is not None and (from_people or task.state == "completed")


def _digest_of(tasks: Sequence[TaskLabel]) -> str:
    """Name the consensus labels of a project: what a certificate speaks of."""
    labels = [[task.item_id, task.answer] for task in tasks if _is_settled(task)]
    return hashlib.sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()


def _write(
    store: DatasetStore, project: Project, rows: Sequence[dict[str, Any]], certificate: dict[str, Any] | None
) -> Version:
    digest = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
    newest = store.open(project.dataset)
    if newest.lineage.get("labels_sha256") == digest:
        return newest
    lineage = {
        "project": {"id": project.id, "name": project.name, "kind": project.kind},
        "ontology_version": project.ontology_version,
        "guideline_version": project.guideline_version,
        "classes": project.classes,
        "labels_sha256": digest,
        "certificate": certificate,
    }
    items = store.open(project.dataset, project.dataset_version)
    labels = pa.Table.from_pylist(list(rows), schema=_SCHEMA)
    return store.add_columns(items, labels, lineage=lineage)


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
    types = field_types(version.to_table(["meta"])["meta"].to_pylist())
    batches = version.batches(columns, with_data)
    yield from with_fields((batch.filter(pc.is_valid(batch["label"])) for batch in batches), types)


# ── certificates ─────────────────────────────────────────────────────────────────────────────────


async def issue_certificate(
    db: Database, scope: Scope, project_id: ProjectId, *, level: float = 0.95
) -> Certificate:
    """Certify the accuracy of a project's consensus labels from its reviewed audit share.

    The audit share was drawn at random when the project was opened, and nothing treats its tasks
    differently. So its reviews say how accurate all labels are. The statement is about the labels
    before the reviews corrected any. Tasks that were set aside, because nobody could answer them, have
    no label and no part in it.

    Raises:
        Conflict: a task that still asks has no label yet, or an audited label no review.
    """
    scope.require(Role.MANAGER)
    everything = await labels_of(db, scope, project_id)
    tasks = [task for task in everything if _is_settled(task)]
    unlabelled = sum(not _is_settled(task) and task.state != "error" for task in everything)
    unreviewed = sum(task.is_audit and task.review is None for task in tasks)
    if unlabelled or unreviewed:
        raise Conflict(
            f"{unlabelled} tasks have no label yet and {unreviewed} audit tasks no review; finish them first"
        )
    audited = [place for place, task in enumerate(tasks) if task.is_audit]
    certificate = certify(
        right=np.array([tasks[place].answer == tasks[place].review for place in audited], dtype=bool),
        audited=np.array(audited, dtype=np.int64),
        confidence=np.array([task.probability for task in tasks], dtype=np.float64),
        level=level,
    )
    body = {**json.loads(certificate.to_json()), "labels_sha256": _digest_of(everything)}
    async with db.transaction(scope.org_id) as tx:
        number = await tx.fetch_value(
            SQL["insert_certificate"], org_id=scope.org_id, project_id=project_id, body=body
        )
        await audit(tx, scope, "certificate.issue", str(project_id), certificate=number)
    return certificate


async def newest_certificate(db: Database, scope: Scope, project_id: ProjectId) -> dict[str, Any] | None:
    """Return the certificate that was issued last for a project, as JSON, or None.

    Its `labels_sha256` names the labels that it speaks of.
    """
    async with db.transaction(scope.org_id) as tx:
        body: dict[str, Any] | None = await tx.fetch_value(SQL["newest_certificate"], project_id=project_id)
    return body
