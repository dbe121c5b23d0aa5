"""Batches and the life of batches and tasks: who is given what, what is refused, and what is written down."""

import uuid
from pathlib import Path

import numpy as np
import pytest
from psycopg import sql

from groundswell.app import App, local_member
from groundswell.errors import Conflict, InputError, NotAllowed, NotFound
from groundswell.items import digest_text
from groundswell.label.projects.batches import (
    create_batch,
    list_batches,
    set_batch_priority,
    set_batch_state,
)
from groundswell.label.projects.model import BatchSpec, BatchState, ProjectSpec
from groundswell.label.projects.service import (
    create_project,
    get_project,
    set_price,
    set_project_priority,
)
from groundswell.label.projects.tasks import cancel_tasks, reopen_tasks
from groundswell.label.work.model import Skip, Submit
from groundswell.organize import collect
from groundswell.tenancy.model import Role, Scope

pytestmark = pytest.mark.anyio

TEXTS = [f"text number {number} about {word}" for number, word in enumerate(["cats", "dogs"] * 10)]
"""The items of `desk`."""

MORE = [f"a later text {number}" for number in range(6)]


def version_of(desk, texts):
    return collect(texts).save("animals", store=desk.app.datasets(desk.member.org_slug))


async def add_batch(desk, version, name="more", *, seed=0, **spec):
    given = BatchSpec(name, **spec)
    rng = np.random.default_rng(seed)
    return await create_batch(desk.app.db, desk.scope, desk.project_id, given, version, rng=rng)


async def move(desk, batch, state):
    return await set_batch_state(desk.app.db, desk.scope, desk.project_id, batch.id, BatchState(state))


async def batches_of(desk):
    return {batch.name: batch for batch in await list_batches(desk.app.db, desk.scope, desk.project_id)}


async def rows(desk, query, **params):
    async with desk.app.db.system_transaction() as tx:
        return await tx.fetch_all(sql.SQL(query), tuple, **params)


async def log_of(desk, action):
    found = await rows(
        desk, "select detail from audit_log where action = %(action)s order by id", action=action
    )
    return [row[0] for row in found]


async def open_slots(desk):
    """Open the slots of whatever may be asked now, as the background does every second."""
    await desk.learn()
    (worker,) = await desk.crowd(1)
    return worker


async def answer(desk, worker, tasks):
    """Answer tasks that the worker holds, and return the receipts."""
    given = [Submit(task.task_id, {"choice": "cat"}, 900, uuid.uuid4()) for task in tasks]
    return (await desk.work(worker, submits=given, want=0)).receipts


async def finish(desk, worker):
    """Answer everything that the worker is offered, and return the ids of the tasks."""
    answered = []
    while tasks := (await desk.work(worker, want=8)).tasks:
        answered += [task.task_id for task in tasks]
        await answer(desk, worker, tasks)
    return answered


def labeler(desk):
    return Scope(desk.scope.org_id, desk.scope.user_id, Role.LABELER)


# ── a new project ────────────────────────────────────────────────────────────────────────────────


async def project_of_lines(db, home: Path, lines: list[str], **spec):
    app = App(home, db)
    member = await local_member(app)
    (home / "given.jsonl").write_text("\n".join(lines))
    version = collect(home / "given.jsonl").save("texts", store=app.datasets(member.org_slug))
    given = ProjectSpec("p", "text_choice", ("a", "b"), "texts", version.number, **spec)
    rng = np.random.default_rng(0)
    return member, await create_project(db, member.scope(), given, version, rng=rng)


async def test_items_of_sensitive_content_go_to_a_batch_of_their_own(db, tmp_path):
    lines = [
        '{"text": "one"}',
        '{"text": "two", "content": "Graphic violence"}',
        '{"text": "three", "content": ""}',
    ]
    member, project_id = await project_of_lines(db, tmp_path, lines, priority=-3)
    project, counts = await get_project(db, member.scope(), project_id)
    assert (project.priority, project.models, project.purpose, counts.tasks_total) == (
        -3,
        "propose",
        "production",
        3,
    )
    batches = await list_batches(db, member.scope(), project_id)
    assert [(batch.name, batch.content, batch.state, batch.pending) for batch in batches] == [
        ("all", None, "in_progress", 2),
        ("content: graphic_violence", "graphic_violence", "in_progress", 1),
    ]


async def test_content_that_names_no_class_is_refused_and_not_shown_to_everybody(db, tmp_path):
    with pytest.raises(InputError, match="rename it if it means anything else"):
        await project_of_lines(db, tmp_path, ['{"text": "one", "content": "violence, gore"}'])


async def test_a_qualification_project_needs_an_answer_to_every_task(db, tmp_path):
    gold = {digest_text("one"): "a"}
    with pytest.raises(InputError, match="1 of 2 items have no gold label"):
        await project_of_lines(
            db, tmp_path, ['{"text": "one"}', '{"text": "two"}'], purpose="qualification", gold=gold
        )


# ── adding tasks ─────────────────────────────────────────────────────────────────────────────────


async def test_a_batch_holds_the_items_that_are_no_tasks_yet_and_waits_until_it_is_finalized(desk):
    version = version_of(desk, [*MORE[:3], *TEXTS, *MORE[3:]])
    batch = await add_batch(desk, version, priority=4)
    assert (batch.state, batch.priority, batch.pending) == ("staging", 4, 6)
    project, counts = await get_project(desk.app.db, desk.scope, desk.project_id)
    assert (project.dataset_version, counts.tasks_total) == (version.number, desk.items + 6)
    made = await rows(
        desk, "select item_id, position from tasks where batch_id = %(id)s order by position", id=batch.id
    )
    assert made == [(digest_text(text), desk.items + n) for n, text in enumerate(MORE)]
    worker = await open_slots(desk)
    assert len(await finish(desk, worker)) == desk.items, "nobody is given a task of a batch in staging"
    await move(desk, batch, "in_progress")
    await desk.learn()
    assert len(await finish(desk, worker)) == 6


async def test_a_batch_of_named_items_holds_these_and_no_others(desk):
    version = version_of(desk, [*TEXTS, *MORE])
    chosen = [digest_text(MORE[4]), digest_text(MORE[1])]
    batch = await add_batch(desk, version, items=chosen)
    made = await rows(
        desk, "select item_id from tasks where batch_id = %(id)s order by position", id=batch.id
    )
    assert [row[0] for row in made] == [digest_text(MORE[1]), digest_text(MORE[4])]


async def test_labels_of_an_added_batch_are_delivered_on_the_version_that_has_its_items(desk):
    from groundswell.label.delivery.service import deliver

    version = version_of(desk, [*MORE, *TEXTS])
    await move(desk, await add_batch(desk, version), "in_progress")
    await finish(desk, await open_slots(desk))
    await desk.learn()
    delivered = await deliver(desk.app.db, desk.scope, desk.app.datasets("local"), desk.project_id)
    assert delivered.rows == desk.items + 6
    assert delivered.to_table(["label"])["label"].null_count == 0


async def test_the_audit_share_is_drawn_of_added_tasks_too(new_desk):
    desk = await new_desk(audit_share=0.5)
    version = version_of(desk, [*TEXTS, *(f"number {n}" for n in range(400))])
    batch = await add_batch(desk, version)
    ((drawn,),) = await rows(
        desk, "select count(*) from tasks where batch_id = %(id)s and is_audit", id=batch.id
    )
    assert 150 < drawn < 250


async def test_known_answers_of_a_batch_are_kept_and_must_be_classes(desk):
    version = version_of(desk, [*TEXTS, *MORE])
    with pytest.raises(InputError, match="gold label 'cow' is not one of the classes"):
        await add_batch(desk, version, gold={digest_text(MORE[0]): "cow"})
    batch = await add_batch(desk, version, gold={digest_text(MORE[0]): "dog"})
    assert await rows(
        desk,
        "select item_id, gold from tasks where batch_id = %(id)s and gold is not null",
        id=batch.id,
    ) == [(digest_text(MORE[0]), "dog")]


async def test_a_version_that_lacks_items_of_the_project_is_refused(desk):
    with pytest.raises(Conflict, match="lacks 19 items that are tasks of the project"):
        await add_batch(desk, version_of(desk, [TEXTS[0], *MORE]))


async def test_a_version_of_another_dataset_is_refused(desk):
    other = collect([*TEXTS, *MORE]).save("others", store=desk.app.datasets("local"))
    with pytest.raises(Conflict, match="labels the dataset animals; the batch is of others"):
        await add_batch(desk, other)


async def test_what_cannot_be_a_batch_is_refused_with_the_reason_and_leaves_nothing(desk):
    version = version_of(desk, [*TEXTS, *MORE])
    for spec, error, reason in (
        ({"items": ["0" * 64]}, InputError, "1 of 1 items are not in animals"),
        ({"items": [digest_text(TEXTS[0])]}, Conflict, "1 of the items are tasks of the project already"),
        ({"name": "all"}, Conflict, "has a batch 'all' already"),
        ({"name": " "}, InputError, "a batch name has 1 to 200"),
        ({"content": "Violence!"}, InputError, "a class of content has"),
        ({"priority": 1001}, InputError, "priority must be -1000 to 1000"),
    ):
        with pytest.raises(error, match=reason):
            await add_batch(desk, version, **spec)
    with pytest.raises(Conflict, match="no new item for this batch"):
        await add_batch(desk, version_of(desk, TEXTS))
    assert list(await batches_of(desk)) == ["all"]
    assert (await desk.project()).dataset_version == 1


async def test_items_of_another_content_are_left_for_a_batch_of_their_own(db, tmp_path):
    member, project_id = await project_of_lines(db, tmp_path, ['{"text": "one"}'])
    store = App(tmp_path, db).datasets(member.org_slug)
    (tmp_path / "given.jsonl").write_text(
        '{"text": "one"}\n{"text": "two"}\n{"text": "three", "content": "violence"}'
    )
    version = collect(tmp_path / "given.jsonl").save("texts", store=store)

    async def add(name, **spec):
        given = BatchSpec(name, **spec)
        return await create_batch(
            db, member.scope(), project_id, given, version, rng=np.random.default_rng(0)
        )

    with pytest.raises(InputError, match="has the content violence, the batch none"):
        await add("named", items=[digest_text("three")])
    assert (await add("plain")).pending == 1
    with pytest.raises(Conflict, match="1 new ones have the content violence: name it"):
        await add("again")
    assert (await add("hard", content="violence")).pending == 1


# ── the life of a batch ──────────────────────────────────────────────────────────────────────────


async def test_nobody_is_given_tasks_of_a_paused_batch_and_work_under_way_is_taken_and_paid(desk):
    worker = await open_slots(desk)
    tasks = (await desk.work(worker, want=3)).tasks
    batch = await move(desk, (await batches_of(desk))["all"], "paused")
    assert await rows(desk, "select count(*) from ready") == [(0,)]
    (second,) = await desk.crowd(1)
    await desk.learn()
    assert (await desk.work(second, want=1)).tasks == []
    receipts = await answer(desk, worker, tasks)
    assert [receipt.status for receipt in receipts] == ["stored"] * 3
    assert await rows(desk, "select sum(price_cents)::int from ledger") == [(9,)]
    await move(desk, batch, "in_progress")
    await desk.learn()
    assert len(await finish(desk, second)) == desk.items - 3, "every other task is asked once"


async def test_a_cancelled_batch_is_over_and_its_pending_tasks_with_it(desk):
    worker = await open_slots(desk)
    tasks = (await desk.work(worker, want=2)).tasks
    await answer(desk, worker, tasks[:1])
    await desk.learn()
    batch = await move(desk, (await batches_of(desk))["all"], "cancelled")
    assert (batch.pending, batch.completed, batch.canceled) == (0, 1, desk.items - 1)
    (receipt,) = await answer(desk, worker, tasks[1:])
    assert receipt.status == "stored", "who holds a task is paid for it"
    await desk.learn()
    assert (await batches_of(desk))["all"].canceled == desk.items - 1
    with pytest.raises(Conflict, match="is cancelled; it can become in_progress only from"):
        await move(desk, batch, "in_progress")


@pytest.mark.parametrize(
    ("path", "target", "reason"),
    [
        ([], "completed", "has 20 pending tasks"),
        (["paused"], "completed", "has 20 pending tasks"),
        (["paused", "cancelled"], "paused", "is cancelled; it can become paused only from in_progress"),
    ],
)
async def test_transitions_that_make_no_sense_are_refused(desk, path, target, reason):
    batch = (await batches_of(desk))["all"]
    for state in path:
        batch = await move(desk, batch, state)
    with pytest.raises(Conflict, match=reason):
        await move(desk, batch, target)


async def test_asking_for_the_state_that_a_batch_has_changes_nothing_and_is_not_logged(desk):
    batch = (await batches_of(desk))["all"]
    for _ in range(2):
        await move(desk, batch, "paused")
    assert len(await log_of(desk, "batch.state")) == 1


async def test_every_change_of_a_batch_is_in_the_audit_log_with_what_was_before(desk):
    batch = (await batches_of(desk))["all"]
    await move(desk, batch, "paused")
    await set_batch_priority(desk.app.db, desk.scope, desk.project_id, batch.id, 7)
    of = {"project": desk.project_id}
    assert await log_of(desk, "batch.state") == [
        {**of, "before": "in_progress", "after": "paused", "tasks_canceled": 0}
    ]
    assert await log_of(desk, "batch.priority") == [{**of, "before": 0, "after": 7}]


async def test_a_batch_whose_tasks_are_all_answered_is_completed(desk):
    await finish(desk, await open_slots(desk))
    await desk.learn()
    batch = (await batches_of(desk))["all"]
    assert (batch.state, batch.completed, batch.pending) == ("completed", desk.items, 0)


async def test_open_slots_follow_the_priority_of_their_batch(desk):
    """The tasks of the batch that comes first are given first, though the others were opened before."""
    batch = await add_batch(desk, version_of(desk, [*TEXTS, *MORE]))
    await move(desk, batch, "in_progress")
    worker = await open_slots(desk)
    await set_batch_priority(desk.app.db, desk.scope, desk.project_id, batch.id, -1)
    await desk.learn()
    given = [task.task_id for task in (await desk.work(worker, want=6)).tasks]
    added = await rows(desk, "select id from tasks where batch_id = %(id)s", id=batch.id)
    assert set(given) == {row[0] for row in added}


async def test_only_those_who_manage_change_batches_and_only_members_see_them(desk):
    batch = (await batches_of(desk))["all"]
    lee = labeler(desk)
    with pytest.raises(NotAllowed):
        await list_batches(desk.app.db, lee, desk.project_id)
    with pytest.raises(NotAllowed):
        await set_batch_state(desk.app.db, lee, desk.project_id, batch.id, BatchState.PAUSED)
    with pytest.raises(NotAllowed):
        await set_batch_priority(desk.app.db, lee, desk.project_id, batch.id, 1)
    with pytest.raises(NotAllowed):
        await cancel_tasks(desk.app.db, lee, desk.project_id, [], reason="no")
    with pytest.raises(NotFound):
        await set_batch_state(desk.app.db, desk.scope, desk.project_id, batch.id + 1, BatchState.PAUSED)


# ── price and priority of a project ──────────────────────────────────────────────────────────────


async def test_a_new_price_is_paid_for_what_is_leased_from_then_on(desk):
    worker = await open_slots(desk)
    before = (await desk.work(worker, want=1)).tasks
    await set_price(desk.app.db, desk.scope, desk.project_id, 1)
    (second,) = await desk.crowd(1)
    after = (await desk.work(second, want=1)).tasks
    await answer(desk, worker, before)
    await answer(desk, second, after)
    assert await rows(desk, "select worker_id, price_cents from ledger order by worker_id") == [
        (worker, 3),
        (second, 1),
    ]
    assert await log_of(desk, "project.price") == [{"before": 3, "after": 1}]


async def test_the_priority_of_a_project_is_kept_and_logged(desk):
    await set_project_priority(desk.app.db, desk.scope, desk.project_id, -5)
    assert (await desk.project()).priority == -5
    assert await log_of(desk, "project.priority") == [{"before": 0, "after": -5}]
    with pytest.raises(InputError, match="priority must be"):
        await set_project_priority(desk.app.db, desk.scope, desk.project_id, 5_000)
    with pytest.raises(InputError, match="price_cents must be"):
        await set_price(desk.app.db, desk.scope, desk.project_id, -1)


# ── single tasks ─────────────────────────────────────────────────────────────────────────────────


async def test_a_canceled_task_is_given_to_nobody_until_it_is_reopened(desk):
    worker = await open_slots(desk)
    first = (await rows(desk, "select min(id) from tasks"))[0][0]
    of = (desk.app.db, desk.scope, desk.project_id, [first])
    await cancel_tasks(*of, reason="a duplicate")
    await cancel_tasks(*of, reason="a duplicate")
    await desk.learn()
    assert first not in await finish(desk, worker)
    await reopen_tasks(*of, reason="it was none")
    await desk.learn()
    assert await finish(desk, worker) == [first]
    assert await log_of(desk, "task.state") == [
        {"before": {str(first): "pending"}, "after": "canceled", "reason": "a duplicate"},
        {"before": {str(first): "canceled"}, "after": "pending", "reason": "it was none"},
    ]


async def test_a_task_that_nobody_could_answer_comes_back_to_the_same_people(desk):
    await desk.learn()
    crowd = await desk.crowd(3)
    for worker in crowd:
        while True:
            (task,) = (await desk.work(worker, want=1)).tasks
            if task.payload["text"] == TEXTS[0]:
                break
            await answer(desk, worker, [task])
        await desk.work(worker, skips=[Skip(task.task_id, "unclear")], want=0)
    await desk.learn()
    assert await rows(desk, "select state from tasks where id = %(id)s", id=task.task_id) == [("error",)]
    await reopen_tasks(
        desk.app.db, desk.scope, desk.project_id, [task.task_id], reason="the guideline says it now"
    )
    await desk.learn()
    assert task.task_id in await finish(desk, crowd[0])


async def test_a_completed_task_is_neither_canceled_nor_reopened(desk):
    await finish(desk, await open_slots(desk))
    await desk.learn()
    first = (await rows(desk, "select min(id) from tasks"))[0][0]
    of = (desk.app.db, desk.scope, desk.project_id, [first])
    with pytest.raises(Conflict, match="is completed; it can become canceled only from pending or error"):
        await cancel_tasks(*of, reason="why")
    with pytest.raises(Conflict, match="is completed; it can become pending only from canceled or error"):
        await reopen_tasks(*of, reason="why")


async def test_tasks_change_together_or_not_at_all(desk):
    first = (await rows(desk, "select min(id) from tasks"))[0][0]
    with pytest.raises(NotFound, match="has no task 999999"):
        await cancel_tasks(desk.app.db, desk.scope, desk.project_id, [first, 999_999], reason="why")
    with pytest.raises(InputError, match="say why"):
        await cancel_tasks(desk.app.db, desk.scope, desk.project_id, [first], reason=" ")
    assert (await batches_of(desk))["all"].canceled == 0


# ── counts ───────────────────────────────────────────────────────────────────────────────────────


async def test_the_counts_of_batches_are_those_that_counting_gives(desk):
    await add_batch(desk, version_of(desk, [*TEXTS, *MORE]))
    first = (await rows(desk, "select min(id) from tasks"))[0][0]
    await cancel_tasks(desk.app.db, desk.scope, desk.project_id, [first], reason="why")
    worker = await open_slots(desk)
    await answer(desk, worker, (await desk.work(worker, want=5)).tasks)
    await desk.learn()
    counted = await rows(
        desk,
        "select batch_id, count(*) filter (where state = 'pending'), count(*) filter (where state = 'completed'), "
        "count(*) filter (where state = 'canceled'), count(*) filter (where state = 'error') from tasks group by 1",
    )
    batches = await list_batches(desk.app.db, desk.scope, desk.project_id)
    assert sorted(counted) == [(b.id, b.pending, b.completed, b.canceled, b.error) for b in batches]
    assert [sum(row[1:]) for row in sorted(counted)] == [desk.items, 6]
