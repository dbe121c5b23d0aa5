"""Changes of the classes of a live project: planned, then made."""

import asyncio

import psycopg
import pytest
from psycopg import sql
from tests.integration.shelf import Shelf, fill_shelf

from groundswell.errors import Conflict, InputError, NotAllowed, NotFound
from groundswell.label.projects.changes import (
    apply_change,
    hold_classes,
    list_ontologies,
    plan_change,
    plan_revert,
    revert,
)
from groundswell.label.projects.guidelines import (
    diff_guidelines,
    list_guideline_views,
    list_guidelines,
    lock_guidelines,
    publish_guideline,
    view_guideline,
)
from groundswell.label.projects.schema import Add, Merge, Remove, Rename, Split
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import create_organization

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shelf(new_desk) -> Shelf:
    return await fill_shelf(new_desk)


async def test_a_plan_says_what_becomes_of_everything_and_writes_nothing(shelf):
    before = await shelf.labels()
    plan = await shelf.plan(Rename("cat", "feline"), Split("dog", ("puppy", "hound")))
    assert (plan.before.version, plan.after.classes) == (1, ["feline", "puppy", "hound", "bird"])
    found = {
        (e.name, e.becomes): (e.annotations, e.labels, e.gold, e.reviews, e.predictions) for e in plan.effects
    }
    assert found == {
        ("cat", "feline"): (5, 3, 0, 1, 0),
        ("dog", None): (4, 1, 1, 1, 0),
        ("bird", "bird"): (0, 0, 0, 0, 0),
    }
    assert await shelf.labels() == before
    assert (await shelf.desk.project()).ontology_version == 1


async def test_a_plan_counts_the_tasks_and_answers_to_buy_again_and_their_price(shelf):
    again = (await shelf.plan(Split("dog", ("puppy", "hound")))).asked_again
    # Two answers of the dog's own task, one of the task in doubt, one of the task half asked; 3 cents each.
    assert (again.tasks, again.completed, again.answers, again.cost_cents) == (3, 2, 4, 12)
    assert again.examples == [shelf.tasks[2], shelf.tasks[3], shelf.tasks[4]]


async def test_a_rename_or_merge_asks_nothing_again(shelf):
    again = (await shelf.plan(Merge(("cat", "dog"), "pet"), Rename("bird", "fowl"))).asked_again
    assert (again.tasks, again.answers, again.examples) == (0, 0, [])


async def test_a_plan_is_what_then_happens(shelf):
    operations = [Rename("cat", "feline"), Remove("dog"), Add("fish")]
    plan = await shelf.plan(*operations)
    await shelf.change(*operations)
    states = dict(await shelf.rows("select state, count(*) from tasks where project_id = %(id)s group by 1"))
    assert states == {"completed": 4 - plan.asked_again.completed, "pending": 2 + plan.asked_again.completed}
    labels = await shelf.rows(
        "select answer ->> 'choice', count(*) from consensus where project_id = %(id)s group by 1"
    )
    assert labels == [(e.becomes, e.labels) for e in plan.effects if e.becomes and e.labels]


async def test_the_leases_that_are_open_are_counted(shelf):
    await shelf.run(
        "insert into leases (org_id, task_id, worker_id, project_id, batch_id, priority, expires_at) select "
        "org_id, id, %(worker)s, project_id, batch_id, 0, now() + interval '1 hour' from tasks where id = %(task)s",
        worker=shelf.workers[2],
        task=shelf.tasks[5],
    )
    assert (await shelf.plan(Rename("cat", "feline"))).asked_again.leases == 1


async def test_annotations_stay_as_they_are_and_are_read_in_the_new_classes(shelf):
    stored = await shelf.rows("select * from annotations where project_id = %(id)s order by id")
    await shelf.change(Merge(("cat", "dog"), "pet"))
    assert await shelf.rows("select * from annotations where project_id = %(id)s order by id") == stored
    assert {choice for _, _, choice in await shelf.votes()} == {"pet"}


async def test_answers_under_different_versions_meet_in_the_present_classes(shelf):
    await shelf.change(Rename("cat", "feline"))
    await shelf.answer(5, "feline", "cat", version=2)  # the second knows no class of version 2
    await shelf.change(Rename("feline", "kitty"), expected=2)
    assert [choice for task, _, choice in await shelf.votes() if task == shelf.tasks[5]] == ["kitty", None]
    assert [choice for task, _, choice in await shelf.votes() if task == shelf.tasks[0]] == ["kitty"] * 2


async def test_what_a_change_takes_the_label_of_is_asked_again_from_there(shelf):
    await shelf.change(Split("dog", ("puppy", "hound")))
    states = await shelf.rows("select state from tasks where project_id = %(id)s order by id")
    assert [state for (state,) in states] == ["completed", "completed", *["pending"] * 4]
    assert await shelf.rows("select state, frontier from batches where project_id = %(id)s") == [
        ("in_progress", 2)
    ]
    assert await shelf.rows("select gold from tasks where gold is not null") == []
    assert [
        row[0] for row in await shelf.rows("select completed from progress where project_id = %(id)s")
    ] == [2]


async def test_a_project_that_was_done_is_active_again_and_the_log_says_why(shelf):
    for place in (4, 5):
        await shelf.settle(place, "dog")
    await shelf.run("update projects set state = 'done' where id = %(id)s")
    assert (await shelf.plan(Remove("dog"))).asked_again.reopens_project
    await shelf.change(Remove("dog"))
    assert (await shelf.desk.project()).state == "active"
    assert await shelf.rows("select state from batches where project_id = %(id)s") == [("in_progress",)]
    logged = dict(await shelf.rows("select action, detail from audit_log where id > 0 order by id"))
    assert logged["project.state"]["cause"] == "change of the ontology"
    assert logged["ontology.change"]["operations"] == [{"op": "remove", "name": "dog"}]


async def test_a_batch_that_was_cancelled_is_not_asked_again(shelf):
    await shelf.run("update batches set state = 'cancelled' where project_id = %(id)s")
    assert (await shelf.plan(Remove("dog"))).asked_again.tasks == 0


async def test_predictions_are_carried_over_and_those_of_no_class_go(shelf):
    for place, choice in enumerate(["cat", "dog", "bird"]):
        await shelf.run(
            "insert into predictions (org_id, task_id, model_version, answer, probability) values "
            "(%(org)s, %(task)s, 1, jsonb_build_object('choice', %(choice)s::text), 0.5)",
            task=shelf.tasks[place],
            choice=choice,
        )
    assert [e.predictions for e in (await shelf.plan(Remove("dog"))).effects] == [1, 1, 1]
    await shelf.change(Remove("dog"), Rename("cat", "feline"))
    assert await shelf.rows("select answer ->> 'choice' from predictions order by task_id") == [
        ("feline",),
        ("bird",),
    ]


async def test_what_was_being_learnt_from_the_old_classes_is_out_of_date(shelf):
    learnt = await shelf.rows("select learnt from progress where project_id = %(id)s")
    await shelf.change(Rename("cat", "feline"))
    assert await shelf.rows("select learnt from progress where project_id = %(id)s") == [(learnt[0][0] + 1,)]


async def test_a_plan_that_the_ontology_has_moved_on_from_is_refused(shelf):
    await shelf.change(Rename("cat", "feline"))
    with pytest.raises(Conflict, match="planned for ontology version 1, but version 2 is in force"):
        await shelf.change(Rename("dog", "hound"))
    with pytest.raises(Conflict, match="plan it anew"):
        await shelf.revert(expected=1)


async def test_the_same_change_sent_twice_is_made_once(shelf):
    first = await shelf.change(Rename("cat", "feline"))
    again = await shelf.change(Rename("cat", "feline"))
    assert (first.version, again.version) == (2, 2)
    back = await shelf.revert()
    assert (back.version, (await shelf.revert()).version) == (3, 3)
    assert len(await list_ontologies(shelf.desk.app.db, shelf.desk.scope, shelf.desk.project_id)) == 3


async def test_of_two_changes_at_once_one_is_made_and_the_other_told_to_plan_anew(shelf):
    done = await asyncio.gather(
        shelf.change(Rename("cat", "feline")), shelf.change(Rename("dog", "hound")), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "OntologyVersion"]


async def test_a_change_waits_for_labels_that_are_being_written_in_the_old_classes(shelf):
    desk = shelf.desk
    async with desk.app.db.transaction(desk.scope.org_id) as tx:
        await hold_classes(tx, desk.project_id)
        changing = asyncio.create_task(shelf.change(Rename("cat", "feline")))
        assert not (await asyncio.wait([changing], timeout=0.3))[0]
        await tx.execute(
            sql.SQL(
                "insert into consensus (org_id, task_id, project_id, answer, probability, annotations, source) values "
                """(%(org)s, %(task)s, %(id)s, '{"choice": "cat"}', 0.9, 2, 'people')"""
            ),
            org=desk.scope.org_id,
            id=desk.project_id,
            task=shelf.tasks[5],
        )
    await changing
    rows = await shelf.rows(
        "select answer ->> 'choice' from consensus where task_id = %(task)s", task=shelf.tasks[5]
    )
    assert rows == [("feline",)]


async def test_settling_looks_again_at_answers_that_were_joined_or_no_longer_count(shelf):
    await shelf.change(Rename("cat", "feline"))
    assert await shelf.rows("select * from unsettled") == []
    await shelf.change(Remove("dog"), expected=2)
    looked = await shelf.rows("select task_id from unsettled where not answered order by 1")
    assert [task for (task,) in looked] == [shelf.tasks[place] for place in (2, 3, 4)]


async def test_a_change_that_does_not_fit_leaves_everything(shelf):
    before = await shelf.labels()
    with pytest.raises(InputError, match="no class 'cow' here; there are feline, dog, bird"):
        await shelf.change(Rename("cat", "feline"), Remove("cow"))
    assert await shelf.labels() == before


@pytest.mark.parametrize("role", [Role.LABELER, Role.MEMBER])
async def test_only_managers_plan_and_change_the_classes(shelf, role):
    desk = shelf.desk
    scope = Scope(desk.scope.org_id, desk.scope.user_id, role)
    at = (desk.app.db, scope, desk.project_id)
    for call in (
        plan_change(*at, [Add("fish")]),
        plan_revert(*at),
        apply_change(*at, [Add("fish")], expected_version=1),
        revert(*at, expected_version=1),
        publish_guideline(*at, "new"),
        lock_guidelines(*at, locked=True),
        list_guideline_views(*at),
    ):
        with pytest.raises(NotAllowed):
            await call


async def test_another_organization_finds_no_project_to_change_or_read(shelf):
    db, project_id = shelf.desk.app.db, shelf.desk.project_id
    eve = await create_organization(db, slug="other", name="Other", email="eve@other.example", person="Eve")
    at = (db, eve.scope(), project_id)
    for call in (
        plan_change(*at, [Add("fish")]),
        plan_revert(*at),
        apply_change(*at, [Add("fish")], expected_version=1),
        revert(*at, expected_version=1),
        list_ontologies(*at),
        publish_guideline(*at, "new"),
        lock_guidelines(*at, locked=True),
        view_guideline(*at),
        list_guidelines(*at),
        diff_guidelines(*at, 1, 1),
        list_guideline_views(*at),
    ):
        with pytest.raises(NotFound):
            await call


@pytest.mark.parametrize("table", ["ontologies", "guidelines", "guideline_views"])
@pytest.mark.parametrize("change", ["update {} set org_id = org_id", "delete from {}"])
async def test_versions_and_views_are_append_only_for_the_service(shelf, table, change):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with shelf.desk.app.db.transaction(shelf.desk.scope.org_id) as tx:
            await tx.execute(sql.SQL(change).format(sql.Identifier(table)))
