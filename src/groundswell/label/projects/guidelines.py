"""Instructions inside the platform: versions, who may read them, and a log of every view."""

import difflib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from groundswell.errors import InputError, NotAllowed, NotFound
from groundswell.ids import ProjectId
from groundswell.label.projects.model import Project, ProjectCounts, ProjectState
from groundswell.label.projects.rules import MAX_INSTRUCTIONS
from groundswell.label.projects.service import NEWEST, SQL, get_project, project_of, visible_project
from groundswell.store import Database
from groundswell.tenancy.model import RANK, Role, Scope
from groundswell.tenancy.service import audit


@dataclass(frozen=True)
class GuidelineVersion:
    """One version of a project's instructions, as it is listed."""

    version: int
    characters: int
    created_by: UUID | None
    created_at: datetime


@dataclass(frozen=True)
class GuidelineView:
    """Instructions as one person is shown them now.

    Attributes:
        watermark: who reads this and when, to be drawn across the text: a copy names its reader.
        locked: whether others may not read them now; this person manages the project or holds its work.
    """

    version: int
    body: str
    watermark: str
    locked: bool


@dataclass(frozen=True)
class ViewLine:
    """One line of the log: who read which version, and when."""

    id: int
    version: int
    user_id: UUID
    name: str
    email: str
    at: datetime


def may_read(role: Role, state: str, *, locked: bool, holds_work: bool) -> bool:
    """Say whether somebody may read a project's instructions.

    Who labels reads those of active projects. Locking them, or pausing the project, shuts them to all but
    those who still hold leased work: they were given it under these rules, and must be able to finish it.
    """
    if RANK[role] >= RANK[Role.MEMBER] or holds_work:
        return True
    return state == ProjectState.ACTIVE and not locked


def watermark(name: str, email: str, at: datetime) -> str:
    """Return what names a reader on the instructions: person, address, and the minute."""
    return f"{name} · {email} · {at:%Y-%m-%d %H:%M} UTC"


async def publish_guideline(
    db: Database, scope: Scope, project_id: ProjectId, body: str, *, lock: bool = False
) -> int:
    """Publish instructions as a new version and return its number; managers only.

    Annotations made from now on are bound to it. The same text again makes no new version.

    Args:
        body: Markdown.
        lock: whether only those who manage or hold leased work may read it, until it is unlocked.

    Raises:
        InputError: the text is too long or has a NUL.
        NotFound: no such project in this organization.
    """
    scope.require(Role.MANAGER)
    if len(body) > MAX_INSTRUCTIONS or "\x00" in body:
        raise InputError(f"instructions have at most {MAX_INSTRUCTIONS:,} characters, none of them NUL")
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        if project.instructions == body:
            await tx.execute(SQL["lock_guidelines"], project_id=project_id, locked=lock)
            return project.guideline_version
        version: int = await tx.fetch_value(
            SQL["insert_guideline_version"],
            project_id=project_id,
            body=body,
            created_by=scope.user_id,
            locked=lock,
        )
        await audit(tx, scope, "guideline.publish", str(project_id), version=version, locked=lock)
    return version


async def lock_guidelines(db: Database, scope: Scope, project_id: ProjectId, *, locked: bool) -> None:
    """Shut a project's instructions to everybody who neither manages it nor holds its work, or open them; at once.

    Managers only. It stops nobody's leased work; `set_project_state` pauses a project.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        await tx.execute(SQL["lock_guidelines"], project_id=project_id, locked=locked)
        await audit(tx, scope, "guideline.lock" if locked else "guideline.unlock", str(project_id))


async def view_guideline(db: Database, scope: Scope, project_id: ProjectId) -> GuidelineView:
    """Return the instructions in force with the reader's watermark, and log that they were read.

    Raises:
        NotAllowed: they are locked, or the project is not active, and this person holds no work of it;
            or nobody in person asks.
        NotFound: no such project in this organization, or a draft, which labelers are not shown.
    """
    if scope.user_id is None:
        raise NotAllowed("instructions are read by a person, whose name is drawn on them; sign in first")
    async with db.transaction(scope.org_id) as tx:
        await visible_project(tx, scope, project_id)
        found = await tx.fetch_one(
            SQL["guideline_access"], dict[str, Any], project_id=project_id, user_id=scope.user_id
        )
        assert found is not None
        if not may_read(scope.role, found["state"], locked=found["locked"], holds_work=found["holds_work"]):
            why = "locked" if found["locked"] else f"closed while the project is {found['state']}"
            raise NotAllowed(f"the instructions of project {project_id} are {why}; ask its manager")
        viewer = await tx.fetch_one(
            SQL["log_guideline_view"],
            dict[str, Any],
            org_id=scope.org_id,
            project_id=project_id,
            version=found["version"],
            user_id=scope.user_id,
        )
    assert viewer is not None
    return GuidelineView(found["version"], found["body"], watermark(**viewer), found["locked"])


async def project_for_reader(
    db: Database, scope: Scope, project_id: ProjectId
) -> tuple[Project, ProjectCounts]:
    """Return a project and how far it is, with the instructions only where this person may read them.

    Who does not manage the project reads its instructions by this, so it is logged as a view.

    Raises:
        NotFound: no such project in this organization, or a draft, which labelers are not shown.
    """
    project, counts = await get_project(db, scope, project_id)
    if RANK[scope.role] >= RANK[Role.MANAGER] or not project.instructions:
        return project, counts
    try:
        body = (await view_guideline(db, scope, project_id)).body
    except NotAllowed:
        body = ""
    return replace(project, instructions=body), counts


async def list_guidelines(
    db: Database, scope: Scope, project_id: ProjectId, *, before: int | None = None, limit: int = 50
) -> list[GuidelineVersion]:
    """Return the versions of a project's instructions, the newest first; members and above."""
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        return await tx.fetch_all(
            SQL["guideline_versions"],
            GuidelineVersion,
            project_id=project_id,
            before=min(before or NEWEST, 2**31 - 1),
            limit=limit,
        )


async def diff_guidelines(db: Database, scope: Scope, project_id: ProjectId, before: int, after: int) -> str:
    """Return what changed from one version of the instructions to another, as a unified diff; members and above.

    Raises:
        NotFound: no such project in this organization, or no such version.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        bodies = []
        for version in (before, after):
            body = await tx.fetch_value(SQL["guideline"], project_id=project_id, version=version)
            if body is None:
                raise NotFound(
                    f"there is no version {version} of these instructions; there are 1 to {project.guideline_version}"
                )
            bodies.append(body)
    return unified(bodies[0], bodies[1], before, after)


def unified(old: str, new: str, before: int, after: int) -> str:
    """Return the difference of two texts as a unified diff, empty where they are the same."""
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"version {before}", f"version {after}", lineterm=""
    )
    return "\n".join(lines)


async def list_guideline_views(
    db: Database, scope: Scope, project_id: ProjectId, *, before: int | None = None, limit: int = 50
) -> list[ViewLine]:
    """Return who read a project's instructions, the newest first; managers only."""
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        return await tx.fetch_all(
            SQL["guideline_views"], ViewLine, project_id=project_id, before=before or NEWEST, limit=limit
        )
