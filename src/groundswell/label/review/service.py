"""Verdicts of trusted people."""

import json
from collections.abc import Sequence

from groundswell.errors import InputError, NotFound
from groundswell.ids import ProjectId, TaskId
from groundswell.label.kinds import Answer, label_kind
from groundswell.label.projects.service import project_of
from groundswell.store import Database, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

SQL = load_queries(__package__)


async def review(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    verdicts: Sequence[tuple[TaskId, Answer]],
    *,
    reviewer: str,
) -> None:
    """Record what a trusted person says is right, for tasks of a project; managers and admins only.

    A review overrules the consensus in what is delivered. Reviews of the audit share, which is a
    random sample, are what certificates are made of.

    Raises:
        InvalidAnswer: an answer does not fit the ontology; nothing is stored.
        InputError: a task has two verdicts, or the reviewer's name is not printable.
        NotFound: a task is not of this project.
    """
    scope.require(Role.MANAGER)
    if not reviewer.isprintable():
        raise InputError(f"a reviewer's name must be printable; got {reviewer[:100]!r}")
    if len({task_id for task_id, _ in verdicts}) < len(verdicts):
        raise InputError("a task is given two verdicts at once; give each task one")
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        kind = label_kind(project.kind)
        stored = await tx.execute(
            SQL["save_review"],
            org_id=scope.org_id,
            project_id=project_id,
            user_id=scope.user_id,
            reviewer=reviewer,
            task_ids=[task_id for task_id, _ in verdicts],
            answers=[json.dumps(dict(kind.validate(answer, project.ontology))) for _, answer in verdicts],
        )
        if stored < len(verdicts):
            raise NotFound(f"{len(verdicts) - stored} of the tasks are not of project {project.name!r}")
        await audit(tx, scope, "review", str(project_id), tasks=len(verdicts), reviewer=reviewer)
