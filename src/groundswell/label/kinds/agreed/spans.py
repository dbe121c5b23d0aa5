"""Spans of a text and the relations between them, as `quality` and as the wire know them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from groundswell.label.kinds.agreed.marks import likest
from groundswell.label.kinds.agreed.weighing import half
from groundswell.label.kinds.kind import Answer, Ontology
from groundswell.quality.spans import Span, span_overlap


class Link(NamedTuple):
    """A relation from one span to another."""

    start: Span
    end: Span
    label: str


def may_join(relation: Mapping[str, Any], start: str, end: str) -> bool:
    """Say whether a relation of an ontology may lead from a span of one label to one of another."""
    return start in relation.get("from", (start,)) and end in relation.get("to", (end,))


def spans_of(answer: Answer) -> list[Span]:
    """Return the spans of an answer."""
    return [Span(one["start"], one["end"], one["label"]) for one in answer["spans"]]


def related(answer: Answer) -> list[Link]:
    """Return the relations of an answer with the spans that they join."""
    named = {one["id"]: span for one, span in zip(answer["spans"], spans_of(answer), strict=True)}
    return [Link(named[one["from"]], named[one["to"]], one["label"]) for one in answer.get("relations", ())]


def told(spans: Sequence[Span], links: Sequence[Link], ontology: Ontology) -> dict[str, Any]:
    """Return spans and relations as an answer in its canonical form."""
    ordered = sorted(set(spans), key=lambda one: (one.start, one.end, str(one.label)))
    number = {span: place for place, span in enumerate(ordered, 1)}
    answer: dict[str, Any] = {
        "spans": [
            {"id": f"s{place}", "start": span.start, "end": span.end, "label": span.label}
            for span, place in number.items()
        ]
    }
    if "relations" in ontology.options:
        joined = sorted({(number[one.start], number[one.end], one.label) for one in links})
        answer["relations"] = [{"from": f"s{a}", "to": f"s{b}", "label": label} for a, b, label in joined]
    return answer


def best_links(links: Sequence[Link], others: Sequence[Link]) -> float:
    """Add up each relation's largest share in common with another of its label: that of both spans it joins."""
    return sum(max((_in_common(one, other) for other in others), default=0.0) for one in links)


def _in_common(one: Link, other: Link) -> float:
    labels = (one.label, one.start.label, one.end.label)
    if labels != (other.label, other.start.label, other.end.label):
        return 0.0
    return span_overlap(one.start, other.start) * span_overlap(one.end, other.end)


def agreed_links(
    answers: Sequence[Answer], weights: Sequence[float], spans: Sequence[Span], ontology: Ontology
) -> list[Link]:
    """Return the relations between agreed spans that at least half of the trust draws, and the ontology has.

    Args:
        answers: what was said.
        weights: of answers.
        spans: what the answers came to.
    """
    relations = {one["name"]: one for one in ontology.options.get("relations", ())}
    drawn: dict[Link, float] = {}
    for answer, weight in zip(answers, weights, strict=True) if relations else ():
        for link in {_between(one, spans) for one in related(answer)} - {None}:
            assert link is not None
            drawn[link] = drawn.get(link, 0.0) + weight
    return [
        link
        for link, weight in drawn.items()
        if weight >= half(weights)
        and may_join(relations[link.label], str(link.start.label), str(link.end.label))
    ]


def _between(link: Link, spans: Sequence[Span]) -> Link | None:
    """Return a relation between the agreed spans that mean what it joins; None where there are no such two."""
    start, end = likest(link.start, spans), likest(link.end, spans)
    if start is None or end is None or start == end:
        return None
    return Link(spans[start], spans[end], link.label)
