"""A test that skilled workers fail: suspended, reported, decided by a person; and what it means for skill."""

import pytest
from psycopg import sql
from tests.integration.peopling import labeler_of, tell

from groundswell.errors import InputError, NotAllowed, NotFound
from groundswell.workforce.evidence import Evidence
from groundswell.workforce.gold.service import decide_gold, judge_gold, list_gold
from groundswell.workforce.model import Origin
from groundswell.workforce.people import skills_of
from groundswell.workforce.service import add_workers

pytestmark = pytest.mark.anyio

ANSWER = sql.SQL(
    "insert into annotations (org_id, project_id, task_id, worker_id, answer, active_ms, ontology_version, "
    "guideline_version, idempotency_key) select t.org_id, t.project_id, t.id, %(worker)s, %(answer)s, 0, 1, 1, "
    "gen_random_uuid() from tasks t where t.id = %(task)s"
)


@pytest.fixture
async def tested(new_desk):
    """A project with two tests: eight skilled workers and two poor ones say that the key of the first is wrong."""
    desk = await new_desk()
    async with desk.app.db.system_transaction() as tx:
        tasks = await tx.fetch_values(
            sql.SQL("update tasks set gold = 'cat' where position < 2 returning id")
        )
    workers = await add_workers(desk.app.db, desk.scope, [f"w{n}" for n in range(10)], Origin.PROGRAM)
    for n, worker in enumerate(workers):
        await tell(desk, Evidence(worker, desk.project_id, "gold", 60, 57 if n < 8 else 20))
        for task, choice in zip(sorted(tasks), ["dog", "cat"], strict=True):
            async with desk.app.db.system_transaction() as tx:
                await tx.execute(ANSWER, worker=worker, task=task, answer={"choice": choice})
    return desk, sorted(tasks), workers


async def judge(desk):
    async with desk.app.db.transaction(desk.scope.org_id) as tx:
        return [item.task_id for item in await judge_gold(tx, desk.scope.org_id, desk.project_id)]


async def right_of(desk, worker):
    (skill,) = await skills_of(desk.app.db, desk.scope, worker)
    (gold,) = [each for each in skill.evidence if each.source == "gold"]
    return gold.total, gold.correct


async def test_a_test_that_skilled_workers_fail_is_suspended_once_and_written_down(tested):
    desk, (wrong, right), _ = tested
    assert await judge(desk) == [wrong]
    assert await judge(desk) == [], "once is enough"
    async with desk.app.db.system_transaction() as tx:
        suspended = await tx.fetch_values(sql.SQL("select id from tasks where gold_suspended"))
        log = await tx.fetch_one(
            sql.SQL("select user_id, subject, detail from audit_log where action = 'gold.suspend'"), dict
        )
    assert suspended == [wrong]
    assert (log["user_id"], log["subject"]) == (None, str(wrong))
    assert log["detail"]["said"] == {"dog": 8}, "only skilled workers are heard"
    assert log["detail"]["skill"] > 0.85
    items = await list_gold(desk.app.db, desk.scope, desk.project_id)
    assert [(item.task_id, item.suspended, item.answers, item.right) for item in items] == [
        (wrong, True, 8, 0),
        (right, False, 8, 8),
    ]
    assert [
        item.task_id for item in await list_gold(desk.app.db, desk.scope, desk.project_id, suspended=True)
    ] == [wrong]


async def test_what_is_suspended_counts_no_more_and_a_corrected_key_counts_as_it_is_now(tested):
    desk, (wrong, _), workers = tested
    before = await right_of(desk, workers[0])
    await judge(desk)
    assert await right_of(desk, workers[0]) == (before[0] - 1, before[1])
    given = {"gold": "dog", "suspended": False}
    await decide_gold(desk.app.db, desk.scope, desk.project_id, wrong, **given)
    assert await right_of(desk, workers[0]) == (before[0], before[1] + 1)
    assert await judge(desk) == []
    await decide_gold(desk.app.db, desk.scope, desk.project_id, wrong, **given)
    assert await right_of(desk, workers[0]) == (before[0], before[1] + 1), "deciding twice is deciding once"


async def test_a_failure_does_not_make_a_worker_less_skilled_for_the_item_that_is_judged(new_desk):
    """Beginners, each with one test failed and one passed beside: with the failure counted they were average."""
    desk = await new_desk()
    async with desk.app.db.system_transaction() as tx:
        task = await tx.fetch_value(sql.SQL("update tasks set gold = 'cat' where position = 0 returning id"))
    for worker in await add_workers(desk.app.db, desk.scope, list("abcdefg"), Origin.PROGRAM):
        await tell(desk, Evidence(worker, desk.project_id, "gold", 2, 1))
        async with desk.app.db.system_transaction() as tx:
            await tx.execute(ANSWER, worker=worker, task=task, answer={"choice": "dog"})
    (item,) = await list_gold(desk.app.db, desk.scope, desk.project_id)
    assert (item.answers, item.right) == (7, 0)
    assert item.skill == pytest.approx(8.5 / 11)


async def test_only_managers_see_and_decide_and_only_what_makes_sense(tested):
    desk, (wrong, _), _ = tested
    db, project_id = desk.app.db, desk.project_id
    lee = (await labeler_of(desk))[0].scope()
    with pytest.raises(NotAllowed):
        await list_gold(db, lee, project_id)
    with pytest.raises(NotAllowed):
        await decide_gold(db, lee, project_id, wrong, gold=None, suspended=True)
    with pytest.raises(InputError, match="cat, dog"):
        await decide_gold(db, desk.scope, project_id, wrong, gold="fish", suspended=False)
    with pytest.raises(NotFound):
        await decide_gold(db, desk.scope, project_id, wrong + 5, gold=None, suspended=False)
    with pytest.raises(NotFound):
        await list_gold(db, desk.scope, 10**9)
