"""The customer's audit: verdicts on what was delivered, counted and never acted upon by themselves."""

import uuid

import pytest
from psycopg import sql

from groundswell.errors import InputError, NotAllowed, NotFound
from groundswell.label.delivery.service import deliver, labels_of
from groundswell.label.review.audits import list_audits, record_audits
from groundswell.label.review.model import AuditEntry, AuditVerdict
from groundswell.label.work.model import Submit
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import create_organization

pytestmark = pytest.mark.anyio


@pytest.fixture
async def delivered(desk):
    """A desk whose labels are version 2 of its dataset, and its tasks."""
    (worker,) = await desk.crowd(1)
    while tasks := (await desk.work(worker, want=8)).tasks:
        submits = [Submit(task.task_id, {"choice": "cat"}, 500, uuid.uuid4()) for task in tasks]
        await desk.work(worker, submits=submits, want=0)
    await desk.learn()
    version = await deliver(desk.app.db, desk.scope, desk.app.datasets("local"), desk.project_id)
    assert version.number == 2
    return desk, [task.task_id for task in await labels_of(desk.app.db, desk.scope, desk.project_id)]


async def say(desk, version, *verdicts, scope=None):
    entries = [AuditEntry(task_id, AuditVerdict(verdict), comment) for task_id, verdict, comment in verdicts]
    await record_audits(desk.app.db, scope or desk.scope, desk.project_id, version, entries)


async def test_the_share_of_approved_labels_has_an_interval(delivered):
    desk, tasks = delivered
    await say(desk, 2, *((task, "approve", "") for task in tasks[:9]), (tasks[9], "reject", "this is a dog"))
    audits, summary = await list_audits(desk.app.db, desk.scope, desk.project_id)
    assert (audits[9].task_id, audits[9].verdict, audits[9].comment) == (tasks[9], "reject", "this is a dog")
    assert (summary.audited, summary.approved, summary.share) == (10, 9, 0.9)
    assert 0.59 < summary.low < 0.9 < summary.high < 0.99


async def test_without_verdicts_everything_is_possible(delivered):
    desk, _ = delivered
    audits, summary = await list_audits(desk.app.db, desk.scope, desk.project_id)
    assert (audits, summary.share, summary.low, summary.high) == ([], None, 0.0, 1.0)


async def test_an_audit_changes_no_label_and_is_logged(delivered):
    desk, tasks = delivered
    before = await labels_of(desk.app.db, desk.scope, desk.project_id)
    await say(desk, 2, (tasks[0], "reject", "wrong"))
    assert await labels_of(desk.app.db, desk.scope, desk.project_id) == before
    async with desk.app.db.system_transaction() as tx:
        logged = await tx.fetch_value(sql.SQL("select detail from audit_log where action = 'audit'"))
    assert logged == {"version": 2, "tasks": 1}


async def test_a_later_verdict_of_the_same_person_replaces_the_earlier(delivered):
    desk, tasks = delivered
    await say(desk, 2, (tasks[0], "reject", "wrong"))
    await say(desk, 2, (tasks[0], "approve", "on second thoughts"))
    _, summary = await list_audits(desk.app.db, desk.scope, desk.project_id)
    assert (summary.audited, summary.approved) == (1, 1)


async def test_verdicts_page_by_cursor_and_the_summary_speaks_of_all(delivered):
    desk, tasks = delivered
    await say(desk, 2, *((task, "approve", "") for task in tasks[:5]))
    page, _ = await list_audits(desk.app.db, desk.scope, desk.project_id, limit=3)
    rest, summary = await list_audits(
        desk.app.db, desk.scope, desk.project_id, after=page[-1].audit_id, limit=3
    )
    assert [audit.task_id for audit in page + rest] == tasks[:5]
    assert summary.audited == 5
    none, of_another = await list_audits(desk.app.db, desk.scope, desk.project_id, dataset_version=1)
    assert (none, of_another.audited) == ([], 0)


async def test_only_a_delivery_of_the_project_is_audited(delivered):
    desk, tasks = delivered
    with pytest.raises(NotFound, match="has delivered no version 1"):
        await say(desk, 1, (tasks[0], "approve", ""))


async def test_a_task_of_elsewhere_or_twice_stores_nothing(delivered):
    desk, tasks = delivered
    with pytest.raises(NotFound, match="1 of the tasks are not of project"):
        await say(desk, 2, (tasks[0], "approve", ""), (999999, "approve", ""))
    with pytest.raises(InputError, match="two verdicts"):
        await say(desk, 2, (tasks[0], "approve", ""), (tasks[0], "reject", ""))
    with pytest.raises(InputError, match="NUL"):
        await say(desk, 2, (tasks[0], "approve", "a\x00b"))
    assert (await list_audits(desk.app.db, desk.scope, desk.project_id))[1].audited == 0


async def test_an_audit_is_for_members_of_the_organization(delivered):
    desk, tasks = delivered
    labeler = Scope(desk.scope.org_id, desk.scope.user_id, Role.LABELER)
    with pytest.raises(NotAllowed):
        await say(desk, 2, (tasks[0], "approve", ""), scope=labeler)
    with pytest.raises(NotAllowed):
        await list_audits(desk.app.db, labeler, desk.project_id)
    eve = await create_organization(
        desk.app.db, slug="other", name="Other", email="eve@other.example", person="Eve"
    )
    with pytest.raises(NotFound):
        await say(desk, 2, (tasks[0], "approve", ""), scope=eve.scope())
    with pytest.raises(NotFound):
        await list_audits(desk.app.db, eve.scope(), desk.project_id)
