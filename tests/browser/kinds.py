"""What the browser tests of label kinds share: projects with proposals, people at work in them, what is stored."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from psycopg import sql
from tests.browser.house import House

from groundswell.app import App, local_member
from groundswell.ids import ProjectId, WorkerId
from groundswell.label.kinds import Answer
from groundswell.label.opening import open_project
from groundswell.label.projects.model import ProjectSpec
from groundswell.organize import collect


async def open_kind(
    app: App, folder: Path, specs: Sequence[ProjectSpec], gold: Mapping[str, Answer]
) -> dict[str, ProjectId]:
    """Open projects over a folder, those that teach with known answers; returns them by name."""
    member = await local_member(app)
    version = collect(folder).save(folder.name, store=app.datasets(member.org_slug))
    at = {"dataset": version.name, "dataset_version": version.number}
    opened = {}
    for spec in specs:
        taught = {"gold": gold, "requirements": {"test_size": 1}} if spec.purpose == "training" else {}
        opened[spec.name] = await open_project(app.db, member.scope(), version, replace(spec, **at, **taught))
    return opened


async def propose(app: App, project_id: ProjectId, answer: Answer) -> None:
    """Let a model propose the same answer to every task of a project."""
    async with app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL(
                "insert into predictions (org_id, task_id, model_version, answer, probability) "
                "select org_id, id, 3, %(answer)s::jsonb, 0.81 from tasks where project_id = %(id)s"
            ),
            id=project_id,
            answer=json.dumps(answer),
        )


def open_as(page: Page, house: House, name: str, project: str) -> WorkerId:
    """Sign a new worker in and open the workspace of a project."""
    link, worker = house.invite(name)
    page.goto(link)
    expect(page.get_by_role("heading", level=1, name="Projects")).to_be_visible(timeout=15_000)
    page.goto(house.page_of(project))
    page.get_by_test_id("stage").wait_for()
    return worker


def stored(page: Page, house: House, worker: WorkerId, count: int = 1) -> list[dict[str, Any]]:
    """Leave the workspace, so that what is held is sent; returns the worker's newest answers, the first task first."""
    page.goto(house.address)
    page.get_by_role("heading", level=1, name=re.compile("Projects|Progetti")).wait_for()
    query = (
        "select answer from (select distinct on (task_id) task_id, answer from annotations "
        "where worker_id = %(worker)s order by task_id, revision desc) as newest order by task_id"
    )
    for _ in range(100):
        rows = house.rows(query, worker=worker)
        if len(rows) == count:
            return [row[0] for row in rows]
    raise AssertionError(f"{len(rows)} of {count} answers are stored")


def open_returned(page: Page, house: House, worker: WorkerId, project: str, should_be: Answer) -> None:
    """Let a reviewer send back the answer that a worker gave, and open it again."""
    stored(page, house, worker)
    returned = "select count(*) from returned_tasks where worker_id = %(worker)s"
    for _ in range(100):
        house.send_back(project, should_be)
        if house.rows(returned, worker=worker) != [(0,)]:
            break
    page.goto(house.page_of(project))
    page.get_by_test_id("returned").click()
    page.get_by_test_id("sent-back").wait_for()
