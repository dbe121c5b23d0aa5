"""Test keys: an environment of its own, where tasks are answered at once."""

import httpx
import pytest
from scaleapi.exceptions import ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskType
from tests.integration.scale.conftest import scale_client
from tests.integration.scale.test_tasks import png, text_task
from tests.integration.scale.test_types import FIELDS

from groundswell.tenancy.model import Role
from groundswell.tenancy.sandbox import create_test_key
from groundswell.tenancy.service import add_member, set_role


@pytest.fixture(scope="module")
def test_key(service) -> str:
    return service.run(lambda: create_test_key(service.app.db, service.member.scope(), "trial"))


@pytest.fixture(scope="module")
def trial(service, test_key):
    return scale_client(service.url, test_key)


def test_a_test_key_shows_what_it_is(test_key):
    assert test_key.startswith("test_")


def test_a_task_is_answered_at_once_with_a_response_that_its_type_allows(trial):
    image = trial.upload_file(file=png()).attachment_url
    asked = {
        TaskType.Categorization: {"attachment": image, "categories": ["a", "b"]},
        TaskType.ImageAnnotation: {
            "attachment": image,
            "geometries": {"box": {"objects_to_annotate": ["car"]}},
        },
        TaskType.NamedEntityRecognition: {"text": "Ada lives in Rome.", "labels": ["person"]},
        TaskType.TextCollection: {"attachments": [{"type": "image", "content": image}], "fields": FIELDS},
        TaskType.Chat: {"template_variables": {"prompt": "What is 2 + 2?"}},
    }
    for kind, params in asked.items():
        task = trial.create_task(kind, **params)
        assert (task.status, task.is_test) == ("completed", True)
        assert trial.get_task(task.id).response == task.response
        with pytest.raises(ScaleInvalidRequest):
            task.cancel()
    assert trial.get_task(trial.tasks(type="categorization").docs[0].id).response["category"] in ("a", "b")
    assert trial.tasks(status="completed").total == len(asked)


def test_attachments_are_not_fetched(trial):
    somewhere = "http://example.org/street.jpg"
    imported = trial.import_file(somewhere, project_name="any").attachment_url
    for attachment in (somewhere, imported):
        task = trial.create_task(TaskType.Annotation, attachment=attachment, objects_to_annotate=["car"])
        assert task.status == "completed"


def test_images_that_are_compared_are_not_fetched_either(trial):
    somewhere = ["https://example.com/one.png", "https://example.com/other.png"]
    task = trial.create_task(
        TaskType.Comparison, attachments=somewhere, attachment_type="image", choices=["yes", "no"]
    )
    assert task.response["choice"] in ("yes", "no")


COWS = {"attachment": "http://example.org/cows.jpg", "attachment_type": "image"}
SITE = {"attachment": "http://example.org/", "attachment_type": "website"}


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (TaskType.Categorization, {**SITE, "categories": ["public", "private"], "force": True}),
        (
            TaskType.Transcription,
            {**SITE, "fields": {"title": "Title"}, "repeatable_fields": {"name": "Each name"}},
        ),
        (TaskType.Transcription, {**SITE, "row_fields": {"username": "Of who wrote", "votes": "How many"}}),
        (TaskType.Categorization, {**COWS, "taxonomies": {"Herd": {"type": "number", "min": 0}}}),
        (
            TaskType.TextCollection,
            {
                "attachments": [{"type": "image", "content": COWS["attachment"]}],
                "fields": [
                    {"field_id": "photo", "type": "file", "title": "Photo", "required": True},
                    {"field_id": "all", "type": "text", "title": "All", "max_responses_required": 3},
                ],
            },
        ),
        (
            TaskType.ImageAnnotation,
            {
                **COWS,
                "geometries": {"box": {"objects_to_annotate": ["cow", "bell"]}},
                "annotation_attributes": {"of": {"type": "linked", "allowed_labels": ["cow"]}},
                "context_attachments": [{"attachment": "http://example.org/farm.jpg"}],
            },
        ),
        (
            TaskType.Annotation,
            {**COWS, "min_width": "30", "objects_to_annotate": ["cow"], "with_labels": True},
        ),
        (TaskType.PolygonAnnotation, {**COWS, "objects_to_annotate": ["cow"], "with_labels": True}),
        (TaskType.LineAnnotation, {**COWS, "objects_to_annotate": ["cow"], "with_labels": True}),
        (TaskType.DataCollection, {**SITE, "fields": {"jobs": "Address of the page with jobs"}}),
        (TaskType.DocumentTranscription, {**COWS, "features": [{"type": "block", "label": "barcode"}]}),
        (
            TaskType.NamedEntityRecognition,
            {"text": "Some text", "labels": [{"name": "A", "description": "first"}]},
        ),
        (TaskType.Chat, {"params": {"before": []}, "template_variables": {"language": "en"}}),
    ],
)
def test_what_programs_usually_ask_for_is_taken(trial, kind, params):
    task = trial.create_task(kind, callback_url="https://www.example.org/told", instruction="Look.", **params)
    assert (task.status, task.callback_url) == ("completed", "https://www.example.org/told")
    assert task.response


def test_a_batch_of_answered_tasks_is_completed(trial):
    trial.create_project("trial", TaskType.Categorization)
    trial.create_batch("trial", "trial batch")
    text_task(trial, batch="trial batch")
    assert trial.batch_status("trial batch") == {"status": "completed", "completed": 1}


def test_what_is_live_and_what_is_a_test_never_meet(client, trial):
    live, test = text_task(client, unique_id="same"), text_task(trial, unique_id="same")
    for one, other in ((client, test), (trial, live)):
        with pytest.raises(ScaleResourceNotFound):
            one.get_task(other.id)
    client.create_project("live", TaskType.Categorization)
    with pytest.raises(ScaleResourceNotFound):
        trial.get_project("live")


def test_test_keys_are_listed_and_revoked_with_the_others(service, trial, test_key):
    headers = {"Authorization": f"Bearer {service.key}"}
    made = httpx.post(
        f"{service.url}/api/v1/keys", json={"name": "short", "test": True}, headers=headers
    ).json()
    keys = httpx.get(f"{service.url}/api/v1/keys", headers=headers).json()["items"]
    assert {(one["name"], one["test"]) for one in keys} == {
        ("program", False),
        ("trial", True),
        ("short", True),
    }
    (short,) = [one for one in keys if one["name"] == "short"]
    key = made["key"]
    assert httpx.get(f"{service.url}/v1/projects", auth=(key, "")).is_success
    inside = {"Authorization": f"Bearer {test_key}"}
    (live,) = [one for one in keys if not one["test"]]
    assert httpx.delete(f"{service.url}/api/v1/keys/{live['id']}", headers=inside).status_code == 404
    assert httpx.delete(f"{service.url}/api/v1/keys/{short['id']}", headers=headers).is_success


def test_who_loses_a_role_loses_it_in_the_sandbox(service):
    async def work():
        db, scope = service.app.db, service.member.scope()
        kim = await add_member(db, scope, email="kim@example.org", person="Kim", role=Role.MANAGER)
        key = await create_test_key(db, type(scope)(scope.org_id, kim, Role.MANAGER), "kim's")
        await set_role(db, scope, kim, Role.LABELER)
        return (await service.app.reception.member_of_key(key)).role

    assert service.run(work) == "labeler"
