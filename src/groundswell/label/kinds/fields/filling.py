"""Fields with values, as one person fills them in and as several do: those of forms, and attributes. Pure."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, ClassVar

import numpy as np

from groundswell.errors import InputError
from groundswell.label.kinds.agreed.weighing import medoid, more_than_half
from groundswell.label.kinds.checks import Check, in_short, listed, not_right
from groundswell.label.kinds.fields import rows
from groundswell.label.kinds.fields.conditions import is_met
from groundswell.label.kinds.fields.specs import MOST_ENTRIES
from groundswell.label.kinds.fields.values import VALUES, Link, Spec, Value, is_empty

Filled = Mapping[str, Any]
"""The values of fields by name; those that say nothing are left out."""


def filled(name: str, given: Any, specs: Sequence[Spec]) -> dict[str, Any]:
    """Return the values of fields in the order of their specs, each read in the light of those before it.

    Raises:
        InputError: one is not known, hidden or not right, or one that is required is missing.
    """
    if not isinstance(given, Mapping):
        raise not_right(name, "an object of names and values", given)
    known = [spec["name"] for spec in specs]
    strange = given.keys() - set(known)
    if strange:
        first = min(map(str, strange))[:60]
        raise InputError(
            f"{name} has {first!r}, which is not asked; here are asked: {in_short(known) or 'none'}"
        )
    found: dict[str, Any] = {}
    for spec in specs:
        value = _read(f"{name}.{spec['name']}", given.get(spec["name"]), spec, found)
        if not is_empty(value):
            found[spec["name"]] = value
    return found


def _read(name: str, given: Any, spec: Spec, before: Filled) -> Any:
    """Return the value of one field, or what is empty."""
    if not is_met(spec.get("when"), before):
        if not is_empty(given):
            raise InputError(f"{name} is hidden by what was filled in before it; leave it out")
        return None
    value = given if is_empty(given) else check_of(spec)(name, given)
    if is_empty(value) and spec.get("required"):
        raise InputError(f"{name} is required and empty")
    return value


def check_of(spec: Spec) -> Check:
    """Return the check of a field's value, or of a list of them where several may be given."""
    if not spec.get("several"):
        return KINDS[spec["kind"]].check(spec)
    least, most = spec.get("least", 0), spec.get("most", MOST_ENTRIES)
    entries = listed(KINDS[spec["kind"]].check(_one_entry(spec)), least=least, most=most)

    def read(name: str, value: Any) -> list[Any]:
        found = [one for one in entries(name, value) if not is_empty(one)]
        if len(found) < least:
            raise not_right(name, entries.says, value)
        return found

    return Check(entries.says, read)


def _one_entry(spec: Spec) -> Spec:
    """Return the spec of one entry of a field that takes several: its bounds are of the list."""
    return {key: value for key, value in spec.items() if key not in ("least", "most", "several", "required")}


def distance(one: Filled, other: Filled, specs: Sequence[Spec]) -> float:
    """Return how far values are apart, on average over the fields that either has filled in, 0 to 1."""
    apart = distances(one, other, specs)
    return sum(apart) / len(apart) if apart else 0.0


def distances(one: Filled, other: Filled, specs: Sequence[Spec]) -> list[float]:
    """Return how far the values of each field are apart, 0 to 1; of those that either has filled in."""
    said = [spec for spec in specs if spec["name"] in one or spec["name"] in other]
    return [_apart(one.get(spec["name"]), other.get(spec["name"]), spec) for spec in said]


def _apart(one: Any, other: Any, spec: Spec) -> float:
    if one is None or other is None:
        return 1.0
    if not spec.get("several"):
        return KINDS[spec["kind"]].distance(one, other, spec)
    pairs = list(zip_longest(one, other))
    return sum(_apart(mine, yours, _one_entry(spec)) for mine, yours in pairs) / len(pairs)


def merge(said: Sequence[Filled], weights: Sequence[float], specs: Sequence[Spec]) -> dict[str, Any]:
    """Return what several fill in, field by field; the value of a field is judged by those who filled it in.

    A field is filled in where more than half of the trust does so, or where it is required; it may be hidden by what
    the fields before it came to.
    """
    merged: dict[str, Any] = {}
    for spec in specs:
        name = spec["name"]
        given = [(one[name], weight) for one, weight in zip(said, weights, strict=True) if name in one]
        trust = [weight for _, weight in given]
        wanted = spec.get("required") or more_than_half(sum(trust), weights)
        if given and wanted and is_met(spec.get("when"), merged):
            merged[name] = _merged([value for value, _ in given], trust, spec)
    return {name: value for name, value in merged.items() if not is_empty(value)}


def _merged(values: Sequence[Any], weights: Sequence[float], spec: Spec) -> Any:
    if spec.get("several"):
        return medoid(values, weights, lambda one, other: _apart(one, other, spec))
    return KINDS[spec["kind"]].merge(values, weights, spec)


def example_of(specs: Sequence[Spec], rng: np.random.Generator) -> dict[str, Any]:
    """Return values that somebody might have filled in, drawn at random; of those that may be left open some are."""
    drawn: dict[str, Any] = {}
    for spec in specs:
        if is_met(spec.get("when"), drawn) and (spec.get("required") or rng.random() < 0.8):
            value = _drawn(spec, rng)
            if not is_empty(value):
                drawn[spec["name"]] = value
    return drawn


def _drawn(spec: Spec, rng: np.random.Generator) -> Any:
    if not spec.get("several"):
        return KINDS[spec["kind"]].example(spec, rng)
    least = max(spec.get("least", 0), 1)
    count = int(rng.integers(least, min(least + 2, spec.get("most", MOST_ENTRIES)) + 1))
    drawn = [KINDS[spec["kind"]].example(_one_entry(spec), rng) for _ in range(count)]
    return [one for one in drawn if not is_empty(one)]


# ── fields within fields ─────────────────────────────────────────────────────────────────────────


class Rows(Value):
    """Rows of a table: an object for each, of the same fields, which are hidden and shown by others of their row alone.

    Rows that say nothing are left out.
    """

    takes: ClassVar[frozenset[str]] = frozenset({"fields", "least", "most"})
    needs: ClassVar[frozenset[str]] = frozenset({"fields"})

    def check(self, spec: Spec) -> Check:
        """Return the check of a list of rows."""
        least, most = spec.get("least", 0), spec.get("most", MOST_ENTRIES)
        says = f"a list of {least:,} to {most:,} rows, each an object of {_named(spec)}"

        def read(name: str, value: Any) -> list[dict[str, Any]]:
            given = value if isinstance(value, list | tuple) else None
            if given is None:
                raise not_right(name, says, value)
            found = [
                filled(f"{name}[{at}]", row, spec["fields"])
                for at, row in enumerate(given)
                if not _is_blank(row)
            ]
            if not least <= len(found) <= most:
                raise not_right(name, says, value)
            return found

        return Check(says, read)

    def distance(self, one: Any, other: Any, spec: Spec) -> float:
        """Return the share of rows that differ, each by as much as its fields do."""
        return rows.distance(one, other, lambda a, b: distance(a, b, spec["fields"]))

    def merge(self, values: Sequence[Any], weights: Sequence[float], spec: Spec) -> Any:
        """Return the rows that more than half of the trust has, each merged field by field."""
        specs = spec["fields"]
        found = rows.merge(
            values, weights, lambda a, b: distance(a, b, specs), lambda seen, trust: merge(seen, trust, specs)
        )
        return [row for row in found if row]

    def example(self, spec: Spec, rng: np.random.Generator) -> Any:
        """Return one row to three, or as many as there must be."""
        least, most = max(spec.get("least", 0), 1), spec.get("most", MOST_ENTRIES)
        count = int(rng.integers(least, min(least + 2, most) + 1))
        drawn = [example_of(spec["fields"], rng) for _ in range(count)]
        return [row for row in drawn if row]


def _named(spec: Spec) -> str:
    return in_short([one["name"] for one in spec["fields"]])


def _is_blank(row: Any) -> bool:
    return isinstance(row, Mapping) and all(is_empty(value) for value in row.values())


IN_FORMS: Mapping[str, Value] = {**VALUES, "rows": Rows()}
"""Every kind of value that a field of a form may have, by its name."""

KINDS: Mapping[str, Value] = {**IN_FORMS, "link": Link()}
"""Every kind of value that a field or an attribute may have."""
