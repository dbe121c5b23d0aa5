"""Whose clock counts: leases, receipts and revoked keys go by the database's, whatever the service's own says."""

import sys
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest

from groundswell import clock
from groundswell.errors import NotSignedIn
from groundswell.label.work.model import ReceiptStatus, Round, Submit
from groundswell.label.work.service import expire_leases
from groundswell.tenancy import service as tenancy
from groundswell.tenancy.reception import LOOK_SECONDS, Reception

pytestmark = pytest.mark.anyio

true_now = clock.now


class Wrong:
    """The service's clock: `off` says by how much it is wrong."""

    off = timedelta(0)

    def now(self):
        return true_now() + self.off


@pytest.fixture
def wrong() -> Iterator[Wrong]:
    """Give every module of ours a clock that can be wrong."""
    ours = Wrong()
    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] == "groundswell":
                for attribute in [key for key, value in vars(module).items() if value is true_now]:
                    patch.setattr(module, attribute, ours.now)
        yield ours


DAY = pytest.mark.parametrize("days", [-1, 1], ids=["a day behind", "a day ahead"])


async def work(desk, worker, **request):
    """Work as through the service: with all that it remembers."""
    return await desk.app.desk.work(Round(desk.scope, desk.project_id, worker, **request))


@DAY
async def test_a_wrong_clock_of_the_service_neither_ends_nor_extends_a_lease(db, desk, wrong, days):
    (worker,) = await desk.crowd(1)
    before = (await work(desk, worker, want=1)).tasks[0]
    wrong.off = timedelta(days=days)
    during = (await work(desk, worker, want=1, holding=[before.task_id])).tasks[0]
    lease_seconds = (await desk.project()).lease_seconds
    for task in (before, during):
        left = (task.expires_at - true_now()).total_seconds()
        assert 0 < left <= lease_seconds
    assert await expire_leases(db) == 0
    answers = [Submit(task.task_id, {"choice": "cat"}, 500, uuid.uuid4()) for task in (before, during)]
    receipts = (await work(desk, worker, submits=answers)).receipts
    assert [receipt.status for receipt in receipts] == [ReceiptStatus.STORED] * 2
    (late,) = (await work(desk, worker, want=1)).tasks
    await desk.let_leases_run_out()
    assert await expire_leases(db) == 1
    answer = Submit(late.task_id, {"choice": "cat"}, 500, uuid.uuid4())
    assert (await work(desk, worker, submits=[answer])).receipts[0].status is ReceiptStatus.LATE


@DAY
async def test_a_key_that_is_revoked_is_refused_within_a_second_whatever_the_clock_says(
    db, desk, wrong, days
):
    wrong.off = timedelta(days=days)
    at = 0.0
    reception = Reception(db, clock=lambda: at)
    key = await tenancy.create_api_key(db, desk.scope, "short")
    assert (await reception.member_of_key(key)).user_id == desk.scope.user_id
    (made,) = [one for one in await tenancy.list_api_keys(db, desk.scope) if one.name == "short"]
    await tenancy.revoke_api_key(db, desk.scope, made.id, now=wrong.now())
    at += LOOK_SECONDS
    with pytest.raises(NotSignedIn):
        await reception.member_of_key(key)


async def test_a_session_ends_by_the_clock_of_the_service_and_comes_back_with_it(db, desk, wrong):
    async def signed_in() -> bool:
        try:
            return (await reception.member_of_session(session)).user_id == desk.scope.user_id
        except NotSignedIn:
            return False

    reception = Reception(db)
    token = await tenancy.create_sign_in_token(db, desk.member, now=wrong.now())
    _, session = await tenancy.sign_in(db, token, now=wrong.now())
    seen = []
    for days in (0, -1, 1, 29, 31, 0):
        wrong.off = timedelta(days=days)
        seen.append(await signed_in())
    assert seen == [True, True, True, True, False, True]
