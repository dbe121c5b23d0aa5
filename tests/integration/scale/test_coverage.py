"""Every route that the coverage table calls working is called by the official client here, and answered."""

import pytest
from scaleapi.api_client.v2.models.batch_operation_request import BatchOperationRequest
from scaleapi.api_client.v2.models.create_batch_request import CreateBatchRequest
from scaleapi.api_client.v2.models.create_chat_task_request import CreateChatTaskRequest
from scaleapi.api_client.v2.models.set_batch_metadata_request import SetBatchMetadataRequest
from scaleapi.api_client.v2.models.set_task_metadata_request import SetTaskMetadataRequest
from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole
from tests.docs.scale import WORKS, called
from tests.integration.scale.test_tasks import png, text_task
from tests.integration.scale.test_v2 import delivered

from groundswell.clock import now
from groundswell.http.scale.route import segments_of
from groundswell.http.scale.v1 import OPEN as V1
from groundswell.http.scale.v2 import OPEN as V2
from groundswell.items import Item, ItemKind, to_batch


@pytest.fixture(scope="module")
def options(tmp_path_factory) -> dict[str, object]:
    return {"fetch_hosts": ("files.example.org",)}


def first_version(service, client) -> None:
    client.create_project("a/b", TaskType.Categorization, studio=True, params={"instruction": "Look."})
    client.create_project("forms", TaskType.TextCollection)
    client.get_project("a/b")
    client.projects()
    client.update_project("a/b", instruction="Look again.")
    client.get_project_template("forms")
    client.upload_file(file=png())
    client.import_file("https://files.example.org/a.png")
    client.create_batch("a/b", "one")
    task = text_task(client, batch="one", unique_id="u")
    text_task(client, batch="one").cancel()
    client.finalize_batch("one")
    client.batch_status("one")
    client.get_batch("one")
    client.batches()
    client.set_batch_metadata("one", {"a": 1})
    client.list_studio_batches()
    client.set_studio_batches_priorities(["one"])
    client.reset_studio_batches_priorities()
    task.update_unique_id("v")
    task.clear_unique_id()
    task.set_metadata({"a": 1})
    task.set_tags(["a"])
    task.add_tags(["b"])
    task.delete_tags(["a"])
    client.tasks(project="a/b")
    service.answer(task, {"choice": "praise"})
    task.audit(True)
    client.invite_teammates(["ann@example.org"], TeammateRole.Labeler)
    client.update_teammates_role(["ann@example.org"], TeammateRole.Member)
    client.list_teammates()
    client.add_studio_assignments(["ann@example.org"], ["a/b"])
    client.list_studio_assignments()
    client.create_project_group("a/b", ["ann@example.org"], "g/h")
    client.list_project_groups("a/b")
    client.update_project_group("a/b", "g/h", ["ann@example.org"], [])
    client.assign_studio_batches("one", ["g/h"])
    client.remove_studio_assignments(["ann@example.org"], ["a/b"])
    known = {"attachment_type": "text", "attachment": "known", "categories": ["a", "b"], "project": "a/b"}
    client.create_evaluation_task(TaskType.Categorization, expected_response={"category": "a"}, **known)
    client.create_training_task(TaskType.Categorization, expected_response={"category": "a"}, **known)


def second_version(service, client) -> None:
    client.v2.api_client.configuration.host = service.url
    v2 = client.v2
    client.create_project(
        "talks", TaskType.Chat, params={"criteria": [{"name": "kind", "low": 1, "high": 5}]}
    )
    v2.get_projects()
    v2.get_project(project_name="talks")
    v2.create_batch(CreateBatchRequest(name="staged", project_name="talks", staging_batch=True))
    for lead in (v2.finalize_batch, v2.pause_batch, v2.resume_batch):
        lead(BatchOperationRequest(batch_name="staged"))
    v2.set_batch_metadata(SetBatchMetadataRequest(batch_name="staged", metadata={"a": 1}))
    v2.get_batch(batch_name="staged")
    v2.get_batches(project_name="talks")
    v2.cancel_batch(BatchOperationRequest(batch_name="staged"))
    made = v2.create_chat_task(
        CreateChatTaskRequest(project_name="talks", template_variables={"prompt": "Hello?"})
    )
    answer = {
        "messages": [{"role": "assistant", "content": "Hello.", "from": "worker"}],
        "ratings": [{"message": 0, "kind": 5}],
    }
    service.answer(client.get_task(made.task_id.removeprefix("task_")), answer)
    v2.set_task_metadata(SetTaskMetadataRequest(task_id=made.task_id, metadata={"a": 1}))
    v2.get_tasks(project_name="talks")
    delivered(service, "talks")
    (sent,) = v2.get_deliveries(project_name="talks").deliveries
    v2.get_delivery(delivery_id=sent.id)
    (doc,) = v2.get_delivery_tasks(delivery_id=sent.id).docs
    v2.get_schema(schema_id=doc.response_schema_id)
    (said,) = v2.get_task(task_id=made.task_id).threads[0].turns[0].messages[-1].annotations
    assert v2.get_annotation(annotation_id=said.actual_instance.id).actual_instance.value == 5


def datasets(service, client) -> None:
    image = Item(ItemKind.IMAGE, None, png().read(), "image/png", "here", "a.png", now(), {})
    service.app.datasets(service.member.org_slug).write("images", [to_batch([image])])
    v2 = client.v2
    v2.get_datasets()
    (sent,) = v2.get_dataset_deliveries(dataset_id="dataset_images").deliveries
    (task,) = v2.get_dataset_delivery(delivery_id=sent.id).tasks
    v2.get_dataset_tasks(dataset_id="dataset_images")
    (attachment,) = v2.get_dataset_task(task_id=task.task_id).response["attachments"]
    v2.get_dataset_task_response_url(task.task_id, attachment["id"])


def test_every_route_that_is_said_to_work_answers_the_official_client(service, client):
    first_version(service, client)
    second_version(service, client)
    datasets(service, client)
    answered = set()
    for method, raw in service.answered:
        version, *segments = segments_of(raw)
        for route in {"v1": V1, "v2": V2}.get(version, ()):
            if route.method == method and route.match(segments) is not None:
                answered.add((version, method, route.path))
                break
    assert answered == {(one.version, one.method, one.path) for one in called() if one.status == WORKS}
