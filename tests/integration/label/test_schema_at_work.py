"""A change of the classes while people are at work: nothing that was leased is lost, and labels stay right."""

import pytest
from psycopg import sql

from groundswell.ids import new_uuid
from groundswell.label.projects.changes import apply_change, revert
from groundswell.label.projects.schema import Rename, Split
from groundswell.label.work.model import Submit

pytestmark = pytest.mark.anyio


async def answer_all(desk, worker, choice_of) -> list[int]:
    """Let a worker answer until nothing is left; returns the tasks."""
    answered = []
    while tasks := (await desk.work(worker, want=8)).tasks:
        submits = [Submit(t.task_id, {"choice": choice_of(t)}, 0, new_uuid()) for t in tasks]
        receipts = (await desk.work(worker, submits=submits, want=0)).receipts
        assert {receipt.status.value for receipt in receipts} == {"stored"}
        answered += [task.task_id for task in tasks]
    return sorted(answered)


def by_text(task) -> str:
    return "cat" if "cat" in task.payload["text"] else "dog"


async def rows(desk, query: str) -> list[tuple]:
    async with desk.app.db.system_transaction() as tx:
        return await tx.fetch_all(sql.SQL(query), tuple)


async def test_an_answer_on_its_way_is_stored_under_the_version_that_it_was_made_under(desk):
    (worker,) = await desk.crowd(1)
    task = (await desk.work(worker, want=1)).tasks[0]
    await apply_change(
        desk.app.db, desk.scope, desk.project_id, [Rename("cat", "feline")], expected_version=1
    )
    done = await desk.work(worker, submits=[Submit(task.task_id, {"choice": "cat"}, 0, new_uuid())], want=0)
    assert done.receipts[0].status.value == "stored"
    assert await rows(desk, "select ontology_version, said from present_annotations") == [(1, "feline")]


async def test_a_finished_project_asks_others_exactly_what_a_split_took_the_label_of(desk):
    first, second = await desk.crowd(2)
    everything = await answer_all(desk, first, by_text)
    await desk.learn()
    assert (len(everything), (await desk.project()).state) == (20, "done")
    await apply_change(
        desk.app.db, desk.scope, desk.project_id, [Split("dog", ("puppy", "hound"))], expected_version=1
    )
    await desk.learn()
    assert await desk.states() == {"completed": 10, "pending": 10}
    again = await answer_all(desk, second, lambda task: "puppy")
    assert len(again) == 10
    await desk.learn()
    assert await desk.states() == {"completed": 20}
    labels = dict(await rows(desk, "select answer ->> 'choice', count(*) from consensus group by 1"))
    assert labels == {"cat": 10, "puppy": 10}
    assert (await desk.project()).state == "done"


async def test_learning_after_a_change_and_its_reversal_says_what_it_said(desk):
    (worker,) = await desk.crowd(1)
    await answer_all(desk, worker, by_text)
    await desk.learn()
    query = "select task_id, answer, probability, annotations, source from consensus order by 1"
    labels = await rows(desk, query)
    await apply_change(
        desk.app.db, desk.scope, desk.project_id, [Rename("cat", "feline")], expected_version=1
    )
    await desk.learn()
    await revert(desk.app.db, desk.scope, desk.project_id, expected_version=2)
    await desk.learn()
    assert await rows(desk, query) == labels
