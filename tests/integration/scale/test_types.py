"""Every task type that is labelled: what its parameters become in the workspace, and its answer in the response."""

import io
import uuid
from functools import partial

import httpx
import numpy as np
import psycopg
import pytest
import soundfile
from PIL import Image
from scaleapi.exceptions import ScaleInvalidRequest, ScaleNotEnabled
from scaleapi.tasks import TaskType
from tests.integration.scale.conftest import ids_of
from tests.integration.scale.test_tasks import png

from groundswell.ids import OrgId
from groundswell.items import digest_bytes, media_of
from groundswell.label.commissions.links import Links, secret_of
from groundswell.label.handed.model import NewFile
from groundswell.label.work.service import work
from groundswell.workforce.model import Origin
from groundswell.workforce.service import add_workers


@pytest.fixture(scope="module")
def image(client) -> str:
    return client.upload_file(file=png()).attachment_url


@pytest.fixture(scope="module")
def recording(client) -> str:
    data = io.BytesIO()
    soundfile.write(data, np.zeros(800, np.float32), 8000, format="WAV")
    data.seek(0)
    data.name = "a.wav"
    return client.upload_file(file=data).attachment_url


def labelled(service, kind, answer, **params):
    task = service.client.create_task(kind, **params)
    service.answer(task, answer)
    assert task.status == "completed"
    return task.response


def shapes(kind, points, **more):
    return {"shapes": [{"type": kind, "label": "car", "points": points, **more}]}


@pytest.mark.parametrize(
    ("kind", "answer", "said"),
    [
        (
            TaskType.Annotation,
            shapes("box", [[1, 2], [5, 8]]),
            {"left": 1, "top": 2, "width": 4, "height": 6},
        ),
        (
            TaskType.PolygonAnnotation,
            shapes("polygon", [[0, 0], [9, 0], [9, 9]]),
            {"vertices": [{"x": 0, "y": 0}, {"x": 9, "y": 0}, {"x": 9, "y": 9}]},
        ),
        (
            TaskType.LineAnnotation,
            shapes("line", [[0, 0], [9, 9]]),
            {"vertices": [{"x": 0, "y": 0}, {"x": 9, "y": 9}]},
        ),
        (TaskType.PointAnnotation, shapes("point", [[3, 4]]), {"x": 3, "y": 4}),
    ],
)
def test_older_types_have_one_geometry(service, image, kind, answer, said):
    found = labelled(service, kind, answer, attachment=image, objects_to_annotate=["car"])
    (one,) = found["annotations"]
    assert one["label"] == "car"
    assert {name: one[name] for name in said} == said


def test_ellipses_and_turned_boxes(service, image):
    answer = {
        "shapes": [
            {"type": "ellipse", "label": "eye", "points": [[10, 10], [4, 2]], "rotation": 30},
            {"type": "rotated_box", "label": "plate", "points": [[2, 2], [8, 2], [8, 6], [2, 6]]},
        ]
    }
    found = labelled(
        service,
        TaskType.ImageAnnotation,
        answer,
        attachment=image,
        geometries={
            "ellipse": {"objects_to_annotate": ["eye"]},
            "box": {"objects_to_annotate": ["plate"], "can_rotate": True},
        },
    )
    by_label = {one["label"]: one for one in found["annotations"]}
    ends = [(one["x"], one["y"]) for one in by_label["eye"]["vertices"]]
    assert ends == [(11, 8.27), (13.46, 12), (9, 11.73), (6.54, 8)]
    plate = by_label["plate"]
    assert (plate["type"], plate["rotation"]) == ("box", 0)
    assert [plate[side] for side in ("left", "top", "width", "height")] == [2, 2, 6, 4]
    assert plate["vertices"][0] == {"x": 2, "y": 2}


CUBOID = [[0, 9], [8, 9], [8, 15], [0, 15], [5, 4], [13, 4], [13, 10], [5, 10]]
CORNERS = {
    "face-topleft": (0, 9),
    "face-topright": (8, 9),
    "face-bottomright": (8, 15),
    "face-bottomleft": (0, 15),
    "side-topcorner": (13, 4),
    "side-bottomcorner": (13, 10),
}


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (TaskType.CuboidAnnotation, {"objects_to_annotate": ["car"]}),
        (
            TaskType.ImageAnnotation,
            {"geometries": {"cuboid": {"objects_to_annotate": ["car"], "min_width": 13, "min_height": 11}}},
        ),
    ],
)
def test_cuboids_come_back_by_the_corners_and_edges_that_are_seen(service, image, kind, params):
    (one,) = labelled(service, kind, shapes("cuboid", CUBOID), attachment=image, **params)["annotations"]
    assert (one["type"], one["label"]) == ("cuboid", "car")
    assert {each["description"]: (each["x"], each["y"]) for each in one["vertices"]} == CORNERS
    assert {each["type"] for each in one["vertices"]} == {"vertex"}
    edges = {each["description"]: each for each in one["edges"]}
    assert len(edges) == 7
    top = {"description": "side-top", "type": "edge", "x1": 8, "y1": 9, "x2": 13, "y2": 4}
    assert edges["side-top"] == top


def test_a_hypothesis_of_a_cuboid_needs_the_corners_that_are_seen_alone(service, image):
    vertices = [{"description": name, "x": x, "y": y} for name, (x, y) in CORNERS.items()]
    asked = {"attachment": image, "objects_to_annotate": ["van"]}
    drawn = {"label": "van", "vertices": vertices}
    task = service.client.create_task(TaskType.CuboidAnnotation, **asked, hypothesis={"annotations": [drawn]})
    assert proposal_of(service, task) == {"shapes": [{"type": "cuboid", "label": "van", "points": CUBOID}]}
    with pytest.raises(ScaleInvalidRequest, match="side-bottomcorner"):
        service.client.create_task(
            TaskType.CuboidAnnotation,
            **asked,
            hypothesis={"annotations": [{**drawn, "vertices": vertices[:-1]}]},
        )


def given_of(service, task):
    """Return the task as it is given to somebody."""

    async def ask():
        db, scope, row = service.app.db, service.member.scope(), await ids_of(service, task.id)
        (worker,) = await add_workers(db, scope, [uuid.uuid4().hex], Origin.PROGRAM)
        return (await work(db, scope, row["project_id"], worker, want=1)).tasks

    (given,) = service.run(ask)
    return given


def proposal_of(service, task):
    """Return what somebody who is given the task is shown first."""
    return given_of(service, task).proposal


def test_a_hypothesis_is_a_proposal_for_whoever_labels(service, image):
    drawn = {"left": 1, "top": 2, "width": 4, "height": 6, "label": "car"}
    task = service.client.create_task(
        TaskType.Annotation,
        attachment=image,
        objects_to_annotate=["car", "guessed"],
        hypothesis={"annotations": [drawn]},
    )
    assert proposal_of(service, task) == {
        "shapes": [{"type": "box", "label": "car", "points": [[1, 2], [5, 8]]}]
    }


def test_annotations_to_begin_from_are_a_proposal_too(service, image):
    drawn = {"left": 1, "top": 2, "width": 4, "height": 6, "label": "car"}
    asked = {"attachment": image, "objects_to_annotate": ["car", "begun"]}
    box = {"shapes": [{"type": "box", "label": "car", "points": [[1, 2], [5, 8]]}]}
    for given in ({"annotations": [drawn]}, [drawn]):
        task = service.client.create_task(TaskType.Annotation, **asked, base_annotations=given)
        assert proposal_of(service, task) == box
    both = {"annotations": [drawn]}
    with pytest.raises(ScaleInvalidRequest, match="only one of"):
        service.client.create_task(TaskType.Annotation, **asked, base_annotations=both, hypothesis=both)


def test_texts_and_addresses_are_shown_beside_an_image(service, client, image):
    asked = {"attachment": image, "geometries": {"box": {"objects_to_annotate": ["car", "beside"]}}}
    beside = [{"attachment": "https://example.org/left.png"}, {"type": "text", "content": "Taken at night."}]
    task = client.create_task(TaskType.ImageAnnotation, **asked, context_attachments=beside)
    shown = given_of(service, task).payload
    assert (shown["kind"], shown["beside"]) == ("image", ["https://example.org/left.png", "Taken at night."])
    for wrong in ("no list", [7], [{"content": "long " * 3_000}], ["text"] * 21):
        with pytest.raises(ScaleInvalidRequest):
            client.create_task(TaskType.ImageAnnotation, **asked, context_attachments=wrong)
    with pytest.raises(ScaleNotEnabled, match="uploaded files"):
        client.create_task(TaskType.ImageAnnotation, **asked, context_attachments=[image])


def test_layers_are_on_the_image_from_the_start(service, client, image):
    asked = {"attachment": image, "objects_to_annotate": ["door"]}
    box = {"left": 1, "top": 2, "width": 4, "height": 6, "label": "house", "attributes": {"old": "yes"}}
    line = {"label": "fence", "vertices": [{"x": 0, "y": 0}, {"x": 9, "y": 9}]}
    task = client.create_task(TaskType.Annotation, **asked, layers={"boxes": [box], "lines": [line]})
    assert given_of(service, task).payload["layers"] == [
        {"type": "box", "label": "house", "points": [[1, 2], [5, 8]]},
        {"type": "line", "label": "fence", "points": [[0, 0], [9, 9]]},
    ]
    for wrong in (
        {"boxes": {}},
        {"masks": []},
        {"boxes": [{"left": 1}]},
        {"boxes": [{**box, "left": "x"}]},
        [1],
    ):
        with pytest.raises(ScaleInvalidRequest):
            client.create_task(TaskType.Annotation, **asked, layers=wrong)


def test_annotations_are_linked_to_each_other(service, image):
    asked = {
        "attachment": image,
        "geometries": {"box": {"objects_to_annotate": ["car"]}, "point": {"objects_to_annotate": ["wheel"]}},
        "annotation_attributes": {
            "part of": {
                "type": "linked",
                "allowed_labels": ["car"],
                "conditions": {"label_condition": {"label": "wheel"}},
                "required": True,
            }
        },
    }
    car = {"type": "box", "label": "car", "points": [[1, 2], [20, 18]]}
    wheel = {"type": "point", "label": "wheel", "points": [[4, 18]], "attributes": {"part of": 0}}
    found = labelled(service, TaskType.ImageAnnotation, {"shapes": [car, wheel]}, **asked)
    first, second = found["annotations"]
    assert second["attributes"] == {"part of": first["uuid"]}
    task = service.client.create_task(TaskType.ImageAnnotation, **asked, hypothesis=found)
    assert proposal_of(service, task) == {"shapes": [car, wheel]}


def test_nested_labels_are_flat_in_the_workspace(service, image):
    nested = ["tree", {"choice": "vehicle", "subchoices": ["car", "bus"]}]
    found = labelled(
        service,
        TaskType.ImageAnnotation,
        shapes("box", [[1, 2], [5, 8]]),
        attachment=image,
        geometries={"box": {"objects_to_annotate": nested}},
    )
    assert found["annotations"][0]["label"] == "car"


def test_blocks_of_a_document_hold_their_text(service, image):
    answer = shapes("box", [[1, 2], [5, 8]], attributes={"text": "Total 9.50"})
    features = [{"type": "block", "label": "car"}]
    found = labelled(service, TaskType.DocumentTranscription, answer, attachment=image, features=features)
    assert found["annotations"][0]["text"] == "Total 9.50"
    assert found["annotations"][0]["label"] == "car"


def test_segments_are_drawn_as_polygons_and_told_as_masks(service, image):
    answer = {
        "shapes": [
            {"type": "polygon", "label": "car", "points": [[1, 1], [5, 1], [5, 5], [1, 5]]},
            {"type": "polygon", "label": "road", "points": [[0, 0], [40, 0], [40, 15], [0, 15]]},
        ]
    }
    asked = {"attachment": image, "labels": ["road", "sky", "car"], "instance_labels": ["car"]}
    task = service.client.create_task(TaskType.SegmentAnnotation, **asked)
    service.answer(task, answer)
    told = task.response["annotations"]
    assert told["labeled"]["sky"] is None
    numbers = np.asarray(fetched(told["combined"]["indexedImage"]))
    of = {label: said for label, said in task.response["labelMapping"].items()}
    assert numbers.shape == (30, 40)
    assert (numbers == of["car"][0]["index"]).sum() == 16
    assert (numbers == of["road"]["index"]).sum() == 40 * 15 - 16
    road, rest = (np.asarray(fetched(url)) for url in (told["labeled"]["road"], told["unlabeled"]))
    assert ((road[..., 3] == 255) == (numbers == of["road"]["index"])).all()
    assert ((rest[..., 3] == 255) == (numbers == 0)).all()
    assert (np.asarray(fetched(told["combined"]["extendedIndexedImage"]))[..., 0] == numbers).all()
    assert np.asarray(fetched(told["combined"]["image"])).shape == (30, 40, 4)
    first = task.response
    task.refresh()
    assert task.response == first, "told twice it is the same"


def fetched(url: str) -> Image.Image:
    """Fetch an image as any program does, without a key."""
    answer = httpx.get(url, trust_env=False)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png"), answer.text
    return Image.open(io.BytesIO(answer.content))


def test_an_address_of_a_file_that_was_changed_or_is_over_leads_nowhere(service, image):
    polygon = {"type": "polygon", "label": "car", "points": [[1, 1], [5, 1], [5, 5]]}
    found = labelled(
        service, TaskType.SegmentAnnotation, {"shapes": [polygon]}, attachment=image, labels=["car"]
    )
    url = found["annotations"]["unlabeled"]
    *start, signature, org, task, until, name = url.split("/")
    over = Links(
        service.url, OrgId(uuid.UUID(org)), service.run(partial(secret_of, service.app.db, uuid.UUID(org))), 1
    )
    changed = [
        [*start, signature, org, task, until, "combined.png"],
        [*start, signature, org, task, str(int(until) + 1), name],
        [*start, signature, str(uuid.uuid4().hex), task, until, name],
        [*start, "é", org, task, until, name],
        [*start, signature, org, "0" * 24, until, name],
    ]
    for each in (*("/".join(parts) for parts in changed), over.to(task, name), f"{service.url}/v1/links/x/y"):
        answer = httpx.get(each, trust_env=False)
        assert (answer.status_code, answer.json()["status_code"]) == (404, 404), each


def test_attached_images_are_fetched_without_a_key_where_that_is_asked_for(service, client, image):
    client.create_project("attached", TaskType.Annotation)
    asked = {"project": "attached", "objects_to_annotate": ["car"]}
    client.create_task(TaskType.Annotation, attachment=image, **asked)
    (task,) = client.get_tasks("attached")
    for one in task.as_dict()["attachmentS3Downloads"]:
        assert one["attachmentURL"] == image
        assert fetched(one["s3URL"]).size == (40, 30)
    (bare,) = client.get_tasks("attached", include_attachment_url=False)
    assert "attachmentS3Downloads" not in bare.as_dict()
    url = task.as_dict()["attachmentS3Downloads"][0]["s3URL"]
    assert httpx.get(url + "s", trust_env=False).status_code == 404
    assert httpx.get(url, trust_env=False).headers["content-disposition"] == "attachment"
    client.create_project("attached texts", TaskType.Categorization)
    text = {"attachment": "A text.", "attachment_type": "text", "categories": ["a", "b"]}
    client.create_task(TaskType.Categorization, project="attached texts", **text)
    (task,) = client.get_tasks("attached texts")
    assert "attachmentS3Downloads" not in task.as_dict()


def test_any_number_of_categories(service, image):
    params = {"attachment": image, "categories": ["cat", "dog", "cow"], "allow_multiple": True}
    found = labelled(service, TaskType.Categorization, {"choices": ["cat", "cow"]}, **params)
    assert found == {"category": ["cat", "cow"]}


def test_several_questions_about_a_picture(service, image):
    found = labelled(
        service,
        TaskType.Categorization,
        {"fields": {"Type": ["Vehicle"], "Ages": 3}},
        attachment=image,
        attachment_type="image",
        taxonomies={
            "Type": {
                "type": "category",
                "description": "What kind of toy is it?",
                "choices": ["Soft", "Vehicle"],
                "allow_multiple": True,
            },
            "Ages": {"type": "number", "min": 0, "max": 100, "step": 1},
        },
    )
    assert found == {"taxonomies": {"Type": ["Vehicle"], "Ages": 3}}


def test_entities_and_how_they_are_related(service):
    answer = {
        "spans": [
            {"id": "s1", "start": 0, "end": 3, "label": "person"},
            {"id": "s2", "start": 13, "end": 17, "label": "place"},
        ],
        "relations": [{"from": "s1", "to": "s2", "label": "lives in"}],
    }
    found = labelled(
        service,
        TaskType.NamedEntityRecognition,
        answer,
        text="Ada lives in Rome.",
        labels=[{"name": "person", "description": "A person"}, "place"],
        relationships=[{"name": "lives in", "source_label": "person", "target_label": "place"}],
    )
    assert found["annotations"] == [
        {"id": "s1", "label": "person", "start": 0, "end": 3, "text": "Ada"},
        {"id": "s2", "label": "place", "start": 13, "end": 17, "text": "Rome"},
    ]
    assert found["relationships"] == [{"name": "lives in", "source_ref": "s1", "target_ref": "s2"}]


FIELDS = [
    {"field_id": "legible", "type": "boolean", "title": "Legible?", "required": True},
    {
        "field_id": "shop",
        "type": "text",
        "title": "Shop",
        "conditions": {"legible": [True]},
        "max_characters": 40,
    },
    {
        "field_id": "paid",
        "type": "category",
        "title": "Paid",
        "choices": [{"label": "Cash", "value": "cash"}, {"label": "Card", "value": "card"}],
    },
    {"field_id": "kinds", "type": "category", "title": "Kinds", "choices": ["a", "b", "c"], "max_choices": 2},
    {"field_id": "total", "type": "number", "title": "Total", "min": 0},
    {"field_id": "date", "type": "date", "title": "Date"},
    {"field_id": "order", "type": "ranking_order", "title": "Order", "choices": ["x", "y"]},
]
FILLED = {
    "legible": True,
    "shop": "Bar Roma",
    "paid": "card",
    "kinds": ["a", "c"],
    "total": 9.5,
    "date": "2026-03-01",
    "order": ["y", "x"],
}


def test_a_form_with_fields_of_all_types(service, image):
    found = labelled(
        service,
        TaskType.TextCollection,
        {"fields": FILLED},
        attachments=[{"type": "image", "content": image}],
        fields=FIELDS,
    )
    said = {name: one["response"] for name, one in found["annotations"].items()}
    assert said == {
        "legible": [["true"]],
        "shop": [["Bar Roma"]],
        "paid": [["card"]],
        "kinds": [["a", "c"]],
        "total": [["9.5"]],
        "date": [["2026-03-01"]],
        "order": [["y", "x"]],
    }
    assert found["annotations"]["shop"]["type"] == "text"


def test_a_file_that_somebody_handed_in_is_fetched_without_a_key(service, client, image):
    asked = {"field_id": "photo", "type": "file", "title": "A photo"}
    task = client.create_task(
        TaskType.TextCollection, attachments=[{"type": "image", "content": image}], fields=[asked]
    )
    row = service.run(partial(ids_of, service, task.id))
    room, member = service.app.handing_room, service.member
    worker = service.run(partial(service.app.workforce.worker_of, member))
    new = NewFile(
        member.scope(), member.org_slug, worker, row["project_id"], row["task_id"], "a.txt", b"seen"
    )
    file = service.run(partial(room.hand_in, new))
    service.answer(task, {"fields": {"photo": file.digest}})
    ((url,),) = task.response["annotations"]["photo"]["response"]
    answer = httpx.get(url, trust_env=False)
    assert (answer.content, answer.headers["content-type"]) == (b"seen", "application/octet-stream")
    assert answer.headers["content-disposition"] == "attachment"
    assert httpx.get(url.replace(file.digest, "0" * 64), trust_env=False).status_code == 404


def test_a_field_that_is_hidden_may_not_be_filled_in(service, image):
    task = service.client.create_task(
        TaskType.TextCollection, attachments=[{"type": "image", "content": image}], fields=FIELDS
    )
    with pytest.raises(AssertionError, match="shop"):
        service.answer(task, {"fields": {"legible": False, "shop": "Bar Roma"}})


def test_several_texts_are_one_record(service):
    found = labelled(
        service,
        TaskType.TextCollection,
        {"fields": {"better": "first"}},
        attachments=[{"type": "text", "content": "one"}, {"type": "text", "content": "two"}],
        fields=[{"field_id": "better", "type": "text", "title": "Which?"}],
    )
    assert found["annotations"]["better"]["response"] == [["first"]]


async def shown_to_people(service, public_id):
    """Return what people see of a task."""
    row = await ids_of(service, public_id)
    async with service.app.db.system_transaction() as tx:
        return await tx.fetch_value(
            psycopg.sql.SQL("select payload from tasks where id = %(task_id)s"), task_id=row["task_id"]
        )


def test_images_recordings_and_texts_stand_beside_each_other_in_a_form(service, image, recording):
    attached = [{"type": "image", "content": image}, {"type": "audio", "content": recording}]
    service.client.create_project("beside", TaskType.TextCollection)
    task = service.client.create_task(
        TaskType.TextCollection,
        project="beside",
        attachments=[*attached, {"type": "text", "content": "Which?"}],
        fields=[{"field_id": "better", "type": "text", "title": "Which?"}],
    )
    shown = service.run(partial(shown_to_people, service, task.id))
    picture, sound = shown["record"]["attachment 1"], shown["record"]["attachment 2"]
    assert picture == {
        "media": digest_bytes(png().getvalue()),
        "media_type": "image/png",
        "width": 40,
        "height": 30,
    }
    assert (sound["media_type"], sound["duration_seconds"]) == ("audio/wav", 0.1)
    assert shown["record"]["attachment 3"] == "Which?"
    for one in (picture, sound):
        url = f"{service.url}/api/v1/blobs/{one['media']}"
        part = httpx.get(url, headers={"Authorization": f"Bearer {service.key}", "Range": "bytes=0-3"})
        assert (part.status_code, len(part.content), part.headers["content-type"]) == (
            206,
            4,
            one["media_type"],
        )
    (listed,) = service.client.get_tasks("beside")
    downloads = listed.as_dict()["attachmentS3Downloads"]
    assert [one["attachmentURL"] for one in downloads] == [image, image, recording, recording]
    for one, medium in zip(downloads[::2], (picture, sound), strict=True):
        found = httpx.get(one["s3URL"], trust_env=False)
        assert (digest_bytes(found.content), found.headers["content-type"]) == (
            medium["media"],
            medium["media_type"],
        )
    beyond = downloads[0]["s3URL"].replace("attachment-1", "attachment-3")
    assert httpx.get(beyond, trust_env=False).status_code == 404
    service.answer(task, {"fields": {"better": "the picture"}})
    assert task.response["annotations"]["better"]["response"] == [["the picture"]]


def test_fields_of_a_recording(service, recording):
    found = labelled(
        service,
        TaskType.Transcription,
        {"fields": {"title": "Silence", "words": ["one", "two"]}},
        attachment=recording,
        attachment_type="audio",
        fields={"title": "What it is called", "words": "What is said"},
        repeatable_fields=["words"],
    )
    assert found == {"fields": {"title": "Silence", "words": ["one", "two"]}}


def test_rows_of_a_receipt(service, image):
    row_fields = {"product": "What was bought", "price": "For how much"}
    rows = [{"product": "Tea", "price": "2.00"}, {"product": "Bun"}]
    found = labelled(
        service,
        TaskType.Transcription,
        {"fields": {"shop": "Bar Roma", "row_fields": rows}},
        attachment=image,
        fields={"shop": "Where"},
        row_fields=row_fields,
    )
    assert found == {"fields": {"shop": "Bar Roma"}, "rows": rows}
    task = service.client.create_task(
        TaskType.Transcription, attachment=image, row_fields=row_fields, hypothesis={"rows": rows}
    )
    assert proposal_of(service, task) == {"fields": {"row_fields": rows}}


def test_facts_about_a_website_whose_address_is_shown(service):
    found = labelled(
        service,
        TaskType.DataCollection,
        {"fields": {"founded": "1999"}},
        attachment="https://example.org/about",
        attachment_type="website",
        fields={"founded": "In which year"},
    )
    assert found == {"fields": {"founded": "1999"}}


def test_texts_are_compared(service):
    found = labelled(
        service,
        TaskType.Comparison,
        {"fields": {"choice": "yes"}},
        attachments=["a cat", "the cat"],
        attachment_type="text",
        choices=["yes", "no"],
    )
    assert found == {"choice": "yes"}


def test_images_are_compared_and_become_rows_of_a_dataset_with_their_bytes(service, image):
    other = service.client.upload_file(file=png(shade=90)).attachment_url
    task = service.client.create_task(
        TaskType.Comparison, attachments=[image, other], attachment_type="image", choices=["left", "right"]
    )
    service.answer(task, {"fields": {"choice": "left"}})
    assert task.response == {"choice": "left"}

    async def gathered():
        row = await ids_of(service, task.id)
        await service.app.gathering_room.gather(str(service.member.scope().org_id), row["project_id"])
        async with service.app.db.system_transaction() as tx:
            return await tx.fetch_value(
                psycopg.sql.SQL("select dataset from projects where id = %(project_id)s"), **row
            )

    store = service.app.datasets(service.member.org_slug)
    (item,) = store.open(service.run(gathered)).items()
    pictures = [png().getvalue(), png(shade=90).getvalue()]
    assert [item.record[f"attachment {place}"]["media"] for place in (1, 2)] == list(
        map(digest_bytes, pictures)
    )
    assert media_of(item) == {digest_bytes(data): data for data in pictures}


@pytest.mark.parametrize(
    ("attachments", "says"),
    [
        ([7], "an attachment is a text or an address"),
        (["https://example.org/a.png"] * 2, "may not be fetched"),
        (["scaledata://x/y"] * 21, "21 files are attached; at most 20"),
        (["scaledata://x/y"] * 2, "no file that was uploaded here"),
        ([], "Please include an attachment"),
    ],
)
def test_attachments_that_cannot_be_shown_beside_each_other_are_refused(client, attachments, says):
    with pytest.raises(ScaleInvalidRequest, match=says):
        client.create_task(
            TaskType.Comparison, attachments=attachments, attachment_type="image", choices=["yes", "no"]
        )


@pytest.mark.parametrize(
    "kind", [TaskType.Chat, TaskType.ChatLite, TaskType.MultiChat, TaskType.ChatExperimental]
)
def test_a_conversation_is_written(service, kind):
    found = labelled(
        service,
        kind,
        {"messages": [{"role": "assistant", "content": "Four.", "from": "worker"}]},
        template_variables={"prompt": "What is 2 + 2?"},
    )
    assert found == {
        "messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "Four."}]
    }


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (TaskType.CuboidAnnotation, {"objects_to_annotate": ["car"], "camera_height": 1.5}),
        (
            TaskType.ImageAnnotation,
            {"geometries": {"cuboid": {"objects_to_annotate": ["car"], "camera_intrinsics": {"fx": 1}}}},
        ),
        (TaskType.Annotation, {"links": {"next": {}}}),
        (TaskType.Categorization, {"categories": ["a", "b"], "context_attachments": ["https://example.org"]}),
        (TaskType.Categorization, {"categories": ["a", "b"], "layers": {"boxes": [{}]}}),
        (TaskType.Annotation, {"can_edit_base_annotations": False}),
        (TaskType.TextCollection, {"fields": [{"field_id": "a", "type": "unit", "title": "A"}]}),
        (TaskType.DocumentTranscription, {"features": [{"type": "relation", "label": "x"}]}),
        (TaskType.Comparison, {"choices": ["yes"], "attachment_type": "video"}),
        (TaskType.Categorization, {"categories": ["a", "b"], "attachment_type": "pdf"}),
    ],
)
def test_parts_of_a_type_that_need_another_screen_are_not_enabled(client, image, kind, params):
    with pytest.raises(ScaleNotEnabled):
        client.create_task(kind, attachment=image, **params)


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (TaskType.ImageAnnotation, {"geometries": {"blob": {"objects_to_annotate": ["car"]}}}),
        (TaskType.ImageAnnotation, {"geometries": ["box"]}),
        (TaskType.Annotation, {"hypothesis": {"annotations": [{"label": "car"}]}}),
        (TaskType.ImageAnnotation, {"geometries": {"box": {"objects_to_annotate": [7]}}}),
        (TaskType.TextCollection, {"fields": ["a"]}),
        (TaskType.TextCollection, {"fields": [{"field_id": "a", "type": "category", "title": "A"}]}),
        (TaskType.Categorization, {"categories": ["a"]}),
        (TaskType.Categorization, {"categories": ["a", "b"], "groundswell": {"answers": "many"}}),
        (TaskType.Categorization, {"categories": ["a", "b"], "groundswell": {"colour": 1}}),
        (TaskType.Categorization, {"categories": ["a", "b"], "callback_url": "http://10.0.0.1/x"}),
        (TaskType.Categorization, {"categories": ["a", "b"], "callback_url": "me@example.org"}),
        (TaskType.Categorization, {"categories": ["a", "b"], "metadata": {"long": "x" * 11_000}}),
        (TaskType.Categorization, {"categories": ["a", "b"], "project": "no such"}),
        (TaskType.Categorization, {"categories": ["a", "b"], "batch": "no such"}),
        (TaskType.Categorization, {"categories": ["a", "b"], "unique_id": 7}),
        (TaskType.Categorization, {"categories": ["a", "b"], "tags": "one"}),
        (TaskType.Categorization, {"categories": ["a", "b\x00"]}),
    ],
)
def test_bad_parameters_are_bad_requests(client, image, kind, params):
    with pytest.raises(ScaleInvalidRequest):
        client.create_task(kind, **{"attachment": image, **params})
