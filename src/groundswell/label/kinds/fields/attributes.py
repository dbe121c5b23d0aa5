"""Attributes of what somebody marks: more that is said of a shape or a segment than its label; see `filling`. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from groundswell.errors import InputError
from groundswell.label.kinds.checks import Option, listed, words
from groundswell.label.kinds.fields.specs import check_names, spec_check
from groundswell.label.kinds.fields.values import VALUES, Link, Spec, Value

KINDS = {kind: VALUES[kind] for kind in ("choice", "choices", "number", "flag", "text")}

MOST_ATTRIBUTES = 50

SHARE = 0.5
"""How much two marks of the same thing may differ by their attributes alone."""


def _option(kinds: Mapping[str, Value], more: str) -> Option:
    """Return the option that says what attributes there are, of some kinds of value."""
    specs = listed(
        spec_check(kinds, {"of": listed(words(1, 100), least=1, most=1_000)}), least=1, most=MOST_ATTRIBUTES
    )

    def read(name: str, value: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = specs(name, value)
        check_names(name, found)
        return found

    return Option(
        specs.then(read),
        f"what else is said of each: kind is choice or choices (with values), number (low, high), flag or text{more}; "
        "`of` names the labels that have it, all unless given",
    )


OPTION = _option(KINDS, "")

LINKED_OPTION = _option(
    {**KINDS, "link": Link()}, ", or link: another shape, by its place among them, of the labels in `to`"
)


def check_labels(specs: Sequence[Spec], labels: Sequence[str]) -> None:
    """Raise `InputError` where an attribute is of a label that there is not, or links to one."""
    for spec in specs:
        for key, does in (("of", "is of"), ("to", "links to")):
            unknown = [label for label in spec.get(key, ()) if label not in labels]
            if unknown:
                raise InputError(f"attribute {spec['name']!r} {does} {unknown[0]!r}, which is no class")


def specs_of(options: Mapping[str, Any], label: str) -> list[Spec]:
    """Return the attributes that a label has."""
    return [spec for spec in options.get("attributes", ()) if label in spec.get("of", (label,))]


def plain(specs: Sequence[Spec]) -> list[Spec]:
    """Return the attributes that say something of a thing alone."""
    return [spec for spec in specs if spec["kind"] != "link"]


def links(specs: Sequence[Spec]) -> list[Spec]:
    """Return the attributes that link a thing to another."""
    return [spec for spec in specs if spec["kind"] == "link"]
