"""Rounds of work, many at once: answers in, receipts and tasks out, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from groundswell.clock import now as clock_now
from groundswell.errors import NotFound
from groundswell.ids import OrgId, ProjectId, TaskId, WorkerId
from groundswell.label.kinds import Ontology, Shown
from groundswell.label.projects.model import ProjectState
from groundswell.label.projects.rules import may_see
from groundswell.label.work.answers import Intake, StoredAnswer, given_back, note_exposures
from groundswell.label.work.leasing import LONGEST_LEASE_SECONDS, MOST_GOLD, Held, Seat, extended, lease_tasks
from groundswell.label.work.memory import LOOK_BACK_SECONDS, Memory, ProjectAtWork, Vocabulary
from groundswell.label.work.model import Progress, Receipt, Round, Work
from groundswell.label.work.training import with_feedback
from groundswell.store import Database, Tx, load_queries
from groundswell.workforce.standing import Standing, standings_of_pairs

SQL = load_queries(__package__)

NOT_ASKED = Standing(eligible=True, reason="", at_once=0, gold_share=0.0, hidden_content=frozenset())
"""Of a worker who wants nothing now."""


async def do_rounds(
    db: Database, org_id: OrgId, rounds: Sequence[Round], memory: Memory, rng: np.random.Generator
) -> list[Work | Exception]:
    """Do rounds of one organization in one transaction; each gets its work, or the error that is its own.

    Nothing is half done: when this returns, each answer has a durable receipt.

    Args:
        memory: what this process remembers.
        rng: draws who is given a test, and which.

    Raises:
        DatabaseUnavailable: nothing is known of any round; each may be repeated.
    """
    async with db.transaction(org_id, planned_once=True, brief=True) as tx:
        projects = await _projects(tx, rounds, memory)
        welcome = [each for each in rounds if _may_work(each, projects)]
        done = iter(await _do(tx, org_id, welcome, projects, memory, rng) if welcome else [])
    return [next(done) if _may_work(each, projects) else _no_project(each) for each in rounds]


def _no_project(each: Round) -> NotFound:
    return NotFound(f"there is no project {each.project_id}; `groundswell projects` lists them")


def _may_work(each: Round, projects: Mapping[ProjectId, ProjectAtWork]) -> bool:
    project = projects.get(each.project_id)
    return project is not None and may_see(each.scope.role, project.state)


async def _projects(tx: Tx, rounds: Sequence[Round], memory: Memory) -> dict[ProjectId, ProjectAtWork]:
    """Return the projects of these rounds as they are, or were half a second ago."""
    ids = sorted({each.project_id for each in rounds})
    known = {project_id: memory.projects.get(project_id) for project_id in ids}
    unknown = [project_id for project_id, project in known.items() if project is None]
    if unknown:
        for project in await tx.fetch_all(SQL["projects_at_work"], ProjectAtWork, project_ids=unknown):
            known[project.id] = project
            if project.state == ProjectState.ACTIVE:
                memory.projects.put(project.id, project)
    return {project_id: project for project_id, project in known.items() if project is not None}


async def _do(
    tx: Tx,
    org_id: OrgId,
    rounds: Sequence[Round],
    projects: Mapping[ProjectId, ProjectAtWork],
    memory: Memory,
    rng: np.random.Generator,
) -> list[Work]:
    await _remember(tx, rounds, memory)
    vocabularies = await _vocabularies(tx, projects, rounds, memory)
    intake = Intake.of(rounds, vocabularies, await _shown_to(tx, rounds, vocabularies))
    stored, held = await _exchange(tx, rounds, intake)
    await note_exposures(tx, org_id, stored, memory)
    receipts = await intake.receipts(tx, rounds, stored)
    seats = await _seats(tx, rounds, projects, memory)
    await lease_tasks(tx, seats, held, memory, rng)
    await _write_tallies(tx, memory)
    progress = await _progress(tx, rounds, stored, memory)
    receipts = await with_feedback(tx, seats, receipts, vocabularies)
    return [_work_of(seat, given, progress) for seat, given in zip(seats, receipts, strict=True)]


async def _exchange(tx: Tx, rounds: Sequence[Round], intake: Intake) -> tuple[list[StoredAnswer], list[Held]]:
    """Take in all that was brought, in one round trip; returns what was stored, and what workers hold then."""
    stored = held = None
    async with tx.together() as ask:
        if intake.checked:
            stored = await ask(SQL["submit"], StoredAnswer, **intake.parameters())
        if (back := given_back(rounds))["task_ids"]:
            await ask(SQL["give_back"], tuple, **back)
        if (kept := extended(rounds))["task_ids"]:
            await ask(SQL["extend"], tuple, longest_seconds=LONGEST_LEASE_SECONDS, **kept)
        if wanting := [each for each in rounds if each.want > 0]:
            held = await ask(
                SQL["open_leases"],
                Held,
                worker_ids=[each.worker_id for each in wanting],
                project_ids=[each.project_id for each in wanting],
            )
    return (await stored.fetchall() if stored else []), (await held.fetchall() if held else [])


def _work_of(
    seat: Seat, receipts: list[Receipt], progress: Mapping[tuple[WorkerId, ProjectId], Progress]
) -> Work:
    notice = None if seat.standing.eligible or not seat.round.want else seat.standing.reason
    return Work(receipts, seat.tasks, progress[seat.who], notice)


async def _remember(tx: Tx, rounds: Sequence[Round], memory: Memory) -> None:
    """Read what is not remembered of the projects at this table, and forget who has been restricted."""
    if memory.should_look():
        memory.forget_standings(
            set(await tx.fetch_values(SQL["restricted_lately"], seconds=LOOK_BACK_SECONDS))
        )
    for project_id in {each.project_id for each in rounds}:
        if memory.gold.get(project_id) is None:
            gold = await tx.fetch_values(SQL["gold_tasks"], project_id=project_id, limit=MOST_GOLD)
            memory.gold.put(project_id, [TaskId(task_id) for task_id in gold])
        if memory.exposing.get(project_id) is None:
            rows = await tx.fetch_all(SQL["exposing_batches"], dict[str, Any], project_id=project_id)
            memory.exposing.put(project_id, {row["batch_id"]: row["content"] for row in rows})
        if memory.reserved.get(project_id) is None:
            rows = await tx.fetch_all(SQL["reserved_batches"], dict[str, Any], project_id=project_id)
            memory.reserved.put(project_id, {row["batch_id"]: frozenset(row["workers"]) for row in rows})


async def _vocabularies(
    tx: Tx, projects: Mapping[ProjectId, ProjectAtWork], rounds: Sequence[Round], memory: Memory
) -> dict[ProjectId, Vocabulary]:
    found = {}
    for project_id in {each.project_id for each in rounds if each.submits}:
        project = projects[project_id]
        key = (project_id, project.ontology_version)
        vocabulary = memory.vocabularies.get(key)
        if vocabulary is None:
            rows = await tx.fetch_all(SQL["ontology_versions"], dict[str, Any], project_id=project_id)
            versions = {row["version"]: Ontology(tuple(row["classes"]), row["options"]) for row in rows}
            vocabulary = Vocabulary(project.kind, project.ontology_version, versions)
            memory.vocabularies.put(key, vocabulary)
        found[project_id] = vocabulary
    return found


async def _shown_to(
    tx: Tx, rounds: Sequence[Round], vocabularies: Mapping[ProjectId, Vocabulary]
) -> dict[TaskId, Shown]:
    """Return what workers saw of the tasks that they answer, where an answer can only be checked beside it."""
    answered = [
        submit.task_id
        for each in rounds
        if each.submits and vocabularies[each.project_id].reads_item
        for submit in each.submits
    ]
    if not answered:
        return {}
    rows = await tx.fetch_all(SQL["payloads"], dict[str, Any], task_ids=sorted(set(answered)))
    return {row["task_id"]: row["payload"] for row in rows}


async def _seats(
    tx: Tx, rounds: Sequence[Round], projects: Mapping[ProjectId, ProjectAtWork], memory: Memory
) -> list[Seat]:
    """Return a seat for each round, with what its worker may do in the project now."""
    asking = [
        each for each in rounds if each.want > 0 and projects[each.project_id].state == ProjectState.ACTIVE
    ]
    known: dict[tuple[WorkerId, ProjectId], Standing | None] = {}
    for each in asking:
        who = (each.worker_id, each.project_id)
        known[who] = memory.standing_of(*who)
    unknown = [who for who, standing in known.items() if standing is None]
    if unknown:
        pairs = [(worker_id, projects[project_id].needs) for worker_id, project_id in unknown]
        for who, found in (await standings_of_pairs(tx, pairs, now=clock_now())).items():
            memory.remember_standing(*who, found)
            known[who] = found
    seats = []
    for each in rounds:
        standing = known.get((each.worker_id, each.project_id))
        wanting = each if standing is not None else replace(each, want=0)
        seats.append(Seat(wanting, projects[each.project_id], standing or NOT_ASKED))
    return seats


async def _write_tallies(tx: Tx, memory: Memory) -> None:
    if tallies := memory.tallies_to_write():
        await tx.execute(
            SQL["add_tallies"],
            project_ids=list(tallies),
            asked=[tally.asked for tally in tallies.values()],
            hungry=[tally.hungry for tally in tallies.values()],
            longest_waits=[tally.longest_wait for tally in tallies.values()],
        )


async def _progress(
    tx: Tx, rounds: Sequence[Round], stored: Sequence[StoredAnswer], memory: Memory
) -> dict[tuple[WorkerId, ProjectId], Progress]:
    """Return how far projects are, as of a second ago, and how much of them each worker did."""
    unknown = sorted({each.project_id for each in rounds if memory.progress.get(each.project_id) is None})
    if unknown:
        for row in await tx.fetch_all(SQL["progress"], dict[str, Any], project_ids=unknown):
            memory.progress.put(row["project_id"], (row["completed"], row["total"]))
    mine = {(one.worker_id, one.project_id): one.mine or 0 for one in stored}
    asked = {(each.worker_id, each.project_id) for each in rounds} - mine.keys()
    if asked:
        rows = await tx.fetch_all(
            SQL["answers_of_workers"],
            dict[str, Any],
            worker_ids=[worker_id for worker_id, _ in asked],
            project_ids=[project_id for _, project_id in asked],
        )
        mine |= {(row["worker_id"], row["project_id"]): row["annotations"] for row in rows}
    return {
        who: Progress(*(memory.progress.get(who[1]) or (0, 0)), mine.get(who, 0))
        for who in asked | mine.keys()
    }
