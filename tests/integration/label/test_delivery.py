"""From answers to a labelled version: what is delivered, what a certificate speaks of, and what is refused."""

import numpy as np
import pytest
from psycopg import sql

from groundswell.errors import Conflict, EmptySource, InputError
from groundswell.label.delivery.certificates import issue_certificate, newest_certificate
from groundswell.label.delivery.service import deliver, labels_of
from groundswell.label.opening import open_project, resume
from groundswell.label.projects.model import ProjectSpec, ProjectState
from groundswell.label.projects.service import create_project
from groundswell.label.review.service import review
from groundswell.label.work.model import Skip
from groundswell.label.work.programs import Said, answer_open_tasks
from groundswell.organize import collect

pytestmark = pytest.mark.anyio

SPEC = ProjectSpec(name="more", kind="text_choice", classes=("cat", "dog"), dataset="more", dataset_version=1)


async def finish(desk):
    (worker,) = await desk.crowd(1)
    answer = {worker: lambda task: Said("cat" if "cats" in task.payload["text"] else "dog")}
    await answer_open_tasks(desk.app.db, desk.scope, desk.project_id, answer, rng=np.random.default_rng(1))
    await desk.learn()


async def tasks_of(desk):
    return await labels_of(desk.app.db, desk.scope, desk.project_id)


async def reviewed(desk, verdict=None):
    """Review the audit share: with what the consensus says, or with one verdict for all."""
    verdicts = [(task.task_id, verdict or task.answer) for task in await tasks_of(desk) if task.is_audit]
    await review(desk.app.db, desk.scope, desk.project_id, verdicts, reviewer="an expert")


def deliver_from(desk, **options):
    return deliver(desk.app.db, desk.scope, desk.app.datasets("local"), desk.project_id, **options)


async def test_a_delivery_has_every_item_with_its_label_and_where_it_is_from(desk):
    await finish(desk)
    version = await deliver_from(desk)
    table = version.to_table(
        ["text", "label", "label_probability", "label_source", "label_answers"]
    ).to_pylist()
    assert len(table) == desk.items
    assert all(row["label"] == ("cat" if "cats" in row["text"] else "dog") for row in table)
    assert {(row["label_source"], row["label_answers"]) for row in table} == {("people", 1)}
    assert version.lineage["project"]["name"] == "animals"


async def test_delivering_twice_without_a_change_gives_the_same_version(desk):
    await finish(desk)
    first = await deliver_from(desk)
    assert (await deliver_from(desk)).number == first.number
    task = (await tasks_of(desk))[0]
    await review(desk.app.db, desk.scope, desk.project_id, [(task.task_id, {"choice": "dog"})], reviewer="x")
    assert (await deliver_from(desk)).number == first.number + 1


async def test_nothing_is_delivered_where_there_is_no_label(desk):
    with pytest.raises(Conflict, match="no labels yet"):
        await deliver_from(desk)


async def test_a_review_overrules_what_is_delivered_and_not_what_is_certified(new_desk):
    desk = await new_desk(audit_share=1.0)
    await finish(desk)
    await reviewed(desk, {"choice": "cat"})
    certificate = await issue_certificate(desk.app.db, desk.scope, desk.project_id)
    assert (certificate.right, certificate.audited, certificate.population) == (10, 20, 20)
    version = await deliver_from(desk)
    assert set(version.to_table(["label"])["label"].to_pylist()) == {"cat"}
    assert set(version.to_table(["label_source"])["label_source"].to_pylist()) == {"review"}


async def test_a_certificate_is_delivered_only_with_the_labels_that_it_speaks_of(db, new_desk):
    desk = await new_desk(audit_share=0.5)
    await finish(desk)
    await reviewed(desk)
    await issue_certificate(db, desk.scope, desk.project_id)
    issued = await newest_certificate(db, desk.scope, desk.project_id)
    assert (await deliver_from(desk)).lineage["certificate"] == issued
    async with db.system_transaction() as tx:
        await tx.execute(
            sql.SQL(
                """update consensus set answer = '{"choice": "dog"}' where task_id = (select min(id) from tasks)"""
            )
        )
    assert (await deliver_from(desk)).lineage["certificate"] is None


async def test_a_certificate_waits_for_labels_and_for_reviews(new_desk):
    desk = await new_desk(audit_share=0.5)
    with pytest.raises(Conflict, match="20 tasks have no label yet"):
        await issue_certificate(desk.app.db, desk.scope, desk.project_id)
    await finish(desk)
    with pytest.raises(Conflict, match="0 tasks have no label yet and 10 audit tasks no review"):
        await issue_certificate(desk.app.db, desk.scope, desk.project_id)


async def test_a_model_alone_is_no_label_while_the_task_still_asks(new_desk):
    """With a target, an open task has the model's opinion; it is neither delivered nor certified as a label."""
    texts = [f"{word} number {number}" for number in range(40) for word in ("cats", "dogs")]
    desk = await new_desk(texts, target_probability=0.99)
    (worker,) = await desk.crowd(1)
    for _ in range(2):
        answer = {worker: lambda task: Said("cat" if "cats" in task.payload["text"] else "dog")}
        await answer_open_tasks(
            desk.app.db, desk.scope, desk.project_id, answer, rng=np.random.default_rng(1)
        )
        if sum(bool(task.annotations) for task in await tasks_of(desk)) >= 30:
            break
        await desk.learn()
    await desk.learn()
    opinions = [task for task in await tasks_of(desk) if task.source == "model" and task.state == "pending"]
    assert opinions, "there must be tasks that only the model has seen"
    labels = (await deliver_from(desk)).to_table(["label"])["label"]
    assert labels.null_count == len(opinions)
    with pytest.raises(Conflict, match=f"{len(opinions)} tasks have no label yet"):
        await issue_certificate(desk.app.db, desk.scope, desk.project_id)


async def test_a_task_that_was_set_aside_has_no_label_and_does_not_hold_up_the_certificate(new_desk):
    desk = await new_desk([f"text {number}" for number in range(8)], audit_share=1.0)
    unclear = None
    for worker in await desk.crowd(3):
        held = [task.task_id for task in (await desk.work(worker, want=8)).tasks]
        unclear = unclear or held[0]
        others = [task_id for task_id in held if task_id != unclear]
        await desk.work(worker, skips=[Skip(unclear, "unclear")], releases=others, want=0)
    await desk.learn()
    await finish(desk)
    assert await desk.states() == {"completed": desk.items - 1, "error": 1}
    verdicts = [(each.task_id, each.answer) for each in await tasks_of(desk) if each.answer]
    await review(desk.app.db, desk.scope, desk.project_id, verdicts, reviewer="an expert")
    certificate = await issue_certificate(desk.app.db, desk.scope, desk.project_id)
    assert certificate.population == certificate.audited == desk.items - 1


async def test_gold_is_part_of_what_is_delivered_and_certified_as_it_was_given(labelled):
    tasks = await tasks_of(labelled)
    certificate = await newest_certificate(labelled.app.db, labelled.scope, labelled.project_id)
    assert certificate["population"] == sum(task.answer is not None for task in tasks)
    assert [task.answer for task in tasks if task.gold] == [{"choice": "cat"}]


async def test_the_audit_share_is_treated_like_every_other_task(new_desk):
    """Else a certificate would speak of other labels than those delivered."""
    texts = [f"{word} number {number}" for number in range(100) for word in ("cats", "dogs")]
    asked = {}
    for share in (0.0, 0.3):
        desk = await new_desk(texts, name=f"share {share}", target_probability=0.9, audit_share=share)
        async with desk.app.db.system_transaction() as tx:
            rows = await tx.fetch_all(
                sql.SQL(
                    "select t.position, t.is_audit from ready r join tasks t on t.id = r.task_id "
                    "where r.project_id = %(id)s"
                ),
                tuple,
                id=desk.project_id,
            )
        asked[share] = dict(rows)
    audits = sum(asked[0.3].values())
    assert len(asked[0.3]) == len(asked[0.0])
    assert audits < 0.6 * len(asked[0.3]), "the audit share is not asked first"


# ── opening ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_dataset_without_items_is_refused(db, desk):
    store = desk.app.datasets("local")
    empty = store.select(collect(["a"]).save("more", store=store), ids=[], name="none")
    with pytest.raises(EmptySource, match="none version 1 has no items"):
        await open_project(db, desk.scope, empty, SPEC)
    with pytest.raises(EmptySource):
        await create_project(db, desk.scope, SPEC, empty, rng=np.random.default_rng(1))


async def test_a_dataset_with_an_item_twice_is_refused_before_anybody_labels_it(db, desk):
    version = collect(["a", "a", "b"]).save("more", store=desk.app.datasets("local"))
    with pytest.raises(InputError, match=r"1 items .* more than once; drop exact duplicates first"):
        await open_project(db, desk.scope, version, SPEC)


async def test_a_project_that_was_made_and_not_activated_is_gone_on_with(db, desk):
    """As after a crash between the two."""
    version = collect(["a", "b"]).save("more", store=desk.app.datasets("local"))
    project_id = await create_project(db, desk.scope, SPEC, version, rng=np.random.default_rng(1))
    assert await resume(db, desk.scope, SPEC) == (project_id, "going on with project 'more': 0 of 2 done")
    desk.project_id = project_id
    assert (await desk.project()).state == ProjectState.ACTIVE


async def test_going_on_needs_the_same_classes(db, desk):
    spec = ProjectSpec(
        name="animals", kind="", classes=(" cat", "dog "), dataset="animals", dataset_version=1
    )
    assert await resume(db, desk.scope, spec) is not None, "spaces around a class do not make another"
    other = ProjectSpec(name="animals", kind="", classes=("cat", "cow"), dataset="animals", dataset_version=1)
    with pytest.raises(Conflict, match="with the classes cat,dog"):
        await resume(db, desk.scope, other)
