"""From an item to the people behind its label, from a person forward, and what retracting their work does."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import psycopg
import pytest
from psycopg import sql

from groundswell.clock import now
from groundswell.errors import InputError, NotAllowed, NotFound
from groundswell.label.delivery.exports import ask_for_export
from groundswell.label.delivery.service import deliver, labels_of
from groundswell.label.lineage.model import Work
from groundswell.label.lineage.retraction import (
    get_retraction,
    list_retractions,
    retract,
    undo_retraction,
)
from groundswell.label.lineage.service import find_worker, touched_by, trace_labels
from groundswell.label.work.programs import Said, answer_open_tasks
from groundswell.organize import Retention, clean_up, collect, describe, diff, note_use
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import create_organization

pytestmark = pytest.mark.anyio


def says(choice):
    return lambda task: Said(choice, 1.0)


def right(task):
    return Said("cat" if "cat" in task.payload["text"] else "dog", 1.0)


async def answered(desk, **answerers):
    """Let workers answer every open task, and deliver the labels; returns the workers by name."""
    workers = dict(zip(answerers, await desk.crowd(len(answerers)), strict=True))
    by = {workers[name]: answer for name, answer in answerers.items()}
    await answer_open_tasks(desk.app.db, desk.scope, desk.project_id, by, rng=np.random.default_rng(1))
    await desk.learn()
    return workers


def store_of(desk):
    return desk.app.datasets(desk.member.org_slug)


async def delivered(desk):
    return await deliver(desk.app.db, desk.scope, store_of(desk), desk.project_id)


async def finish(desk, retraction):
    await desk.app.redelivery_room.redeliver(str(desk.scope.org_id), retraction.id)
    return (await get_retraction(desk.app.db, desk.scope, retraction.id)).outcome["delivered"]


async def labels(desk):
    return {
        task.item_id: task.answer and task.answer["choice"]
        for task in await labels_of(desk.app.db, desk.scope, desk.project_id)
    }


# ── tracing ──


async def test_an_item_leads_to_those_who_labelled_it_and_to_where_the_label_went(desk_of_three):
    desk = desk_of_three
    workers = await answered(desk, ann=right, bob=right, eve=says("cat"))
    version = await delivered(desk)
    export = await ask_for_export(desk.app.db, desk.scope, desk.project_id, "csv")
    await desk.app.export_room.write(str(desk.scope.org_id), desk.project_id, export.id)
    dog = version.ids()[1]
    found = await trace_labels(desk.app.db, desk.scope, dog)
    (task,) = found.tasks
    assert (task.project, task.kind, task.state) == ("animals", "text_choice", "completed")
    assert (task.label, task.source, task.answers) == ({"choice": "dog"}, "people", 3)
    assert 0.5 < task.probability <= 1
    assert {(one.worker_id, one.answer["choice"]) for one in task.given} == {
        (workers["ann"], "dog"),
        (workers["bob"], "dog"),
        (workers["eve"], "cat"),
    }
    assert {(one.guideline_version, one.ontology_version, one.retraction_id) for one in task.given} == {
        (1, 1, None)
    }
    assert [(one.dataset, one.number) for one in found.deliveries] == [("animals", version.number)]
    assert [(one.number, one.format) for one in found.exports] == [(version.number, "csv")]


async def test_a_member_is_not_told_names_and_a_labeler_nothing(desk):
    await answered(desk, ann=right)
    item = store_of(desk).open("animals").ids()[0]
    found = await trace_labels(desk.app.db, replace(desk.scope, role=Role.MEMBER), item)
    assert [one.worker for one in found.tasks[0].given] == [None]
    assert found.tasks[0].is_audit is None
    with pytest.raises(NotAllowed):
        await trace_labels(desk.app.db, replace(desk.scope, role=Role.LABELER), item)


async def test_a_worker_is_found_by_number_name_or_address(desk):
    (worker,) = await desk.crowd(1)
    mine = await desk.app.workforce.worker_of(desk.member)
    at = (desk.app.db, desk.scope)
    assert await find_worker(*at, str(worker)) == await find_worker(*at, "worker 0") == worker
    assert await find_worker(*at, desk.member.email) == mine
    with pytest.raises(NotFound, match="there is no worker 'nobody'"):
        await find_worker(*at, "nobody")
    await desk.crowd(1)
    with pytest.raises(InputError, match="several workers are named 'worker 0'"):
        await find_worker(*at, "worker 0")


async def test_a_person_leads_to_all_that_rests_on_the_answers(desk_of_three):
    desk = desk_of_three
    workers = await answered(desk, ann=right, bob=right, eve=says("cat"))
    version = await delivered(desk)
    note_use(version, "feed", "run 17")
    touched = await touched_by(desk.app.db, desk.scope, store_of(desk), Work(workers["ann"]))
    (project,) = touched.projects
    assert (touched.worker, project.project, project.answers, project.tasks) == (
        "worker 0",
        "animals",
        20,
        20,
    )
    assert project.fates == {"unchanged": 10, "in doubt": 10}, "without ann, bob and eve disagree about dogs"
    ((name, number, count, uses),) = (
        (one.dataset, one.number, one.labels, [use.name for use in one.uses]) for one in project.versions
    )
    assert (name, number, count, uses) == ("animals", version.number, 20, ["run 17"])
    assert set(project.items) == set(version.ids())
    alone = await touched_by(
        desk.app.db, desk.scope, store_of(desk), Work(workers["ann"], until=project.first_at)
    )
    assert alone.projects == []


# ── retracting ──


async def test_labels_are_inferred_without_retracted_answers_and_a_new_version_says_so(desk_of_three):
    desk = desk_of_three
    workers = await answered(desk, ann=right, bob=says("cat"), eve=says("cat"))
    before = await delivered(desk)
    assert set((await labels(desk)).values()) == {"cat"}
    done = await retract(desk.app.db, desk.scope, Work(workers["eve"]), "answered without looking")
    assert (done.answers, done.worker, done.outcome) == (20, "worker 2", None)
    await retract(desk.app.db, desk.scope, Work(workers["bob"]), "the same")
    (outcome,) = await finish(desk, done)
    after = store_of(desk).open("animals")
    assert (outcome["before"], outcome["after"]) == (before.number, after.number)
    assert (outcome["relabelled"], outcome["withdrawn"]) == (10, 0)
    assert diff(before, after).moves == {("cat", "dog"): 10}
    assert before.to_table(["label"])["label"].to_pylist() == ["cat"] * 20, "the old version is as it was"


async def test_labels_that_rested_on_nothing_else_are_withdrawn(desk):
    workers = await answered(desk, ann=right)
    before = await delivered(desk)
    done = await retract(desk.app.db, desk.scope, Work(workers["ann"]), "a machine")
    assert set((await labels(desk)).values()) == {None}
    (outcome,) = await finish(desk, done)
    after = store_of(desk).open("animals")
    assert (outcome["withdrawn"], outcome["before"], outcome["after"]) == (20, before.number, after.number)
    assert "label" not in after.columns or after.to_table(["label"])["label"].null_count == 20


async def test_only_the_answers_of_the_time_are_retracted(desk):
    workers = await answered(desk, ann=right)
    db, at = desk.app.db, now()
    with pytest.raises(NotFound, match="no answers that count within this time"):
        await retract(db, desk.scope, Work(workers["ann"], since=at), "later")
    with pytest.raises(NotFound, match="no answers that count"):
        await retract(db, desk.scope, Work(workers["ann"], until=at - timedelta(days=1)), "earlier")
    with pytest.raises(InputError, match="before it begins"):
        await retract(db, desk.scope, Work(workers["ann"], since=at, until=at), "never")
    done = await retract(db, desk.scope, Work(workers["ann"], until=at), "all of it")
    assert done.answers == 20
    assert await retract(db, desk.scope, Work(workers["ann"], until=at), "all of it") == done, "a lost reply"
    with pytest.raises(NotFound, match="no answers that count"):
        await retract(db, desk.scope, Work(workers["ann"]), "again")


async def test_what_was_asked_again_is_answered_by_others(desk):
    workers = await answered(desk, ann=says("cat"))
    assert (await desk.project()).state == "done"
    done = await retract(desk.app.db, desk.scope, Work(workers["ann"]), "a machine", ask_again=True)
    assert done.asked_again == 20
    assert (await desk.states(), (await desk.project()).state) == ({"pending": 20}, "active")
    await desk.learn()
    await answered(desk, bob=right)
    assert await desk.states() == {"completed": 20}
    assert sorted((await labels(desk)).values()) == ["cat"] * 10 + ["dog"] * 10


async def test_a_retraction_can_be_undone(desk_of_three):
    desk = desk_of_three
    workers = await answered(desk, ann=right, bob=right, eve=right)
    first = await delivered(desk)
    done = await retract(desk.app.db, desk.scope, Work(workers["ann"]), "by mistake")
    await finish(desk, done)
    undone = await undo_retraction(desk.app.db, desk.scope, done.id)
    assert undone.undone_at is not None
    await finish(desk, done)
    newest = store_of(desk).open("animals")
    assert newest.to_table(["label", "label_answers"]) == first.to_table(["label", "label_answers"])
    assert await undo_retraction(desk.app.db, desk.scope, done.id) == await get_retraction(
        desk.app.db, desk.scope, done.id
    ), "undoing twice is undoing once"
    assert [one.id for one in await list_retractions(desk.app.db, desk.scope)] == [done.id]


async def test_what_learning_knew_of_retracted_answers_is_forgotten(new_desk):
    desk = await new_desk(target_probability=0.9, max_answers=3)
    workers = await answered(desk, ann=right, eve=says("cat"))
    assert await desk.answers()
    await retract(desk.app.db, desk.scope, Work(workers["eve"]), "careless")
    await retract(desk.app.db, desk.scope, Work(workers["ann"]), "careless")
    await desk.learn()
    found = [task for task in await labels_of(desk.app.db, desk.scope, desk.project_id) if task.answer]
    assert not any(task.annotations for task in found)


async def test_deliveries_that_retention_removed_do_not_stop_a_retraction(desk):
    workers = await answered(desk, ann=right)
    await delivered(desk)
    store = store_of(desk)
    store.promote(store.open("animals@1"))
    clean_up(store, "animals", policy=Retention(keep_last=1), keep=[1])
    touched = await touched_by(desk.app.db, desk.scope, store, Work(workers["ann"]))
    assert [one.labels for one in touched.projects[0].versions] == [20]
    done = await retract(desk.app.db, desk.scope, Work(workers["ann"]), "a machine")
    (outcome,) = await finish(desk, done)
    assert (outcome["before"], outcome["relabelled"], outcome["withdrawn"]) == (2, 0, 0)


async def test_retracting_is_for_managers_and_needs_a_reason(desk):
    workers = await answered(desk, ann=right)
    for role in (Role.MEMBER, Role.LABELER):
        scope = replace(desk.scope, role=role)
        with pytest.raises(NotAllowed):
            await retract(desk.app.db, scope, Work(workers["ann"]), "x")
        with pytest.raises(NotAllowed):
            await touched_by(desk.app.db, scope, store_of(desk), Work(workers["ann"]))
    for reason in ("", " ", "x" * 2001):
        with pytest.raises(InputError, match="needs a reason"):
            await retract(desk.app.db, desk.scope, Work(workers["ann"]), reason)


async def test_the_service_changes_nothing_else_of_an_annotation(desk):
    await answered(desk, ann=right)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with desk.app.db.transaction(desk.scope.org_id) as tx:
            await tx.execute(sql.SQL("update annotations set retraction_id = 1"))


async def test_another_tenant_retracts_and_sees_nothing(desk):
    workers = await answered(desk, ann=right)
    done = await retract(desk.app.db, desk.scope, Work(workers["ann"]), "x")
    other = await create_organization(
        desk.app.db, slug="other", name="Other", email="eve@other.example", person="Eve"
    )
    at = (desk.app.db, other.scope())
    for use in (
        retract(*at, Work(workers["ann"]), "x"),
        undo_retraction(*at, done.id),
        get_retraction(*at, done.id),
        find_worker(*at, "worker 0"),
    ):
        with pytest.raises(NotFound):
            await use
    assert await list_retractions(*at) == []
    assert (await trace_labels(*at, store_of(desk).open("animals").ids()[0])).tasks == []


# ── retention in the service ──


async def test_retention_never_takes_what_a_project_labels_or_has_delivered_last(desk):
    await answered(desk, ann=right)
    store = store_of(desk)
    first = await delivered(desk)
    del first
    for _ in range(3):
        store.promote(store.open("animals@1"))
    describe(store.root / "animals", retention=Retention(keep_last=1))
    other = await create_organization(
        desk.app.db, slug="other", name="Other", email="eve@other.example", person="Eve"
    )
    collect(["theirs"]).save("theirs", store=desk.app.datasets(other.org_slug))
    done = {one.dataset: one.versions for one in await desk.app.tend_datasets()}
    assert done == {"animals": (3, 4), "theirs": ()}
    assert [version.number for version in store.versions("animals")] == [1, 2, 5]
