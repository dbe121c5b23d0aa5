"""What people see of themselves and managers of people: skills, offers, earnings, restrictions."""

from datetime import timedelta

import pytest
from psycopg import errors, sql
from tests.integration.peopling import a_restriction, labeler_of, make_project, tell

from groundswell.clock import now
from groundswell.errors import NotAllowed, NotFound
from groundswell.workforce.evidence import Evidence
from groundswell.workforce.model import Origin
from groundswell.workforce.offers.service import list_offers
from groundswell.workforce.people import earned_by_day, get_worker, ledger_lines, list_workers, skills_of
from groundswell.workforce.restrictions.service import lift_restriction, list_restrictions, restrict
from groundswell.workforce.service import add_workers

pytestmark = pytest.mark.anyio


async def test_a_worker_reads_his_own_skill_and_nobody_elses(desk):
    lee, worker = await labeler_of(desk)
    _, other = await labeler_of(desk, "Ann")
    pictures = await make_project(desk, "pictures", kind="image_choice")
    await tell(
        desk,
        Evidence(worker, desk.project_id, "gold", 10, 9),
        Evidence(worker, desk.project_id, "consensus", 20, 10),
        Evidence(worker, pictures, "review", 4, 4),
    )
    found = await skills_of(desk.app.db, lee.scope(), worker)
    assert [(skill.kind, len(skill.evidence)) for skill in found] == [("image_choice", 1), ("text_choice", 2)]
    assert found[0].skill.mean > found[1].skill.mean
    with pytest.raises(NotAllowed):
        await skills_of(desk.app.db, lee.scope(), other)
    assert await skills_of(desk.app.db, desk.scope, other) == []


async def test_managers_read_everybody_a_page_at_a_time(desk):
    db = desk.app.db
    lee, worker = await labeler_of(desk)
    workers = await add_workers(db, desk.scope, [f"w{n}" for n in range(5)], Origin.SIMULATED)
    await tell(desk, Evidence(workers[0], desk.project_id, "gold", 10, 9))
    await restrict(db, desk.scope, a_restriction(workers[0]), now=now())
    seen, after = [], 0
    while page := await list_workers(db, desk.scope, now=now() + timedelta(seconds=1), after=after, limit=2):
        seen += page
        after = page[-1][0].id
    assert [each.id for each, _ in seen] == [worker, *workers]
    first, skills = seen[1]
    assert (first.restrictions, [skill.kind for skill in skills]) == (1, ["text_choice"])
    assert (await get_worker(db, desk.scope, workers[0], now=now()))[1] == skills
    with pytest.raises(NotFound):
        await get_worker(db, desk.scope, 10**9, now=now())
    for use_case in (
        list_workers(db, lee.scope(), now=now()),
        get_worker(db, lee.scope(), worker, now=now()),
    ):
        with pytest.raises(NotAllowed):
            await use_case


# ── restrictions ─────────────────────────────────────────────────────────────────────────────────


async def test_a_restriction_is_read_with_its_evidence_by_whom_it_concerns_and_by_managers_only(desk):
    db = desk.app.db
    (lee, worker), (ann, _) = await labeler_of(desk), await labeler_of(desk, "Ann")
    restriction = await restrict(db, desk.scope, a_restriction(worker, project_id=desk.project_id), now=now())
    (own,) = await list_restrictions(db, lee.scope(), worker_id=worker)
    assert (own.id, own.project_name, own.appeal_to) == (restriction, "animals", "people@example.org")
    assert own.evidence["note"] == "nine of ten tests failed"
    for given in ({"worker_id": worker}, {}):
        with pytest.raises(NotAllowed):
            await list_restrictions(db, ann.scope(), **given)
    with pytest.raises(NotAllowed):
        await restrict(db, lee.scope(), a_restriction(worker), now=now())
    with pytest.raises(NotAllowed):
        await lift_restriction(db, lee.scope(), restriction, now=now())
    await lift_restriction(db, desk.scope, restriction, now=now())
    with pytest.raises(NotFound):
        await lift_restriction(db, desk.scope, restriction, now=now())
    (own,) = await list_restrictions(db, lee.scope(), worker_id=worker)
    assert own.lifted_by == desk.member.user_id, "it stays on record"


async def test_a_restriction_of_nobody_or_in_no_project_is_refused(desk):
    _, worker = await labeler_of(desk)
    with pytest.raises(NotFound, match="worker"):
        await restrict(desk.app.db, desk.scope, a_restriction(10**9), now=now())
    with pytest.raises(NotFound, match="project"):
        await restrict(desk.app.db, desk.scope, a_restriction(worker, project_id=10**9), now=now())


async def test_a_restriction_that_is_sent_twice_is_written_once(desk):
    _, worker = await labeler_of(desk)
    new = a_restriction(worker)
    first, again = [await restrict(desk.app.db, desk.scope, new, now=now()) for _ in range(2)]
    assert first == again
    assert len(await list_restrictions(desk.app.db, desk.scope)) == 1


INSERT = (
    "insert into restrictions (org_id, worker_id, reason_code, evidence, appeal_to, starts_at, ends_at) "
    "values (%(org_id)s, %(worker)s, {reason}, {evidence}, 'x', now(), {ends})"
)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"reason": "null"}, errors.NotNullViolation),
        ({"reason": "''"}, errors.CheckViolation),
        ({"evidence": "null"}, errors.NotNullViolation),
        ({"evidence": "'{}'"}, errors.CheckViolation),
        ({"evidence": "'[]'"}, errors.CheckViolation),
        ({"ends": "null"}, errors.NotNullViolation),
        ({"ends": "now()"}, errors.CheckViolation),
        ({"ends": "'infinity'"}, errors.CheckViolation),
    ],
)
async def test_not_even_the_database_writes_one_without_reason_evidence_and_end(desk, change, error):
    _, worker = await labeler_of(desk)
    good = {"reason": "'quality'", "evidence": """'{"note": "x"}'""", "ends": "now() + interval '1 day'"}
    given = {"org_id": desk.scope.org_id, "worker": worker}
    async with desk.app.db.transaction(desk.scope.org_id) as tx:
        await tx.execute(sql.SQL(INSERT.format(**good)), **given)
    with pytest.raises(error):
        async with desk.app.db.transaction(desk.scope.org_id) as tx:
            await tx.execute(sql.SQL(INSERT.format(**{**good, **change})), **given)


@pytest.mark.parametrize(
    "change", ["update restrictions set ends_at = ends_at + interval '1 day'", "delete from restrictions"]
)
async def test_what_was_written_about_somebody_is_neither_changed_nor_deleted(labelled, change):
    with pytest.raises(errors.InsufficientPrivilege):
        async with labelled.app.db.transaction(labelled.scope.org_id) as tx:
            await tx.execute(sql.SQL(change))


# ── offers and earnings ──────────────────────────────────────────────────────────────────────────


async def test_an_offer_tells_price_content_and_what_is_missing_before_anything_is_accepted(desk):
    db = desk.app.db
    lee, worker = await labeler_of(desk)
    test = await make_project(desk, "entry test", purpose="qualification", test_size=5)
    async with db.system_transaction() as tx:
        await tx.execute(
            sql.SQL("update projects set requirements = %(asked)s where id = %(id)s"),
            asked={"qualifications": [test]},
            id=desk.project_id,
        )
        await tx.execute(sql.SQL("update batches set content = 'violence'"))
    await make_project(desk, "done")
    async with db.system_transaction() as tx:
        await tx.execute(sql.SQL("update projects set state = 'done' where name = 'done'"))
    animals, entry = await list_offers(db, lee.scope(), worker, now=now())
    assert (animals.project.price_cents, animals.project.content) == (3, ["violence"])
    assert animals.project.available == 20
    assert animals.standing.hidden_content == {"violence"}
    assert "'entry test'" in animals.standing.reason
    assert entry.standing.eligible
    assert (entry.project.purpose, entry.project.opens) == ("qualification", ["animals"])
    await tell(desk, Evidence(worker, test, "gold", 5, 5))
    animals, entry = await list_offers(db, lee.scope(), worker, now=now())
    assert (animals.standing.eligible, entry.standing.eligible) == (True, False)
    assert [
        offer.project.id
        for offer in await list_offers(db, lee.scope(), worker, now=now(), after=animals.project.id)
    ] == [test]


async def test_the_typical_pace_and_hourly_rate_are_told_once_there_are_answers_to_tell_it_from(labelled):
    worker = await labelled.app.workforce.worker_of(labelled.member)
    async with labelled.app.db.system_transaction() as tx:
        await tx.execute(sql.SQL("update projects set state = 'active'"))
    (offer,) = await list_offers(labelled.app.db, labelled.scope, worker, now=now())
    async with labelled.app.db.system_transaction() as tx:
        median = await tx.fetch_value(
            sql.SQL("select percentile_cont(0.5) within group (order by active_ms) / 1000 from annotations")
        )
    assert offer.project.typical_seconds == pytest.approx(median)
    assert offer.project.hourly_cents == pytest.approx(offer.project.price_cents * 3600 / median)


async def test_every_second_and_cent_is_there_to_read_for_whom_it_concerns(labelled):
    db = labelled.app.db
    lee, own = await labeler_of(labelled)
    async with db.system_transaction() as tx:
        busiest, lines, cents = await tx.fetch_one(
            sql.SQL(
                "select worker_id, count(*)::int, sum(price_cents)::int from ledger group by 1 order by 2 desc limit 1"
            ),
            tuple,
        )
    today = {"since": now() - timedelta(days=1), "until": now() + timedelta(days=1)}
    days = await earned_by_day(db, labelled.scope, busiest, **today)
    assert (sum(day.annotations for day in days), sum(day.price_cents for day in days)) == (lines, cents)
    read, before = [], None
    while page := await ledger_lines(db, labelled.scope, busiest, before=before, limit=7):
        read += page
        before = page[-1].id
    assert (len(read), sum(line.price_cents for line in read)) == (lines, cents)
    assert sum(line.seconds for line in read) == pytest.approx(sum(day.seconds for day in days))
    assert await earned_by_day(db, lee.scope(), own, **today) == []
    for use_case in (
        earned_by_day(db, lee.scope(), busiest, **today),
        ledger_lines(db, lee.scope(), busiest),
    ):
        with pytest.raises(NotAllowed):
            await use_case
