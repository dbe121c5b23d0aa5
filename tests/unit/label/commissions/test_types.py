"""Task types are translations: there and back, an answer is the same; what cannot be read is refused by name."""

import contextlib
import json
from typing import Any

import jsonschema_rs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import GroundswellError, InputError, Unsupported
from groundswell.items import ItemKind
from groundswell.label.commissions.asked import Content, Wanted
from groundswell.label.commissions.schemas import document
from groundswell.label.commissions.types import TYPES, UNSEEN, known_type, task_type
from groundswell.label.kinds import Ontology, Schema, label_kind

IMAGE = {"kind": "image", "text": None, "media_type": "image/png", "meta": {"width": 400, "height": 300}}
ADDRESS = {"attachment": "https://example.org/a.png"}
FIELDS = [
    {"field_id": "ok", "type": "boolean", "title": "OK?"},
    {"field_id": "say", "type": "text", "title": "Say", "conditions": {"ok": [True]}},
    {"field_id": "one", "type": "category", "title": "One", "choices": ["x", "y"]},
    {"field_id": "some", "type": "category", "title": "Some", "choices": ["x", "y", "z"], "max_choices": 3},
    {"field_id": "many", "type": "number", "title": "Many", "min": 0, "max": 10},
    {"field_id": "step", "type": "linear_scale", "title": "Step", "min": 1, "max": 5},
    {"field_id": "order", "type": "ranking_order", "title": "Order", "choices": ["x", "y", "z"]},
    {"field_id": "day", "type": "date", "title": "Day"},
    {"field_id": "at", "type": "datetime", "title": "At"},
    {"field_id": "page", "type": "url", "title": "Page"},
    {"field_id": "scan", "type": "file", "title": "Scan"},
    {"field_id": "all", "type": "number", "title": "All", "max_responses_required": 4, "suffix": "grams"},
    {
        "field_id": "each",
        "type": "category",
        "title": "Each",
        "choices": ["x", "y"],
        "max_responses_required": 2,
    },
]
GEOMETRIES = {
    "box": {"objects_to_annotate": ["car", {"choice": "bike", "subchoices": ["moped"]}], "can_rotate": True},
    "polygon": {"objects_to_annotate": ["road"], "min_vertices": 4, "max_vertices": 15},
    "line": {"objects_to_annotate": ["lane"], "min_vertices": "2", "max_vertices": 8},
    "point": {
        "objects_to_annotate": ["nose"],
        "connections": [{"pair": ["nose", "nose"], "connection_attribute": "drives"}],
    },
    "ellipse": {"objects_to_annotate": ["eye"]},
    "cuboid": {"objects_to_annotate": ["van"]},
}
ATTRIBUTES = {
    "parked": {
        "type": "category",
        "choices": ["yes", "no"],
        "conditions": {"label_condition": {"label": "car"}},
    },
    "seen": {"type": "number", "min": 0, "max": 1},
    "heading": {"type": "angle"},
    "drives": {
        "type": "linked",
        "allowed_labels": ["car", "van"],
        "conditions": {"label_condition": {"label": ["nose", "eye"]}},
    },
}
PARAMS: dict[str, dict[str, Any]] = {
    "imageannotation": {**ADDRESS, "geometries": GEOMETRIES, "annotation_attributes": ATTRIBUTES},
    "annotation": {**ADDRESS, "objects_to_annotate": ["car", "bus"]},
    "polygonannotation": {**ADDRESS, "objects_to_annotate": ["car"]},
    "lineannotation": {**ADDRESS, "objects_to_annotate": ["lane"]},
    "pointannotation": {**ADDRESS, "objects_to_annotate": ["nose"]},
    "cuboidannotation": {**ADDRESS, "objects_to_annotate": ["van"]},
    "segmentannotation": {
        **ADDRESS,
        "labels": ["road", {"choice": "sky"}, "car"],
        "instance_labels": ["car"],
    },
    "documenttranscription": {**ADDRESS, "features": [{"type": "block", "label": "title"}]},
    "categorization": {**ADDRESS, "categories": ["a", {"name": "b"}]},
    "namedentityrecognition": {
        "text": "Ada lives in Rome.",
        "labels": ["person", "place"],
        "relationships": [{"name": "lives in", "source_label": "person"}],
    },
    "textcollection": {
        "attachments": [{"type": "image", "content": "https://example.org/a.png"}],
        "fields": FIELDS,
    },
    "transcription": {
        **ADDRESS,
        "fields": {"title": "The title", "words": "Its words"},
        "repeatable_fields": ["words"],
        "row_fields": {"product": "What was bought", "price": {"description": "With its currency"}},
    },
    "datacollection": {
        "attachment": "https://example.org",
        "attachment_type": "website",
        "fields": {"name": "A name"},
    },
    "comparison": {
        "attachments": [
            {"type": "text", "content": "one"},
            {"type": "image", "content": "https://example.org/b.png"},
        ],
        "choices": ["yes", "no"],
    },
    "chat": {"template_variables": {"prompt": "Hello?"}, "criteria": [{"name": "kind", "low": 1, "high": 5}]},
    "chatlite": {"messages": [{"role": "user", "content": "Hello?"}]},
    "chatexperimental": {"prompt": "Name a prime.", "responses": ["12", "13"]},
    "multichat": {
        "prompt": "A prime?",
        "responses": ["12", "13"],
        "criteria": [{"name": "right", "low": 0, "high": 1}],
    },
}


def shown(content: Content) -> dict[str, Any]:
    if content.text is not None:
        return {"kind": "text", "text": content.text, "media_type": "text/plain", "meta": {}}
    if content.record is not None or content.parts:
        parts = {f"attachment {place}": within(one) for place, one in enumerate(content.parts, 1)}
        record = content.record or parts
        return {
            "kind": "record",
            "text": None,
            "media_type": "application/json",
            "meta": {},
            "record": record,
        }
    assert ItemKind.IMAGE in content.kinds
    return IMAGE


def within(content: Content) -> Any:
    """Return content as it stands within a record."""
    return content.text or {"media": "a" * 64, "media_type": "image/png", **IMAGE["meta"]}


def schema_of(name: str, params: dict[str, Any]) -> tuple[Schema, dict[str, Any]]:
    kind = task_type(name)
    item = shown(kind.content(params))
    wanted = kind.wanted(params, item)
    of = label_kind(wanted.kind)
    ontology: Ontology = of.ontology(wanted.classes, wanted.options)
    schema = Schema(of, ontology)
    schema.check_item(item)
    return schema, item


def test_every_type_has_parameters_to_try() -> None:
    assert set(PARAMS) == set(TYPES)
    assert not set(TYPES) & set(UNSEEN)


def test_the_enum_of_the_official_client_is_known() -> None:
    tasks = pytest.importorskip("scaleapi.tasks")
    assert {known_type(one.value) for one in tasks.TaskType} == {*TYPES, *UNSEEN}


QUESTIONS = {
    "kind": {"choices": ["a", "b"], "description": "Which?"},
    "all": {"type": "category", "choices": ["a", "b"], "allow_multiple": True, "required": False},
    "many": {"type": "number", "min": 0, "max": 9},
    "say": {"type": "text", "required": False},
    "ok": {"type": "boolean"},
}


@pytest.mark.parametrize("seed", range(5))
def test_answers_to_several_questions_are_told_by_question(seed: int) -> None:
    kind, params = task_type("categorization"), {**ADDRESS, "taxonomies": QUESTIONS}
    schema, item = schema_of("categorization", params)
    answer = schema.kind.example(schema.ontology, item, np.random.default_rng(seed))
    response = kind.response(params, answer, item)
    assert kind.answer(params, response, item) == answer
    told = document(
        "categorization", kind.response_schema(Wanted("form", options=dict(schema.ontology.options)))
    )
    is_valid = jsonschema_rs.validator_for(told).is_valid
    assert is_valid(response)
    assert not is_valid({"taxonomies": {**response["taxonomies"], "else": 1}})
    assert set(response["taxonomies"]) >= {"kind", "many", "ok"}
    for wrong in ([], {"a": "b"}, {"a": {"choices": []}}):
        with pytest.raises(InputError):
            kind.wanted({"taxonomies": wrong or [1]}, item)
    with pytest.raises(Unsupported):
        kind.wanted({"taxonomies": {"a": {"type": "angle"}}}, item)


@pytest.mark.parametrize("name", sorted(PARAMS))
@pytest.mark.parametrize("seed", range(5))
def test_an_answer_is_the_same_after_it_was_a_response(name: str, seed: int) -> None:
    params = {**task_type(name).defaults, **PARAMS[name]}
    schema, item = schema_of(name, params)
    answer = schema.kind.example(schema.ontology, item, np.random.default_rng(seed))
    response = task_type(name).response(params, answer, item)
    back = schema.validate(task_type(name).answer(params, response, item), item)
    # Hidden corners of cuboids are worked out from the others, and all are rounded.
    assert schema.distance(back, answer) == pytest.approx(0, abs=1e-3 if "cuboid" in str(answer) else 1e-9)


@pytest.mark.parametrize("name", sorted(PARAMS))
@pytest.mark.parametrize("seed", range(5))
def test_a_response_is_what_its_schema_says_and_nothing_else_is(name: str, seed: int) -> None:
    params = {**task_type(name).defaults, **PARAMS[name]}
    schema, item = schema_of(name, params)
    wanted = Wanted(schema.kind.name, schema.ontology.classes, schema.ontology.options)
    told = document(name, task_type(name).response_schema(wanted))
    answer = schema.kind.example(schema.ontology, item, np.random.default_rng(seed))
    response = json.loads(json.dumps(task_type(name).response(params, answer, item)))
    is_valid = jsonschema_rs.validator_for(told).is_valid
    assert is_valid(response), response
    assert not is_valid({**response, "else": 1})
    for key in response:
        assert not is_valid({**response, key: 7})
        assert not is_valid({name: value for name, value in response.items() if name != key})


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats()
    | st.sampled_from(["", "a", "text", "image", "box"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "name",
                    "choice",
                    "choices",
                    "label",
                    "content",
                    "objects_to_annotate",
                    "field_id",
                    "a",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", sorted(PARAMS))
@settings(max_examples=40)
@given(data=st.data())
def test_parameters_of_any_shape_are_read_or_refused(name: str, data: st.DataObject) -> None:
    params = {
        **PARAMS[name],
        data.draw(st.sampled_from([*PARAMS[name], "attachment_type"])): data.draw(VALUES),
    }
    try:
        _, item = schema_of(name, params)
    except GroundswellError:
        return
    response = data.draw(
        st.dictionaries(st.sampled_from(["annotations", "fields", "category", "choice"]), VALUES)
    )
    with contextlib.suppress(GroundswellError):
        task_type(name).answer(params, response, item)


def test_names_of_annotations_are_stable_and_different() -> None:
    answer = {"shapes": [{"type": "box", "label": "car", "points": [[0, 0], [1, 1]]}] * 2}
    first, again = (task_type("annotation").response({}, answer, IMAGE) for _ in range(2))
    assert first == again
    assert len({one["uuid"] for one in first["annotations"]}) == 2


def test_boxes_may_be_told_in_whole_pixels() -> None:
    kind = task_type("imageannotation")
    params = {**ADDRESS, "geometries": {"box": {"objects_to_annotate": ["car"], "integer_pixels": True}}}
    drawn = {"shapes": [{"type": "box", "label": "car", "points": [[1.4, 2.6], [10.2, 9.1]]}]}
    (told,) = kind.response(params, drawn, IMAGE)["annotations"]
    assert [told[side] for side in ("left", "top", "width", "height")] == [1, 3, 9, 6]


def test_boxes_that_may_be_turned_are_told_with_how_far_they_are() -> None:
    kind = task_type("imageannotation")
    params = {**ADDRESS, "geometries": {"box": {"objects_to_annotate": ["car"], "can_rotate": True}}}
    upright = {"type": "box", "label": "car", "points": [[10, 20], [30, 60]]}
    turned = {"type": "rotated_box", "label": "car", "points": [[40, 20], [40, 40], [0, 40], [0, 20]]}
    drawn = {"shapes": [upright, turned]}
    told = kind.response(params, drawn, IMAGE)["annotations"]
    assert [one["type"] for one in told] == ["box", "box"]
    assert [one["rotation"] for one in told] == [0, pytest.approx(np.pi / 2)]
    assert [[one[side] for side in ("left", "top", "width", "height")] for one in told] == [
        [10, 20, 20, 40],
        [10, 10, 20, 40],
    ]
    assert told[1]["vertices"][0] == {"x": 40, "y": 20}
    assert kind.answer(params, {"annotations": told}, IMAGE)["shapes"] == [upright, turned]


def test_an_ellipse_is_told_by_the_ends_of_its_axes() -> None:
    kind = task_type("imageannotation")
    params = {**ADDRESS, "geometries": {"ellipse": {"objects_to_annotate": ["wheel"]}}}
    drawn = {
        "shapes": [{"type": "ellipse", "label": "wheel", "points": [[123, 113], [50, 21]], "rotation": 0}]
    }
    (told,) = kind.response(params, drawn, IMAGE)["annotations"]
    ends = [(one["x"], one["y"]) for one in told["vertices"]]
    assert ends == [(123, 92), (173, 113), (123, 134), (73, 113)]  # as in Scale's example
    assert kind.answer(params, {"annotations": [told]}, IMAGE) == drawn
    told["vertices"].pop()
    with pytest.raises(InputError, match="four ends; 3 given"):
        kind.answer(params, {"annotations": [told]}, IMAGE)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"polygon": {"min_vertices": 4, "max_vertices": 15}}, {"least_points": 4, "most_points": 15}),
        (
            {
                "polygon": {"min_vertices": 4, "max_vertices": 9},
                "line": {"min_vertices": 2, "max_vertices": 12},
            },
            {"least_points": 2, "most_points": 12},
        ),
        ({"polygon": {"min_vertices": 4, "max_vertices": 9}, "line": {}}, {}),
        ({"box": {}}, {}),
    ],
)
def test_the_points_of_polygons_and_lines_are_bounded(given: Any, expected: Any) -> None:
    geometries = {name: {"objects_to_annotate": ["a"], **bounds} for name, bounds in given.items()}
    options = task_type("imageannotation").wanted({**ADDRESS, "geometries": geometries}, IMAGE).options
    assert {name: value for name, value in options.items() if name.endswith("_points")} == expected


@pytest.mark.parametrize(
    ("geometries", "why"),
    [
        (
            {"polygon": {"objects_to_annotate": ["a"], "max_vertices": "many"}},
            "max_vertices is a whole number",
        ),
        (
            {"line": {"objects_to_annotate": ["a"], "min_vertices": 1e999}},
            "min_vertices is a whole number",
        ),
        ({"point": {"objects_to_annotate": ["a"], "connections": "all"}}, "must be a list of objects"),
    ],
)
def test_what_points_cannot_be_is_told(geometries: Any, why: str) -> None:
    with pytest.raises(InputError, match=why):
        task_type("imageannotation").wanted({**ADDRESS, "geometries": geometries}, IMAGE)


def test_annotations_are_linked_by_their_names_and_shapes_by_their_places() -> None:
    kind = task_type("imageannotation")
    params = PARAMS["imageannotation"]
    nose = {"type": "point", "label": "nose", "x": 5, "y": 5, "attributes": {"drives": "the car"}}
    car = {"type": "box", "label": "car", "left": 1, "top": 1, "width": 9, "height": 9, "uuid": "the car"}
    answer = kind.answer(params, {"annotations": [nose, car]}, IMAGE)
    assert answer["shapes"][0]["attributes"] == {"drives": 1}
    first, second = kind.response(params, answer, IMAGE)["annotations"]
    assert first["attributes"] == {"drives": second["uuid"]}
    with pytest.raises(InputError, match="the uuid of none"):
        kind.answer(params, {"annotations": [nose]}, IMAGE)


def test_a_field_says_what_it_is_filled_in_with_and_how_often() -> None:
    kind = task_type("textcollection")
    (spec,) = kind.wanted({"fields": [FIELDS[-2]]}, IMAGE).options["fields"]
    assert spec == {
        "name": "all",
        "kind": "number",
        "title": "All",
        "hint": "grams",
        "several": True,
        "least": 0,
        "most": 4,
    }
    params, answer = {"fields": [FIELDS[-2]]}, {"fields": {"all": [1, 2.5]}}
    told = kind.response(params, answer, IMAGE)
    assert told["annotations"]["all"]["response"] == [["1"], ["2.5"]]
    assert kind.answer(params, told, IMAGE) == answer
    both = {**FIELDS[-2], "type": "text", "min_characters": 3}
    with pytest.raises(Unsupported, match="several responses"):
        kind.wanted({"fields": [both]}, IMAGE)


def test_rows_of_a_transcription_are_told_beside_its_fields() -> None:
    kind, columns = task_type("transcription"), {"row_fields": {"product": "", "price": ""}}
    answer = {"fields": {"title": "Bar", "row_fields": [{"product": "tea"}, {"price": "2"}]}}
    told = kind.response({"fields": {"title": ""}, **columns}, answer, IMAGE)
    assert told == {"fields": {"title": "Bar"}, "rows": [{"product": "tea"}, {"price": "2"}]}
    assert kind.response(columns, {"fields": {}}, IMAGE) == {"fields": {}, "rows": []}
    assert kind.answer(columns, {"rows": []}, IMAGE) == {"fields": {}}
    for wrong in ({"row_fields": ["product"]}, {**columns, "fields": {"row_fields": ""}}):
        with pytest.raises(InputError, match="row_fields"):
            kind.wanted(wrong, IMAGE)


def test_a_workspace_is_opened_by_its_address_and_what_came_of_it_handed_in() -> None:
    kind, digest = task_type("textcollection"), "0" * 64
    asked = {"field_id": "run", "type": "workspace_container", "title": "Mend it", "required": True}
    asked["workspace_config"] = {"workspace_url": "https://code.example.org/1"}
    schema, _ = schema_of("textcollection", {**ADDRESS, "fields": [asked]})
    (field,) = schema.ontology.options["fields"]
    assert (field["hint"], field["kind"]) == ("https://code.example.org/1", "rows")
    answer = {
        "fields": {"run": [{"file": digest, "stderr_output": "none"}, {"file": "https://example.org/a"}]}
    }
    told = kind.response({"fields": [asked]}, schema.validate(answer), IMAGE)
    assert told["annotations"]["run"]["response"] == [[digest, "https://example.org/a"], [], ["none"]]
    assert kind.handed({"fields": [asked]}, answer) == {digest}
    assert kind.answer({"fields": [asked]}, told, IMAGE) == answer
    for wrong in ({}, {"workspace_url": "javascript:alert(1)"}, "https://example.org"):
        with pytest.raises(InputError, match="workspace_url"):
            kind.wanted({"fields": [{**asked, "workspace_config": wrong}]}, IMAGE)


def test_a_condition_may_ask_for_any_or_all_of_several_fields() -> None:
    field = {"field_id": "b", "type": "text", "title": "B"}
    asked = [
        {"field_id": "a", "type": "boolean", "title": "A"},
        {**field, "conditions": [{"field_id": "a", "value": True}, {"a": [False]}]},
    ]
    schema, _ = schema_of("textcollection", {"attachment": "x", "attachment_type": "text", "fields": asked})
    assert schema.ontology.options["fields"][1]["when"] == {
        "any": [{"field": "a", "is": [True]}, {"all": [{"field": "a", "is": [False]}]}]
    }
    with pytest.raises(InputError, match="no task type"):
        task_type("nothing")
