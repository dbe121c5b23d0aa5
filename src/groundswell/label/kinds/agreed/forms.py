"""Fields of a form as several people filled them in: how far apart they are, and what they come to. Pure."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from groundswell.label.kinds.agreed.weighing import medoid, more_than_half
from groundswell.label.kinds.checks import Check, listed, not_right
from groundswell.label.kinds.fields.conditions import is_met
from groundswell.label.kinds.fields.values import VALUES, Spec, is_empty

Filled = Mapping[str, Any]

MOST_ENTRIES = 100
"""Entries of a field that takes several."""


def check_of(spec: Spec) -> Check:
    """Return the check of a field's value, or of a list of them where several may be given."""
    if not spec.get("several"):
        return VALUES[spec["kind"]].check(spec)
    each = VALUES[spec["kind"]].check(one_entry(spec))
    least, most = spec.get("least", 0), spec.get("most", MOST_ENTRIES)
    entries = listed(each, least=least, most=most)

    def read(name: str, value: Any) -> list[Any]:
        found = [one for one in entries(name, value) if not is_empty(one)]
        if len(found) < least:
            raise not_right(name, entries.says, value)
        return found

    return Check(entries.says, read)


def one_entry(spec: Spec) -> Spec:
    """Return the spec of one entry of a field that takes several: its bounds are of the list."""
    return {key: value for key, value in spec.items() if key not in ("least", "most", "several", "required")}


def distance(one: Filled, other: Filled, specs: Sequence[Spec]) -> float:
    """Return how far two forms are apart, on average over the fields that either has filled in, 0 to 1."""
    filled = [spec for spec in specs if spec["name"] in one or spec["name"] in other]
    apart = [_apart(one.get(spec["name"]), other.get(spec["name"]), spec) for spec in filled]
    return sum(apart) / len(apart) if apart else 0.0


def _apart(one: Any, other: Any, spec: Spec) -> float:
    if one is None or other is None:
        return 1.0
    if not spec.get("several"):
        return VALUES[spec["kind"]].distance(one, other, spec)
    each = one_entry(spec)
    pairs = list(zip_longest(one, other))
    return sum(_apart(mine, yours, each) for mine, yours in pairs) / len(pairs)


def merge(said: Sequence[Filled], weights: Sequence[float], specs: Sequence[Spec]) -> dict[str, Any]:
    """Return what forms come to, field by field; a field is judged by those who filled it in.

    A field is filled in where more than half of the trust does so, or where it is required; it may be hidden by what
    the fields before it came to.
    """
    merged: dict[str, Any] = {}
    for spec in specs:
        name = spec["name"]
        filled = [(one[name], weight) for one, weight in zip(said, weights, strict=True) if name in one]
        trust = [weight for _, weight in filled]
        wanted = spec.get("required") or more_than_half(sum(trust), weights)
        if filled and wanted and is_met(spec.get("when"), merged):
            merged[name] = _merged([value for value, _ in filled], trust, spec)
    return {name: value for name, value in merged.items() if not is_empty(value)}


def _merged(values: Sequence[Any], weights: Sequence[float], spec: Spec) -> Any:
    if spec.get("several"):
        return medoid(values, weights, lambda one, other: _apart(one, other, spec))
    return VALUES[spec["kind"]].merge(values, weights, spec)


def example_of(specs: Sequence[Spec], rng: np.random.Generator) -> dict[str, Any]:
    """Return a form that somebody might have filled in, drawn at random."""
    filled: dict[str, Any] = {}
    for spec in specs:
        if is_met(spec.get("when"), filled) and (spec.get("required") or rng.random() < 0.8):
            value = _drawn(spec, rng)
            if not is_empty(value):
                filled[spec["name"]] = value
    return filled


def _drawn(spec: Spec, rng: np.random.Generator) -> Any:
    if not spec.get("several"):
        return VALUES[spec["kind"]].example(spec, rng)
    least = max(spec.get("least", 0), 1)
    count = int(rng.integers(least, min(least + 2, spec.get("most", MOST_ENTRIES)) + 1))
    drawn = [VALUES[spec["kind"]].example(one_entry(spec), rng) for _ in range(count)]
    return [one for one in drawn if not is_empty(one)]
