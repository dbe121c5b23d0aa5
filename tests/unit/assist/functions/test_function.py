from datetime import UTC, datetime

import pytest

from groundswell.assist.functions import keywords, labelling_function, matches, proposed_by
from groundswell.assist.functions.function import text_of
from groundswell.errors import InputError, MissingColumn
from groundswell.items import Item, ItemKind


def item(text, **meta):
    return Item(
        ItemKind.TEXT, text, None, "text/plain", "here", "row 1", datetime(2026, 1, 1, tzinfo=UTC), meta
    )


def test_a_function_keeps_its_name_and_says_what_it_returns():
    @labelling_function
    def parity(row):
        return {0: "even", 1: "odd"}.get(row["n"] % 2)

    assert parity.name == "parity"
    assert [parity({"n": n}) for n in (4, 7, 0.5)] == ["even", "odd", None]


def test_a_question_says_its_class_where_the_answer_is_yes():
    shouts = labelling_function(then="spam", name="loud")(str.isupper)
    assert (shouts.name, shouts("BUY"), shouts("buy")) == ("loud", "spam", None)


@pytest.mark.parametrize("given", ["Win FREE money", {"text": "free"}, item("it is free")])
def test_a_pattern_is_found_in_texts_rows_and_items(given):
    assert matches(r"\bfree\b", "spam")(given) == "spam"


def test_a_pattern_minds_case_where_asked_and_abstains_elsewhere():
    assert matches("free", "spam", ignore_case=False)("FREE") is None


def test_a_broken_pattern_is_refused_at_once():
    with pytest.raises(InputError, match="no regular expression"):
        matches("(", "spam")


def test_keywords_are_whole_words_in_any_case_and_unicode():
    art = keywords(["Art", "größe"], "culture")
    assert [art(text) for text in ("ART!", "the party", "GRÖSSE", "Größe")] == [
        "culture",
        None,
        "culture",
        "culture",
    ]


def test_keywords_count_different_words():
    two = keywords(["a", "b", "c"], "x", at_least=2)
    assert (two("a a a"), two("a b")) == (None, "x")


def test_keywords_of_scripts_without_spaces_are_found_inside():
    assert keywords(["免费"], "spam", whole_words=False)("现在免费领取") == "spam"
    assert keywords(["免费"], "spam")("现在免费领取") is None


@pytest.mark.parametrize(("words", "least"), [([], 1), (["a"], 2), (["a"], 0), ([" "], 1)])
def test_keywords_without_a_meaning_are_refused(words, least):
    with pytest.raises(InputError, match="at_least"):
        keywords(words, "x", at_least=least)


def test_a_proposer_is_given_whole_batches():
    batches = []

    def model(items):
        batches.append(list(items))
        return ["x"] * len(items)

    assert proposed_by(model, name="model").label(["a", "b"]) == ["x", "x"]
    assert batches == [["a", "b"]]


def test_text_comes_from_the_column_and_nothing_is_empty():
    assert text_of({"title": 7}, "title") == "7"
    assert text_of({"title": None}, "title") == ""
    assert text_of(item("x", title="y"), "title") == "y"


def test_a_missing_column_is_named_and_so_are_those_that_are_there():
    with pytest.raises(MissingColumn, match="'title'; the item has body"):
        text_of({"body": ""}, "title")


def test_an_item_that_has_no_text_at_all_is_refused():
    with pytest.raises(InputError, match="not int"):
        text_of(3)
