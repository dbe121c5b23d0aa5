"""Projects, batches and files through the official client."""

import os

import pytest
from psycopg import sql
from scaleapi.batches import BatchStatus
from scaleapi.exceptions import ScaleDuplicateResource, ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskType
from tests.integration.scale.test_tasks import png, text_task

NAME = "streets/of Rome & Turin"


@pytest.fixture(scope="module")
def project(client):
    return client.create_project(
        task_type=TaskType.Categorization,
        project_name=NAME,
        params={"instruction": "Look twice.", "categories": ["praise", "complaint"]},
    )


def bare(client, **params):
    """A task that leaves all it can to its project."""
    return client.create_task(
        TaskType.Categorization, attachment_type="text", attachment="So good.", **params
    )


def test_a_project_gives_its_tasks_what_they_do_not_say(client, project):
    assert (project.name, project.type, project.version) == (NAME, "categorization", 1)
    task = bare(client, project=NAME)
    assert (task.project, task.instruction) == (NAME, "Look twice.")
    assert task.params["categories"] == ["praise", "complaint"]
    client.update_project(NAME, instruction="Look again.", categories=["praise", "complaint", "neither"])
    again = client.get_project(NAME)
    assert (again.version, again.instruction) == (2, "Look again.")
    assert [one["version"] for one in again.as_dict()["param_history"]] == [1, 2]
    assert bare(client, project=NAME).params["categories"][-1] == "neither"
    assert client.get_task(task.id).instruction == "Look twice."
    assert bare(client, project=NAME, instruction="Mine.").instruction == "Mine."


def test_projects_are_listed_and_their_names_are_theirs(client, project):
    assert NAME in [one.name for one in client.get_projects()]
    with pytest.raises(ScaleDuplicateResource):
        client.create_project(task_type=TaskType.Categorization, project_name=NAME)
    with pytest.raises(ScaleResourceNotFound):
        client.get_project("no such")
    with pytest.raises(ScaleResourceNotFound):
        client.update_project("no such", instruction="x")
    with pytest.raises(ScaleInvalidRequest):
        client.get_project_template(NAME)


def test_a_template_is_what_a_form_is_filled_in_from(client):
    variables = {"prompt": "a text"}
    client.create_project("forms", TaskType.TextCollection, params={"template_variables": variables})
    template = client.get_project_template("forms")
    assert (template.version, template.template_variables) == (1, variables)


def test_a_batch_is_led_by_its_tasks(service, client, project):
    batch = client.create_batch(NAME, "monday/1", metadata={"week": 3})
    assert (batch.status, batch.project, batch.metadata) == ("in_progress", NAME, {"week": 3})
    tasks = [bare(client, batch="monday/1", unique_id=f"monday {n}") for n in range(3)]
    assert {task.project for task in tasks} == {NAME}
    assert client.batch_status("monday/1") == {"status": "in_progress", "pending": 3}
    tasks[2].cancel()
    for task in tasks[:2]:
        service.answer(task, {"choice": "praise"})
    batch.get_status()
    assert (batch.status, batch.tasks_completed, batch.tasks_canceled) == ("completed", 2, 1)
    bare(client, batch="monday/1")
    assert client.batch_status("monday/1")["status"] == "in_progress"
    client.get_batch("monday/1").finalize()
    assert client.get_batch("monday/1").status == "in_progress"
    client.set_batch_metadata("monday/1", {"week": 4})
    assert client.get_batch("monday/1").metadata == {"week": 4}
    with pytest.raises(ScaleDuplicateResource):
        client.create_batch(NAME, "monday/1")
    with pytest.raises(ScaleResourceNotFound):
        client.get_batch("no such")
    with pytest.raises(ScaleResourceNotFound):
        client.create_batch("no such", "tuesday")


def test_tasks_of_a_batch_in_staging_wait_until_it_is_finalized(service, client):
    client.create_project("rapid", TaskType.Categorization, rapid=True)
    batch = client.create_batch("rapid", "first", calibration_batch=True)
    assert batch.status == "staging"
    task = text_task(client, batch="first")
    with pytest.raises(AssertionError, match="leased to you"):
        service.answer(task, {"choice": "praise"})
    assert client.finalize_batch("first").status == "in_progress"
    service.answer(task, {"choice": "praise"})
    assert client.get_batch("first").status == "completed"
    with pytest.raises(ScaleInvalidRequest, match="no task can be added"):
        text_task(client, batch="first")


def test_a_batch_belongs_to_one_project(client, project):
    client.create_project("another", TaskType.Categorization)
    client.create_batch("another", "of another")
    with pytest.raises(ScaleInvalidRequest, match="belongs to project another"):
        bare(client, project=NAME, batch="of another")


def test_a_task_is_of_the_type_of_its_project(client, project):
    with pytest.raises(ScaleInvalidRequest, match="of type categorization"):
        client.create_task(TaskType.NamedEntityRecognition, project=NAME, text="a", labels=["a"])


def test_batches_are_listed_newest_first_and_filtered(client, project):
    for n in range(3):
        client.create_batch(NAME, f"list {n}")
    found = client.batches(project=NAME, limit=2)
    assert [b.name for b in found.docs] == ["list 2", "list 1"]
    assert (found.limit, found.has_more) == (2, True)
    names = [b.name for b in client.get_batches(project_name=NAME)]
    assert names[:3] == ["list 2", "list 1", "list 0"]
    assert found.total == len(names)
    assert [b.name for b in client.get_batches(NAME, batch_status=BatchStatus.Staging)] == []


def test_different_labels_below_one_project_are_different_labelling_projects(service, client):
    client.create_project("mixed", TaskType.Categorization)
    for classes in (["a", "b"], ["a", "b"], ["c", "d"]):
        text_task(client, project="mixed", categories=classes)

    async def read():
        async with service.app.db.system_transaction() as tx:
            return await tx.fetch_all(
                sql.SQL(
                    "select p.name, p.kind, p.state, s.tasks from commission_schemas s "
                    "join projects p on p.id = s.project_id "
                    "join commission_projects c on c.id = s.commission_project_id where c.name = 'mixed' order by p.id"
                ),
                tuple,
            )

    assert service.run(read) == [
        ("mixed", "text_choice", "active", 2),
        ("mixed (2)", "text_choice", "active", 1),
    ]


def test_items_of_tasks_become_a_dataset_that_labels_are_delivered_on(service, client):
    from groundswell.label.delivery.service import deliver
    from groundswell.label.projects.service import find_project

    client.create_project("delivered", TaskType.Categorization)
    tasks = [text_task(client, project="delivered", attachment=f"text {n % 2}") for n in range(3)]
    for task in tasks:
        service.answer(task, {"choice": "praise"})

    async def gather():
        scope = service.member.scope()
        project_id = await find_project(service.app.db, scope, "delivered")
        await service.app.gathering_room.gather(str(scope.org_id), project_id)
        text_task_again = await service.app.gathering_room.gather(str(scope.org_id), project_id)
        assert text_task_again is None
        store = service.app.datasets(service.member.org_slug)
        version = await deliver(service.app.db, scope, store, project_id)
        return version.to_table(["text", "label"]).to_pylist()

    assert service.run(gather) == [
        {"text": "text 0", "label": "praise"},
        {"text": "text 1", "label": "praise"},
    ]


def test_files_of_any_bytes_are_kept_as_they_are(service, client, tmp_path):
    data = os.urandom(100_000) + b"\r\n--x\r\n\r\r\n\n"
    path = tmp_path / "any.bin"
    path.write_bytes(data)
    with path.open("rb") as file:
        uploaded = client.upload_file(file=file, project_name=NAME)
    assert uploaded.attachment_url == f"scaledata://local/{uploaded.id}"

    async def read():
        app, scope = service.app, service.member.scope()
        stored = await app.attachments.stored(scope, "local", uploaded.attachment_url)
        return stored.name, app.uploads("local").get(stored.digest)

    assert service.run(read) == ("any.bin", data)


def test_a_file_of_another_kind_is_refused_when_it_is_named(client):
    file = png()
    file.write(b"")
    file = client.upload_file(file=png())
    assert file.id
    with pytest.raises(ScaleInvalidRequest, match="not among those"):
        client.import_file(file_url="https://example.org/a.png", project_name=NAME)
    with pytest.raises(ScaleInvalidRequest):
        client.create_task(
            TaskType.Transcription, attachment=file.attachment_url, attachment_type="text", fields={}
        )
