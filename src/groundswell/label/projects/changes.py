"""Changes of a live label schema: the dry run, the change, and its reversal. Each function is one transaction."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from groundswell.clock import now
from groundswell.errors import Conflict, InputError
from groundswell.ids import ProjectId
from groundswell.label.jobs import ask_to_learn, ask_to_predict
from groundswell.label.projects.effects import (
    AskedAgain,
    ChangePlan,
    Meaning,
    as_json,
    effects,
    meanings,
)
from groundswell.label.projects.model import ProjectState
from groundswell.label.projects.schema import Operation, change, describe
from groundswell.label.projects.service import SQL, project_of
from groundswell.label.projects.versions import History, OntologyVersion
from groundswell.store import Database, Tx
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

EXAMPLES = 5
"""Tasks that a plan names to look at."""


async def list_ontologies(
    db: Database, scope: Scope, project_id: ProjectId, *, before: int | None = None, limit: int = 50
) -> list[OntologyVersion]:
    """Return the versions of a project's classes and how each came about, the newest first; members and above.

    Raises:
        NotFound: no such project in this organization.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        versions = (await _history(tx, project_id)).versions
    return [version for version in reversed(versions) if before is None or version.version < before][:limit]


async def plan_change(
    db: Database, scope: Scope, project_id: ProjectId, operations: Sequence[Operation]
) -> ChangePlan:
    """Say what a change of the classes would do to annotations, labels and tasks; nothing is written. Managers only.

    Raises:
        InputError: the operations do not fit the classes; see `schema.change`.
        NotFound: no such project in this organization.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        history = await _history(tx, project_id)
        return await _plan(tx, project_id, history, _changed(history, operations, scope, now()))


async def plan_revert(
    db: Database, scope: Scope, project_id: ProjectId, *, to: int | None = None
) -> ChangePlan:
    """Say what going back to an earlier version would do; nothing is written. Managers only.

    Args:
        to: the version to bring back; None: the one before the last change.

    Raises:
        Conflict: there is no change to revert.
        InputError: the version in force means the same as `to` already.
        NotFound: no such project in this organization, or no such version.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        history = await _history(tx, project_id)
        return await _plan(tx, project_id, history, _restored(history, to, scope, now()))


async def apply_change(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    operations: Sequence[Operation],
    *,
    expected_version: int,
) -> OntologyVersion:
    """Change the classes of a project, live: a new ontology version. Managers only.

    Annotations are never touched: they stay bound to the version that they were made under, and readers map
    them. Gold, consensus, reviews and predictions are carried over. Tasks whose label or answers no longer
    count become pending again, in batches in progress, and a project that was done is active again. Work that
    is leased goes on: its answers are accepted under the version that they fit. Applying the same change to
    the same version again, as after a lost reply, returns the version that it made.

    Args:
        expected_version: the version that the change was planned for.

    Raises:
        Conflict: the ontology has moved on since.
        InputError: the operations do not fit the classes; see `schema.change`.
        NotFound: no such project in this organization.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        history = await _lock(tx, project_id)
        done = _repeated(history, expected_version, [describe(operation) for operation in operations], None)
        if done is not None:
            return done
        _require_version(history, expected_version)
        return await _apply(tx, scope, project_id, history, _changed(history, operations, scope, now()))


async def revert(
    db: Database, scope: Scope, project_id: ProjectId, *, expected_version: int, to: int | None = None
) -> OntologyVersion:
    """Bring an earlier version of the classes back, as a new version that means the same. Managers only.

    Every annotation made under the version that is brought back, or before it, means again what it meant, and
    labels come back as they were. An annotation made in between counts where its class tells what it would
    have been called, and is otherwise asked again. A revert can itself be reverted.

    Args:
        expected_version: the version that is in force, as the caller believes.
        to: the version to bring back; None: the one before the last change.

    Raises:
        Conflict: the ontology has moved on since, or there is no change to revert.
        InputError: the version in force means the same as `to` already.
        NotFound: no such project in this organization, or no such version.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        history = await _lock(tx, project_id)
        if to is None:
            to = next((v.made_from for v in history.versions if v.version == expected_version), None)
        done = _repeated(history, expected_version, [], to)
        if done is not None:
            return done
        _require_version(history, expected_version)
        return await _apply(tx, scope, project_id, history, _restored(history, to, scope, now()))


# ── the version that there would be ──────────────────────────────────────────────────────────────


def _changed(
    history: History, operations: Sequence[Operation], scope: Scope, at: datetime
) -> OntologyVersion:
    made = change(history.newest.classes, operations)
    return replace(
        _next(history, scope, at),
        classes=list(made.classes),
        operations=[describe(operation) for operation in operations],
        mapping=made.mapping,
        inverse=made.inverse,
    )


def _restored(history: History, to: int | None, scope: Scope, at: datetime) -> OntologyVersion:
    newest = history.newest
    if to is None:
        to = newest.made_from
    if to is None:
        raise Conflict("the ontology is in its first version; there is no change to revert")
    if to in history.equivalents(newest.version):
        raise InputError(
            f"ontology version {newest.version}, which is in force, means the same as {to} already"
        )
    return replace(_next(history, scope, at), classes=history.version(to).classes, restores=to)


def _next(history: History, scope: Scope, at: datetime) -> OntologyVersion:
    number = history.newest.version
    return OntologyVersion(number + 1, [], number, None, [], {}, {}, scope.user_id, at)


def _repeated(
    history: History, expected: int, operations: list[dict[str, Any]], restores: int | None
) -> OntologyVersion | None:
    """Return the newest version if it is what this same request has made before."""
    newest = history.newest
    made = (newest.made_from, newest.operations, newest.restores)
    return newest if made == (expected, operations, restores) else None


def _require_version(history: History, expected: int) -> None:
    newest = history.newest
    if newest.version != expected:
        raise Conflict(
            f"this change was planned for ontology version {expected}, but version {newest.version} is in force "
            f"({', '.join(newest.classes[:20])}); plan it anew"
        )


# ── inside a transaction ─────────────────────────────────────────────────────────────────────────


async def hold_classes(tx: Tx, project_id: ProjectId) -> None:
    """Keep the classes of a project as they are until this transaction ends.

    Whoever writes labels (consensus, reviews, gold) calls it before reading the classes; else a change in
    between would leave a label of a class that is gone. It waits while a change is made, and for nobody else.
    """
    await tx.execute(SQL["hold_classes"], project_id=project_id)


async def _lock(tx: Tx, project_id: ProjectId) -> History:
    await tx.execute(SQL["allow_minutes"])
    await tx.execute(SQL["lock_for_change"], project_id=project_id)
    return await _history(tx, project_id)


async def _history(tx: Tx, project_id: ProjectId) -> History:
    await project_of(tx, project_id)
    return History(await tx.fetch_all(SQL["ontology_history"], OntologyVersion, project_id=project_id))


async def _require_classes(tx: Tx, project_id: ProjectId) -> None:
    """Refuse to change the classes of a kind whose answers are more than one class: they could not be carried over."""
    project = await project_of(tx, project_id)
    if not project.schema.chooses_class:
        raise InputError(
            f"the classes of a project of kind {project.kind} cannot be changed once it is made; "
            "make another project over the same dataset"
        )


async def _plan(tx: Tx, project_id: ProjectId, history: History, after: OntologyVersion) -> ChangePlan:
    await _require_classes(tx, project_id)
    await tx.execute(SQL["allow_minutes"])
    before = history.newest
    meant = meanings(history, History([*history.versions, after]))
    of = {"project_id": project_id, "version": before.version, "meanings": as_json(meant)}
    said = await tx.fetch_all(SQL["answers_by_class"], dict[str, Any], project_id=project_id)
    answers = {(row["version"], row["class"]): row["annotations"] for row in said}
    labels = await tx.fetch_all(SQL["labels_by_class"], dict[str, Any], **of)
    again = await tx.fetch_one(SQL["tasks_asked_again"], AskedAgain, examples=EXAMPLES, **of)
    assert again is not None
    return ChangePlan(before, after, effects(meant, before.classes, answers, labels), again)


async def _apply(
    tx: Tx, scope: Scope, project_id: ProjectId, history: History, after: OntologyVersion
) -> OntologyVersion:
    await _require_classes(tx, project_id)
    following = History([*history.versions, after])
    meant = meanings(history, following)
    await _insert_version(tx, scope, project_id, after, meant)
    asked, settled = await _move(tx, scope, project_id, history, following, meant)
    await audit(
        tx,
        scope,
        "ontology.change" if after.restores is None else "ontology.revert",
        str(project_id),
        before=after.made_from,
        after=after.version,
        restores=after.restores,
        operations=after.operations,
        asked_again=asked,
        settled_again=settled,
    )
    await ask_to_learn(tx, scope.org_id, project_id)
    await ask_to_predict(tx, scope.org_id, project_id)
    return after


async def _insert_version(
    tx: Tx, scope: Scope, project_id: ProjectId, after: OntologyVersion, meant: Sequence[Meaning]
) -> None:
    of = {"org_id": scope.org_id, "project_id": project_id}
    await tx.execute(
        SQL["insert_ontology_version"],
        version=after.version,
        classes=json.dumps(after.classes),
        made_from=after.made_from,
        restores=after.restores,
        operations=json.dumps(after.operations),
        mapping=json.dumps(dict(after.mapping)),
        inverse=json.dumps(dict(after.inverse)),
        created_by=after.created_by,
        created_at=after.created_at,
        **of,
    )
    await tx.execute(SQL["set_ontology_version"], project_id=project_id, version=after.version)
    await tx.execute(SQL["map_classes"], meanings=as_json(meant), **of)


async def _move(
    tx: Tx,
    scope: Scope,
    project_id: ProjectId,
    history: History,
    following: History,
    meant: Sequence[Meaning],
) -> tuple[int, int]:
    """Carry labels over; return how many tasks are asked again, and how many are settled as they once were."""
    after = following.newest.version
    restored = [number for number in following.equivalents(after) if number != after]
    of = {"project_id": project_id, "version": history.newest.version, "meanings": as_json(meant)}
    asked: int = await tx.fetch_value(SQL["ask_again"], **of)
    await tx.execute(SQL["look_again"], org_id=scope.org_id, **of)
    await tx.execute(SQL["move_labels"], org_id=scope.org_id, restored=restored, **of)
    await tx.execute(SQL["move_predictions"], **of)
    await tx.execute(SQL["forget_origins"], project_id=project_id, restored=restored)
    settled = await tx.fetch_one(SQL["settle_again"], dict[str, Any], project_id=project_id)
    assert settled is not None
    if settled["done"]:
        await _log_state(tx, scope, project_id, ProjectState.ACTIVE, ProjectState.DONE)
    elif asked and await _reopen(tx, project_id):
        await _log_state(tx, scope, project_id, ProjectState.DONE, ProjectState.ACTIVE)
    return asked, settled["tasks"]


async def _reopen(tx: Tx, project_id: ProjectId) -> bool:
    """Make a project active again that was done; return whether it was."""
    reopened = await tx.fetch_value(
        SQL["set_project_state"],
        project_id=project_id,
        state=ProjectState.ACTIVE,
        allowed=[ProjectState.DONE],
    )
    return reopened is not None


async def _log_state(
    tx: Tx, scope: Scope, project_id: ProjectId, before: ProjectState, after: ProjectState
) -> None:
    await audit(
        tx,
        scope,
        "project.state",
        str(project_id),
        before=before,
        after=after,
        cause="change of the ontology",
    )
