"""Spans and relations by hand: what is refused, what is canonical, how answers differ and merge."""

import pytest

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.kinds import Said, Schema, label_kind

KIND = label_kind("text_spans")
TEXT = {"kind": "text", "text": "🐈 Ann met Bob in Rome", "media_type": "text/plain", "meta": {}}
RELATIONS = [{"name": "met", "from": ["person"], "to": ["person"]}, {"name": "near"}]


def schema(*classes, **options):
    return Schema(KIND, KIND.ontology(classes or ("person", "place"), options))


def span(start, end, label="person", **more):
    return {"start": start, "end": end, "label": label, **more}


def spans(*given, **more):
    return {"spans": list(given), **more}


def test_offsets_count_code_points_and_spans_get_ids_in_their_order():
    said = spans(span(10, 13, id="x"), span(2, 5))
    assert schema().validate(said, TEXT) == {
        "spans": [
            {"id": "s1", "start": 2, "end": 5, "label": "person"},
            {"id": "s2", "start": 10, "end": 13, "label": "person"},
        ]
    }
    assert schema().validate(spans(span(0, len(TEXT["text"]))), TEXT)


def test_the_same_span_twice_is_one_and_relations_follow_it():
    said = spans(
        span(2, 5, id="a"),
        span(2, 5, id="b"),
        span(10, 13, id="c"),
        relations=[{"from": "b", "to": "c", "label": "met"}, {"from": "a", "to": "c", "label": "met"}],
    )
    found = schema(relations=RELATIONS).validate(said, TEXT)
    assert len(found["spans"]) == 2
    assert found["relations"] == [{"from": "s1", "to": "s2", "label": "met"}]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (spans(span(5, 5)), "not after its start"),
        (spans(span(5, 2)), "not after its start"),
        (spans(span(0, 99)), "ends at 99, but the text has 21 characters"),
        (spans(span(-1, 2)), "whole number"),
        (spans(span(0.0, 2)), "whole number"),
        (spans(span(True, 2)), "whole number"),
        (spans(span(0, 2, "thing")), "one of person, place"),
        (spans(span(0, 2, id="")), "1 to 100 characters"),
        (spans(span(0, 2, id="a"), span(3, 4, id="a")), "same id"),
        (spans(span(0, 2, score=1)), "'score' that is not known"),
        (spans(relations=[]), "'relations' that is not known"),
        (spans(*[span(0, 2)] * 1001), "a list of 0 to 1,000"),
    ],
)
def test_what_marks_nothing_that_is_there_is_refused(said, says):
    with pytest.raises(InvalidAnswer, match=says):
        schema().validate(said, TEXT)


@pytest.mark.parametrize(
    ("relation", "says"),
    [
        ({"from": "a", "to": "z", "label": "met"}, "leads to 'z', but no span has that id"),
        ({"from": "a", "to": "c", "label": "met"}, "'met' does not lead from 'person' to 'place' here"),
        ({"from": "a", "to": "a", "label": "near"}, "to itself"),
        ({"from": "a", "to": "b", "label": "loves"}, "one of met, near"),
        ({"from": "a", "to": "b"}, "lacks 'label'"),
    ],
)
def test_a_relation_joins_two_spans_that_it_may_join(relation, says):
    said = spans(
        span(2, 5, id="a"), span(10, 13, id="b"), span(17, 21, "place", id="c"), relations=[relation]
    )
    with pytest.raises(InvalidAnswer, match=says):
        schema(relations=RELATIONS).validate(said, TEXT)


def test_where_spans_may_not_overlap_they_may_touch():
    apart = schema(overlap=False)
    assert apart.validate(spans(span(2, 5), span(5, 9)), TEXT)
    with pytest.raises(InvalidAnswer, match="spans 2-5 and 4-9 overlap"):
        apart.validate(spans(span(4, 9), span(2, 5)), TEXT)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"relations": [{"name": "met"}, {"name": "met"}]}, "'met' is given twice"),
        ({"relations": [{"name": "met", "from": ["animal"]}]}, "joins 'animal', which is no class"),
        ({"relations": [{"from": ["person"]}]}, "lacks 'name'"),
        ({"overlap": 1}, "true or false"),
    ],
)
def test_options_that_mean_nothing_are_refused(options, says):
    with pytest.raises(InputError, match=says):
        schema(**options)


def test_options_that_change_nothing_are_left_out():
    assert schema(overlap=True, words=False, relations=[]).ontology.options == {}


def test_a_span_counts_by_what_is_shared_of_it():
    here = schema()
    one, other = (here.validate(spans(span(0, 4), *more), TEXT) for more in ([], [span(8, 12)]))
    assert here.distance(one, one) == 0
    assert here.distance(one, other) == pytest.approx(1 - 2 / 3)
    assert here.distance(one, here.validate(spans(span(0, 8)))) == pytest.approx(0.5)
    assert here.distance(one, here.validate(spans(span(0, 4, "place")))) == 1
    assert here.distance(here.validate(spans()), here.validate(spans())) == 0


def test_relations_count_as_much_as_spans():
    here = schema(relations=RELATIONS)
    ends = [span(2, 5, id="a"), span(10, 13, id="b")]
    met = here.validate(spans(*ends, relations=[{"from": "a", "to": "b", "label": "met"}]))
    turned = here.validate(spans(*ends, relations=[{"from": "b", "to": "a", "label": "met"}]))
    silent = here.validate(spans(*ends))
    assert here.distance(met, turned) == pytest.approx(1 / 3)
    assert here.distance(met, silent) == pytest.approx(1 / 5)


def test_a_merge_keeps_what_half_of_the_trust_marks_with_its_label_and_its_bounds():
    here = schema()
    said = [
        here.validate(spans(span(2, 5), span(17, 21, "place"))),
        here.validate(spans(span(2, 5), span(17, 21))),
        here.validate(spans(span(2, 9), span(6, 7))),
    ]
    assert here.merge(said, [1, 1, 1])["spans"] == [
        {"id": "s1", "start": 2, "end": 5, "label": "person"},
        {"id": "s2", "start": 17, "end": 21, "label": "person"},
    ]
    assert here.merge(said, [2, 1, 1])["spans"][1]["label"] == "place"
    assert [one["end"] for one in here.merge(said, [1, 1, 5])["spans"]] == [9, 7]


def test_two_people_keep_what_one_of_them_found():
    here = schema()
    said = [here.validate(spans(span(2, 5))), here.validate(spans())]
    assert here.merge(said, [1, 1]) == said[0]
    assert here.merge(said, [1, 2]) == said[1]


def test_relations_are_merged_between_the_spans_that_were_agreed_on():
    here = schema(relations=RELATIONS)
    ends, longer = [span(2, 5, id="a"), span(10, 13, id="b")], [span(2, 6, id="a"), span(10, 13, id="b")]
    met = {"from": "a", "to": "b", "label": "met"}
    said = [here.validate(spans(*one, relations=[met])) for one in (ends, longer)] + [
        here.validate(spans(*ends))
    ]
    assert here.merge(said, [1, 1, 1])["relations"] == [{"from": "s1", "to": "s2", "label": "met"}]
    assert here.merge(said, [1, 1, 3])["relations"] == []


def test_inference_hears_who_invents_and_who_misses():
    here = schema()
    truth = here.validate(spans(span(2, 5), span(10, 13)))
    invented = here.validate(spans(span(2, 5), span(10, 13), span(17, 21, "place")))
    said = [
        Said(task, worker, invented if worker == 3 else truth) for task in range(12) for worker in (1, 2, 3)
    ]
    found = here.infer(said)
    assert all(answer == truth for answer in found.answers.values())
    assert found.skill[3] < found.skill[1]
    assert all(0.5 < value <= 1 for value in found.probability.values())


def test_where_nobody_marks_anything_the_label_is_empty_and_rather_sure():
    here = schema()
    found = here.infer([Said(0, worker, {"spans": []}) for worker in (1, 2, 3)])
    assert found.answers == {0: {"spans": []}}
    assert found.probability[0] > 0.5
