"""Attributes of what somebody marks: more said of a shape or a segment than its label. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from groundswell.errors import InputError
from groundswell.label.kinds.agreed.weighing import more_than_half
from groundswell.label.kinds.checks import Check, Option, listed, not_right, words
from groundswell.label.kinds.fields.specs import check_names, spec_check
from groundswell.label.kinds.fields.values import VALUES, Spec, is_empty

Attributes = Mapping[str, Any]

KINDS = ("choice", "choices", "number", "flag", "text")

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
    Check(_specs.says, _read),
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


def checked(name: str, given: Any, specs: Sequence[Spec]) -> dict[str, Any]:
    """Return the attributes of one mark in the order of the ontology; those left open are left out.

    Raises:
        InputError: one is not known, not right, or required and missing.
    """
    if not isinstance(given, Mapping):
        raise not_right(name, "an object of attributes", given)
    known = {spec["name"]: spec for spec in specs}
    unknown = [key for key in given if key not in known]
    if unknown:
        have = ", ".join(known) or "none"
        raise InputError(f"{name} has {str(unknown[0])[:60]!r}, which is no attribute of its label: {have}")
    read = {
        key: VALUES[spec["kind"]].check(spec)(f"{name}.{key}", given[key])
        for key, spec in known.items()
        if not is_empty(given.get(key))
    }
    missing = [key for key, spec in known.items() if spec.get("required") and is_empty(read.get(key))]
    if missing:
        raise InputError(f"{name} lacks {missing[0]!r}, which is required")
    return {key: value for key, value in read.items() if not is_empty(value)}


def distance(one: Attributes, other: Attributes, specs: Sequence[Spec]) -> float:
    """Return how far the attributes of two marks differ, on average over those that either has, 0 to 1."""
    said = [spec for spec in specs if spec["name"] in one or spec["name"] in other]
    apart = [_apart(one.get(spec["name"]), other.get(spec["name"]), spec) for spec in said]
    return sum(apart) / len(apart) if apart else 0.0


def _apart(one: Any, other: Any, spec: Spec) -> float:
    if one is None or other is None:
        return 1.0
    return VALUES[spec["kind"]].distance(one, other, spec)


def merge(said: Sequence[Attributes], weights: Sequence[float], specs: Sequence[Spec]) -> dict[str, Any]:
    """Return what several say of one thing: what more than half of the trust fills in, and what is required."""
    merged = {}
    for spec in specs:
        name = spec["name"]
        filled = [(one[name], weight) for one, weight in zip(said, weights, strict=True) if name in one]
        trust = [weight for _, weight in filled]
        if filled and (spec.get("required") or more_than_half(sum(trust), weights)):
            merged[name] = VALUES[spec["kind"]].merge([value for value, _ in filled], trust, spec)
    return {name: value for name, value in merged.items() if not is_empty(value)}


def example(specs: Sequence[Spec], rng: np.random.Generator) -> dict[str, Any]:
    """Return attributes drawn at random; of those that may be left open some are."""
    drawn = {
        spec["name"]: VALUES[spec["kind"]].example(spec, rng)
        for spec in specs
        if spec.get("required") or rng.random() < 0.8
    }
    return {name: value for name, value in drawn.items() if not is_empty(value)}
