"""Preferences by hand: choices, orders and grades; what an item must have, and what several say."""

import pytest

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.kinds import Said, Schema, label_kind
from groundswell.label.kinds.preference import responses_of

KIND = label_kind("preference")
HELPFUL = {"name": "helpful", "low": 1, "high": 5}


def schema(**options):
    return Schema(KIND, KIND.ontology((), options))


def item(*responses, prompt="Why?"):
    return {"kind": "record", "record": {"prompt": prompt, "responses": list(responses)}, "meta": {}}


THREE = item("x", {"text": "y"}, {"id": "m1", "text": "z"})
TWO = item("x", "y")


def test_responses_are_known_by_their_ids_or_by_letters():
    assert schema().validate({"ranking": [["m1"], ["b", "a"]]}, THREE) == {"ranking": [["m1"], ["a", "b"]]}


@pytest.mark.parametrize(
    ("options", "shown", "answer", "says"),
    [
        ({}, THREE, {"ranking": [["a"], ["b"]]}, "names each response once: a, b, m1"),
        ({}, THREE, {"ranking": [["a"], ["b", "b", "m1"]]}, "each response once"),
        ({}, THREE, {"ranking": [["a"], ["b"], ["m1"]]}, "the best response, and then all others"),
        ({}, THREE, {"ranking": [["a", "b", "m1"]]}, "the best response"),
        ({}, TWO, {"ranking": [["a", "b"]]}, "the best response"),
        ({"ties": True}, THREE, {"ranking": [["a", "b"], ["m1"]]}, "the best response"),
        ({"mode": "rank"}, THREE, {"ranking": [["a"], ["b", "m1"]]}, "ranked as equally good"),
        ({"mode": "rank"}, THREE, {"ranking": []}, "a list of 1 to 8"),
        ({"mode": "rank"}, None, {"ranking": [["a"]]}, "two responses or more"),
        ({"mode": "grade"}, TWO, {"grade": 0}, "both are equally good, which they may not"),
        ({"mode": "grade"}, TWO, {"grade": 4}, "from -3 to 3"),
        ({"mode": "grade"}, TWO, {"grade": -1.0}, "a whole number"),
        ({"mode": "grade"}, THREE, {"grade": 1}, "the item has 3 responses; a grade is of two"),
        ({"mode": "grade"}, TWO, {"grade": 1, "ranking": [["a"], ["b"]]}, "say different things"),
        ({}, TWO, {"ranking": [["a"], ["b"]], "grade": 1}, "'grade' that is not known"),
        ({"criteria": [HELPFUL]}, TWO, {"ranking": [["a"], ["b"]]}, "lacks 'rubric'"),
        (
            {"criteria": [HELPFUL]},
            TWO,
            {"ranking": [["a"], ["b"]], "rubric": {"a": {"helpful": 1}}},
            "rates each response: a, b",
        ),
        (
            {"criteria": [HELPFUL]},
            TWO,
            {"ranking": [["a"], ["b"]], "rubric": {"a": {"helpful": 1}, "b": {"helpful": 6}}},
            "from 1 to 5",
        ),
        ({"justification": "required"}, TWO, {"ranking": [["a"], ["b"]]}, "0 words; at least 1"),
        (
            {"justification": "optional", "least_words": 3},
            TWO,
            {"ranking": [["a"], ["b"]], "justification": "too short"},
            "2 words; at least 3",
        ),
        ({}, TWO, {"ranking": [["a"], ["b"]], "justification": "x"}, "'justification' that is not known"),
    ],
)
def test_what_is_no_preference_of_this_project_is_refused(options, shown, answer, says):
    with pytest.raises(InvalidAnswer, match=says):
        schema(**options).validate(answer, shown)


def test_a_ranking_beside_a_grade_is_dropped_where_it_says_the_same():
    here = schema(mode="grade", ties=True)
    for grade, ranking in ((-2, [["a"], ["b"]]), (1, [["b"], ["a"]]), (0, [["b", "a"]])):
        assert here.validate({"grade": grade, "ranking": ranking}, TWO) == {"grade": grade}
    assert here.validate({"grade": 2}) == {"grade": 2}


def test_all_may_be_equally_good_where_ties_are_allowed():
    assert schema(ties=True).validate({"ranking": [["b", "a", "m1"]]}, THREE) == {
        "ranking": [["a", "b", "m1"]]
    }
    ranked = {"ranking": [["b", "a"], ["m1"]]}
    assert schema(mode="rank", ties=True).validate(ranked, THREE) == {"ranking": [["a", "b"], ["m1"]]}


def test_what_is_rated_comes_in_the_order_of_ids_and_an_empty_justification_is_none():
    here = schema(criteria=[HELPFUL], justification="optional")
    rubric = {"b": {"helpful": 2}, "a": {"helpful": 4}}
    found = here.validate({"ranking": [["a"], ["b"]], "rubric": rubric, "justification": "  "}, TWO)
    assert list(found["rubric"]) == ["a", "b"]
    assert "justification" not in found


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({"responses": ["a", "b"]}, "no field `prompt`"),
        ({"prompt": [{"role": "robot", "content": ""}], "responses": ["a", "b"]}, "message 0 in `prompt`"),
        ({"prompt": "x"}, "no field `responses` with 2 to 8"),
        ({"prompt": "x", "responses": ["a"]}, "2 to 8"),
        ({"prompt": "x", "responses": ["a"] * 9}, "2 to 8"),
        ({"prompt": "x", "responses": ["a", 7]}, "neither a text nor an object"),
        ({"prompt": "x", "responses": ["a", {"id": "a", "text": "b"}]}, "the same id"),
        ({"prompt": "x", "responses": ["a", {"id": "", "text": "b"}]}, "1 to 100 characters"),
        ({"prompt": "x", "responses": ["a", {"media": "b.png"}]}, "names a medium, but not by the SHA-256"),
        ({"prompt": "x", "responses": ["a", {"file": "b.png"}]}, r"the file 'b\.png' was not collected"),
        ({"prompt": {"file": "b.png"}, "responses": ["a", "b"]}, "the prompt is neither a text"),
        ({"prompt": {"media": "x"}, "responses": ["a", "b"]}, "the prompt names a medium"),
    ],
)
def test_a_record_that_cannot_be_compared_says_what_it_lacks(record, says):
    with pytest.raises(InputError, match=says):
        schema().check_item({"kind": "record", "record": record})


def test_images_recordings_and_texts_may_be_compared_in_any_mixture():
    image = {"media": "a" * 64, "media_type": "image/png", "width": 3, "height": 2}
    sound = {"media": "b" * 64, "media_type": "audio/wav", "duration_seconds": 1.5}
    shown = item(
        image, {"id": "said", "text": "in words", **sound}, "words", prompt={"text": "Which?", **image}
    )
    schema().check_item(shown)
    assert responses_of(shown["record"]) == {"a": "a" * 64, "said": "in words\x1f" + "b" * 64, "c": "words"}
    assert schema().validate({"ranking": [["a"], ["said", "c"]]}, shown) == {
        "ranking": [["a"], ["c", "said"]]
    }


def test_grades_are_of_two_responses():
    with pytest.raises(InputError, match="has 3 responses; mode grade compares two"):
        schema(mode="grade").check_item(THREE)
    schema(mode="grade").check_item(TWO)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"grades": 2}, "grades are of mode grade"),
        ({"mode": "best"}, "one of choose, rank, grade"),
        ({"least_words": 3}, "needs justification"),
        ({"criteria": [{**HELPFUL, "high": 1}]}, "1 to 100 above low"),
        ({"criteria": [{**HELPFUL, "labels": ["a", "b", "c"]}]}, "has 5 steps; give labels for all"),
        ({"criteria": [HELPFUL, HELPFUL]}, "'helpful' twice"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, says):
    with pytest.raises(InputError, match=says):
        schema(**options)


def choose(*best):
    return (
        {"ranking": [[best[0]], sorted(set("abc") - set(best))]}
        if len(best) == 1
        else {"ranking": [list(best)]}
    )


def test_choices_are_the_same_or_not_and_between_them_lies_a_tie():
    here = schema(ties=True)
    assert here.distance(choose("a"), choose("a")) == 0
    assert here.distance(choose("a"), choose("b")) == 1
    assert here.distance(choose("a"), choose("a", "b", "c")) == 0.5


def test_grades_differ_by_steps_and_ratings_make_half_of_the_distance():
    here = schema(mode="grade", criteria=[HELPFUL])
    one = {"grade": -3, "rubric": {"a": {"helpful": 1}, "b": {"helpful": 1}}}
    other = {"grade": 3, "rubric": {"a": {"helpful": 1}, "b": {"helpful": 5}}}
    assert here.distance(one, other) == pytest.approx((1 + 0.5) / 2)


def test_merging_chooses_ranks_or_takes_the_median_grade():
    assert schema().merge([choose("a"), choose("b"), choose("b")], [1, 1, 1]) == choose("b")
    assert schema().merge([choose("a"), choose("b"), choose("b")], [3, 1, 1]) == choose("a")
    ranked = [[["a"], ["b"], ["c"]], [["b"], ["a"], ["c"]], [["a"], ["c"], ["b"]]]
    merged = schema(mode="rank").merge([{"ranking": one} for one in ranked], [1, 1, 1])
    assert merged == {"ranking": [["a"], ["b"], ["c"]]}
    grades = schema(mode="grade")
    assert grades.merge([{"grade": g} for g in (-3, -1, 2)], [1, 1, 1]) == {"grade": -1}
    assert grades.merge([{"grade": g} for g in (-2, 3)], [1, 1]) == {"grade": -2}, "of equals the weaker"
    assert grades.merge([{"grade": g} for g in (-2, 2)], [1, 1.1]) == {"grade": 2}


def test_the_rubric_is_merged_by_medians_and_a_justification_is_one_of_those_given():
    here = schema(criteria=[HELPFUL], justification="optional")
    said = [
        {**choose("a"), "rubric": {"a": {"helpful": a}, "b": {"helpful": 1}, "c": {"helpful": 3}}, **more}
        for a, more in ((5, {}), (4, {"justification": "clear and short"}), (2, {"justification": "clear"}))
    ]
    merged = here.merge(said, [1, 1, 1])
    assert merged["rubric"]["a"] == {"helpful": 4}
    assert merged["justification"] in ("clear and short", "clear")


@pytest.mark.parametrize("mode", ["choose", "rank", "grade"])
def test_inference_of_two_hears_who_turns_answers_round(mode):
    here = schema(mode=mode)
    heard = []
    for task in range(30):
        for worker in range(1, 5):
            first = (task % 2 == 0) != (worker == 4)
            grade = -2 if first else 2
            ranking = [["a"], ["b"]] if first else [["b"], ["a"]]
            heard.append(Said(task, worker, {"grade": grade} if mode == "grade" else {"ranking": ranking}))
    found = here.infer(heard)
    right = (
        [{"grade": -2}, {"grade": 2}]
        if mode == "grade"
        else [{"ranking": [["a"], ["b"]]}, {"ranking": [["b"], ["a"]]}]
    )
    assert all(found.answers[task] == right[task % 2] for task in range(30))
    assert found.skill[4] < 0.3 < 0.7 < found.skill[1]


def test_inference_of_three_goes_by_nearness():
    here = schema(mode="rank")
    orders = {True: [["a"], ["b"], ["c"]], False: [["c"], ["b"], ["a"]]}
    heard = [Said(task, worker, {"ranking": orders[worker < 3]}) for task in range(9) for worker in range(4)]
    found = here.infer(heard)
    assert all(answer == {"ranking": orders[True]} for answer in found.answers.values())
    assert found.skill[3] < found.skill[0]
