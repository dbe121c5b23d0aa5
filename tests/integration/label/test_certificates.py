"""Certificates by slice, over HTTP too, and how many audits they take."""

import httpx
import numpy as np
import pytest

from groundswell.errors import InputError, NotAllowed, NotFound
from groundswell.http.server import create_server
from groundswell.label.delivery.certificates import issue_certificate, list_certificates, plan_audits
from groundswell.label.delivery.service import labels_of
from groundswell.label.review.service import review
from groundswell.label.work.programs import Said, answer_open_tasks
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import create_api_key, create_organization

pytestmark = pytest.mark.anyio

TEXTS = [{"text": f"{word} number {n}", "pet": word} for n in range(10) for word in ("cats", "dogs")]


async def finished(new_desk):
    """A project whose worker calls every dog a cat, and whose reviewer does not."""
    desk = await new_desk(TEXTS, audit_share=0.5)
    (worker,) = await desk.crowd(1)
    said = {worker: lambda task: Said("cat")}
    await answer_open_tasks(desk.app.db, desk.scope, desk.project_id, said, rng=np.random.default_rng(1))
    await desk.learn()
    tasks = await labels_of(desk.app.db, desk.scope, desk.project_id)
    right = [
        (task.task_id, {"choice": "dog" if n % 2 else "cat"}) for n, task in enumerate(tasks) if task.is_audit
    ]
    await review(desk.app.db, desk.scope, desk.project_id, right, reviewer="an expert")
    return desk


async def test_a_certificate_says_how_accurate_each_slice_is(new_desk):
    desk = await finished(new_desk)
    at = (desk.app.db, desk.scope, desk.project_id)
    store = desk.app.datasets("local")
    found = await issue_certificate(*at, by=["label", "pet"], store=store)
    assert sorted(found.slices) == ["label: cat", "pet: cats", "pet: dogs"]
    cats, dogs = found.slices["pet: cats"], found.slices["pet: dogs"]
    assert (cats.right, cats.population, dogs.right, dogs.population) == (cats.audited, 10, 0, 10)
    assert cats.low > dogs.high
    assert found.slices["label: cat"].audited == found.audited == 10
    with pytest.raises(InputError, match="give the store"):
        await issue_certificate(*at, by=["pet"])
    with pytest.raises(InputError, match="by 'colour'"):
        await issue_certificate(*at, by=["colour"], store=store)
    plan = await plan_audits(*at, within=0.1, expected_accuracy=0.5)
    assert (plan.population, plan.drawn, plan.reviewed) == (20, 10, 10)
    assert 10 < plan.needed <= 20
    assert (await plan_audits(*at, within=0.05)).expected_accuracy > 0.5
    for within in (0.0, 0.5, float("nan")):
        with pytest.raises(InputError, match="within must be"):
            await plan_audits(*at, within=within)
    await roles_are_kept(desk, at)
    await everything_works_over_http(desk)


async def roles_are_kept(desk, at):
    db, _, project_id = at
    labeler = Scope(desk.scope.org_id, desk.scope.user_id, Role.LABELER)
    for call in (issue_certificate, list_certificates):
        with pytest.raises(NotAllowed):
            await call(db, labeler, project_id)
    with pytest.raises(NotAllowed):
        await plan_audits(db, labeler, project_id, within=0.01)
    other = await create_organization(db, slug="x", name="X", email="e@x.example", person="E")
    for call in (
        list_certificates(db, other.scope(), project_id),
        issue_certificate(db, other.scope(), project_id),
    ):
        with pytest.raises(NotFound):
            await call


async def everything_works_over_http(desk):
    key = await create_api_key(desk.app.db, desk.scope, "mine")
    transport = httpx.ASGITransport(create_server(desk.app), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {key}"}
    path = f"/api/v1/projects/{desk.project_id}"
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as http:
        issued = (await http.post(f"{path}/certificates", json={"level": 0.9, "by": ["pet"]})).json()
        assert issued["level"] == 0.9
        assert issued["slices"]["pet: dogs"]["right"] == 0
        page = (await http.get(f"{path}/certificates", params={"limit": 1})).json()
        assert page["items"] == [issued]
        older = (await http.get(f"{path}/certificates", params={"cursor": page["next_cursor"]})).json()
        assert [one["level"] for one in older["items"]] == [0.95]
        plan = (await http.get(f"{path}/audit-plan", params={"within": 0.1})).json()
        assert (plan["drawn"], plan["within"], plan["level"]) == (10, 0.1, 0.95)
        for query in ({"within": "x"}, {"level": "2"}, {"expected_accuracy": "nan"}, {"within": "0.9"}):
            refused = await http.get(f"{path}/audit-plan", params=query)
            assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input"), query
