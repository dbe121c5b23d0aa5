"""BIO tags: spans as one tag for each token, there and back."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

from groundswell.errors import InputError
from groundswell.quality.spans.span import Span, checked_spans

OUTSIDE = "O"
"""The tag of a token that is in no span."""

Token = tuple[int, int]
"""Start and end of a token in code points, half open."""


def tags_from_spans(
    spans: Collection[tuple[int, int, Hashable]], tokens: Sequence[Token], *, strict: bool = True
) -> list[str]:
    """Return the BIO tag of every token: `B-x` begins a span labelled x, `I-x` goes on in it, `O` is outside.

    `spans_from_tags` gives the same spans back (with the labels as text), unless they overlap, or begin or end
    within a token or between two: tags cannot say that.

    Args:
        spans: the spans of a text; none at all is tags of `O`.
        tokens: start and end of each token of that text, in order, without overlaps.
        strict: refuse what would be lost. If False, a span is stretched to the tokens that it touches, one that
            touches none is left out, and of spans that share a token the first (of two with one start, the
            longer) wins.

    Raises:
        InputError: tokens are out of order, or, where `strict`, a span would be lost or changed.
    """
    _check_tokens(tokens)
    tags = [OUTSIDE] * len(tokens)
    for span in sorted(checked_spans(spans), key=lambda one: (one.start, -one.end, str(one.label))):
        touched = [i for i, (start, end) in enumerate(tokens) if start < span.end and span.start < end]
        taken = any(tags[i] != OUTSIDE for i in touched)
        if strict and (taken or not _fits(span, touched, tokens)):
            raise InputError(
                f"{span} {'shares a token with another' if taken else 'does not begin and end with a token'}: "
                "BIO tags cannot hold it; pass strict=False to stretch and to drop spans"
            )
        if touched and not taken:
            tags[touched[0]] = f"B-{span.label}"
            for i in touched[1:]:
                tags[i] = f"I-{span.label}"
    return tags


def spans_from_tags(tags: Sequence[str], tokens: Sequence[Token] | None = None) -> tuple[Span, ...]:
    """Return the spans that BIO tags stand for, in order.

    An `I-x` that follows neither `B-x` nor `I-x` begins a span, as in the CoNLL evaluation.

    Args:
        tags: one of `O`, `B-x`, `I-x` for each token.
        tokens: start and end of each token; without them, offsets count tokens.

    Raises:
        InputError: another tag, or a different number of tokens.
    """
    places = [(i, i + 1) for i in range(len(tags))] if tokens is None else list(tokens)
    if len(places) != len(tags):
        raise InputError(f"{len(tags)} tags need as many tokens; there are {len(places)}")
    _check_tokens(places)
    found: list[Span] = []
    before = OUTSIDE
    for tag, (start, end) in zip(repaired(tags), places, strict=True):
        if tag[0] == "B":
            found.append(Span(start, end, tag[2:]))
        elif tag != OUTSIDE and before != OUTSIDE:
            found[-1] = found[-1]._replace(end=end)
        before = tag
    return tuple(found)


def repaired(tags: Sequence[str]) -> list[str]:
    """Return tags in which every `I-x` that follows neither `B-x` nor `I-x` is `B-x`.

    Raises:
        InputError: a tag is not `O`, `B-x` or `I-x`.
    """
    out: list[str] = []
    inside = None
    for tag in tags:
        if not is_bio(tag):
            raise InputError(f"BIO tags are 'O', 'B-label' and 'I-label'; found {tag!r}")
        label = None if tag == OUTSIDE else tag[2:]
        out.append(f"B-{label}" if tag[0] == "I" and inside != label else tag)
        inside = label
    return out


def is_bio(tag: Hashable) -> bool:
    """Say whether a tag is `O`, `B-x` or `I-x`."""
    return isinstance(tag, str) and (tag == OUTSIDE or (tag[:2] in ("B-", "I-") and len(tag) > 2))


def _fits(span: Span, touched: list[int], tokens: Sequence[Token]) -> bool:
    """Say whether a span begins and ends where the tokens that it touches do."""
    return bool(touched) and (tokens[touched[0]][0], tokens[touched[-1]][1]) == (span.start, span.end)


def _check_tokens(tokens: Sequence[Token]) -> None:
    """Refuse tokens that overlap, go back or have no length."""
    last = 0
    for start, end in tokens:
        if not last <= start < end:
            raise InputError(
                f"tokens must follow each other and have a length; found {start} to {end} after {last}"
            )
        last = end
