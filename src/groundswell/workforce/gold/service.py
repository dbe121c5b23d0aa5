"""Use cases of tests with a known answer: doubt those that skilled workers fail, and let a person decide."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from groundswell.errors import InputError, NotFound
from groundswell.ids import OrgId, ProjectId, TaskId
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit
from groundswell.workforce.evidence import add_evidence
from groundswell.workforce.gold.rules import GoldAnswer, GoldItem, Key, corrections, suspect_gold
from groundswell.workforce.skill import CONSENSUS_MOST, WEIGHT, Prior

SQL = load_queries(__package__)

MOST_ITEMS = 100_000
"""Tests of a project that are judged at once; a project with more has its oldest judged."""


async def judge_gold(tx: Tx, org_id: OrgId, project_id: ProjectId) -> list[GoldItem]:
    """Suspend the tests of a project that most skilled workers fail, write down why, and return them.

    What workers answered to a suspended item does not count for or against them. Four statements and a line in the
    audit log for each item. It reads every answer to the project's tests, so it belongs in the background, every few
    minutes at most.
    """
    items = await _gold_items(tx, project_id, suspended=False, after=0, limit=MOST_ITEMS)
    doubted = {item.task_id: item for item in suspect_gold(items)}
    if not doubted:
        return []
    suspended = await tx.fetch_values(SQL["suspend_gold"], task_ids=list(doubted), project_id=project_id)
    service = Scope(org_id, None, Role.ADMIN)
    keys = {
        task_id: (Key(doubted[task_id].gold, False), Key(doubted[task_id].gold, True))
        for task_id in suspended
    }
    await _correct_evidence(tx, org_id, project_id, keys)
    for task_id in suspended:
        item = doubted[task_id]
        found = {"gold": item.gold, "answers": item.answers, "right": item.right, "said": item.said}
        await audit(tx, service, "gold.suspend", str(task_id), project=project_id, skill=item.skill, **found)
    return [doubted[task_id] for task_id in suspended]


async def list_gold(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    *,
    suspended: bool | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[GoldItem]:
    """Return a project's tests with how skilled workers did on them, by id; managers and admins only.

    Raises:
        NotFound: no such project in this organization.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        if not await tx.fetch_value(SQL["project_exists"], project_id=project_id):
            raise NotFound(f"there is no project {project_id}; `groundswell projects` lists them")
        return await _gold_items(tx, project_id, suspended=suspended, after=after, limit=limit)


async def _gold_items(
    tx: Tx, project_id: ProjectId, *, suspended: bool | None, after: int, limit: int
) -> list[GoldItem]:
    return await tx.fetch_all(
        SQL["gold_items"],
        GoldItem,
        project_id=project_id,
        suspended=suspended,
        after=after,
        limit=limit,
        prior_right=Prior().right,
        prior_wrong=Prior().wrong,
        consensus_weight=WEIGHT["consensus"],
        consensus_most=CONSENSUS_MOST,
    )


async def decide_gold(
    db: Database, scope: Scope, project_id: ProjectId, task_id: TaskId, *, gold: str | None, suspended: bool
) -> None:
    """Correct the key of a test (`gold`), take it out of use, or reinstate it; managers and admins only.

    Workers' evidence follows at once: nobody is scored by a key that was wrong.

    Raises:
        NotFound: there is no such task of known answer in the project.
        InputError: `gold` is no class of the project.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        held = await tx.fetch_one(SQL["gold_task"], dict[str, Any], task_id=task_id, project_id=project_id)
        if held is None:
            raise NotFound(f"there is no task {task_id} of known answer in project {project_id}")
        if gold is not None and gold not in held["classes"]:
            raise InputError(f"{gold[:100]!r} is not one of the classes {', '.join(held['classes'])}")
        before = Key(held["gold"], held["suspended"])
        after = Key(gold or before.gold, suspended)
        await tx.execute(SQL["set_gold"], task_id=task_id, gold=after.gold, suspended=suspended)
        await _correct_evidence(tx, scope.org_id, project_id, {task_id: (before, after)})
        change = {"before": asdict(before), "after": asdict(after)}
        await audit(tx, scope, "gold.decide", str(task_id), project=project_id, **change)


async def _correct_evidence(
    tx: Tx, org_id: OrgId, project_id: ProjectId, changes: Mapping[TaskId, tuple[Key, Key]]
) -> None:
    answers = await tx.fetch_all(SQL["answers_to_tests"], GoldAnswer, task_ids=list(changes))
    await add_evidence(tx, org_id, corrections(project_id, answers, changes))
