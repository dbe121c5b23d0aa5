"""What every label kind promises, whoever wrote it: canonical answers, honest distances, merges that are answers."""

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from groundswell.errors import GroundswellError, InputError, InvalidAnswer
from groundswell.label.kinds import Said, Schema, as_text, label_kind, label_kinds


@dataclass(frozen=True)
class Sample:
    """A project of a kind, and an item of it as a worker sees it."""

    kind: str
    classes: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)

    @property
    def schema(self) -> Schema:
        kind = label_kind(self.kind)
        return Schema(kind, kind.ontology(self.classes, self.options))

    def __str__(self) -> str:
        return f"{self.kind} {self.options.get('mode', '')} {','.join(self.options)}".strip()


def text(words: str) -> dict[str, Any]:
    return {"kind": "text", "text": words, "media_type": "text/plain", "meta": {}}


def media(kind: str) -> dict[str, Any]:
    return {"kind": kind, "text": None, "media_type": f"{kind}/x", "meta": {}}


def record(**fields: Any) -> dict[str, Any]:
    return {"kind": "record", "text": None, "record": fields, "media_type": "application/json", "meta": {}}


NAMED = "Ada Lovelace wrote to Charles Babbage in London, and he wrote back to her from Turin."
HELPFUL = {"name": "helpful", "low": 1, "high": 5}
TRUE = {"name": "true", "low": 0, "high": 100, "weight": 3.0, "labels": ["false", "true"]}
ATTRIBUTES = [
    {"name": "colour", "kind": "choice", "values": ["red", "green", "blue"], "required": True, "of": ["car"]},
    {"name": "parts", "kind": "choices", "values": ["wheel", "door", "light"]},
    {"name": "speed", "kind": "number", "low": 0, "high": 200},
    {"name": "parked", "kind": "flag"},
    {"name": "note", "kind": "text", "most": 100},
]
SKELETON = {"joints": ["head", "hip", "knee", "foot"], "edges": [[0, 1], [1, 2], [2, 3]]}
ASKED = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why is the sky blue?"}]
ANSWERED = [*ASKED, {"role": "assistant", "content": "Air scatters light.\n\nBlue most.\nSo it is blue."}]
FIELDS: list[dict[str, Any]] = [
    {"name": "legible", "kind": "flag", "required": True},
    {"name": "shop", "kind": "text", "most": 80, "when": {"field": "legible", "is": [True]}},
    {"name": "total", "kind": "number", "low": 0, "high": 1000, "required": True},
    {"name": "guests", "kind": "whole", "low": 1, "high": 20},
    {
        "name": "paid",
        "kind": "choice",
        "values": ["cash", {"value": "card", "title": "By card"}],
        "required": True,
    },
    {"name": "extras", "kind": "choices", "values": ["tip", "tax", "discount"], "least": 1, "most": 2},
    {"name": "best", "kind": "rank", "values": ["food", "place", "price"]},
    {
        "name": "stars",
        "kind": "scale",
        "low": 1,
        "high": 5,
        "when": {
            "all": [
                {"field": "legible", "is": [True]},
                {"any": [{"field": "paid", "is": ["card"]}, {"field": "extras", "is": ["tip"]}]},
            ]
        },
    },
    {"name": "day", "kind": "date"},
    {"name": "at", "kind": "datetime"},
    {"name": "page", "kind": "url"},
    {"name": "scan", "kind": "file"},
    {"name": "mail", "kind": "text", "pattern": "email"},
    {"name": "goods", "kind": "text", "several": True, "least": 1, "most": 3},
]

SAMPLES = [
    Sample("text_choice", ("cat", "dog", "cow"), {}, text("a dog")),
    Sample("text_choice", ("cat", "dog", "cow"), {"multiple": True}, text("a dog and a cat")),
    Sample("image_choice", ("animal/cat", "animal/dog", "plant"), {"tree": True}, media("image")),
    Sample("image_choice", ("cat", "dog"), {"multiple": True}, media("image")),
    Sample("text_spans", ("person", "place"), {}, text(NAMED)),
    Sample("text_spans", ("person", "place", "date"), {"overlap": False, "words": True}, text(NAMED)),
    Sample(
        "text_spans",
        ("person", "place"),
        {"relations": [{"name": "wrote to"}, {"name": "was in", "from": ["person"], "to": ["place"]}]},
        text(NAMED),
    ),
    Sample("image_shapes", ("car", "tree"), {}, media("image")),
    Sample("image_shapes", ("car",), {"shapes": ["polygon"], "least": 1, "most": 2}, media("image")),
    Sample("image_shapes", ("car",), {"shapes": ["rotated_box", "ellipse"]}, media("image")),
    Sample("image_shapes", ("road",), {"shapes": ["line"]}, media("image")),
    Sample("image_shapes", ("van", "crate"), {"shapes": ["cuboid"]}, media("image")),
    Sample("image_shapes", ("cell",), {"shapes": ["point"], "reach": 5}, media("image")),
    Sample(
        "image_shapes",
        ("man", "car"),
        {"shapes": ["box", "keypoints"], "shapes_of": {"car": ["box"]}, "skeletons": {"man": SKELETON}},
        media("image"),
    ),
    Sample("image_shapes", ("car", "bus"), {"attributes": ATTRIBUTES, "least_width": 5}, media("image")),
    Sample("audio_segments", ("speech", "music"), {}, media("audio")),
    Sample("audio_segments", ("speech", "music"), {"overlap": False, "transcript": True}, media("audio")),
    Sample("audio_segments", ("car", "music"), {"attributes": ATTRIBUTES}, media("audio")),
    Sample("transcription", (), {}, media("audio")),
    Sample("transcription", (), {"lines": True, "language": "it", "most_characters": 200}, media("image")),
    Sample("transcription", (), {"language": "ja"}, text("a text")),
    Sample("preference", (), {}, record(prompt="Why?", responses=["So.", "Thus.", "Hence."])),
    Sample("preference", (), {"ties": True}, record(prompt=ASKED, responses=["So.", "Thus."])),
    Sample("preference", (), {"mode": "rank"}, record(prompt="Why?", responses=["a", "b", "c", "d"])),
    Sample(
        "preference",
        (),
        {"mode": "rank", "ties": True, "criteria": [HELPFUL], "justification": "optional"},
        record(
            prompt="Why?", responses=[{"id": "m1", "text": "So."}, {"id": "m2", "text": "Thus."}, "Hence."]
        ),
    ),
    Sample("preference", (), {"mode": "grade"}, record(prompt="Why?", responses=["So.", "Thus."])),
    Sample(
        "preference",
        (),
        {
            "mode": "grade",
            "grades": 2,
            "ties": True,
            "criteria": [HELPFUL, TRUE],
            "justification": "required",
        },
        record(prompt="Why?", responses=["So.", "Thus."]),
    ),
    Sample("rating", (), {"criteria": [HELPFUL]}, text("a text")),
    Sample("rating", (), {"criteria": [TRUE]}, media("image")),
    Sample(
        "rating",
        (),
        {"criteria": [HELPFUL, TRUE], "justification": "required", "least_words": 4},
        record(anything=1),
    ),
    Sample("chat", (), {}, record(messages=ASKED)),
    Sample("chat", (), {"mode": "edit", "system": True}, record(messages=ANSWERED)),
    Sample(
        "chat",
        (),
        {"mode": "continue", "least_turns": 2, "most_turns": 3, "criteria": [HELPFUL]},
        record(messages=[]),
    ),
    Sample("chat", (), {"mode": "steps", "justification": "optional"}, record(messages=ANSWERED)),
    Sample("form", (), {"fields": FIELDS}, media("image")),
    Sample("form", (), {"fields": FIELDS[2:3]}, text("a text")),
]

samples = pytest.mark.parametrize("sample", SAMPLES, ids=str)


def answers_of(sample: Sample, count: int, seed: int = 0) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    return [dict(sample.schema.kind.example(sample.schema.ontology, sample.shown, rng)) for _ in range(count)]


def test_every_kind_that_ships_has_a_sample():
    assert {sample.kind for sample in SAMPLES} == set(label_kinds())


@pytest.mark.parametrize("name", sorted(label_kinds()))
def test_the_specimen_of_a_kind_is_an_answer_to_an_item_it_shows(name: str):
    kind = label_kind(name)
    assert kind.specimen is not None
    schema = Schema(kind, kind.ontology(kind.specimen.classes, kind.specimen.options))
    kind.check_item(kind.specimen.shown, schema.ontology)
    assert schema.validate(kind.specimen.answer, kind.specimen.shown) == kind.specimen.answer
    assert set(kind.specimen.options) <= set(kind.options)
    assert all(option.does and option.check.says for option in kind.options.values())


@samples
def test_an_item_that_a_kind_shows_may_be_labelled_and_another_may_not(sample: Sample):
    kind = sample.schema.kind
    kind.check_item(sample.shown, sample.schema.ontology)
    with pytest.raises(InputError, match="shows items of kind"):
        kind.check_item({**sample.shown, "kind": "smell"}, sample.schema.ontology)


@samples
def test_an_example_is_an_answer_in_its_canonical_form(sample: Sample):
    for answer in answers_of(sample, 30):
        assert sample.schema.validate(answer, sample.shown) == answer
        assert sample.schema.validate(json.loads(json.dumps(answer)), sample.shown) == answer
        assert sample.schema.read(as_text(answer)) == answer


@samples
def test_examples_differ_from_each_other(sample: Sample):
    assert len({as_text(answer) for answer in answers_of(sample, 30)}) > 1


@samples
def test_the_schema_of_a_schema_is_itself(sample: Sample):
    ontology = sample.schema.ontology
    assert (
        sample.schema.kind.ontology(ontology.classes, json.loads(json.dumps(dict(ontology.options))))
        == ontology
    )


@samples
def test_a_distance_is_symmetric_and_zero_only_of_the_same(sample: Sample):
    answers = answers_of(sample, 12)
    for one in answers:
        assert sample.schema.distance(one, one) == pytest.approx(0, abs=1e-9)
        for other in answers:
            apart = sample.schema.distance(one, other)
            assert 0 <= apart <= 1
            assert apart == pytest.approx(sample.schema.distance(other, one), abs=1e-9)


@samples
def test_a_merge_of_one_or_of_the_same_is_that_answer(sample: Sample):
    for answer in answers_of(sample, 8):
        for several in ([answer], [answer] * 3):
            merged = sample.schema.merge(several, [1.0] * len(several))
            assert sample.schema.distance(merged, answer) == pytest.approx(0, abs=1e-6)


@samples
def test_a_merge_is_an_answer_whatever_was_said_and_in_whatever_order(sample: Sample):
    rng = np.random.default_rng(1)
    for seed in range(6):
        answers = answers_of(sample, 4, seed)
        weights = [1.0, 1.9, 3.2, 4.7]
        merged = sample.schema.merge(answers, weights)
        assert sample.schema.validate(merged, sample.shown) == merged
        order = rng.permutation(4)
        again = sample.schema.merge([answers[i] for i in order], [weights[i] for i in order])
        assert sample.schema.distance(merged, again) == pytest.approx(0, abs=1e-6)


@samples
def test_one_whose_trust_is_overwhelming_is_followed(sample: Sample):
    for seed in range(4):
        answers = answers_of(sample, 3, seed)
        merged = sample.schema.merge(answers, [1.0, 1.0, 1000.0])
        assert sample.schema.distance(merged, answers[2]) <= max(0.05, sample.schema.kind.tolerance)


@samples
def test_inference_labels_every_task_and_knows_the_careful_from_the_careless(sample: Sample):
    rng, kind = np.random.default_rng(3), sample.schema.kind
    said = []
    for task, truth in enumerate(answers_of(sample, 20, seed=2)):
        said += [Said(task, worker, truth) for worker in (1, 2, 3)]
        said.append(Said(task, 9, kind.example(sample.schema.ontology, sample.shown, rng)))
    found = sample.schema.infer(said)
    assert set(found.answers) == set(found.probability) == set(range(20))
    assert set(found.skill) == set(found.skill_error) == {1, 2, 3, 9}
    assert all(0 <= value <= 1 for value in [*found.probability.values(), *found.skill.values()])
    assert found.skill[9] < found.skill[1]
    truths = answers_of(sample, 20, seed=2)
    apart = [sample.schema.distance(found.answers[task], truths[task]) for task in range(20)]
    assert np.mean(apart) < 0.1
    assert all(sample.schema.validate(answer, sample.shown) == answer for answer in found.answers.values())


@samples
def test_nothing_said_is_nothing_inferred(sample: Sample):
    found = sample.schema.infer([])
    assert (dict(found.answers), dict(found.skill)) == ({}, {})


HOSTILE: list[Any] = [
    {},
    {"x": 1},
    {"choice": None},
    {"spans": "x"},
    {"shapes": [{}]},
    {"text": 7},
    {"ratings": []},
    {"fields": None},
    {"messages": [None]},
    {"ranking": [["nobody"]]},
    {"segments": [{"start": -1}]},
    {"choices": [[]]},
    {"choice": "x" * 10**6},
    {str(n): n for n in range(2_000)},
    [],
    "text",
    None,
]


@samples
@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_answer_is_refused_in_a_short_sentence(sample: Sample, answer: Any):
    with pytest.raises(InvalidAnswer) as refused:
        sample.schema.validate(answer, sample.shown)
    assert 0 < len(str(refused.value)) < 500


STRANGE: list[Any] = [
    *(None, True, False, 0, 1, -1, 1.5, 10**30, float("inf"), float("nan"), -0.0, 0.004),
    *("", " ", "a", "x" * 300_000, "\x00", "\ud800", "\u202e", "a", "2026-02-30", "http://[", "s1"),
    *([], {}, [[]], [None], [1, 2], {"a": 1}, [[1.0, 2.0]], [[1, 2], [1, 2]]),
]


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to everything within a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inside for place in places_in(part, (*path, key)))]


def with_another(value: Any, path: tuple[Any, ...], strange: Any) -> Any:
    """Return a JSON value in which something else stands at a place."""
    if not path:
        return strange
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = with_another(value[path[0]], path[1:], strange)
    return copy


@samples
def test_whatever_stands_anywhere_in_an_answer_it_is_refused_or_becomes_canonical(sample: Sample):
    rng = np.random.default_rng(5)
    for answer in answers_of(sample, 120, seed=6):
        places = places_in(answer)
        place = places[int(rng.integers(len(places)))]
        given = with_another(answer, place, STRANGE[int(rng.integers(len(STRANGE)))])
        found, message = answer, "none"
        try:
            found = sample.schema.validate(given, sample.shown)
        except InvalidAnswer as refused:
            message = str(refused)
        else:
            assert sample.schema.validate(found, sample.shown) == found
            assert sample.schema.read(as_text(found)) == found
            as_text(found).encode()
            assert sample.schema.distance(found, answer) <= 1
            sample.schema.merge([found, answer], [1.0, 2.0])
        assert 0 < len(message) < 500, (place, given)


@samples
def test_whatever_stands_anywhere_in_the_options_they_are_refused_or_become_canonical(sample: Sample):
    rng, kind = np.random.default_rng(7), sample.schema.kind
    places = places_in(sample.options)[1:]
    for _ in range(60 if places else 0):
        place = places[int(rng.integers(len(places)))]
        given = with_another(sample.options, place, STRANGE[int(rng.integers(len(STRANGE)))])
        message = "none"
        try:
            ontology = kind.ontology(sample.classes, given)
        except InputError as refused:
            message = str(refused)
        else:
            assert kind.ontology(ontology.classes, json.loads(json.dumps(dict(ontology.options)))) == ontology
        assert 0 < len(message) < 1_000, (place, given)


@samples
def test_answers_with_something_beside_are_refused(sample: Sample):
    for answer in answers_of(sample, 3):
        with pytest.raises(InvalidAnswer):
            sample.schema.validate({**answer, "beside": 1}, sample.shown)


@samples
@pytest.mark.parametrize("options", [{"surely not": 1}, {"": None}])
def test_an_option_that_a_kind_does_not_have_is_refused(sample: Sample, options: dict[str, Any]):
    with pytest.raises(InputError, match="no option"):
        sample.schema.kind.ontology(sample.classes, {**sample.options, **options})


@samples
def test_classes_that_are_no_names_are_refused(sample: Sample):
    for classes in (["", "a"], ["a", "a"], ["a", "b\x00c"]):
        with pytest.raises(GroundswellError):
            sample.schema.kind.ontology(classes, sample.options)
