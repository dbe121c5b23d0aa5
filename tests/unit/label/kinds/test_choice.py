"""Choosing one class: which classes may be, which answers fit, how they differ and merge."""

import pytest

from groundswell.errors import InputError, InvalidAnswer, InvalidName
from groundswell.label.kinds import Ontology, Schema, kind_for_items, label_kind, label_kinds, ontology_of
from groundswell.label.kinds.kind import MAX_CLASS_LENGTH, MAX_CLASSES

PETS = Ontology(("cat", "dog"))
KIND = label_kind("text_choice")


def test_classes_keep_their_order_and_lose_the_spaces_around_them():
    assert ontology_of([" dog", "cat "]).classes == ("dog", "cat")
    assert ontology_of(["b", "a"]).index("a") == 1


@pytest.mark.parametrize(
    ("classes", "says"),
    [
        ([], "at least two"),
        (["cat"], "at least two"),
        (["cat", " cat "], "'cat' is given twice"),
        (["cat", ""], "printable characters"),
        (["cat", "d\x00g"], "printable characters"),
        (["cat", "d\nog"], "printable characters"),
        (["cat", "\ud800"], "printable characters"),
        (["cat", "x" * (MAX_CLASS_LENGTH + 1)], "1 to 100"),
        ([f"class {n}" for n in range(MAX_CLASSES + 1)], "at most 1000"),
    ],
)
def test_classes_that_cannot_be_shown_or_told_apart_are_refused(classes, says):
    with pytest.raises(InvalidName, match=says):
        ontology_of(classes)


def test_odd_names_are_names_like_any_other():
    odd = ["'; drop table tasks; --", "null", "NaN", "猫", "a,b", "🐈"]
    assert ontology_of(odd).classes == tuple(odd)
    assert all(KIND.validate({"choice": name}, ontology_of(odd)) == {"choice": name} for name in odd)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"choice": "fish"},
        {"choice": "CAT"},
        {"choice": "cat "},
        {"choice": 1},
        {"choice": None},
        {"choice": ["cat"]},
        {"choice": "cat", "sure": True},
        {"choice": "cat\x00"},
        "cat",
        None,
        ["cat"],
    ],
)
def test_what_is_no_class_is_refused(answer):
    with pytest.raises(InvalidAnswer):
        KIND.validate(answer, PETS)


def test_a_refusal_of_a_huge_or_deep_answer_is_short():
    deep: list = []
    for _ in range(900):
        deep = [deep]
    for answer in ({"choice": deep}, {"choice": "x" * 10**6}, {str(n): n for n in range(10_000)}):
        with pytest.raises(InvalidAnswer) as refused:
            KIND.validate(answer, PETS)
        assert len(str(refused.value)) < 300


def pets(*classes, **options):
    kind = label_kind("image_choice")
    return Schema(kind, kind.ontology(classes or ("cat", "dog"), options))


def test_answers_differ_wholly_or_not_at_all():
    assert pets().distance({"choice": "cat"}, {"choice": "cat"}) == 0
    assert pets().distance({"choice": "cat"}, {"choice": "dog"}) == 1


def test_merging_takes_the_class_with_the_most_trust_and_of_equals_the_first():
    said = [{"choice": "cat"}, {"choice": "dog"}, {"choice": "dog"}]
    assert pets().merge(said, [1, 1, 1]) == {"choice": "dog"}
    assert pets().merge(said, [3, 1, 1]) == {"choice": "cat"}
    assert pets().merge(said, [2, 1, 1]) == {"choice": "cat"}


def test_several_classes_come_in_the_order_of_the_ontology_and_each_once():
    several = pets("cat", "dog", "cow", multiple=True)
    assert several.validate({"choices": ["cow", "cat", "cow"]}) == {"choices": ["cat", "cow"]}
    assert several.validate({"choices": []}) == {"choices": []}
    assert not several.chooses_class
    with pytest.raises(InvalidAnswer, match=r"an answer is \{\"choices\""):
        several.validate({"choice": "cat"})
    with pytest.raises(InvalidAnswer, match="'fish' is not a class"):
        several.validate({"choices": ["fish"]})


def test_several_classes_differ_by_what_they_do_not_share():
    several = pets("cat", "dog", "cow", multiple=True)
    assert several.distance({"choices": ["cat", "dog"]}, {"choices": ["dog", "cow"]}) == pytest.approx(2 / 3)
    assert several.distance({"choices": []}, {"choices": []}) == 0
    assert several.distance({"choices": []}, {"choices": ["cat"]}) == 1


def test_of_several_classes_those_stay_that_more_than_half_of_the_trust_names():
    several = pets("cat", "dog", "cow", multiple=True)
    said = [{"choices": ["cat", "dog"]}, {"choices": ["cat"]}, {"choices": ["cow"]}]
    assert several.merge(said, [1, 1, 1]) == {"choices": ["cat"]}
    assert several.merge(said, [1, 1, 3]) == {"choices": ["cow"]}


def test_in_a_tree_classes_on_the_same_branch_are_nearer():
    tree = pets("animal/cat", "animal/dog", "plant", tree=True)
    assert tree.distance({"choice": "animal/cat"}, {"choice": "animal/dog"}) == 0.5
    assert tree.distance({"choice": "animal/cat"}, {"choice": "plant"}) == 1
    assert tree.chooses_class


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"many": True}, "has no option 'many'; its options: multiple, tree"),
        ({"tree": 1}, "true or false; got 1"),
    ],
)
def test_an_option_that_is_none_is_named_with_those_there_are(options, says):
    with pytest.raises(InputError, match=says):
        pets(**options)


def test_a_kind_is_found_by_its_name_and_by_what_it_shows():
    assert kind_for_items("image") is label_kinds()["image_choice"]
    with pytest.raises(InvalidName, match=r"no label kind 'guess'; known: .*image_choice, .*text_choice"):
        label_kind("guess")
