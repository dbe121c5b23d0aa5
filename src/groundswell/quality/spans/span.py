"""Spans of a text: what one is, and how alike two answers are."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

from groundswell.errors import InputError

MOST_CODE_POINTS = 2**31
"""No text is this long."""


class Span(NamedTuple):
    """A labelled stretch of a text: `text[start:end]`.

    Offsets count Unicode code points, as Python's slices do, and the end is not part of the span. Spans of one
    answer may overlap and nest. A plain `(start, end, label)` tuple is equal to a span and works like one.

    Attributes:
        start: offset of the first code point, 0 or more.
        end: offset after the last, above `start`.
        label: what it is; anything hashable.
    """

    start: int
    end: int
    label: Hashable


def checked_spans(answer: Any) -> tuple[Span, ...]:
    """Return an answer as distinct spans in the order of start, end and label.

    Args:
        answer: any collection of `(start, end, label)`, or of mappings with these names; an empty one is the
            answer "there is nothing here".

    Raises:
        InputError: not a collection of triples, or a span without length, before the text, or without a label.
    """
    if isinstance(answer, str | bytes) or not isinstance(answer, Iterable):
        raise InputError(f"an answer must be a list of (start, end, label), not {answer!r}")
    return tuple(sorted({_checked(span) for span in answer}, key=lambda one: (*one[:2], str(one.label))))


def span_overlap(a: tuple[int, int, Hashable], b: tuple[int, int, Hashable]) -> float:
    """Return the share of the code points in either span that is in both, 0 to 1, whatever the labels."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return max(shared, 0) / (max(a[1], b[1]) - min(a[0], b[0]))


def span_f1(
    a: Collection[tuple[int, int, Hashable]],
    b: Collection[tuple[int, int, Hashable]],
    *,
    mode: Literal["exact", "partial"] = "exact",
) -> float:
    """Return how alike two answers about one text are, 0 to 1; the order of the two does not matter.

    Args:
        a: an answer; two empty answers are alike (1).
        b: another.
        mode: `"exact"` counts spans that are equal in start, end and label: the F1 of named-entity
            recognition. `"partial"` gives each span its largest `span_overlap` with a span of the same label
            on the other side; where spans are equal or disjoint, it is the exact F1.

    Raises:
        InputError: a span or the mode is not valid.
    """
    if mode not in ("exact", "partial"):
        raise InputError(f"mode must be 'exact' or 'partial', not {mode!r}")
    first, second = checked_spans(a), checked_spans(b)
    if not first and not second:
        return 1.0
    if mode == "exact":
        found = 2.0 * len(set(first) & set(second))
    else:
        found = _best_overlaps(first, second) + _best_overlaps(second, first)
    return found / (len(first) + len(second))


def span_distance(
    a: Collection[tuple[int, int, Hashable]], b: Collection[tuple[int, int, Hashable]]
) -> float:
    """Return how far two answers are apart, 0 (the same) to 1: one less the partial `span_f1`.

    The distance to use for agreement: a boundary that is one word off costs a little, a missed span all of it.
    """
    return 1.0 - span_f1(a, b, mode="partial")


def _best_overlaps(spans: tuple[Span, ...], others: tuple[Span, ...]) -> float:
    """Add up each span's largest overlap with another of its label."""
    return sum(
        max((span_overlap(span, other) for other in others if other.label == span.label), default=0.0)
        for span in spans
    )


def _checked(given: Any) -> Span:
    """Return one span with plain integer offsets."""
    try:
        start, end, label = map(given.__getitem__, Span._fields) if isinstance(given, Mapping) else given
        span = Span(int(start), int(end), label)
        hash(label)
    except (TypeError, ValueError, OverflowError, KeyError) as error:
        raise InputError(f"a span must be (start, end, label) with whole offsets, not {given!r}") from error
    if span.start != start or span.end != end or not 0 <= span.start < span.end < MOST_CODE_POINTS:
        raise InputError(
            f"a span must start at 0 or later and end after it starts, in whole code points; got {given!r}"
        )
    if label is None or label != label:
        raise InputError(f"span {given!r} has no label; leave the span out, or name what it is")
    return span
