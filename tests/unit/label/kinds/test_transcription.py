"""Texts: what is kept of them, how far they differ, and one from several."""

import pytest

from groundswell.errors import InputError, InvalidAnswer, InvalidName
from groundswell.label.kinds import Said, Schema, label_kind

KIND = label_kind("transcription")


def schema(**options):
    return Schema(KIND, KIND.ontology((), options))


def said(*texts):
    return [{"text": text} for text in texts]


def test_a_text_is_one_line_unless_lines_are_part_of_it():
    given = {"text": "  cafe\u0301  au \r\n  lait \u2028\n\n"}
    assert schema().validate(given) == {"text": "caf\u00e9 au lait"}
    assert schema(lines=True).validate(given) == {"text": "  caf\u00e9  au\n  lait"}
    assert schema().validate({"text": " \n "}) == {"text": ""}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"text": "x" * 11}, "11 characters; at most 10"),
        ({"text": "a\x00"}, "a text of"),
        ({"text": "\ud800"}, "a text of"),
        ({"text": "a", "sure": True}, "'sure' that is not known"),
        ({"text": None}, "lacks 'text'"),
    ],
)
def test_what_cannot_be_kept_is_refused(answer, says):
    with pytest.raises(InvalidAnswer, match=says):
        schema(most_characters=10).validate(answer)


def test_classes_and_languages_that_are_none_are_refused():
    with pytest.raises(InvalidName, match="transcription has no classes, 1 given"):
        KIND.ontology(["a"], {})
    for tag in ("italian", "i", "it_IT", "it-" + "x" * 40, 7):
        with pytest.raises(InputError, match="a language tag"):
            schema(language=tag)
    assert schema(language="pt-BR", lines=False).ontology.options == {"language": "pt-BR"}


def test_texts_differ_by_words_whatever_their_case_and_punctuation():
    here = schema()
    assert here.distance(*said("The cat sat.", "the cat sat")) == 0
    assert here.distance(*said("the cat sat", "the dog sat")) == pytest.approx(1 / 3)
    assert here.distance(*said("", "")) == 0
    assert here.distance(*said("", "a")) == 1


def test_where_words_are_not_parted_by_spaces_characters_are_compared():
    one, other = said("今日は良い天気", "今日は悪い天気")
    assert schema().distance(one, other) == 1
    assert schema(language="ja").distance(one, other) == pytest.approx(1 / 7)


def test_a_merge_can_be_right_where_everybody_is_wrong():
    here = schema()
    three = said("the cap sat down", "the cat sad down", "the cat sat town")
    assert here.merge(three, [1, 1, 1]) == {"text": "the cat sat down"}
    assert here.merge(three, [1, 1, 9]) == {"text": "the cat sat town"}
    assert here.merge(three[:2], [1, 2]) == {"text": "the cat sad down"}


def test_lines_are_merged_line_by_line_and_where_they_are_not_as_many_the_nearest_text_is_taken():
    here = schema(lines=True)
    merged = here.merge(said("a b c\nd e f", "a x c\nd e f", "a b c\nd x f"), [1, 1, 1])
    assert merged == {"text": "a b c\nd e f"}
    assert here.merge(said("a b\nc", "a b c", "a x\nc"), [1, 1, 1]) == {"text": "a b\nc"}


def test_inference_mends_texts_and_knows_the_careless():
    here = schema()
    truths = [f"the {animal} crossed the wide river at night" for animal in ("cat", "dog", "fox", "cow")]
    heard = []
    for task, truth in enumerate(truths):
        words = truth.split()
        for worker, wrong in ((1, 2), (2, 4), (3, 6)):
            heard.append(Said(task, worker, {"text": " ".join([*words[:wrong], "um", *words[wrong + 1 :]])}))
        heard.append(Said(task, 4, {"text": "nothing of the kind was said here at all"}))
    found = here.infer(heard)
    assert [found.answers[task]["text"] for task in range(4)] == truths
    assert found.skill[4] < min(found.skill[worker] for worker in (1, 2, 3))


def test_inference_labels_every_task_even_where_lines_cannot_be_set_side_by_side():
    here = schema(lines=True)
    heard = [Said(0, 1, {"text": "a\nb"}), Said(0, 2, {"text": "a b"}), Said(0, 3, {"text": "a\nb"})]
    heard += [Said(1, worker, {"text": "c\nd"}) for worker in (1, 2)]
    found = here.infer(heard)
    assert found.answers == {0: {"text": "a\nb"}, 1: {"text": "c\nd"}}
    assert set(found.skill) == {1, 2, 3}
    only = here.infer(heard[:3])
    assert only.answers == {0: {"text": "a\nb"}}


def test_a_text_too_long_to_be_aligned_is_the_nearest_of_those_given():
    here = schema()
    long = [" ".join(f"w{n}" for n in range(1, 1200) if n != left_out) for left_out in (5, 50, 0)]
    assert here.merge(said(*long), [1, 1, 1]) == {"text": long[2]}
    found = here.infer([Said(0, worker, answer) for worker, answer in enumerate(said(*long))])
    assert found.answers == {0: {"text": long[2]}}
