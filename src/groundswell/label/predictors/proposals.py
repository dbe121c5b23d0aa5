"""Proposals that are brought from elsewhere: what any model says of items, shown to people to be corrected."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from groundswell.errors import Conflict, InputError, InvalidAnswer
from groundswell.ids import ProjectId
from groundswell.label.kinds import Answer
from groundswell.label.predictors.service import SQL
from groundswell.label.projects.changes import hold_classes
from groundswell.label.projects.model import Project
from groundswell.label.projects.service import project_of
from groundswell.store import Database
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

MOST = 1_000


@dataclass(frozen=True)
class Proposal:
    """What a model says of an item, and how sure it is, 0 to 1."""

    item_id: str
    answer: Answer
    probability: float


async def put_proposals(
    db: Database, scope: Scope, project_id: ProjectId, model: str, proposals: Sequence[Proposal]
) -> int:
    """Propose answers to the tasks of a project; managers and admins only. Returns how many tasks took one.

    They are shown to people who take a task from now on, and never answer it. A newer proposal replaces an older
    one; where the project trains a model of its own, that model has the word. Items that are no tasks are left out.

    Args:
        model: what made them; written to the log.
        proposals: at most `MOST` at once.

    Raises:
        InputError: too many at once, a probability out of range, or an answer that does not fit, which is named.
        Conflict: the project takes no models.
        NotFound: no such project in this organization.
    """
    scope.require(Role.MANAGER)
    if not 1 <= len(proposals) <= MOST:
        raise InputError(f"give 1 to {MOST:,} proposals at once; got {len(proposals):,}")
    async with db.transaction(scope.org_id) as tx:
        await hold_classes(tx, project_id)
        project = await project_of(tx, project_id)
        if project.models == "none":
            raise Conflict(
                f"project {project.name!r} was made with models: none; people are shown no proposals"
            )
        ids = [one.item_id for one in proposals]
        found = await tx.fetch_all(SQL["tasks_of_items"], dict[str, Any], project_id=project_id, item_ids=ids)
        tasks = {row["item_id"]: row for row in found}
        taken = [(tasks[one.item_id], one) for one in proposals if one.item_id in tasks]
        answers = [_checked(project, one, row["payload"]) for row, one in taken]
        await tx.execute(
            SQL["propose"],
            org_id=scope.org_id,
            task_ids=[row["task_id"] for row, _ in taken],
            answers=[json.dumps(answer, ensure_ascii=False) for answer in answers],
            probabilities=[one.probability for _, one in taken],
        )
        await audit(tx, scope, "proposals.put", str(project_id), model=model, tasks=len(taken))
    return len(taken)


def _checked(project: Project, one: Proposal, shown: dict[str, Any]) -> Answer:
    if not 0 <= one.probability <= 1:
        raise InputError(f"the probability of item {one.item_id[:12]} must be 0 to 1; got {one.probability}")
    try:
        return project.schema.validate(one.answer, shown)
    except InvalidAnswer as error:
        raise InputError(f"the proposal for item {one.item_id[:12]} is no answer: {error}") from error
