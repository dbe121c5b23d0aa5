"""Ratings by hand: scales, justifications, one score, and inference that hears leanings and guesses."""

import numpy as np
import pytest

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.kinds import Said, Schema, label_kind
from groundswell.label.kinds.rating import overall

KIND = label_kind("rating")
FLUENT = {"name": "fluent", "low": 1, "high": 5, "labels": ["not at all", "wholly"]}
TRUE = {"name": "true", "low": 0, "high": 1, "weight": 3.0}


def schema(*criteria, **options):
    return Schema(KIND, KIND.ontology((), {"criteria": list(criteria or (FLUENT,)), **options}))


def rated(**ratings):
    return {"ratings": ratings}


def test_each_criterion_has_a_step_in_the_order_of_the_project():
    found = schema(FLUENT, TRUE).validate(rated(true=1, fluent=2))
    assert list(found["ratings"].items()) == [("fluent", 2), ("true", 1)]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (rated(), "lacks 'fluent'"),
        (rated(fluent=0), "a whole number from 1 to 5"),
        (rated(fluent=6), "a whole number from 1 to 5"),
        (rated(fluent=2.0), "a whole number"),
        (rated(fluent=True), "a whole number"),
        (rated(fluent=2, kind=1), "'kind' that is not known"),
        ({"ratings": {"fluent": 1}, "justification": "x"}, "'justification' that is not known"),
    ],
)
def test_what_is_not_on_a_scale_is_refused(answer, says):
    with pytest.raises(InvalidAnswer, match=says):
        schema().validate(answer)


def test_a_justification_has_as_many_words_as_it_must():
    here = schema(justification="required", least_words=3)
    found = here.validate({**rated(fluent=1), "justification": " it is  short "})
    assert found["justification"] == "it is  short"
    for given in ({}, {"justification": "two words"}, {"justification": "   "}):
        with pytest.raises(InvalidAnswer, match="at least 3 are needed"):
            here.validate({**rated(fluent=1), **given})


@pytest.mark.parametrize(
    ("criterion", "says"),
    [
        ({"name": "a", "low": 1}, "lacks 'high'"),
        ({"name": "a", "low": 5, "high": 5}, "1 to 100 above low"),
        ({"name": "a", "low": 0, "high": 101}, "1 to 100 above low"),
        ({"name": "a", "low": 0.5, "high": 3}, "a whole number"),
        ({"name": "a", "low": 1, "high": 3, "labels": ["x"] * 4}, "has 3 steps"),
        ({"name": "a", "low": 1, "high": 3, "weight": 0}, "a number from 0.001"),
        ({"name": " ", "low": 1, "high": 3}, "printable characters"),
        ({"name": "a", "low": 1, "high": 3, "colour": "red"}, "'colour' that is not known"),
    ],
)
def test_scales_that_are_none_are_refused(criterion, says):
    with pytest.raises(InputError, match=says):
        schema(criterion)


def test_criteria_are_needed():
    with pytest.raises(InputError, match="rating needs the option criteria"):
        KIND.ontology((), {})


def test_one_score_is_the_mean_by_the_weights_of_criteria():
    ontology = schema(FLUENT, TRUE).ontology
    assert overall(rated(fluent=1, true=0), ontology) == 0
    assert overall(rated(fluent=5, true=1), ontology) == 1
    assert overall(rated(fluent=3, true=1), ontology) == pytest.approx((0.5 + 3) / 4)


def test_ratings_differ_as_shares_of_their_scales_by_the_weights_of_criteria():
    assert schema(FLUENT, TRUE).distance(rated(fluent=1, true=0), rated(fluent=3, true=1)) == pytest.approx(
        (0.5 + 3) / 4
    )


def test_merging_takes_the_median_and_half_way_the_higher_step():
    here = schema()
    assert here.merge([rated(fluent=step) for step in (1, 4, 5)], [1, 1, 1]) == rated(fluent=4)
    assert here.merge([rated(fluent=step) for step in (1, 5)], [1, 1]) == rated(fluent=3)
    assert here.merge([rated(fluent=step) for step in (3, 4)], [1, 1]) == rated(fluent=4)
    assert here.merge([rated(fluent=step) for step in (1, 4, 5)], [9, 1, 1]) == rated(fluent=1)


@pytest.mark.parametrize(("high", "spread"), [(5, 0.5), (100, 6.0)])
def test_inference_takes_out_leanings_and_hears_who_guesses(high, spread):
    rng = np.random.default_rng(5)
    here = schema({"name": "good", "low": 0, "high": high})
    truth = rng.integers(0, high + 1, 80)
    said = []
    for task, true in enumerate(truth.tolist()):
        for worker, lean in ((1, 0.0), (2, 0.0), (3, 0.25 * high)):
            step = int(np.clip(round(true + lean + rng.normal(0, spread)), 0, high))
            said.append(Said(task, worker, rated(good=step)))
        said.append(Said(task, 4, rated(good=int(rng.integers(0, high + 1)))))
    found = here.infer(said)
    off = np.mean(
        [here.distance(found.answers[task], rated(good=int(true))) for task, true in enumerate(truth)]
    )
    merged = [here.merge([one.answer for one in said if one.task == task], [1.0] * 4) for task in range(80)]
    plain = np.mean([here.distance(merged[task], rated(good=int(true))) for task, true in enumerate(truth)])
    assert off < 0.9 * plain
    assert found.skill[4] < min(found.skill[1], found.skill[2])
    assert all(0 <= value <= 1 for value in [*found.probability.values(), *found.skill.values()])
