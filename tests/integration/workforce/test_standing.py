"""Standing over the real database: a qualification from entry to pass, content, restrictions, many workers at once."""

from datetime import timedelta

import pytest
from psycopg import sql
from tests.integration.peopling import a_restriction, labeler_of, make_project, tell

from groundswell.clock import now
from groundswell.errors import InputError
from groundswell.store import Tx
from groundswell.workforce.content.service import consent, count_exposures, revoke_consent, set_limit
from groundswell.workforce.crowd import refresh_crowd
from groundswell.workforce.evidence import Evidence, add_evidence
from groundswell.workforce.model import Origin
from groundswell.workforce.restrictions.service import lift_restriction, restrict
from groundswell.workforce.rules import FEWEST_AT_ONCE, GOLD_FIRST, MOST_AT_ONCE
from groundswell.workforce.service import add_workers
from groundswell.workforce.standing import ProjectNeeds, standings

pytestmark = pytest.mark.anyio


async def standing_of(desk, worker_id, project_id=None, *, at=None, purpose="production", **requirements):
    needs = ProjectNeeds(project_id or desk.project_id, "text_choice", purpose, requirements)
    async with desk.app.db.transaction(desk.scope.org_id) as tx:
        return (await standings(tx, needs, [worker_id], now=at or now()))[worker_id]


async def test_a_test_lets_somebody_in_once_enough_of_its_answers_are_right(desk):
    _, worker = await labeler_of(desk)
    test = await make_project(desk, "entry test", purpose="qualification", test_size=10, pass_mark=0.8)
    asked = {"qualifications": [test]}
    assert "0 of 10 answers" in (await standing_of(desk, worker, **asked)).reason
    assert (await standing_of(desk, worker, test, purpose="qualification", test_size=10)).at_once == 10
    await tell(desk, *[Evidence(worker, test, "gold", 1, right) for right in [1, 1, 1, 1, 0]])
    assert "5 of 10 answers" in (await standing_of(desk, worker, **asked)).reason
    await tell(desk, *[Evidence(worker, test, "gold", 1, right) for right in [1, 1, 1, 1, 0]])
    assert (await standing_of(desk, worker, **asked)).eligible
    done = await standing_of(desk, worker, test, purpose="qualification", test_size=10, pass_mark=0.8)
    assert (done.eligible, done.reason) == (False, "you have done this test: 8 of 10 right, passed")


async def test_a_test_that_was_failed_keeps_out_and_consensus_or_other_projects_do_not_replace_it(desk):
    _, worker = await labeler_of(desk)
    test = await make_project(desk, "entry test", purpose="qualification", test_size=10)
    await tell(
        desk,
        Evidence(worker, test, "gold", 10, 8),
        Evidence(worker, test, "consensus", 100, 100),
        Evidence(worker, desk.project_id, "gold", 100, 100),
    )
    found = await standing_of(desk, worker, qualifications=[test])
    assert "8 of 10 were right, and it takes 90%" in found.reason


async def test_a_newcomer_is_small_and_tested_and_staff_and_programs_are_not(new_desk):
    desk = await new_desk(gold={})
    _, labeler = await labeler_of(desk)
    staff = await desk.app.workforce.worker_of(desk.member)
    (program,) = await add_workers(desk.app.db, desk.scope, ["model"], Origin.PROGRAM)
    assert (await standing_of(desk, labeler)).gold_share == 0, "the project has no gold"
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(sql.SQL("update tasks set gold = 'cat' where position = 0"))
    at_once = [(await standing_of(desk, worker)).at_once for worker in (labeler, staff, program)]
    assert at_once == [FEWEST_AT_ONCE, MOST_AT_ONCE, MOST_AT_ONCE]
    assert (await standing_of(desk, labeler)).gold_share == GOLD_FIRST
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(sql.SQL("update tasks set gold_suspended = true"))
    assert (await standing_of(desk, labeler)).gold_share == 0, "a suspended item is no test"


async def test_skill_counts_within_its_kind_only(desk):
    _, worker = await labeler_of(desk)
    pictures = await make_project(desk, "pictures", kind="image_choice")
    await tell(desk, Evidence(worker, pictures, "gold", 500, 500))
    assert (await standing_of(desk, worker)).at_once == FEWEST_AT_ONCE
    await tell(desk, Evidence(worker, desk.project_id, "review", 500, 490))
    assert (await standing_of(desk, worker)).at_once == MOST_AT_ONCE


async def test_what_is_assumed_of_a_newcomer_is_learnt_from_the_crowd(desk):
    _, newcomer = await labeler_of(desk)
    crowd = await add_workers(desk.app.db, desk.scope, [f"w{n}" for n in range(60)], Origin.SIMULATED)
    await tell(desk, *[Evidence(worker, desk.project_id, "gold", 50, 47) for worker in crowd])
    assert not (await standing_of(desk, newcomer, min_skill=0.85)).eligible
    async with desk.app.db.transaction(desk.scope.org_id) as tx:
        prior = await refresh_crowd(tx, desk.scope.org_id, "text_choice")
    assert prior.right / (prior.right + prior.wrong) == pytest.approx(0.94, abs=0.01)
    assert (await standing_of(desk, newcomer, min_skill=0.85)).eligible
    async with desk.app.db.system_transaction() as tx:
        row = await tx.fetch_one(sql.SQL("select kind, workers, median::float8 from crowds"), tuple)
    assert row == ("text_choice", 60, pytest.approx(0.94, abs=0.01))


# ── content ──────────────────────────────────────────────────────────────────────────────────────


async def expose(desk, content, state="in_progress"):
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL("update batches set content = %(content)s, state = %(state)s"),
            content=content,
            state=state,
        )


async def see(desk, worker, answers):
    async with desk.app.db.transaction(desk.scope.org_id) as tx:
        await count_exposures(tx, desk.scope.org_id, [(worker, "violence")] * answers)


async def test_content_is_hidden_until_one_agrees_and_again_when_one_takes_it_back(desk):
    db = desk.app.db
    member, worker = await labeler_of(desk)
    assert (await standing_of(desk, worker)).hidden_content == frozenset()
    await expose(desk, "violence")
    hidden = await standing_of(desk, worker)
    assert (hidden.hidden_content, hidden.eligible) == ({"violence"}, True)
    await consent(db, member.scope(), worker, "violence")
    await consent(db, member.scope(), worker, "violence")
    assert (await standing_of(desk, worker)).hidden_content == frozenset()
    await revoke_consent(db, member.scope(), worker, "violence")
    assert (await standing_of(desk, worker)).hidden_content == {"violence"}
    async with db.system_transaction() as tx:
        actions = await tx.fetch_values(
            sql.SQL("select action from audit_log where action like 'content.%%' order by id")
        )
    assert actions == ["content.consent", "content.revoke"], "agreeing twice is agreeing once"


async def test_content_is_hidden_once_the_budget_of_a_day_or_a_week_is_used(desk):
    member, worker = await labeler_of(desk)
    await expose(desk, "violence")
    await consent(desk.app.db, member.scope(), worker, "violence")
    await set_limit(desk.app.db, desk.scope, "violence", per_day=3, per_week=5)
    await see(desk, worker, 2)
    assert (await standing_of(desk, worker)).hidden_content == frozenset()
    await see(desk, worker, 1)
    assert (await standing_of(desk, worker)).hidden_content == {"violence"}
    tomorrow = now() + timedelta(days=1)
    assert (await standing_of(desk, worker, at=tomorrow)).hidden_content == frozenset()
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL(
                "insert into content_exposures select org_id, worker_id, content, day - 5, 2 from content_exposures"
            )
        )
    assert (await standing_of(desk, worker, at=tomorrow)).hidden_content == {"violence"}, "five in seven days"
    assert (await standing_of(desk, worker, at=now() + timedelta(days=3))).hidden_content == frozenset()


async def test_a_class_without_a_limit_of_its_own_has_the_default(desk):
    member, worker = await labeler_of(desk)
    await expose(desk, "violence")
    await consent(desk.app.db, member.scope(), worker, "violence")
    await see(desk, worker, 200)
    assert (await standing_of(desk, worker)).hidden_content == {"violence"}


# ── restrictions ─────────────────────────────────────────────────────────────────────────────────


async def test_a_restriction_holds_from_its_start_to_its_end_in_its_project_unless_lifted(desk):
    db = desk.app.db
    _, worker = await labeler_of(desk)
    other = await make_project(desk, "other")
    start = now() + timedelta(hours=1)
    new = a_restriction(
        worker, project_id=desk.project_id, starts_at=start, ends_at=start + timedelta(days=2)
    )
    restriction = await restrict(db, desk.scope, new, now=now())
    assert (await standing_of(desk, worker)).eligible, "it has not begun"
    held = await standing_of(desk, worker, at=start)
    assert not held.eligible
    assert "(quality)" in held.reason
    assert (await standing_of(desk, worker, other, at=start)).eligible, "it is for one project"
    assert (await standing_of(desk, worker, at=new.ends_at)).eligible, "it has ended by itself"
    await lift_restriction(db, desk.scope, restriction, now=now())
    assert (await standing_of(desk, worker, at=start)).eligible
    everywhere = await restrict(db, desk.scope, a_restriction(worker), now=now())
    soon = now() + timedelta(minutes=1)
    assert not (await standing_of(desk, worker, other, at=soon)).eligible
    assert everywhere > restriction


# ── many at once ─────────────────────────────────────────────────────────────────────────────────


class CountingTx(Tx):
    def __init__(self, tx):
        super().__init__(tx._connection, tx._patience)
        self.statements = 0

    async def _run(self, *given):
        self.statements += 1
        return await super()._run(*given)


async def test_two_queries_answer_for_any_number_of_workers_and_strangers_are_left_out(desk):
    workers = await add_workers(desk.app.db, desk.scope, [f"w{n}" for n in range(256)], Origin.SIMULATED)
    needs = ProjectNeeds(desk.project_id, "text_choice", "production", {})
    for many in ([], workers[:1], [*workers, 10**9]):
        async with desk.app.db.transaction(desk.scope.org_id) as tx:
            counting = CountingTx(tx)
            found = await standings(counting, needs, many, now=now())
        assert set(found) == set(many) - {10**9}
        assert counting.statements <= 2


async def test_evidence_adds_up_over_calls_and_within_one(desk):
    _, worker = await labeler_of(desk)
    async with desk.app.db.transaction(desk.scope.org_id) as tx:
        await add_evidence(tx, desk.scope.org_id, [])
        for _ in range(2):
            rows = [Evidence(worker, desk.project_id, "consensus", 0.5, 0.25)] * 3
            await add_evidence(tx, desk.scope.org_id, rows)
        row = await tx.fetch_one(
            sql.SQL("select total::float8, correct::float8 from evidence where worker_id = %(id)s"),
            tuple,
            id=worker,
        )
    assert row == (3.0, 1.5)


async def test_evidence_of_another_organizations_worker_cannot_be_written(desk):
    with pytest.raises(Exception, match="foreign key"):
        await tell(desk, Evidence(10**9, desk.project_id, "gold", 1, 1))


async def test_requirements_that_cannot_be_read_are_named(desk):
    _, worker = await labeler_of(desk)
    with pytest.raises(InputError, match="qualificatoins"):
        await standing_of(desk, worker, qualificatoins=[1])
