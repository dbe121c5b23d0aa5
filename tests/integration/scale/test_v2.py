"""The second version through the official client, which reads every object strictly."""

import io
import json
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import numpy as np
import pytest
from PIL import Image
from scaleapi.api_client.v2.exceptions import (
    BadRequestException,
    ConflictException,
    NotFoundException,
    UnauthorizedException,
)
from scaleapi.api_client.v2.models.batch_operation_request import BatchOperationRequest
from scaleapi.api_client.v2.models.create_batch_request import CreateBatchRequest
from scaleapi.api_client.v2.models.create_chat_task_request import CreateChatTaskRequest
from scaleapi.api_client.v2.models.expandable_enum_batch import ExpandableEnumBatch
from scaleapi.api_client.v2.models.expandable_enum_dataset_task import ExpandableEnumDatasetTask
from scaleapi.api_client.v2.models.expandable_enum_datasets_deliveries import ExpandableEnumDatasetsDeliveries
from scaleapi.api_client.v2.models.expandable_enum_task import ExpandableEnumTask
from scaleapi.api_client.v2.models.option import Option
from scaleapi.api_client.v2.models.set_batch_metadata_request import SetBatchMetadataRequest
from scaleapi.api_client.v2.models.set_task_metadata_request import SetTaskMetadataRequest
from scaleapi.tasks import TaskType
from tests.integration.scale.conftest import ids_of, scale_client
from tests.integration.scale.test_tasks import png, text_task
from tests.integration.scale.test_types import FIELDS, FILLED

import groundswell as gs
from groundswell.clock import now
from groundswell.items import Item, ItemKind, to_batch
from groundswell.label.delivery.service import deliver
from groundswell.label.projects.service import find_project
from groundswell.label.review.service import review


@pytest.fixture(scope="module")
def v2(service, client):
    client.v2.api_client.configuration.host = service.url
    client.create_project("talks", TaskType.Chat, params={"instruction": "Be kind."})
    return client.v2


@pytest.fixture(scope="module")
def project(v2):
    return v2.get_project(project_name="talks")


def test_projects_are_read_by_name_number_and_time(v2, project):
    assert project.id.startswith("project_")
    assert project.types == ["SFT"]
    assert v2.get_project(project_id=project.id).name == "talks"
    assert [one.name for one in v2.get_projects().projects] == ["talks"]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert v2.get_projects(created_after=tomorrow).projects == []
    assert [one.name for one in v2.get_projects(created_before=tomorrow).projects] == ["talks"]
    with pytest.raises(NotFoundException):
        v2.get_project(project_name="no such")
    with pytest.raises(BadRequestException):
        v2.get_project()
    with pytest.raises(BadRequestException):
        v2.get_project(project_id="project_x")


def test_a_batch_is_led_through_its_life(service, v2, project):
    batch = v2.create_batch(CreateBatchRequest(name="led", project_id=project.id, metadata={"a": {"b": 1}}))
    assert (batch.status, batch.project.actual_instance, batch.metadata) == (
        "in_progress",
        project.id,
        {"a": {"b": 1}},
    )
    whole = v2.get_batch(batch_name="led", expand=[ExpandableEnumBatch.PROJECT])
    assert whole.project.actual_instance.name == "talks"
    task = v2.create_chat_task(
        CreateChatTaskRequest(batch_id=batch.id, template_variables={"prompt": "Hello?"})
    )
    assert (task.status, task.threads, task.batch.actual_instance) == ("pending", [], batch.id)
    assert v2.pause_batch(BatchOperationRequest(batch_name="led")).batch.status == "paused"
    first = service.client.get_task(task.task_id.removeprefix("task_"))
    with pytest.raises(AssertionError, match="leased to you"):
        service.answer(first, {"messages": [{"role": "assistant", "content": "Hi.", "from": "worker"}]})
    assert v2.resume_batch(BatchOperationRequest(batch_id=batch.id)).batch.status == "in_progress"
    merged = v2.set_batch_metadata(
        SetBatchMetadataRequest(batch_name="led", metadata={"a": {"c": 2}}, merge=True)
    )
    assert merged.metadata == {"a": {"b": 1, "c": 2}}
    assert v2.set_batch_metadata(SetBatchMetadataRequest(batch_name="led", metadata={})).metadata == {}
    assert v2.cancel_batch(BatchOperationRequest(batch_name="led")).batch.status == "cancelled"
    assert v2.get_task(task_id=task.task_id).status == "canceled"
    for call in (v2.resume_batch, v2.pause_batch, v2.cancel_batch):
        with pytest.raises(BadRequestException):
            call(BatchOperationRequest(batch_name="led"))
    with pytest.raises(BadRequestException):
        v2.create_chat_task(CreateChatTaskRequest(batch_name="led", template_variables={"prompt": "Hello?"}))
    with pytest.raises(ConflictException):
        v2.create_batch(CreateBatchRequest(name="led", project_name="talks"))


def test_a_staged_batch_waits_to_be_finalized_once(v2):
    batch = v2.create_batch(CreateBatchRequest(name="staged", project_name="talks", staging_batch=True))
    assert batch.status == "staging"
    assert v2.finalize_batch(BatchOperationRequest(batch_id=batch.id)).status == "in_progress"
    with pytest.raises(BadRequestException):
        v2.finalize_batch(BatchOperationRequest(batch_id=batch.id))


def test_batches_are_paged(v2):
    for n in range(3):
        v2.create_batch(CreateBatchRequest(name=f"page {n}", project_name="talks"))
    first = v2.get_batches(project_name="talks", limit=2)
    assert [one.name for one in first.batches] == ["page 2", "page 1"]
    second = v2.get_batches(project_name="talks", limit=2, next_token=first.next_token)
    assert second.batches[0].name == "page 0"
    assert all(
        one.status == "in_progress"
        for one in v2.get_batches(project_name="talks", status="in_progress").batches
    )


def test_a_conversation_comes_back_as_a_thread(service, v2):
    asked = CreateChatTaskRequest(
        project_name="talks",
        template_variables={
            "messages": [
                {"role": "system", "content": "You add."},
                {"role": "user", "content": "1 + 1?"},
                {"role": "assistant", "content": "2."},
                {"role": "user", "content": "2 + 2?"},
            ]
        },
        metadata={"n": 1},
    )
    task = v2.create_chat_task(asked)
    first = service.client.get_task(task.task_id.removeprefix("task_"))
    service.answer(first, {"messages": [{"role": "assistant", "content": "4.", "from": "worker"}]})
    done = v2.get_task(task_id=task.task_id, expand=[ExpandableEnumTask.PROJECT])
    assert (done.status, done.metadata, done.project.actual_instance.name) == ("completed", {"n": 1}, "talks")
    (thread,) = done.threads
    texts = [[(m.role.value, m.content.text) for m in turn.messages] for turn in thread.turns]
    assert texts == [
        [("system", "You add."), ("user", "1 + 1?"), ("assistant", "2.")],
        [("user", "2 + 2?"), ("assistant", "4.")],
    ]
    assert v2.set_task_metadata(
        SetTaskMetadataRequest(task_id=task.task_id, metadata={"m": 2}, merge=True)
    ).metadata == {"n": 1, "m": 2}


def test_an_order_of_responses_and_their_ratings_are_annotations(service, client, v2):
    client.create_project(
        "ranked", TaskType.Chat, params={"criteria": [{"name": "helpful", "low": 1, "high": 5}]}
    )
    asked = CreateChatTaskRequest(
        project_name="ranked", template_variables={"prompt": "Name a prime.", "responses": ["12", "13", "11"]}
    )
    task = v2.create_chat_task(asked)
    rated = {name: {"helpful": step} for name, step in (("a", 1), ("b", 4), ("c", 4))}
    first = client.get_task(task.task_id.removeprefix("task_"))
    service.answer(first, {"ranking": [["b", "c"], ["a"]], "rubric": rated})
    assert first.response == {"ranking": [["b", "c"], ["a"]], "ratings": rated}
    (turn,) = v2.get_task(task_id=task.task_id).threads[0].turns
    (order,) = turn.annotations
    assert (order.actual_instance.type, order.actual_instance.value) == ("ranked_groups", [["b", "c"], ["a"]])
    said = [(m.source_id, [a.actual_instance.value for a in m.annotations]) for m in turn.messages[1:]]
    assert said == [("a", [1]), ("b", [4]), ("c", [4])]
    (rubric,) = turn.rubrics
    (definition,) = rubric.criteria_definitions
    assert (definition.criterion, definition.weight, rubric.max_total_score) == ("helpful", 1, 5)
    assert definition.annotations[0].actual_instance.value.additional_properties["high"] == 5
    (worst,) = turn.messages[1].rubric_evaluations
    assert (worst.total_score, worst.percentage) == (1, 20)
    (score,) = worst.criteria_evaluations
    assert (score.criterion_definition_id, score.score) == (definition.id, 1)
    assert score.annotations[0].actual_instance.value.score == 1
    again = v2.get_annotation(annotation_id=order.actual_instance.id)
    assert again.actual_instance.value == [["b", "c"], ["a"]]
    with pytest.raises(NotFoundException):
        v2.get_annotation(annotation_id=order.actual_instance.id + "9")


def test_a_form_comes_back_as_annotations_of_all_its_types(service, client, v2):
    client.create_project("forms", TaskType.TextCollection)
    image = client.upload_file(file=png()).attachment_url
    task = client.create_task(
        TaskType.TextCollection,
        project="forms",
        attachments=[{"type": "image", "content": image}],
        fields=FIELDS,
    )
    service.answer(task, {"fields": FILLED})
    found = v2.get_task(task_id=task.id, opts=[Option.ANNOTATION_DETAILS])
    said = {a.actual_instance.key: a.actual_instance for a in found.threads[0].turns[0].annotations}
    assert {name: (one.type, one.value) for name, one in said.items()} == {
        "legible": ("boolean", True),
        "shop": ("text", "Bar Roma"),
        "paid": ("category", "card"),
        "kinds": ("category_multiple", ["a", "c"]),
        "total": ("text", "9.5"),
        "date": ("text", "2026-03-01"),
        "order": ("ranked_choices", ["y", "x"]),
    }
    assert said["shop"].title == "Shop"


def test_files_of_a_form_come_back_as_files(service, client, v2):
    client.create_project("scans", TaskType.TextCollection)
    fields = [{"field_id": "scan", "type": "file", "title": "Scan", "max_responses_required": 2}]
    asked = {"attachments": [{"type": "text", "content": "Scan it."}], "fields": fields}
    task = client.create_task(TaskType.TextCollection, project="scans", **asked)
    service.answer(task, {"fields": {"scan": ["https://example.org/a.png", "0" * 64]}})
    (said,) = v2.get_task(task_id=task.id).threads[0].turns[0].annotations
    web, handed = said.actual_instance.value.actual_instance
    assert (web.name, web.url) == ("a.png", "https://example.org/a.png")
    assert handed.url == task.response["annotations"]["scan"]["response"][1][0]


def test_what_came_of_a_workspace_comes_back_with_its_files(service, client, v2):
    client.create_project("code", TaskType.TextCollection)
    config = {
        "workspace_id": "ws-1",
        "workspace_url": "https://code.example.org/ws-1",
        "workspace_token": "t",
        "expires_at": "2030-01-01T00:00:00Z",
        "inactivity_freeze_time": 60,
    }
    run = {"field_id": "run", "type": "workspace_container", "title": "Mend it", "workspace_id": "ws-1"}
    asked = {
        "attachments": [{"type": "text", "content": "It fails."}],
        "fields": [{**run, "workspace_config": config}],
    }
    task = client.create_task(TaskType.TextCollection, project="code", **asked)
    service.answer(
        task, {"fields": {"run": [{"file": "0" * 64, "stdout_output": "ok"}, {"stdout_output": "done"}]}}
    )
    (said,) = v2.get_task(task_id=task.id).threads[0].turns[0].annotations
    found = said.actual_instance
    assert (found.type, found.value.workspace_id) == ("workspace_container", "ws-1")
    assert found.value.workspace_config.workspace_url == config["workspace_url"]
    assert found.value.stdout_output.content == "ok\ndone"
    assert found.value.stderr_output is None
    files, out, errors = task.response["annotations"]["run"]["response"]
    assert [one.url for one in found.value.output_files] == files
    assert (out, errors) == (["ok", "done"], [])


def test_rows_of_a_form_come_back_as_a_text(service, client, v2):
    client.create_project("receipts", TaskType.Transcription)
    asked = {"attachment": "Tea 2.00", "attachment_type": "text", "row_fields": {"product": "", "price": ""}}
    task = client.create_task(TaskType.Transcription, project="receipts", **asked)
    service.answer(task, {"fields": {"row_fields": [{"product": "Tea", "price": "2.00"}]}})
    (said,) = v2.get_task(task_id=task.id).threads[0].turns[0].annotations
    assert json.loads(said.actual_instance.value) == [{"product": "Tea", "price": "2.00"}]


def test_entities_come_back_as_labeled_texts(service, client, v2):
    client.create_project("entities", TaskType.NamedEntityRecognition)
    asked = {"text": "Ada lives in Rome.", "labels": ["person", "place"]}
    task = client.create_task(TaskType.NamedEntityRecognition, project="entities", **asked)
    service.answer(task, {"spans": [{"id": "s1", "start": 13, "end": 17, "label": "place"}]})
    (said,) = v2.get_task(task_id=task.id).threads[0].turns[0].annotations
    (entity,) = said.actual_instance.value
    assert (said.actual_instance.type, entity.label, entity.text) == ("labeled_text", "place", "Rome")


def test_segments_come_back_as_files(service, client, v2):
    client.create_project("segments", TaskType.SegmentAnnotation)
    image = client.upload_file(file=png()).attachment_url
    asked = {"attachment": image, "labels": ["road", "sky"]}
    task = client.create_task(TaskType.SegmentAnnotation, project="segments", **asked)
    road = [[0, 20], [40, 20], [40, 30], [0, 30]]
    service.answer(task, {"shapes": [{"type": "polygon", "label": "road", "points": road}]})
    (said,) = v2.get_task(task_id=task.id).threads[0].turns[0].annotations
    assert said.actual_instance.type == "file"
    files = {one.name: one.url for one in said.actual_instance.value.actual_instance}
    assert list(files) == ["image", "indexedImage", "extendedIndexedImage", "unlabeled", "road"]
    assert np.asarray(read_image(files["road"]))[..., 3].mean() == pytest.approx(255 / 3)
    again = v2.get_annotation(annotation_id=said.actual_instance.id).actual_instance.value
    assert again.actual_instance[0].url == files["image"]
    delivered(service, "segments")
    (sent,) = v2.get_deliveries(project_name="segments").deliveries
    (doc,) = v2.get_delivery_tasks(delivery_id=sent.id).docs
    assert doc.response["annotations"]["labeled"] == {"road": files["road"], "sky": None}


def read_image(url: str) -> Image.Image:
    """Fetch an image as any program does, without a key."""
    answer = httpx.get(url, trust_env=False)
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def test_tasks_are_listed_by_project_or_batch_and_paged(service, client, v2):
    client.create_project("many", TaskType.Categorization)
    client.create_batch("many", "many batch")
    tasks = [text_task(client, batch="many batch") for _ in range(3)]
    service.answer(tasks[0], {"choice": "praise"})
    first = v2.get_tasks(project_name="many", limit=2)
    assert [one.task_id for one in first.tasks] == [t.id for t in tasks[:0:-1]]
    rest = v2.get_tasks(project_name="many", limit=2, next_token=first.next_token)
    assert (len(rest.tasks), rest.next_token) == (1, None)
    assert rest.tasks[0].threads[0].turns[0].annotations[0].actual_instance.value == "praise"
    assert len(list(client.v2_get_tasks(batch_name="many batch", limit=1))) == 3
    (done,) = v2.get_tasks(batch_name="many batch", status="completed").tasks
    assert done.task_id == tasks[0].id
    with pytest.raises(BadRequestException):
        v2.get_tasks()
    with pytest.raises(NotFoundException):
        v2.get_task(task_id="task_" + "0" * 24)


def delivered(service, name: str) -> int:
    """Deliver the labels of a labelling project, as a manager does."""

    async def work():
        db, scope = service.app.db, service.member.scope()
        project_id = await find_project(db, scope, name)
        await service.app.gathering_room.gather(str(scope.org_id), project_id)
        version = await deliver(db, scope, service.app.datasets(service.member.org_slug), project_id)
        return version.number

    return service.run(work)


def test_a_delivery_holds_tasks_as_they_were_delivered(service, client, v2):
    client.create_project("sent", TaskType.Categorization)
    tasks = [text_task(client, project="sent", attachment=f"text {n}") for n in range(3)]
    for task in tasks[:2]:
        service.answer(task, {"choice": "praise"})
    number = delivered(service, "sent")
    service.answer(tasks[2], {"choice": "praise"})

    async def overrule():
        row = await ids_of(service, tasks[0].id)
        verdict = [(row["task_id"], {"choice": "complaint"})]
        await review(service.app.db, service.member.scope(), row["project_id"], verdict, reviewer="an expert")

    service.run(overrule)
    (found,) = v2.get_deliveries(project_name="sent").deliveries
    assert (found.name, found.task_count) == (f"sent version {number}", 2)
    assert (
        v2.get_deliveries(project_name="sent", delivered_before=found.delivered_at - timedelta(1)).deliveries
        == []
    )
    first = v2.get_delivery_tasks(delivery_id=found.id, limit=1)
    told = v2.get_schema(schema_id=first.docs[0].response_schema_id).var_schema
    category = json.loads(told.var_json)["properties"]["category"]
    assert (told.id, category) == (first.docs[0].response_schema_id, {"enum": ["praise", "complaint"]})
    assert [(one.task_id, one.response) for one in first.docs] == [(tasks[1].id, {"category": "praise"})]
    rest = v2.get_delivery_tasks(delivery_id=found.id, limit=1, next_token=first.next_token)
    assert [(one.task_id, one.response) for one in rest.docs] == [(tasks[0].id, {"category": "praise"})]
    assert rest.next_token is None
    tasks[0].refresh()
    assert tasks[0].response == {"category": "complaint"}, "what was delivered stays as it was"
    whole = v2.get_delivery(delivery_name=found.name, project_name="sent")
    assert whole.delivery.actual_instance.id == found.id
    assert [one.task_id for one in whole.tasks] == [tasks[1].id, tasks[0].id]
    assert whole.tasks[1].threads[0].turns[0].annotations[0].actual_instance.value == "praise"
    delivered(service, "sent")
    newest = v2.get_deliveries(project_name="sent").deliveries[0]
    assert newest.task_count == 3
    docs = v2.get_delivery_tasks(delivery_id=newest.id).docs
    assert docs[-1].response == {"category": "complaint"}
    with pytest.raises(NotFoundException):
        v2.get_delivery(delivery_id="delivery_" + "0" * 24)
    for ask in (v2.get_delivery, partial(v2.get_schema, schema_id="")):
        with pytest.raises(BadRequestException):
            ask()
    for missing in ("schema", "schema_" + "0" * 24):
        with pytest.raises(NotFoundException):
            v2.get_schema(schema_id=missing)


def test_a_bad_key_is_refused(service):
    stranger = scale_client(service.url, "nobody")
    stranger.v2.api_client.configuration.host = service.url
    with pytest.raises(UnauthorizedException):
        stranger.v2.get_projects()


@pytest.fixture(scope="module")
def reviews(service):
    """A dataset of two versions: three texts, and beside them an image and a column."""
    store = service.app.datasets(service.member.org_slug)
    items = [text_item(f"review {n}") for n in range(3)]
    first = store.write("reviews", [to_batch(items)])
    media = Item(ItemKind.IMAGE, None, png().read(), "image/png", "shop", "a.png", now(), {"page": 3})
    store.append(first, [to_batch([media])])
    return store


def text_item(text: str) -> Item:
    return Item(ItemKind.TEXT, text, None, "text/plain", "shop", text, now(), {"stars": 4})


def test_datasets_are_ours_and_each_version_is_a_delivery(v2, reviews):
    (dataset,) = [one for one in v2.get_datasets().datasets if one.name == "reviews"]
    newest, first = v2.get_dataset_deliveries(dataset_id=dataset.id).deliveries
    assert (newest.name, newest.metadata.task_count) == ("reviews version 2", 4)
    assert (first.dataset.actual_instance, first.metadata.task_count) == (dataset.id, 3)
    expanded = [ExpandableEnumDatasetsDeliveries.DATASET]
    whole = v2.get_dataset_deliveries(dataset_id=dataset.id, expand=expanded).deliveries[0]
    assert whole.dataset.actual_instance == dataset
    long_ago = first.delivered_at - timedelta(1)
    assert v2.get_dataset_deliveries(dataset_id=dataset.id, delivered_before=long_ago).deliveries == []
    for ask in (v2.get_dataset_deliveries, v2.get_dataset_tasks, v2.get_dataset_delivery):
        with pytest.raises(BadRequestException):
            ask()
    with pytest.raises(NotFoundException):
        v2.get_dataset_deliveries(dataset_id="dataset_nothing")
    with pytest.raises(NotFoundException):
        v2.get_dataset_delivery(delivery_id="dataset_delivery_9_reviews")


def test_items_of_a_version_are_tasks_of_its_delivery_and_paged(v2, reviews):
    newest, first = v2.get_dataset_deliveries(dataset_id="dataset_reviews").deliveries
    page = v2.get_dataset_delivery(delivery_id=first.id, limit=2)
    assert page.delivery.actual_instance == first
    assert [one.response["text"] for one in page.tasks] == ["review 0", "review 1"]
    rest = v2.get_dataset_delivery(delivery_id=first.id, limit=2, next_token=page.next_token)
    assert ([one.response["text"] for one in rest.tasks], rest.next_token) == (["review 2"], None)
    assert rest.tasks[0].response["meta"] == {"stars": 4}
    both = [ExpandableEnumDatasetTask.DATASET, ExpandableEnumDatasetTask.DELIVERY]
    again = v2.get_dataset_task(task_id=rest.tasks[0].task_id, expand=both)
    assert (again.response, again.delivery.actual_instance.id) == (rest.tasks[0].response, first.id)
    assert again.dataset.actual_instance.name == "reviews"
    assert len(v2.get_dataset_tasks(dataset_id="dataset_reviews").tasks) == 4, "the newest version"
    early = v2.get_dataset_tasks(dataset_id="dataset_reviews", delivered_before=first.delivered_at)
    assert len(early.tasks) == 3
    assert len(v2.get_dataset_tasks(delivery_id=newest.id, limit=1).tasks) == 1
    for missing in ("x", "dataset_task_4_2_reviews", "dataset_task_0_3_reviews", "dataset_task_0_1_nothing"):
        with pytest.raises(NotFoundException):
            v2.get_dataset_task(task_id=missing)


def test_the_bytes_of_an_item_are_where_its_attachment_leads(v2, reviews):
    *_, image = v2.get_dataset_tasks(dataset_id="dataset_reviews").tasks
    (attachment,) = image.response["attachments"]
    assert attachment["mime_type"] == "image/png"
    led = v2.get_dataset_task_response_url_without_preload_content(image.task_id, attachment["id"])
    assert led.read() == png().read()
    assert v2.get_dataset_task_response_url(image.task_id, attachment["id"]) is None
    with pytest.raises(NotFoundException):
        v2.get_dataset_task_response_url(image.task_id, "f" * 64)


def test_a_record_has_an_attachment_for_each_medium_that_it_names(service, v2):
    picture = {"bytes": png().read()}
    pairs = gs.collect([{"prompt": "Which?", "responses": [picture, "a text", picture]}], as_records=True)
    pairs.save("pairs", store=service.app.datasets(service.member.org_slug))
    (pair,) = v2.get_dataset_tasks(dataset_id="dataset_pairs").tasks
    (attachment,) = pair.response["attachments"]
    assert attachment["mime_type"] == "image/png"
    led = v2.get_dataset_task_response_url_without_preload_content(pair.task_id, attachment["id"])
    assert led.read() == png().read()


def test_datasets_of_another_organization_are_not_seen(service, v2, reviews):
    stranger = scale_client(service.url, service.run(service.stranger_key))
    stranger.v2.api_client.configuration.host = service.url
    assert stranger.v2.get_datasets().datasets == []
    with pytest.raises(NotFoundException):
        stranger.v2.get_dataset_task(task_id="dataset_task_0_1_reviews")
