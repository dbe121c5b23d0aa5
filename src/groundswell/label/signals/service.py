"""Signals of a project, for its managers: read, never acted upon."""

import asyncio
from dataclasses import replace

from groundswell.ids import ProjectId
from groundswell.label.projects.service import project_of
from groundswell.label.signals.model import AnswerRow, ProjectSignals
from groundswell.label.signals.rules import look_for_signals
from groundswell.store import Database, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

SQL = load_queries(__package__)

MOST_ANSWERS = 200_000
"""The latest answers of a project that are looked at: a second or two of work, in a thread."""

LEAST_ANSWERS = 3
"""Answers from which on a consensus is held to be right: below, a worker would be compared with themselves."""


async def signals_of(db: Database, scope: Scope, project_id: ProjectId) -> ProjectSignals:
    """Return what is remarkable in the answers of a project's workers; managers and admins only.

    It is evidence for a person. Nothing follows from it: no pay, no access and no answer changes. That
    somebody looked is written to the audit log, before they see anything.

    Raises:
        NotFound: no such project in this organization.
        NotAllowed: the role is below manager.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        answers = await tx.fetch_all(
            SQL["answers_for_signals"], AnswerRow, project_id=project_id, limit=MOST_ANSWERS
        )
        truths = await tx.fetch_all(
            SQL["truths_for_signals"],
            tuple[int, str],
            project_id=project_id,
            task_ids=list({row.task_id for row in answers}),
            least=LEAST_ANSWERS,
        )
        names = await tx.fetch_all(
            SQL["names_for_signals"], tuple[int, str], worker_ids=list({row.worker_id for row in answers})
        )
        await audit(tx, scope, "signals.read", str(project_id), answers=len(answers))
    found = await asyncio.to_thread(look_for_signals, project.classes, answers, dict(truths))
    name_of = dict(names)
    named = tuple(replace(finding, name=name_of[finding.worker_id]) for finding in found.findings)
    return replace(found, findings=named)
