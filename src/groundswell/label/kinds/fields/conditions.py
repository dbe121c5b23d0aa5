"""Conditions under which a field of a form is shown: over the values of fields before it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from groundswell.errors import InputError
from groundswell.label.kinds.checks import Check, fields, listed, not_right
from groundswell.label.kinds.fields.specs import plain_name
from groundswell.label.kinds.fields.values import Spec

Condition = Mapping[str, Any]

DEEPEST = 5
"""How deep conditions may hold conditions."""

MOST_PARTS = 50


def _read_value(name: str, value: Any) -> Any:
    if not isinstance(value, str | int | float | bool) or (isinstance(value, str) and len(value) > 500):
        raise not_right(name, "a text, a number, true or false", value)
    return value


_is = listed(Check("a value", _read_value), least=1, most=1_000)
_leaf = fields({"field": plain_name, "is": _is}, needs=("field", "is"))
_SAYS = "{field, is: [values]}, {all: [conditions]} or {any: [conditions]}"


def _read(name: str, value: Any, deep: int = 0) -> dict[str, Any]:
    if deep > DEEPEST:
        raise InputError(f"{name} is nested over {DEEPEST} deep")
    if not isinstance(value, Mapping):
        raise not_right(name, _SAYS, value)
    for key in ("all", "any"):
        if key in value:
            part = Check(_SAYS, lambda inner, one: _read(inner, one, deep + 1))
            return fields({key: listed(part, least=1, most=MOST_PARTS)})(name, value)  # type: ignore[no-any-return]
    return _leaf(name, value)  # type: ignore[no-any-return]


condition = Check(_SAYS, _read)
"""The check of a condition."""


def check_condition(name: str, given: Condition, before: Sequence[Spec]) -> None:
    """Raise `InputError` where a condition asks for a field that does not come before its own."""
    known = {spec["name"] for spec in before}
    for leaf in _leaves(given):
        if leaf["field"] not in known:
            raise InputError(f"{name} asks for {leaf['field']!r}, which is no field before this one")


def _leaves(given: Condition) -> Iterator[Condition]:
    parts = given.get("all") or given.get("any")
    if parts is None:
        yield given
    else:
        for part in parts:
            yield from _leaves(part)


def is_met(given: Condition | None, filled: Mapping[str, Any]) -> bool:
    """Say whether a condition holds; one of a field that was left open or is hidden does not.

    A field with a list of values meets it with any of them.

    Args:
        given: None always holds.
        filled: the values of the fields before.
    """
    if given is None:
        return True
    if "all" in given:
        return all(is_met(part, filled) for part in given["all"])
    if "any" in given:
        return any(is_met(part, filled) for part in given["any"])
    value = filled.get(given["field"])
    said = value if isinstance(value, list) else [value]
    return any(_same(one, wanted) for one in said for wanted in given["is"])


def _same(one: Any, other: Any) -> bool:
    """Say whether two values are the same; 1 is not true."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
