"""Fill in a form about an item: fields of all usual kinds, some of them shown only under a condition."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from groundswell.label.kinds.checks import (
    Check,
    Option,
    checked_answer,
    checked_options,
    fields,
    flag,
    listed,
    words,
)
from groundswell.label.kinds.fields import filling
from groundswell.label.kinds.fields.conditions import check_condition, condition
from groundswell.label.kinds.fields.specs import WITHIN, check_names, spec_check
from groundswell.label.kinds.fields.values import VALUES
from groundswell.label.kinds.kind import Answer, LabelKind, Ontology, Shown, Specimen, no_classes

MOST_FIELDS = 200

MOST_COLUMNS = 50
"""Fields of a row."""


def _fields_check(each: Check, most: int) -> Check:
    """Return the check of a list of fields with distinct names, each hidden or shown by those before it alone."""
    plain = listed(each, least=1, most=most)

    def read(name: str, value: Any) -> list[dict[str, Any]]:
        specs: list[dict[str, Any]] = plain(name, value)
        check_names(name, specs)
        for place, spec in enumerate(specs):
            if "when" in spec:
                check_condition(f"{name}[{place}].when", spec["when"], specs[:place])
        return specs

    return plain.then(read)


_BESIDE = {"title": words(0, 500), "hint": words(0, 5_000), "when": condition}

_columns = _fields_check(spec_check(VALUES, _BESIDE), MOST_COLUMNS)

_specs = _fields_check(
    spec_check(filling.IN_FORMS, {**_BESIDE, "several": flag, WITHIN: _columns}), MOST_FIELDS
)


class Form(LabelKind):
    """A form about the item: fields of all usual kinds, some of them shown only under a condition.

    `{"fields": {"title": "On Growth", "year": 1917, "topics": ["biology"]}}`. A field that is not required may be left
    out. One whose condition (`when`) is not met by the fields before it is hidden, and must be left out. Texts come
    without the space around them; days as `2026-11-29`, instants as `2026-11-29T08:30:00`, in UTC where an offset is
    known; files by their SHA-256 or address; rows of a table as an object for each, such as
    `{"lines": [{"item": "Espresso", "price": 1.2}, {"item": "Cornetto"}]}`.
    """

    name: ClassVar[str] = "form"
    item_kinds: ClassVar[frozenset[str]] = frozenset({"text", "image", "audio", "record"})
    tolerance: ClassVar[float] = 0.05
    options: ClassVar[Mapping[str, Option]] = {
        "fields": Option(
            _specs,
            f"each has name and kind ({', '.join(filling.IN_FORMS)}); title, hint, required; values of choice, choices "
            "and rank, as names or as {value, title}; low and high of numbers and scales; least and most: characters "
            "of a text, values of choices, rows, entries where `several` is true; pattern of a text (email, phone, "
            "zip, number); fields: those of each of the rows, like these but for rows and several; "
            "when: {field, is: [values]}, {all: [...]} or {any: [...]} over fields before it",
            needed=True,
        )
    }
    specimen: ClassVar[Specimen | None] = Specimen(
        shown={"kind": "image", "text": None, "media_type": "image/jpeg", "meta": {}},
        answer={
            "fields": {
                "legible": True,
                "shop": "Bar Roma",
                "total": 12.5,
                "paid": "card",
                "date": "2026-03-01",
                "lines": [{"item": "Espresso", "price": 2.5}, {"item": "Pizza", "price": 10}],
            }
        },
        options={
            "fields": [
                {"name": "legible", "kind": "flag", "required": True, "title": "Can the receipt be read?"},
                {"name": "shop", "kind": "text", "when": {"field": "legible", "is": [True]}},
                {"name": "total", "kind": "number", "low": 0, "when": {"field": "legible", "is": [True]}},
                {"name": "paid", "kind": "choice", "values": ["cash", "card"]},
                {"name": "date", "kind": "date"},
                {
                    "name": "lines",
                    "kind": "rows",
                    "fields": [{"name": "item", "kind": "text"}, {"name": "price", "kind": "number"}],
                },
            ]
        },
    )

    def ontology(self, classes: Sequence[str], options: Mapping[str, Any]) -> Ontology:
        """Return the fields; there are no classes."""
        no_classes(self.name, classes, "its option fields says what is asked")
        return Ontology((), checked_options(self.name, options, self.options))

    def validate(self, answer: Answer, ontology: Ontology, shown: Shown | None = None) -> Answer:
        """Return the fields in their order, those that say nothing left out.

        Raises:
            InvalidAnswer: another shape, a field that there is not or that is hidden, a value that is not right, or a
                required one that is missing.
        """
        specs = ontology.options["fields"]
        values = Check("an object of fields", lambda name, value: filling.filled("fields", value, specs))
        return checked_answer(answer, fields({"fields": values}, needs=("fields",)))

    def distance(self, one: Answer, other: Answer, ontology: Ontology) -> float:
        """Return the mean distance over fields that either has filled in; one that only one has counts wholly."""
        return filling.distance(one["fields"], other["fields"], ontology.options["fields"])

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology) -> Answer:
        """Return each field as more than half of the trust fills it in, in the light of the merged ones before it."""
        merged = filling.merge([answer["fields"] for answer in answers], weights, ontology.options["fields"])
        return self.or_nearest({"fields": merged}, answers, weights, ontology)

    def example(self, ontology: Ontology, shown: Shown, rng: np.random.Generator) -> Answer:
        """Return any value for each field that is shown; some that may be left open are."""
        return self.validate({"fields": filling.example_of(ontology.options["fields"], rng)}, ontology)
