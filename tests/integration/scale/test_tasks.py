"""Tasks through the official client: asked for, labelled in the workspace, read back, listed, changed."""

import io

import pytest
import scaleapi
from PIL import Image
from scaleapi.exceptions import (
    ScaleDuplicateResource,
    ScaleInvalidRequest,
    ScaleNotEnabled,
    ScaleResourceNotFound,
    ScaleUnauthorized,
)
from scaleapi.tasks import TaskType
from tests.integration.scale.conftest import scale_client

from groundswell.errors import Conflict
from groundswell.label.delivery.certificates import issue_certificate, plan_audits
from groundswell.label.projects.service import find_project


def png(width=40, height=30, shade=200) -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 10, 10)).save(data, "PNG")
    data.seek(0)
    data.name = "street.png"
    return data


@pytest.fixture(scope="module")
def image(client) -> str:
    return client.upload_file(file=png(), project_name="anything").attachment_url


def text_task(client, **params):
    return client.create_task(
        TaskType.Categorization,
        **{
            "attachment_type": "text",
            "attachment": "I waited for an hour.",
            "categories": ["praise", "complaint"],
            "instruction": "Which is it?",
            **params,
        },
    )


def test_a_task_is_labelled_in_the_workspace_and_comes_back_completed(service, client):
    task = text_task(client, metadata={"row": 7}, unique_id="row 7", tags=["first"])
    assert (task.type, task.status, task.instruction) == ("categorization", "pending", "Which is it?")
    assert task.metadata == {"row": 7}
    assert (task.unique_id, task.tags, task.is_test) == ("row 7", ["first"], False)
    assert task.params["categories"] == ["praise", "complaint"]
    assert not hasattr(task, "response")
    created = task.created_at
    service.answer(task, {"choice": "complaint"})
    assert (task.status, task.created_at) == ("completed", created)
    assert task.response == {"category": "complaint"}
    assert task.completed_at >= created
    assert task.customer_review_status == "pending"


def test_boxes_on_an_image_come_back_as_they_were_drawn(service, client, image):
    task = client.create_task(
        TaskType.ImageAnnotation,
        attachment=image,
        attachment_type="image",
        geometries={
            "box": {"objects_to_annotate": ["car"], "min_height": 2, "min_width": 2},
            "polygon": {"objects_to_annotate": ["road"]},
        },
        annotation_attributes={
            "parked": {
                "type": "category",
                "choices": ["yes", "no"],
                "conditions": {"label_condition": {"label": ["car"]}},
            }
        },
    )
    service.answer(
        task,
        {
            "shapes": [
                {
                    "type": "box",
                    "label": "car",
                    "points": [[1, 2], [11, 22]],
                    "attributes": {"parked": "yes"},
                },
                {"type": "polygon", "label": "road", "points": [[0, 0], [30, 0], [30, 20]]},
            ]
        },
    )
    box, polygon = task.response["annotations"]
    assert {k: box[k] for k in ("left", "top", "width", "height", "label", "type")} == {
        "left": 1,
        "top": 2,
        "width": 10,
        "height": 20,
        "label": "car",
        "type": "box",
    }
    assert box["attributes"] == {"parked": "yes"}
    assert polygon["vertices"] == [{"x": 0, "y": 0}, {"x": 30, "y": 0}, {"x": 30, "y": 20}]
    assert box["uuid"] != polygon["uuid"]


def test_a_name_is_given_to_one_task_only(client):
    first = text_task(client, unique_id="once")
    with pytest.raises(ScaleDuplicateResource, match="once"):
        text_task(client, unique_id="once")
    second = text_task(client)
    with pytest.raises(ScaleDuplicateResource):
        second.update_unique_id("once")
    first.clear_unique_id()
    first.refresh()
    assert not hasattr(first, "unique_id")
    second.update_unique_id("once")
    second.refresh()
    assert second.unique_id == "once"


def test_tags_and_metadata_are_set_added_and_taken_away(client):
    task = text_task(client)
    assert not hasattr(task, "tags")
    task.set_tags(["a", "b"])
    task.add_tags(["b", "c"])
    task.refresh()
    assert task.tags == ["a", "b", "c"]
    task.delete_tags(["a", "z"])
    task.refresh()
    assert task.tags == ["b", "c"]
    task.set_tags([])
    task.set_metadata({"new": True})
    task.refresh()
    assert not hasattr(task, "tags")
    assert task.metadata == {"new": True}
    task.set_metadata({})
    task.refresh()
    assert task.metadata == {}


def test_a_task_is_canceled_until_somebody_works_on_it(service, client):
    task = text_task(client, unique_id="to cancel")
    task.cancel(clear_unique_id=True)
    task.refresh()
    assert task.status == "canceled"
    assert not hasattr(task, "unique_id")
    task.cancel()
    done = text_task(client)
    service.answer(done, {"choice": "praise"})
    with pytest.raises(ScaleInvalidRequest, match="cannot be canceled"):
        done.cancel()


def test_audits_of_the_share_that_was_drawn_are_what_a_certificate_is_made_of(service, client):
    client.create_project("audited", TaskType.Categorization, params={"groundswell": {"audit_share": 1.0}})
    tasks = [text_task(client, project="audited", attachment=f"audited {n}") for n in range(4)]
    for task in tasks:
        assert "groundswell" not in task.as_dict(), "nobody is told before it is labelled"
        service.answer(task, {"choice": "praise"})
        assert task.as_dict()["groundswell"] == {"audit": True}
    for task in tasks[1:]:
        task.audit(task is not tasks[3])

    async def certified():
        db, scope = service.app.db, service.member.scope()
        project_id = await find_project(db, scope, "audited")
        await service.app.gathering_room.gather(str(scope.org_id), project_id)
        plan = await plan_audits(db, scope, project_id, within=0.1)
        assert (plan.population, plan.drawn) == (4, 4)
        return await issue_certificate(db, scope, project_id)

    with pytest.raises(Conflict, match="1 audit tasks no review"):
        service.run(certified)
    tasks[0].audit(True)
    tasks[0].refresh()
    certificate = service.run(certified)
    assert (certificate.population, certificate.audited, certificate.right) == (4, 4, 3)


def test_audits_of_other_tasks_are_kept_and_prove_nothing(service, client):
    client.create_project("looked at", TaskType.Categorization)
    task = text_task(client, project="looked at", attachment="looked at")
    service.answer(task, {"choice": "praise"})
    task.audit(True)
    assert "groundswell" not in task.as_dict()

    async def certified():
        db, scope = service.app.db, service.member.scope()
        project_id = await find_project(db, scope, "looked at")
        await service.app.gathering_room.gather(str(scope.org_id), project_id)
        return await issue_certificate(db, scope, project_id)

    assert service.run(certified).audited == 0


def test_a_completed_task_is_audited(service, client):
    task = text_task(client)
    with pytest.raises(ScaleInvalidRequest, match="only a completed"):
        task.audit(True)
    service.answer(task, {"choice": "praise"})
    task.audit(False, "Not at all.")
    task.refresh()
    assert task.customer_review_status == "rejected"
    assert task.audits == [{"accepted": False, "comments": "Not at all."}]
    assert client.tasks(customer_review_status="rejected").docs[0].id == task.id


@pytest.mark.parametrize(
    ("kind", "params", "says"),
    [
        (TaskType.Categorization, {"categories": ["a", "b"]}, "attachment"),
        (TaskType.Categorization, {"attachment": "x", "attachment_type": "text"}, "categories"),
        (TaskType.ImageAnnotation, {"geometries": {"box": {"objects_to_annotate": ["a"]}}}, "attachment"),
        (TaskType.NamedEntityRecognition, {"labels": ["a"]}, "text"),
        (TaskType.NamedEntityRecognition, {"text": "a"}, "labels"),
        (TaskType.TextCollection, {"fields": []}, "attachment"),
        (TaskType.Transcription, {}, "attachment"),
        (TaskType.DataCollection, {}, "attachment"),
        (TaskType.DocumentTranscription, {}, "attachment"),
        (TaskType.Annotation, {}, "attachment"),
        (TaskType.PolygonAnnotation, {}, "attachment"),
        (TaskType.LineAnnotation, {}, "attachment"),
        (
            TaskType.ImageAnnotation,
            {
                "attachment": "https://example.org/a.png",
                "geometries": {"box": {"objects_to_annotate": ["a"]}},
            },
            "GROUNDSWELL_FETCH_HOSTS",
        ),
        (
            TaskType.ImageAnnotation,
            {"attachment": "scaledata://local/0123", "geometries": {"box": {"objects_to_annotate": ["a"]}}},
            "no file that was uploaded",
        ),
    ],
)
def test_what_is_missing_is_named(client, kind, params, says):
    with pytest.raises(ScaleInvalidRequest, match=says):
        client.create_task(kind, **params)


@pytest.mark.parametrize(
    "kind", [TaskType.LidarAnnotation, TaskType.VideoAnnotation, TaskType.LidarSegmentation]
)
def test_types_that_need_another_screen_are_not_enabled(client, kind):
    with pytest.raises(ScaleNotEnabled, match="no screen"):
        client.create_task(kind, attachments=["https://example.org/1"])


def test_no_parameters_at_all_are_bad_input(client):
    with pytest.raises(ScaleInvalidRequest):
        client.create_task(TaskType.Categorization)


def test_what_is_not_there_is_not_found(client):
    with pytest.raises(ScaleResourceNotFound):
        client.get_task("0" * 24)
    with pytest.raises(ScaleResourceNotFound):
        client.get_task("no id at all")


def test_a_key_opens_its_own_organization_only(service, client):
    task = text_task(client)
    with pytest.raises(ScaleUnauthorized):
        scale_client(service.url, "dummy_api_key").get_task(task.id)
    stranger = scale_client(service.url, service.run(service.stranger_key))
    with pytest.raises(ScaleResourceNotFound):
        stranger.get_task(task.id)
    assert stranger.tasks().total == 0


def test_lists_are_filtered_counted_and_paged(service, client):
    client.create_project(
        task_type=TaskType.Categorization, project_name="lists/of a", params={"instruction": "Look."}
    )
    tasks = [
        text_task(
            client,
            project="lists/of a",
            instruction=None,
            attachment=f"text {n}",
            tags=[f"t{n % 2}"],
            unique_id=f"u{n}",
        )
        for n in range(7)
    ]
    service.answer(tasks[0], {"choice": "praise"})
    page = client.tasks(project="lists/of a", limit=3)
    assert ([t.id for t in page.docs], page.total, page.has_more) == ([t.id for t in tasks[:3:-1]], 7, True)
    whole = [t.id for t in client.get_tasks(project_name="lists/of a", limited_response=False)]
    assert whole == [t.id for t in tasks[::-1]]
    assert client.get_tasks_count(project_name="lists/of a") == 7
    assert client.get_tasks_count(project_name="lists/of a", status=scaleapi.tasks.TaskStatus.Completed) == 1
    assert [t.id for t in client.get_tasks(project_name="lists/of a", tags=["t1"])] == [
        t.id for t in tasks[5::-2]
    ]
    assert {t.id for t in client.tasks(unique_id=["u1", "u2"]).docs} == {tasks[1].id, tasks[2].id}
    assert client.get_tasks_count(project_name="no such") == 0
    short = next(iter(client.get_tasks(project_name="lists/of a", limited_response=True)))
    assert set(short.as_dict()) == {"task_id", "status", "metadata", "project", "otherVersion"}
    at = tasks[3].created_at
    assert client.get_tasks_count(project_name="lists/of a", created_after=at) == 4
