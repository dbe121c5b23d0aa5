"""Many programs at once, while people answer: no task is lost, none is made twice, and every count is right."""

import threading
from concurrent.futures import ThreadPoolExecutor

from psycopg import sql
from scaleapi.exceptions import ScaleDuplicateResource
from scaleapi.tasks import TaskType
from tests.integration.scale.test_tasks import text_task

from groundswell.ids import ProjectId, new_uuid
from groundswell.label.work.model import Submit
from groundswell.label.work.service import work
from groundswell.workforce.model import Origin
from groundswell.workforce.service import add_workers

TASKS = 120
CLASSES = (["a", "b"], ["c", "d"], ["e", "f"])


def test_a_name_that_many_ask_for_at_once_is_given_to_one(client):
    def ask(_: int) -> str | None:
        try:
            return text_task(client, unique_id="wanted by many").id
        except ScaleDuplicateResource:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [one for one in pool.map(ask, range(16)) if one is not None]
    assert len(made) == 1
    assert [one.id for one in client.tasks(unique_id="wanted by many").docs] == made


def test_tasks_that_come_while_people_answer_are_all_answered(service, client):
    client.create_project("busy", TaskType.Categorization)
    client.create_batch("busy", "busy batch")
    ended = threading.Event()

    async def answer_what_there_is(workers: list) -> None:
        db, scope = service.app.db, service.member.scope()
        async with db.transaction(scope.org_id) as tx:
            projects = await tx.fetch_values(
                sql.SQL("select id from projects where name like 'busy%%' order by id")
            )
        for project_id in map(ProjectId, projects):
            for worker in workers:
                given = await work(db, scope, project_id, worker, want=8)
                answers = [
                    Submit(
                        task.task_id,
                        {"choice": CLASSES[projects.index(project_id)][0]},
                        10,
                        new_uuid(),
                        False,
                    )
                    for task in given.tasks
                ]
                await work(db, scope, project_id, worker, submits=answers, want=0)
            await service.app.settler.settle_project(scope.org_id, project_id)

    def people() -> None:
        workers = service.run(
            lambda: add_workers(service.app.db, service.member.scope(), ["one", "two"], Origin.PROGRAM)
        )
        while not ended.is_set() or client.batch_status("busy batch").get("pending"):
            service.run(lambda: answer_what_there_is(workers))

    for classes in CLASSES:  # so that people know which project has which classes
        text_task(client, batch="busy batch", categories=classes, attachment="first")
    crowd = threading.Thread(target=people)
    crowd.start()
    with ThreadPoolExecutor(8) as pool:
        made = list(
            pool.map(
                lambda n: (
                    text_task(
                        client, batch="busy batch", categories=CLASSES[n % 3], attachment=f"text {n % 40}"
                    ).id
                ),
                range(TASKS),
            )
        )
    ended.set()
    crowd.join(60)
    assert not crowd.is_alive()
    assert len(set(made)) == TASKS
    assert client.batch_status("busy batch") == {"status": "completed", "completed": TASKS + len(CLASSES)}
    found = list(client.get_tasks(batch_name="busy batch"))
    assert len(found) == TASKS + len(CLASSES)
    assert all(one.response["category"] == one.params["categories"][0] for one in found)
    assert client.tasks(project="busy", status="completed").total == len(found)
    assert client.tasks(project="busy", status="pending").total == 0
