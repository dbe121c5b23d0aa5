"""Teammates, who is assigned to what, the order of batches, tests and courses: through the official client."""

import pytest
from psycopg import sql
from scaleapi.exceptions import (
    ScaleDuplicateResource,
    ScaleException,
    ScaleInvalidRequest,
    ScaleResourceNotFound,
)
from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole
from tests.integration.scale.conftest import scale_client
from tests.integration.scale.test_tasks import text_task

from groundswell.ids import ProjectId
from groundswell.label.projects.service import find_project, get_project
from groundswell.label.work.service import work
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import create_api_key, find_member


def tasks_given(service, email: str, project: str):
    """What a person is given who asks for work in a project, and why not."""

    async def ask():
        app, scope = service.app, service.member.scope()
        member = await find_member(app.db, slug=service.member.org_slug, email=email)
        project_id = await find_project(app.db, scope, project)
        worker = await app.workforce.worker_of(member)
        given = await work(app.db, member.scope(), ProjectId(project_id), worker, want=1)
        releases = [task.task_id for task in given.tasks]
        await work(app.db, member.scope(), project_id, worker, releases=releases, want=0)
        return given

    return service.run(ask)


@pytest.fixture(scope="module", autouse=True)
def team(client):
    """Two labelers who are invited; returns who was there before, and who is then, with their roles."""
    before = [one.email for one in client.list_teammates()]
    invited = client.invite_teammates(["ann@example.org", "ben@example.org"], TeammateRole.Labeler)
    return before, {one.email: one.role for one in invited}


def test_teammates_are_invited_and_change_their_role(client, team):
    assert team == (
        ["you@localhost"],
        {"ann@example.org": "labeler", "ben@example.org": "labeler", "you@localhost": "admin"},
    )
    team = {t.email: t.role for t in client.update_teammates_role(["ben@example.org"], TeammateRole.Member)}
    assert team["ben@example.org"] == "member"
    client.update_teammates_role(["ben@example.org"], TeammateRole.Labeler)
    with pytest.raises(ScaleInvalidRequest, match="no teammate"):
        client.update_teammates_role(["eve@example.org"], TeammateRole.Member)
    with pytest.raises(ScaleInvalidRequest, match="last admin"):
        client.update_teammates_role(["you@localhost"], TeammateRole.Member)
    with pytest.raises(ScaleInvalidRequest):
        client.invite_teammates(["no address"], TeammateRole.Member)


def test_only_those_who_are_assigned_are_given_tasks(service, client):
    client.create_project("assigned", TaskType.Categorization, studio=True)
    text_task(client, project="assigned")
    assert client.list_studio_assignments() == {}
    assert tasks_given(service, "ann@example.org", "assigned").tasks
    client.add_studio_assignments(["ben@example.org"], ["assigned"])
    refused = tasks_given(service, "ann@example.org", "assigned")
    assert (refused.tasks, "assigned to others" in refused.notice) == ([], True)
    assert tasks_given(service, "ben@example.org", "assigned").tasks
    text_task(client, project="assigned", categories=["other", "labels"])
    assert not tasks_given(service, "ann@example.org", "assigned (2)").tasks
    assert tasks_given(service, "ben@example.org", "assigned (2)").tasks
    found = client.add_studio_assignments(["ann@example.org"], ["assigned"])
    assert {email: one.assigned_projects for email, one in found.items()} == {
        "ann@example.org": ["assigned"],
        "ben@example.org": ["assigned"],
    }
    assert set(client.remove_studio_assignments(["ben@example.org"], ["assigned"])) == {"ann@example.org"}
    with pytest.raises(ScaleResourceNotFound):
        client.add_studio_assignments(["ann@example.org"], ["no such"])
    with pytest.raises(ScaleInvalidRequest, match="no teammate"):
        client.add_studio_assignments(["eve@example.org"], ["assigned"])


def test_pending_batches_are_put_in_order_and_back(service, client):
    client.create_project("ordered", TaskType.Categorization, studio=True)
    for name in ("one", "two", "three"):
        client.create_batch("ordered", name)
        text_task(client, batch=name, attachment=f"a text of {name}")
        client.finalize_batch(name)
    assert [b.name for b in client.list_studio_batches()] == ["one", "two", "three"]
    moved = client.set_studio_batches_priorities(["three", "one", "two"])
    assert [(b.name, b.studio_priority, b.total) for b in moved] == [
        ("three", 0, 1),
        ("one", 1, 1),
        ("two", 2, 1),
    ]
    (first,) = tasks_given(service, "ann@example.org", "ordered").tasks
    assert first.payload["text"] == "a text of three"
    assert [b.name for b in client.reset_studio_batches_priorities()] == ["one", "two", "three"]
    with pytest.raises(ScaleInvalidRequest, match="all pending"):
        client.set_studio_batches_priorities(["one"])


def test_a_batch_is_given_to_the_groups_that_are_named_and_to_nobody_else(service, client):
    client.create_project("grouped", TaskType.Categorization, studio=True)
    client.create_batch("grouped", "for ann")
    text_task(client, batch="for ann", attachment="a text for ann")
    client.finalize_batch("for ann")
    made = client.create_project_group("grouped", ["ann@example.org"], "a/b")
    assert (made.name, made.numWorkers, made.isSingleton) == ("a/b", 1, True)
    assert [one["email"] for one in made.as_dict()["workers"]] == ["ann@example.org"]
    assert tasks_given(service, "ben@example.org", "grouped").tasks
    assert client.assign_studio_batches("for ann", ["a/b"]).groups == ["a/b"]
    assert not tasks_given(service, "ben@example.org", "grouped").tasks
    assert tasks_given(service, "ann@example.org", "grouped").tasks
    client.create_batch("grouped", "late")
    client.assign_studio_batches("late", ["a/b"])
    text_task(client, batch="late", attachment="a late text")
    client.finalize_batch("late")
    assert not tasks_given(service, "ben@example.org", "grouped").tasks
    both = client.update_project_group("grouped", "a/b", ["ben@example.org"], [])
    assert both.numWorkers == 2
    assert tasks_given(service, "ben@example.org", "grouped").tasks
    client.update_project_group("grouped", "a/b", [], ["ann@example.org", "ben@example.org"])
    assert not tasks_given(service, "ann@example.org", "grouped").tasks
    client.assign_studio_batches("for ann", [])
    assert tasks_given(service, "ann@example.org", "grouped").tasks
    assert [one.name for one in client.list_project_groups("grouped")] == ["a/b"]
    with pytest.raises(ScaleDuplicateResource):
        client.create_project_group("grouped", ["ann@example.org"], "a/b")
    with pytest.raises(ScaleInvalidRequest, match="no group"):
        client.assign_studio_batches("for ann", ["c"])
    with pytest.raises(ScaleResourceNotFound):
        client.update_project_group("grouped", "c", ["ann@example.org"], [])


def test_a_test_is_a_task_of_known_answer_among_the_others(service, client):
    client.create_project("tested", TaskType.NamedEntityRecognition, params={"labels": ["person"]})
    live = client.create_task(TaskType.NamedEntityRecognition, project="tested", text="Ada is here.")
    made = client.create_evaluation_task(
        TaskType.NamedEntityRecognition,
        project="tested",
        text="Bob is here.",
        expected_response={"annotations": [{"start": 0, "end": 3, "label": "person"}]},
    )
    assert made.expected_response["annotations"][0]["label"] == "person"

    async def gold():
        async with service.app.db.system_transaction() as tx:
            rows = await tx.fetch_all(
                sql.SQL(
                    "select t.gold from tasks t join projects p on p.id = t.project_id "
                    "where p.name = 'tested' order by t.id"
                ),
                tuple,
            )
        return [row[0] for row in rows]

    assert service.run(gold) == [None, '{"spans": [{"end": 3, "id": "s1", "label": "person", "start": 0}]}']
    assert client.tasks(project="tested").total == 1
    service.answer(live, {"spans": []})
    assert live.response == {"annotations": []}
    with pytest.raises(ScaleInvalidRequest, match="none that this task could have"):
        client.create_evaluation_task(
            TaskType.NamedEntityRecognition,
            project="tested",
            text="Bob.",
            expected_response={"annotations": [{"start": 0, "end": 30, "label": "person"}]},
        )
    with pytest.raises(ScaleInvalidRequest, match="project"):
        client.create_evaluation_task(
            TaskType.NamedEntityRecognition, text="Bob.", labels=["a"], expected_response={"annotations": []}
        )


def test_a_test_of_reviewers_begins_with_a_response_to_be_corrected(service, client):
    client.create_project("corrected", TaskType.Categorization, params={"categories": ["cat", "dog"]})
    asked = {"project": "corrected", "attachment_type": "text", "attachment": "It barks."}
    made = client.create_evaluation_task(
        TaskType.Categorization,
        expected_response={"category": "dog"},
        initial_response={"category": "cat"},
        **asked,
    )
    assert made.as_dict()["initial_response"] == {"category": "cat"}
    (given,) = tasks_given(service, "ann@example.org", "corrected").tasks
    assert given.proposal == {"choice": "cat"}
    with pytest.raises(ScaleInvalidRequest, match="the initial_response is none"):
        client.create_evaluation_task(
            TaskType.Categorization,
            expected_response={"category": "dog"},
            initial_response={"category": "cow"},
            **asked,
        )


def test_a_course_is_gone_through_before_live_work(service, client):
    client.create_project("taught", TaskType.Categorization)
    asked = {"project": "taught", "attachment_type": "text", "categories": ["a", "b"]}
    client.create_task(TaskType.Categorization, attachment="live", **asked)
    assert tasks_given(service, "ann@example.org", "taught").tasks
    client.create_training_task(
        TaskType.Categorization, attachment="known", expected_response={"category": "a"}, **asked
    )
    refused = tasks_given(service, "ann@example.org", "taught")
    assert (refused.tasks, bool(refused.notice)) == ([], True)

    async def course():
        scope = service.member.scope()
        project, _ = await get_project(
            service.app.db, scope, await find_project(service.app.db, scope, "taught (2)")
        )
        return project.purpose, project.requirements

    assert service.run(course) == ("training", {"test_size": 1})


def test_people_below_a_manager_do_not_call(service, client):
    async def key_of_ann():
        app = service.app
        member = await find_member(app.db, slug=service.member.org_slug, email="ann@example.org")
        scope = member.scope()
        manager = type(scope)(scope.org_id, scope.user_id, Role.MANAGER)
        return await create_api_key(app.db, manager, "ann's")

    ann = scale_client(service.url, service.run(key_of_ann))
    for call in (
        lambda: ann.list_teammates(),
        lambda: text_task(ann),
        lambda: ann.projects(),
        lambda: ann.tasks(),
    ):
        with pytest.raises(ScaleException) as caught:
            call()
        assert caught.value.code == 403
