"""Certificates: how accurate a project's labels are, overall and by slice, and how many audits that takes."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import Conflict, InputError
from groundswell.ids import ProjectId, TaskId
from groundswell.label.delivery.exports import NEWEST
from groundswell.label.delivery.model import AuditPlan, IssuedCertificate, TaskLabel
from groundswell.label.delivery.service import SQL, digest_of, is_settled, labels_of
from groundswell.label.projects.model import Project
from groundswell.label.projects.service import get_project, project_of
from groundswell.organize import DatasetStore
from groundswell.quality import Certificate, audits_needed, certify
from groundswell.store import Database
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

MOST_SLICES = 100
"""Slices of one kind that a certificate may have: with more, no slice has audits enough to say anything."""

OWN = ("label", "source")
"""What a certificate can be sliced by beside the fields of the items: the class delivered, and who it comes from."""


async def issue_certificate(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    *,
    level: float = 0.95,
    by: Sequence[str] = (),
    store: DatasetStore | None = None,
) -> Certificate:
    """Certify the accuracy of a project's consensus labels from its reviewed audit share; for managers.

    The audit share was drawn at random when its tasks were made, and nothing treats them differently. So
    its reviews say how accurate all labels are. The statement is about the labels before the reviews
    corrected any. Tasks that were set aside, because nobody could answer them, have no label and no part
    in it. Of tasks that a program asked for, what its customer said in an audit counts, too: where it
    rejects, the label was wrong, whatever a review says. Verdicts on other tasks than those drawn prove
    nothing, and are left out.

    Args:
        level: share of such intervals that hold the truth. Each slice's does by itself.
        by: what to slice by: "label", "source" (people, model, ...), or fields of the items. A slice is named
            "label: cat".
        store: where the items are; needed for fields alone.

    Raises:
        Conflict: a task that still asks has no label yet, or an audited label no verdict.
        InputError: the level is out of range, or there is nothing of that name to slice by, or too many values of it.
    """
    scope.require(Role.MANAGER)
    project, _ = await get_project(db, scope, project_id)
    everything = await labels_of(db, scope, project_id)
    tasks = [task for task in everything if is_settled(task)]
    said = await _customer_verdicts(db, scope, project_id)
    _require_finished(everything, tasks, said)
    fields = [name for name in by if name not in OWN]
    records = await asyncio.to_thread(_records, project, store, fields) if fields else {}
    audited = [place for place, task in enumerate(tasks) if task.is_audit]
    certificate = certify(
        right=np.array([_is_right(tasks[place], said) for place in audited], dtype=bool),
        audited=np.array(audited, dtype=np.int64),
        confidence=np.array([task.probability for task in tasks], dtype=np.float64),
        level=level,
        slices=slices_of(tasks, records, by),
    )
    body = {**json.loads(certificate.to_json()), "labels_sha256": digest_of(everything)}
    async with db.transaction(scope.org_id) as tx:
        number = await tx.fetch_value(
            SQL["insert_certificate"], org_id=scope.org_id, project_id=project_id, body=body
        )
        await audit(tx, scope, "certificate.issue", str(project_id), certificate=number)
    return certificate


async def _customer_verdicts(db: Database, scope: Scope, project_id: ProjectId) -> dict[TaskId, bool]:
    """Return of which labels the customer has said whether they are right."""
    async with db.transaction(scope.org_id) as tx:
        rows = await tx.fetch_all(SQL["customer_verdicts"], dict[str, Any], project_id=project_id)
    return {row["task_id"]: row["accepted"] for row in rows}


def _is_right(task: TaskLabel, said: Mapping[TaskId, bool]) -> bool:
    """Say whether an audited label is right by all who have judged it."""
    return (task.review is None or task.answer == task.review) and said.get(task.task_id, True)


def _has_verdict(task: TaskLabel, said: Mapping[TaskId, bool]) -> bool:
    return task.review is not None or task.task_id in said


def _require_finished(
    everything: Sequence[TaskLabel], settled: Sequence[TaskLabel], said: Mapping[TaskId, bool]
) -> None:
    unlabelled = sum(not is_settled(task) and task.state != "error" for task in everything)
    unjudged = sum(task.is_audit and not _has_verdict(task, said) for task in settled)
    if unlabelled or unjudged:
        raise Conflict(
            f"{unlabelled} tasks have no label yet and {unjudged} audit tasks no review; finish them first"
        )


def slices_of(
    tasks: Sequence[TaskLabel], records: Mapping[str, Mapping[str, Any]], by: Iterable[str]
) -> dict[str, NDArray[np.bool_]]:
    """Return the slices of tasks by name, each as which tasks belong to it, bool `[n_tasks]`.

    Args:
        tasks: labelled ones.
        records: the other fields of each item, by its id; needed for fields alone.
        by: see `issue_certificate`. A task whose item lacks a field belongs to none of its slices.

    Raises:
        InputError: no item has a field of that name, or it has more than `MOST_SLICES` values.
    """
    found: dict[str, NDArray[np.bool_]] = {}
    for name in dict.fromkeys(by):
        values = [_value(task, records, name) for task in tasks]
        distinct = sorted({value for value in values if value is not None})
        if not distinct:
            known = ", ".join([*OWN, *sorted({field for record in records.values() for field in record})])
            raise InputError(f"no label can be sliced by {name!r}; there are {known}")
        if len(distinct) > MOST_SLICES:
            raise InputError(
                f"{name!r} has {len(distinct)} values; a certificate may have {MOST_SLICES} slices of a kind"
            )
        for value in distinct:
            found[f"{name}: {value}"] = np.array([one == value for one in values], bool)
    return found


def _value(task: TaskLabel, records: Mapping[str, Mapping[str, Any]], name: str) -> str | None:
    """Return what a task is sliced by, in words; None where it has nothing of that name."""
    if name == "source":
        return task.source
    if name == "label":
        value: Any = (task.answer or {}).get("choice")
    else:
        value = records.get(task.item_id, {}).get(name)
    return None if value is None else value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _records(
    project: Project, store: DatasetStore | None, fields: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Read the other fields of a project's items, by the id of the item."""
    if store is None:
        raise InputError(f"slices by {fields[0]!r} need the items: give the store that they are in")
    version = store.open(project.dataset, project.dataset_version)
    return {
        item_id: json.loads(meta)
        for batch in version.batches(["id", "meta"])
        for item_id, meta in zip(batch["id"].to_pylist(), batch["meta"].to_pylist(), strict=True)
    }


async def newest_certificate(db: Database, scope: Scope, project_id: ProjectId) -> dict[str, Any] | None:
    """Return the certificate that was issued last for a project, as JSON, or None.

    Its `labels_sha256` names the labels that it speaks of.
    """
    async with db.transaction(scope.org_id) as tx:
        body: dict[str, Any] | None = await tx.fetch_value(SQL["newest_certificate"], project_id=project_id)
    return body


async def list_certificates(
    db: Database, scope: Scope, project_id: ProjectId, *, before: int | None = None, limit: int = 50
) -> list[IssuedCertificate]:
    """Return a page of the certificates of a project, the newest first; for members and above.

    Args:
        before: only those with a smaller id, for the next page.

    Raises:
        NotFound: no such project in this organization.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        page = {"project_id": project_id, "before": before or NEWEST, "limit": limit}
        return await tx.fetch_all(SQL["certificates"], IssuedCertificate, **page)


async def plan_audits(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    *,
    within: float,
    expected_accuracy: float | None = None,
    level: float = 0.95,
) -> AuditPlan:
    """Say how many audits an interval of plus or minus `within` takes for a project's labels; for members and above.

    Args:
        within: half the length of the interval, for example 0.01 for plus or minus one point.
        expected_accuracy: a guess, 0 to 1; by default what the labels claim, or the project's target before there are
            any. Further from 1 needs more audits, so guess low.
        level: confidence level.

    Raises:
        InputError: a number is out of its range, or there is nothing to guess the accuracy from.
        NotFound: no such project in this organization.
    """
    scope.require(Role.MEMBER)
    if not 0 < within < 0.5:
        raise InputError(
            f"within must be above 0 and below 0.5, for example 0.01 for plus or minus one point; got {within}"
        )
    project, _ = await get_project(db, scope, project_id)
    tasks = [task for task in await labels_of(db, scope, project_id) if task.state != "error"]
    guess = expected_accuracy if expected_accuracy is not None else _claimed(project, tasks)
    drawn = [task for task in tasks if task.is_audit]
    said = await _customer_verdicts(db, scope, project_id)
    return AuditPlan(
        within=within,
        level=level,
        expected_accuracy=guess,
        population=len(tasks),
        needed=audits_needed(2 * within, guess, level=level, population=max(len(tasks), 1)),
        drawn=len(drawn),
        reviewed=sum(_has_verdict(task, said) for task in drawn),
    )


def _claimed(project: Project, tasks: Sequence[TaskLabel]) -> float:
    """Return the mean probability of the labels so far, or else the project's target."""
    sure = [task.probability for task in tasks if is_settled(task) and task.probability is not None]
    if sure:
        return float(np.mean(sure))
    if project.target_probability is None:
        raise InputError(
            "there is no label yet to guess the accuracy from; give expected_accuracy, for example 0.95"
        )
    return project.target_probability
