"""Proposals from elsewhere: shown to people, checked like answers, never a word of their own."""

from dataclasses import replace

import pytest

from groundswell.errors import Conflict, InputError
from groundswell.ids import new_uuid
from groundswell.label.delivery.service import labels_of, task_detail
from groundswell.label.opening import open_project
from groundswell.label.predictors.proposals import Proposal, put_proposals
from groundswell.label.projects.model import ProjectSpec
from groundswell.label.work.model import Submit
from groundswell.label.work.service import work
from groundswell.organize import collect

pytestmark = pytest.mark.anyio

SPEC = ProjectSpec("topics", "text_choice", ["cat", "dog", "cow"], "topics", 1, options={"multiple": True})


async def opened(desk, spec=SPEC):
    version = collect(["a cat and a dog", "a cow"]).save(
        "topics", store=desk.app.datasets(desk.member.org_slug)
    )
    project_id = await open_project(
        desk.app.db, desk.scope, version, replace(spec, dataset_version=version.number)
    )
    return project_id, list(version.ids())


async def test_a_proposal_is_shown_and_kept_beside_what_the_person_made_of_it(desk):
    project_id, ids = await opened(desk)
    at = (desk.app.db, desk.scope, project_id)
    given = [
        Proposal(ids[0], {"choices": ["dog", "cat", "cat"]}, 0.7),
        Proposal("0" * 64, {"choices": []}, 0.5),
    ]
    assert await put_proposals(*at, "model of others", given) == 1
    worker = await desk.app.workforce.worker_of(desk.member)
    tasks = {task.item_id: task for task in (await work(*at, worker, want=2)).tasks}
    task = tasks[ids[0]]
    assert (task.proposal, task.probability) == ({"choices": ["cat", "dog"]}, pytest.approx(0.7))
    assert tasks[ids[1]].proposal is None
    answer = Submit(task.task_id, {"choices": ["cat"]}, 800, new_uuid(), proposal_seen=True)
    await work(*at, worker, submits=[answer])
    await desk.app.learn(desk.scope, project_id)
    found = await task_detail(*at, task.task_id)
    assert found.label.answer == {"choices": ["cat"]}
    assert found.answers[0].proposal == {
        "answer": {"choices": ["cat", "dog"]},
        "probability": pytest.approx(0.7),
        "model_version": 0,
    }


async def test_a_proposal_that_is_no_answer_is_named_and_nothing_is_stored(desk):
    project_id, ids = await opened(desk)
    at = (desk.app.db, desk.scope, project_id)
    given = [Proposal(ids[0], {"choices": ["cat"]}, 0.7), Proposal(ids[1], {"choices": ["fish"]}, 0.7)]
    with pytest.raises(InputError, match=f"item {ids[1][:12]} is no answer: 'fish' is not a class"):
        await put_proposals(*at, "m", given)
    worker = await desk.app.workforce.worker_of(desk.member)
    assert [task.proposal for task in (await work(*at, worker, want=2)).tasks] == [None, None]


async def test_a_project_without_models_takes_no_proposals(desk):
    project_id, ids = await opened(desk, replace(SPEC, models="none"))
    with pytest.raises(Conflict, match="models: none"):
        await put_proposals(
            desk.app.db, desk.scope, project_id, "m", [Proposal(ids[0], {"choices": []}, 0.5)]
        )


async def test_several_classes_are_settled_by_what_most_say_and_people_are_compared_with_each_other(desk):
    project_id, ids = await opened(desk, replace(SPEC, answers=3))
    at = (desk.app.db, desk.scope, project_id)
    said = {ids[0]: [["cat", "dog"], ["cat", "dog"], ["cow"]], ids[1]: [["cow"], ["cow"], ["cow"]]}
    for number in range(3):
        (worker,) = await desk.crowd(1)
        for task in (await work(*at, worker, want=2)).tasks:
            answer = Submit(task.task_id, {"choices": said[task.item_id][number]}, 500, new_uuid())
            await work(*at, worker, submits=[answer])
    await desk.app.settler.settle()
    await desk.app.learn(desk.scope, project_id)
    tasks = [task.task_id for task in await labels_of(*at)]
    labels = {one.label.item_id: one for one in [await task_detail(*at, task_id) for task_id in tasks]}
    assert labels[ids[0]].label.answer == {"choices": ["cat", "dog"]}
    assert labels[ids[1]].label.answer == {"choices": ["cow"]}
    assert labels[ids[1]].label.probability > labels[ids[0]].label.probability
    assert {one.label.state for one in labels.values()} == {"completed"}
    first, second, third = [one.skill for one in labels[ids[0]].answers]
    assert third < first == second
