"""A project with answers, labels, gold and reviews as if it had been worked on, for tests of changes of its classes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from groundswell.ids import new_uuid
from groundswell.label.projects.changes import apply_change, plan_change, revert


@dataclass
class Shelf:
    """The project of a desk, and its rows."""

    desk: Any
    workers: list[int] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)

    async def rows(self, query: str, **params) -> list[tuple]:
        async with self.desk.app.db.system_transaction() as tx:
            return await tx.fetch_all(sql.SQL(query), tuple, id=self.desk.project_id, **params)

    async def run(self, query: str, **params) -> None:
        async with self.desk.app.db.system_transaction() as tx:
            org = self.desk.scope.org_id
            await tx.execute(sql.SQL(query), id=self.desk.project_id, org=org, **params)

    async def answer(self, place: int, *choices: str, version: int = 1) -> None:
        """Let the first workers answer a task; as `work` would have stored it."""
        for worker, choice in zip(self.workers, choices, strict=False):
            await self.run(
                "insert into annotations (org_id, project_id, task_id, worker_id, answer, active_ms, revision, "
                "ontology_version, guideline_version, idempotency_key) select %(org)s, %(id)s, %(task)s, %(worker)s, "
                "jsonb_build_object('choice', %(choice)s::text), 0, "
                "(select count(*) + 1 from annotations where task_id = %(task)s and worker_id = %(worker)s), "
                "%(version)s, 1, %(key)s",
                task=self.tasks[place],
                worker=worker,
                choice=choice,
                version=version,
                key=new_uuid(),
            )

    async def settle(self, place: int, choice: str, *, state: str = "completed") -> None:
        await self.run(
            "insert into consensus (org_id, task_id, project_id, answer, probability, annotations, source) "
            "values (%(org)s, %(task)s, %(id)s, jsonb_build_object('choice', %(choice)s::text), 0.9, 2, 'people') "
            "on conflict (task_id) do update set answer = excluded.answer, probability = 0.75",
            task=self.tasks[place],
            choice=choice,
        )
        await self.run(
            "update tasks set state = %(state)s, completed_at = '2026-01-01' where id = %(task)s",
            task=self.tasks[place],
            state=state,
        )
        await self.run(
            "update batches set frontier = 1000, state = 'completed' where project_id = %(id)s "
            "and not exists (select from tasks where project_id = %(id)s and state = 'pending')"
        )

    async def review(self, place: int, choice: str) -> None:
        await self.run(
            "insert into reviews (org_id, project_id, task_id, reviewer, answer) values "
            "(%(org)s, %(id)s, %(task)s, 'an expert', jsonb_build_object('choice', %(choice)s::text))",
            task=self.tasks[place],
            choice=choice,
        )

    async def votes(self) -> list[tuple]:
        return await self.rows(
            "select task_id, worker_id, said from present_annotations where project_id = %(id)s order by 1, 2, 3"
        )

    async def labels(self) -> dict[str, list[tuple]]:
        """Everything that a change may touch, but for the time of its last update."""
        return {
            "tasks": await self.rows(
                "select id, state, gold, completed_at from tasks where project_id = %(id)s order by id"
            ),
            "consensus": await self.rows(
                "select task_id, answer, probability, annotations, source, model_version from consensus "
                "where project_id = %(id)s order by 1"
            ),
            "reviews": await self.rows("select * from reviews where project_id = %(id)s order by id"),
            "batches": await self.rows("select id, state from batches where project_id = %(id)s order by id"),
            "progress": await self.rows(
                "select total, completed, annotations from progress where project_id = %(id)s"
            ),
        }

    async def change(self, *operations, expected: int = 1):
        desk = self.desk
        return await apply_change(
            desk.app.db, desk.scope, desk.project_id, operations, expected_version=expected
        )

    async def revert(self, expected: int = 2, **to):
        desk = self.desk
        return await revert(desk.app.db, desk.scope, desk.project_id, expected_version=expected, **to)

    async def plan(self, *operations):
        return await plan_change(self.desk.app.db, self.desk.scope, self.desk.project_id, operations)


async def fill_shelf(new_desk: Callable[..., Awaitable[Any]]) -> Shelf:
    """Six texts, two answers each: cat twice, dog once, one in doubt, one half asked, one not asked."""
    desk = await new_desk(
        [f"text {n}" for n in range(6)], classes=("cat", "dog", "bird"), answers=2, models="none"
    )
    shelf = Shelf(desk, await desk.crowd(4))
    shelf.tasks = [
        row[0] for row in await shelf.rows("select id from tasks where project_id = %(id)s order by 1")
    ]
    for place, choices in enumerate(
        [("cat", "cat"), ("cat", "cat"), ("dog", "dog"), ("cat", "dog"), ("dog",)]
    ):
        await shelf.answer(place, *choices)
    for place, choice in enumerate(["cat", "cat", "dog", "cat"]):
        await shelf.settle(place, choice)
    await shelf.run("update tasks set gold = 'dog' where id = %(task)s", task=shelf.tasks[2])
    await shelf.review(0, "cat")
    await shelf.review(3, "dog")
    await shelf.run("update progress set completed = 4, annotations = 9 where project_id = %(id)s")
    await shelf.run("update batches set frontier = 1000 where project_id = %(id)s")
    return shelf
