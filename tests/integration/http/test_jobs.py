"""Background work is seen and tried again by managers of its organization, and by nobody else."""

import pytest
from psycopg import sql

from groundswell.label.jobs import ask_to_learn

pytestmark = pytest.mark.anyio

GIVE_UP = sql.SQL("update procrastinate_jobs set status = 'failed', attempts = 8 returning id")


@pytest.fixture
async def failed_job(web) -> int:
    """A job of our organization that gave up."""
    desk = web.desk
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(sql.SQL("set local search_path to procrastinate"))
        await tx.execute(sql.SQL("delete from procrastinate_jobs"))
    async with desk.app.db.transaction(desk.scope.org_id) as tx:
        await ask_to_learn(tx, desk.scope.org_id, desk.project_id)
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(sql.SQL("set local search_path to procrastinate"))
        number = await tx.fetch_value(GIVE_UP)
        await tx.execute(
            sql.SQL(
                "insert into public.job_errors (job_id, error) values ({}, 'ValueError: no classes')"
            ).format(sql.Literal(number))
        )
    return int(number)


async def test_what_gave_up_is_listed_with_its_error_and_can_be_tried_again(web, failed_job):
    (job,) = (await web.call("GET", "/api/v1/jobs")).json()["items"]
    assert (job["id"], job["task"], job["project_id"]) == (failed_job, "learn", web.desk.project_id)
    assert (job["state"], job["attempts"], job["error"]) == ("failed", 8, "ValueError: no classes")
    assert job["at"] is not None
    again = f"/api/v1/jobs/{failed_job}/retry"
    assert (await web.call("POST", again)).is_success
    (job,) = (await web.call("GET", "/api/v1/jobs")).json()["items"]
    assert job["state"] == "waiting"
    response = await web.call("POST", again)  # nothing has failed any more
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


async def test_another_organization_neither_sees_nor_starts_it(web, failed_job):
    response = await web.call("GET", "/api/v1/jobs", key=web.strangers_key)
    assert response.json() == {"items": []}
    response = await web.call("POST", f"/api/v1/jobs/{failed_job}/retry", key=web.strangers_key)
    assert response.status_code == 404
    (job,) = (await web.call("GET", "/api/v1/jobs")).json()["items"]
    assert job["state"] == "failed"
