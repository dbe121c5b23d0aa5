"""Attributes of what somebody marks: more that is said of a shape or a segment than its label; see `filling`. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from groundswell.errors import InputError
from groundswell.label.kinds.checks import Option, listed, words
from groundswell.label.kinds.fields.specs import check_names, spec_check
from groundswell.label.kinds.fields.values import VALUES, Spec

KINDS = {kind: VALUES[kind] for kind in ("choice", "choices", "number", "flag", "text")}

MOST_ATTRIBUTES = 50

SHARE = 0.5
"""How much two marks of the same thing may differ by their attributes alone."""

_specs = listed(
    spec_check(KINDS, {"of": listed(words(1, 100), least=1, most=1_000)}), least=1, most=MOST_ATTRIBUTES
)


def _read(name: str, value: Any) -> list[dict[str, Any]]:
    specs: list[dict[str, Any]] = _specs(name, value)
    check_names(name, specs)
    return specs


OPTION = Option(
    _specs.then(_read),
    "what else is said of each: kind is choice or choices (with values), number (low, high), flag or text; "
    "`of` names the labels that have it, all unless given",
)


def check_labels(specs: Sequence[Spec], labels: Sequence[str]) -> None:
    """Raise `InputError` where an attribute is of a label that there is not."""
    for spec in specs:
        unknown = [label for label in spec.get("of", ()) if label not in labels]
        if unknown:
            raise InputError(f"attribute {spec['name']!r} is of {unknown[0]!r}, which is no class")


def specs_of(options: Mapping[str, Any], label: str) -> list[Spec]:
    """Return the attributes that a label has."""
    return [spec for spec in options.get("attributes", ()) if label in spec.get("of", (label,))]
