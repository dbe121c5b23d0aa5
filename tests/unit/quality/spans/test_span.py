import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.quality.spans import Span, span_distance, span_f1, span_overlap
from groundswell.quality.spans.span import checked_spans

answers = st.sets(st.tuples(st.integers(0, 12), st.integers(1, 6), st.sampled_from("ab")), max_size=5).map(
    lambda spans: [(start, start + size, label) for start, size, label in spans]
)


def test_overlap_is_the_shared_part_of_all_that_either_covers():
    assert span_overlap((0, 10, "a"), (5, 15, "b")) == pytest.approx(5 / 15)
    assert span_overlap((0, 10, "a"), (10, 12, "a")) == 0
    assert span_overlap((2, 4, "a"), (0, 8, "a")) == pytest.approx(2 / 8)


def test_exact_f1_counts_equal_spans():
    truth = [(0, 4, "a"), (6, 9, "a"), (6, 9, "b")]
    said = [(0, 4, "a"), (6, 8, "a")]
    assert span_f1(said, truth) == pytest.approx(2 * 1 / 5)


def test_partial_f1_gives_credit_for_overlap_with_the_same_label():
    truth = [(0, 4, "a"), (6, 9, "a"), (6, 9, "b")]
    said = [(0, 4, "a"), (6, 8, "a")]
    each_side = 1 + 2 / 3
    assert span_f1(said, truth, mode="partial") == pytest.approx(2 * each_side / 5)


def test_two_empty_answers_agree_and_an_empty_one_differs_from_any_other():
    assert span_distance([], []) == 0
    assert span_distance([], [(0, 1, "a")]) == 1


@given(answers, answers)
def test_a_distance_is_symmetric_within_0_and_1_and_0_for_the_same_answer(a, b):
    assert span_distance(a, b) == pytest.approx(span_distance(b, a))
    assert 0 <= span_distance(a, b) <= 1
    assert span_distance(a, list(reversed(a))) == pytest.approx(0)
    assert span_f1(a, b) <= span_f1(a, b, mode="partial") + 1e-12


def test_offsets_are_code_points_as_in_python():
    text = "I ♥ 👩‍🚀 Zoë"
    start = text.index("Zoë")
    (span,) = checked_spans([(start, start + 3, "name")])
    assert text[span.start : span.end] == "Zoë"


def test_repeated_spans_count_once_and_come_in_order():
    assert checked_spans([(5, 6, "b"), (0, 1, "a"), (5, 6, "b")]) == (Span(0, 1, "a"), Span(5, 6, "b"))


def test_spans_may_be_mappings_as_in_json():
    assert checked_spans([{"start": 1, "end": 3, "label": "a"}]) == (Span(1, 3, "a"),)


@pytest.mark.parametrize(
    "bad",
    [
        [(3, 3, "a")],
        [(4, 2, "a")],
        [(-1, 2, "a")],
        [(0, 2.5, "a")],
        [(0, float("nan"), "a")],
        [(0, float("inf"), "a")],
        [(0, 2, None)],
        [(0, 2, ["a"])],
        [(0, 2)],
        [(0, 2**40, "a")],
        [{"start": 0, "end": 2}],
        "text",
        7,
    ],
)
def test_what_is_no_answer_of_spans_is_refused(bad):
    with pytest.raises(InputError, match=r"span|answer"):
        checked_spans(bad)


def test_an_unknown_mode_is_refused():
    with pytest.raises(InputError, match="mode"):
        span_f1([], [], mode="loose")
