import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.quality.spans import Span, spans_from_tags, tags_from_spans
from groundswell.quality.spans.bio import repaired

WORDS = [(0, 4), (5, 9), (9, 10), (11, 14)]


def test_spans_become_tags_and_come_back():
    spans = (Span(0, 9, "PER"), Span(9, 10, "PER"))
    tags = tags_from_spans(spans, WORDS)
    assert tags == ["B-PER", "I-PER", "B-PER", "O"]
    assert spans_from_tags(tags, WORDS) == spans


@given(st.data())
def test_spans_on_tokens_without_overlaps_survive(data):
    gaps = data.draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 5)), max_size=12))
    tokens, at = [], 0
    for gap, size in gaps:
        tokens.append((at + gap, at + gap + size))
        at += gap + size
    cuts = sorted(data.draw(st.sets(st.integers(0, len(tokens)))))
    spans = tuple(
        Span(tokens[first][0], tokens[last - 1][1], data.draw(st.sampled_from(["x", "y", "a-b"])))
        for first, last in zip(cuts[::2], cuts[1::2], strict=False)
    )
    assert spans_from_tags(tags_from_spans(spans, tokens), tokens) == spans


@given(st.lists(st.sampled_from(["O", "B-x", "I-x", "B-y", "I-y"]), max_size=12))
def test_valid_tags_survive_and_others_are_repaired(tags):
    places = [(i, i + 1) for i in range(len(tags))]
    assert tags_from_spans(spans_from_tags(tags), places) == repaired(tags)


def test_a_loose_inside_tag_begins_a_span():
    assert repaired(["I-x", "I-y", "O", "I-y", "I-y"]) == ["B-x", "B-y", "O", "B-y", "I-y"]


@pytest.mark.parametrize(
    ("spans", "why"),
    [
        ([(0, 4, "a"), (0, 9, "b")], "shares a token"),
        ([(1, 4, "a")], "begin and end with a token"),
        ([(4, 5, "a")], "begin and end with a token"),
    ],
)
def test_what_tags_cannot_hold_is_refused(spans, why):
    with pytest.raises(InputError, match=why):
        tags_from_spans(spans, WORDS)


def test_or_stretched_and_dropped_where_that_is_asked_for():
    spans = [(1, 4, "a"), (0, 9, "b"), (4, 5, "c"), (12, 13, "d")]
    assert tags_from_spans(spans, WORDS, strict=False) == ["B-b", "I-b", "O", "B-d"]


@pytest.mark.parametrize("tags", [["X-a"], ["B-"], ["B"], ["b-a"], [None]])
def test_other_tags_are_refused(tags):
    with pytest.raises(InputError, match="BIO tags"):
        spans_from_tags(tags)


def test_tokens_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="as many tokens"):
        spans_from_tags(["O"], [(0, 1), (1, 2)])
    with pytest.raises(InputError, match="follow each other"):
        tags_from_spans([], [(0, 3), (2, 4)])


def test_no_tokens_have_no_tags():
    assert tags_from_spans([], []) == []
    assert spans_from_tags([]) == ()
