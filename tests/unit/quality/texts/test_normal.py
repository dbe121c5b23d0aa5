import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.quality.texts.normal import Normal


def test_case_and_punctuation_do_not_count():
    assert Normal()("  “Shortly AFTER passing,”  she said.") == "shortly after passing she said"


def test_what_was_written_is_kept_with_each_word():
    tokens = Normal().tokens("“Well-known,” she said - twice!")
    assert tokens == [
        ("well", "“Well-"),
        ("known", "known,” "),
        ("she", "she "),
        ("said", "said - "),
        ("twice", "twice! "),
    ]


def test_punctuation_that_stands_first_goes_to_the_first_word():
    assert Normal().tokens("- … I tell you") == [("i", "- … I "), ("tell", "tell "), ("you", "you ")]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Don’t, it's the workers' own", ("don't", "it's", "the", "workers", "own")),
        ("1,000.5 and 3. Then", ("1,000.5", "and", "3", "then")),
        ("end.Then and/or", ("end", "then", "and", "or")),
        ("5 % of $3", ("5", "of", "$3")),
        ("", ()),
        (" … – !", ()),
    ],
)
def test_which_words_there_are(text, keys):
    assert Normal().keys(text) == keys


def test_each_step_can_be_left_out():
    assert Normal(case=False).keys("The END.") == ("The", "END")
    assert Normal(punctuation=False).keys("The END.") == ("the", "end.")
    composed, decomposed = "café", unicodedata.normalize("NFD", "café")
    assert Normal().keys(composed) == Normal().keys(decomposed)
    assert Normal(unicode=False).keys(composed) != Normal(unicode=False).keys(decomposed)


def test_combining_marks_do_not_cut_a_word():
    assert Normal().keys("हिन्दी में।") == ("हिन्दी", "में")


def test_case_folding_is_that_of_unicode():
    assert Normal()("STRASSE") == Normal()("Straße")


def test_a_language_without_spaces_is_compared_by_characters():
    assert Normal(unit="character").keys("你好,世界。") == ("你", "好", "世", "界")
    assert Normal(unit="character")("你好, 世界") == "你好世界"


def test_an_unknown_unit_and_a_text_that_is_none_are_refused():
    with pytest.raises(InputError, match="'word' or 'character'"):
        Normal(unit="syllable")
    with pytest.raises(InputError, match="must be a string, not int"):
        Normal().tokens(5)


@given(
    text=st.text(max_size=40),
    case=st.booleans(),
    punctuation=st.booleans(),
    unit=st.sampled_from(["word", "character"]),
)
def test_nothing_that_was_written_is_lost(text, case, punctuation, unit):
    tokens = Normal(case=case, punctuation=punctuation, unit=unit).tokens(text)
    if tokens:
        written = "".join(token.written for token in tokens)
        assert written.strip() == " ".join(unicodedata.normalize("NFC", text).split())
    assert all(token.key for token in tokens)


@given(text=st.text(max_size=40))
def test_a_normalised_text_is_normal(text):
    once = Normal(unicode=False)(text)
    assert len(Normal(unicode=False).keys(once)) == len(Normal(unicode=False).keys(text))
