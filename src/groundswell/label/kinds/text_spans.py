"""Mark and label spans of a text, and how they are related."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.kinds.agreed.inferred_spans import example_of, learn_spans
from groundswell.label.kinds.agreed.marks import agreed_sites
from groundswell.label.kinds.agreed.spans import agreed_links, best_links, may_join, related, spans_of, told
from groundswell.label.kinds.checks import (
    Check,
    Option,
    checked_answer,
    checked_options,
    fields,
    flag,
    listed,
    one_of,
    whole,
    words,
)
from groundswell.label.kinds.fields.specs import plain_name
from groundswell.label.kinds.inference import Inferred, Said
from groundswell.label.kinds.kind import Answer, LabelKind, Ontology, Shown, Specimen, class_names
from groundswell.quality.spans import best_without_overlaps, span_distance

MOST_SPANS = 1_000
"""Spans of one text, and relations between them."""

MOST_OFFSET = 2**31 - 1

MOST_RELATIONS = 100
"""Relations that an ontology may have."""

_labels = listed(words(1, 100), least=1, most=1_000)
_relation = fields({"name": plain_name, "from": _labels, "to": _labels}, needs=("name",))


class TextSpans(LabelKind):
    """Spans of a text, each with a label, and relations between them.

    `{"spans": [{"id": "s1", "start": 0, "end": 3, "label": "person"}], "relations": [{"from": "s1", "to": "s2",
    "label": "works for"}]}`. Offsets count Unicode code points; the end is not part of the span. Spans come in the
    order of start, end and label, and their ids count in that order. Where the ontology has no relations, an
    answer has none either.
    """

    name: ClassVar[str] = "text_spans"
    item_kinds: ClassVar[frozenset[str]] = frozenset({"text"})
    least_classes: ClassVar[int] = 1
    reads_item: ClassVar[bool] = True
    tolerance: ClassVar[float] = 0.1
    options: ClassVar[Mapping[str, Option]] = {
        "relations": Option(
            listed(_relation, most=MOST_RELATIONS),
            "how spans may be related: each has a name, and labels that it may lead from and to (any unless given)",
        ),
        "overlap": Option(flag, "whether spans of one answer may overlap", True),
        "words": Option(flag, "a selection snaps to whole words on the screen"),
    }
    specimen: ClassVar[Specimen | None] = Specimen(
        shown={
            "kind": "text",
            "text": "Ada Lovelace wrote to Charles Babbage.",
            "media_type": "text/plain",
            "meta": {},
        },
        answer={
            "spans": [
                {"id": "s1", "start": 0, "end": 12, "label": "person"},
                {"id": "s2", "start": 22, "end": 37, "label": "person"},
            ],
            "relations": [{"from": "s1", "to": "s2", "label": "wrote to"}],
        },
        classes=("person", "place"),
        options={"relations": [{"name": "wrote to", "from": ["person"], "to": ["person"]}]},
    )

    def ontology(self, classes: Sequence[str], options: Mapping[str, Any]) -> Ontology:
        """Return one label or more, with the relations that there may be."""
        names = class_names(classes, least=self.least_classes)
        given = checked_options(self.name, options, self.options)
        if given.get("overlap") is True:
            del given["overlap"]
        kept = {name: value for name, value in given.items() if value or name == "overlap"}
        _check_relations(kept.get("relations", []), names)
        return Ontology(names, kept)

    def validate(self, answer: Answer, ontology: Ontology, shown: Shown | None = None) -> Answer:
        """Return spans in the order of the text, and relations in the order of what they join.

        Raises:
            InvalidAnswer: another shape, an unknown label, a span that is not in the text or overlaps where that is
                not allowed, or a relation that the ontology does not have between these labels.
        """
        read = checked_answer(answer, _answer_check(ontology))
        if shown is not None:
            _check_inside(read["spans"], len(shown["text"] or ""))
        spans, name_of = _in_order(read["spans"])
        if ontology.options.get("overlap") is False:
            _check_apart(spans)
        canonical = {"spans": spans}
        if "relations" in ontology.options:
            canonical["relations"] = _joined(read.get("relations", []), name_of, spans, ontology)
        return canonical

    def distance(self, one: Answer, other: Answer, ontology: Ontology) -> float:
        """Return 1 minus the share of spans and relations in common (F1); a part of a span counts in part."""
        spans, relations = len(one["spans"]) + len(other["spans"]), 0
        apart = spans * span_distance(spans_of(one), spans_of(other))
        if "relations" in ontology.options:
            mine, yours = related(one), related(other)
            relations = len(mine) + len(yours)
            apart += relations - best_links(mine, yours) - best_links(yours, mine)
        return max(0.0, apart / (spans + relations)) if spans + relations else 0.0

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology) -> Answer:
        """Return the spans that at least half of the trust marks, and the relations that it draws between them."""
        agreed = agreed_sites([spans_of(answer) for answer in answers], weights)
        spans = [one.span for one in agreed]
        if ontology.options.get("overlap") is False:
            spans = [spans[at] for at in best_without_overlaps(spans, [one.support for one in agreed])]
        return told(spans, agreed_links(answers, weights, spans, ontology), ontology)

    def infer(self, said: Sequence[Said], ontology: Ontology) -> Inferred:
        """Infer spans from how often each worker misses, invents and mistakes them; see `consensus_of_spans`."""
        if not said:
            return super().infer(said, ontology)
        return self.concluded(learn_spans(said, ontology), said, ontology)

    def example(self, ontology: Ontology, shown: Shown, rng: np.random.Generator) -> Answer:
        """Return a few spans with any label, and some relations that may be."""
        return example_of(ontology, len(shown["text"]), rng)


def _check_relations(relations: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    """Raise `InputError` where a relation comes twice, or is between labels that there are not."""
    seen = set()
    for relation in relations:
        if relation["name"] in seen:
            raise InputError(f"relation {relation['name']!r} is given twice; each relation once")
        seen.add(relation["name"])
        for label in (*relation.get("from", ()), *relation.get("to", ())):
            if label not in names:
                raise InputError(f"relation {relation['name']!r} joins {label!r}, which is no class")


def _answer_check(ontology: Ontology) -> Check:
    span = fields(
        {
            "id": words(1, 100),
            "start": whole(0, MOST_OFFSET),
            "end": whole(1, MOST_OFFSET),
            "label": one_of(*ontology.classes),
        },
        needs=("start", "end", "label"),
    )
    known = {"spans": listed(span, most=MOST_SPANS)}
    if "relations" in ontology.options:
        names = [relation["name"] for relation in ontology.options["relations"]]
        relation = fields(
            {"from": words(1, 100), "to": words(1, 100), "label": one_of(*names)},
            needs=("from", "to", "label"),
        )
        known["relations"] = listed(relation, most=MOST_SPANS)
    return fields(known, needs=("spans",))


def _check_inside(spans: Sequence[Mapping[str, Any]], length: int) -> None:
    for span in spans:
        if span["end"] > length:
            raise InvalidAnswer(f"a span ends at {span['end']}, but the text has {length} characters")


def _in_order(given: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return distinct spans in order with new ids, and the new id of each old one."""
    for span in given:
        if span["start"] >= span["end"]:
            raise InvalidAnswer(f"a span ends at {span['end']}, which is not after its start {span['start']}")
    distinct = sorted({_place(span) for span in given})
    new = {place: f"s{number}" for number, place in enumerate(distinct, 1)}
    spans = [{"id": new[place], "start": place[0], "end": place[1], "label": place[2]} for place in distinct]
    named = [span for span in given if "id" in span]
    name_of = {span["id"]: new[_place(span)] for span in named}
    if len(name_of) < len(named):
        raise InvalidAnswer("two spans have the same id; each has one of its own, or none")
    return spans, name_of


def _place(span: Mapping[str, Any]) -> tuple[int, int, str]:
    return span["start"], span["end"], span["label"]


def _check_apart(spans: Sequence[Mapping[str, Any]]) -> None:
    for one, other in pairwise(spans):
        if other["start"] < one["end"]:
            raise InvalidAnswer(
                f"spans {one['start']}-{one['end']} and {other['start']}-{other['end']} overlap; "
                "here they may only touch"
            )


def _joined(
    given: Sequence[Mapping[str, str]],
    name_of: Mapping[str, str],
    spans: Sequence[Mapping[str, Any]],
    ontology: Ontology,
) -> list[dict[str, str]]:
    """Return distinct relations between spans of the answer, in the order of what they join."""
    label_of = {span["id"]: span["label"] for span in spans}
    relations = {one["name"]: one for one in ontology.options["relations"]}
    found = set()
    for one in given:
        for end in ("from", "to"):
            if one[end] not in name_of:
                raise InvalidAnswer(f"a relation leads {end} {one[end][:40]!r}, but no span has that id")
        start, end = name_of[one["from"]], name_of[one["to"]]
        if not may_join(relations[one["label"]], label_of[start], label_of[end]):
            raise InvalidAnswer(
                f"{one['label']!r} does not lead from {label_of[start]!r} to {label_of[end]!r} here"
            )
        if start == end:
            raise InvalidAnswer(f"{one['label']!r} leads from a span to itself")
        found.add((int(start[1:]), int(end[1:]), one["label"]))
    return [{"from": f"s{start}", "to": f"s{end}", "label": label} for start, end, label in sorted(found)]
