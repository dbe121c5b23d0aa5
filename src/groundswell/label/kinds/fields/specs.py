"""What a project says of a field of a form or of an attribute: its name, its kind of value, and the bounds. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from groundswell.errors import InputError
from groundswell.label.kinds.checks import (
    Check,
    fields,
    flag,
    listed,
    not_right,
    number,
    one_of,
    whole,
    words,
)
from groundswell.label.kinds.fields.patterns import pattern_name
from groundswell.label.kinds.fields.values import FARTHEST, MOST_CHARACTERS, Spec, Value, names_of
from groundswell.label.kinds.kind import MAX_CLASS_LENGTH

MOST_VALUES = 1_000

MOST_ENTRIES = 100
"""Entries of a field that takes several, and rows of a table."""

WITHIN = "fields"
"""What is said of a field that holds rows: the fields of each row."""

MOST_STEPS = 100
"""How far apart the ends of a scale may be."""


def _read_name(name: str, value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not 1 <= len(text) <= MAX_CLASS_LENGTH or not text.isprintable():
        raise not_right(name, plain_name.says, value)
    return text


plain_name = Check(
    f"a name of 1 to {MAX_CLASS_LENGTH} printable characters",
    _read_name,
    {"type": "string", "minLength": 1, "maxLength": MAX_CLASS_LENGTH},
)

_titled = fields({"value": plain_name, "title": words(0, 500)}, needs=("value",))


def _read_value(name: str, value: Any) -> Any:
    if not isinstance(value, Mapping):
        return plain_name(name, value)
    found = _titled(name, value)
    return found["value"] if found.get("title", "") in ("", found["value"]) else found


value_name = Check(
    "a name, or an object with value and title",
    _read_value,
    {"anyOf": [plain_name.schema, _titled.schema]},
)


def _read_bound(name: str, value: Any) -> float:
    found: float = number(-FARTHEST, FARTHEST)(name, value)
    return int(found) if found.is_integer() else found


bound = Check("a number", _read_bound, {"type": "number"})

BOUNDS: dict[str, Check] = {
    "values": listed(value_name, least=1, most=MOST_VALUES),
    "low": bound,
    "high": bound,
    "least": whole(0, MOST_CHARACTERS),
    "most": whole(1, MOST_CHARACTERS * 10),
    "pattern": pattern_name,
    "to": listed(plain_name, least=1, most=1_000),
}
"""What may be said of a field's values; each kind of value takes some of them."""


def spec_check(kinds: Mapping[str, Value], beside: Mapping[str, Check]) -> Check:
    """Return the check of what a project says of one field.

    Args:
        kinds: the kinds of value that the field may have, by name.
        beside: what else may be said of it, by name; of any, but for `fields`, which are those of a row.
    """
    known = {"name": plain_name, "kind": one_of(*kinds), "required": flag, **BOUNDS, **beside}
    each = fields(known, needs=("name", "kind"))
    bounds = [key for key in (*BOUNDS, WITHIN) if key in known]

    def read(name: str, value: Any) -> dict[str, Any]:
        spec: dict[str, Any] = {key: found for key, found in each(name, value).items() if found is not False}
        _check_fit(name, spec, kinds[spec["kind"]], bounds)
        return spec

    schema = {
        **each.schema,
        "allOf": [_by_kind(kind, value, bounds, "several" in beside) for kind, value in kinds.items()],
    }
    return Check(each.says, read, schema)


def _by_kind(kind: str, value: Value, bounds: Sequence[str], may_be_several: bool) -> dict[str, Any]:
    """Return, as JSON Schema, what must be said of a field of a kind, and what may not."""
    is_list = WITHIN in value.takes
    takes = value.takes | ({"least", "most"} if may_be_several else set())
    barred = [key for key in bounds if key not in takes] + (["several"] if is_list else [])
    then = {"required": sorted(value.needs), "properties": dict.fromkeys(barred, False)}
    return {"if": {"properties": {"kind": {"const": kind}}}, "then": then}


def check_names(name: str, specs: Sequence[Spec]) -> None:
    """Raise `InputError` where two fields of a list have the same name."""
    names = [spec["name"] for spec in specs]
    twice = sorted({one for one in names if names.count(one) > 1})
    if twice:
        raise InputError(f"{name} names {twice[0]!r} twice; each name once")


def _check_fit(name: str, spec: Spec, kind: Value, bounds: Sequence[str]) -> None:
    """Raise `InputError` where a kind of value lacks what it needs, or what is said does not fit together."""
    takes = kind.takes | ({"least", "most"} if spec.get("several") else set())
    if WITHIN in takes:
        _check_rows(name, spec)
    for key in bounds:
        if key in spec and key not in takes:
            raise InputError(f"{name}: a field of kind {spec['kind']} takes no {key!r}")
        if key in kind.needs and key not in spec:
            raise InputError(f"{name}: a field of kind {spec['kind']} needs {key!r}")
    if "values" in spec:
        _check_values(name, spec)
    _check_order(name, spec, "low", "high")
    _check_order(name, spec, "least", "most")
    if spec["kind"] in ("whole", "scale"):
        _check_steps(name, spec)


def _check_rows(name: str, spec: Spec) -> None:
    if spec.get("several"):
        raise InputError(f"{name}: a field of kind {spec['kind']} has any number of rows; leave out several")
    for key in ("least", "most"):
        if spec.get(key, 0) > MOST_ENTRIES:
            raise InputError(f"{name}.{key} is {spec[key]:,}; a table has at most {MOST_ENTRIES:,} rows")


def _check_values(name: str, spec: Spec) -> None:
    names = names_of(spec)
    if len(set(names)) < len(names):
        raise InputError(f"{name}.values names a value twice; each once")
    if spec["kind"] == "rank" and not 2 <= len(names) <= 50:
        raise InputError(f"{name}.values: an order needs 2 to 50 values, {len(names)} given")
    if spec["kind"] == "choices" and "several" not in spec:
        for key in ("least", "most"):
            if spec.get(key, 0) > len(names):
                raise InputError(f"{name}.{key} is {spec[key]}, but there are {len(names)} values")


def _check_order(name: str, spec: Spec, low: str, high: str) -> None:
    if low in spec and high in spec and spec[low] > spec[high]:
        raise InputError(f"{name}: {low} {spec[low]:g} is above {high} {spec[high]:g}")
    if low == "low" and low in spec and spec.get(high) == spec[low]:
        raise InputError(f"{name}: low and high are both {spec[low]:g}; nothing is left to say")


def _check_steps(name: str, spec: Spec) -> None:
    if not all(isinstance(spec.get(key, 0), int) for key in ("low", "high")):
        raise InputError(f"{name}: low and high of a {spec['kind']} are whole numbers")
    if spec["kind"] == "scale" and spec["high"] - spec["low"] > MOST_STEPS:
        raise InputError(f"{name}: the ends of a scale are at most {MOST_STEPS} apart; for more take whole")
