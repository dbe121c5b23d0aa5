import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import TooLarge
from groundswell.quality.texts.network import MOST_WORDS, NO_WORD, align

TRANSCRIPT = st.lists(st.sampled_from(["air", "tight", "airtight", "the", "jar"]), max_size=5).map(tuple)


def grid(*lines):
    """The aligned words of each transcript, `-` for none."""
    transcripts = [tuple(line.split()) for line in lines]
    rows = align(transcripts)
    return [
        " ".join("-" if place == NO_WORD else words[place] for place in row)
        for words, row in zip(transcripts, rows, strict=True)
    ]


def test_the_network_by_hand():
    assert grid("the cat sat down", "the cat sat", "a cat sat down") == [
        "the cat sat down",
        "the cat sat -",
        "a cat sat down",
    ]


def test_a_word_faces_the_one_that_it_sounds_like():
    assert grid("by the deity", "by gaiety", "by the gayety") == [
        "by the deity",
        "by - gaiety",
        "by the gayety",
    ]


def test_words_that_only_some_have_get_a_slot_of_their_own():
    assert grid("a b", "a x b", "a x b", "a b") == ["a - b", "a x b", "a x b", "a - b"]


def test_empty_transcripts_have_no_word_anywhere():
    assert grid("", "a b", "a b") == ["- -", "a b", "a b"]
    assert align([(), ()]) == [[], []]


def test_one_transcript_is_its_own_network():
    assert align([("a", "b", "a")]) == [[0, 1, 2]]


def test_what_is_too_long_is_refused():
    with pytest.raises(TooLarge, match="5,001 words"):
        align([("a",) * (MOST_WORDS + 1)])


@settings(max_examples=40, deadline=None)
@given(transcripts=st.lists(TRANSCRIPT, min_size=1, max_size=5), seed=st.randoms())
def test_every_word_has_one_slot_in_order_and_the_order_of_transcripts_does_not_matter(transcripts, seed):
    rows = align(transcripts)
    assert len({len(row) for row in rows}) == 1
    for words, row in zip(transcripts, rows, strict=True):
        assert [place for place in row if place != NO_WORD] == list(range(len(words)))
    assert all(any(place != NO_WORD for place in slot) for slot in zip(*rows, strict=True))
    shuffled = list(range(len(transcripts)))
    seed.shuffle(shuffled)
    assert align([transcripts[one] for one in shuffled]) == [rows[one] for one in shuffled]
