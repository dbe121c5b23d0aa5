"""Checks of what options and answers of label kinds are made of: from what was given to its canonical form. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from reprlib import repr as repr_of
from typing import Any

from groundswell.errors import InputError, InvalidAnswer


@dataclass(frozen=True)
class Check:
    """Takes the name of a thing and what was given for it; returns its canonical form, or raises `InputError`.

    Attributes:
        says: what is right, for people: "true or false".
        read: what it does.
        schema: what is right as JSON Schema, as far as that can say it; {} is anything. Forms are made of it.
    """

    says: str
    read: Callable[[str, Any], Any]
    schema: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, name: str, value: Any) -> Any:
        """Return the canonical form of what was given for `name`."""
        return self.read(name, value)

    def then(self, read: Callable[[str, Any], Any]) -> "Check":
        """Return the check that says the same and reads more strictly."""
        return replace(self, read=read)

    def refusal(self, name: str, value: Any) -> InputError:
        """Return the error that says what is right and what was found."""
        return not_right(name, self.says, value)


@dataclass(frozen=True)
class Option:
    """What a project may decide about its label kind: what may be given, and what that does.

    Attributes:
        default: what holds where it is not given; None where that has no value of its own.
        needed: whether every project must give it.
    """

    check: Check
    does: str
    default: Any = None
    needed: bool = False

    @property
    def about(self) -> str:
        """What it does, and what holds where it is not given, for people."""
        if self.needed:
            return f"{self.does}; always given"
        return self.does if self.default is None else f"{self.does}; {_plainly(self.default)} unless given"

    @property
    def schema(self) -> dict[str, Any]:
        """What may be given as JSON Schema."""
        more = {} if self.default is None else {"default": self.default}
        return {**self.check.schema, "description": self.does, **more}


def _plainly(value: Any) -> str:
    """Return a value as a sentence holds it: words without quotes, numbers with their thousands apart."""
    if isinstance(value, list):
        return ", ".join(_plainly(one) for one in value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def not_right(name: str, right: str, value: Any) -> InputError:
    """Return the error of a value that is not what it should be, in a short sentence."""
    return InputError(f"{name} is {right}; got {repr_of(value)[:80]}")


def in_short(names: Sequence[str]) -> str:
    """Return names with commas between, as many as a sentence can hold."""
    text = ", ".join(names[:30])
    return text if len(text) <= 150 and len(names) <= 30 else text[:150] + " ..."


def checked_options(kind: str, given: Mapping[str, Any], known: Mapping[str, Option]) -> dict[str, Any]:
    """Return options in their canonical form; those that were not given are left out.

    Raises:
        InputError: an option that the kind does not have, one that it needs is missing, or whatever a check raises.
    """
    unknown = sorted(set(given) - set(known))
    if unknown:
        have = ", ".join(sorted(known)) or "none"
        raise InputError(f"{kind} has no option {repr_of(unknown[0])}; its options: {have}")
    missing = [name for name, option in known.items() if option.needed and given.get(name) is None]
    if missing:
        raise InputError(f"{kind} needs the option {missing[0]}: {known[missing[0]].does}")
    return {
        name: known[name].check(name, value) for name, value in sorted(given.items()) if value is not None
    }


def options_schema(known: Mapping[str, Option]) -> dict[str, Any]:
    """Return what a project may decide as JSON Schema."""
    return {
        "type": "object",
        "properties": {name: option.schema for name, option in known.items()},
        "required": [name for name, option in known.items() if option.needed],
        "additionalProperties": False,
    }


def checked_answer(answer: Any, check: Check) -> dict[str, Any]:
    """Return an answer as a check of its fields reads it.

    Raises:
        InvalidAnswer: it is another shape; the message says which part and what would be right.
    """
    try:
        read: dict[str, Any] = check("the answer", answer)
    except InputError as error:
        raise InvalidAnswer(str(error)) from None
    return read


def _plain(says: str, is_right: Callable[[Any], bool], schema: Mapping[str, Any]) -> Check:
    """Return the check of a value that is canonical as it is."""

    def read(name: str, value: Any) -> Any:
        if not is_right(value):
            raise not_right(name, says, value)
        return value

    return Check(says, read, schema)


flag = _plain("true or false", lambda value: isinstance(value, bool), {"type": "boolean"})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole(low: int, high: int) -> Check:
    """Return the check of a whole number within bounds, both included."""
    says = f"a whole number from {low:,} to {high:,}"
    return _plain(
        says,
        lambda value: _is_number(value) and isinstance(value, int) and low <= value <= high,
        {"type": "integer", "minimum": low, "maximum": high},
    )


def number(low: float, high: float, *, digits: int = 6) -> Check:
    """Return the check of a finite number within bounds, both included; it is rounded to so many digits."""
    says = f"a number from {low:,g} to {high:,g}"

    def read(name: str, value: Any) -> float:
        if not _is_number(value) or not low <= value <= high or not isfinite(value):
            raise not_right(name, says, value)
        return round(float(value), digits) + 0.0  # no -0.0

    return Check(says, read, {"type": "number", "minimum": low, "maximum": high})


def one_of(*values: str) -> Check:
    """Return the check of one of some words."""
    known = frozenset(values)
    return _plain(
        f"one of {in_short(values)}",
        lambda value: isinstance(value, str) and value in known,
        {"enum": list(values)},
    )


def words(low: int, high: int) -> Check:
    """Return the check of a text of so many characters that a database can hold."""
    says = f"a text of {low:,} to {high:,} characters"
    return _plain(
        says,
        lambda value: isinstance(value, str) and low <= len(value) <= high and is_storable(value),
        {"type": "string", "minLength": low, "maxLength": high},
    )


def is_storable(text: str) -> bool:
    """Say whether a database can hold a text: no NUL, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def listed(each: Check, *, most: int, least: int = 0) -> Check:
    """Return the check of a list whose entries pass a check of their own."""
    says = f"a list of {least:,} to {most:,}, each {each.says}"

    def read(name: str, value: Any) -> list[Any]:
        if not isinstance(value, list | tuple) or not least <= len(value) <= most:
            raise not_right(name, says, value)
        return [each(f"{name}[{place}]", one) for place, one in enumerate(value)]

    schema = {"type": "array", "items": each.schema, "minItems": least, "maxItems": most}
    return Check(says, read, schema)


def named(each: Check, *, most: int) -> Check:
    """Return the check of an object of any names, whose values pass a check of their own."""
    says = f"an object of up to {most:,} names, each with {each.says}"

    def read(name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping) or len(value) > most:
            raise not_right(name, says, value)
        if not all(isinstance(key, str) and len(key) <= 200 and is_storable(key) for key in value):
            raise InputError(f"a name in {name} has over 200 characters, or some that cannot be kept")
        return {key: each(f"{name}[{key!r}]", one) for key, one in value.items()}

    schema = {"type": "object", "additionalProperties": each.schema, "maxProperties": most}
    return Check(says, read, schema)


def fields(known: Mapping[str, Check], *, needs: tuple[str, ...] = ()) -> Check:
    """Return the check of an object with these fields; those in `needs` must be there, null is not there."""
    all_of = [name if name in needs else f"{name}?" for name in known]
    says = f"an object with {in_short(all_of) if all_of else 'nothing in it'}"

    def read(name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise not_right(name, says, value)
        unknown = [field for field in value if field not in known]
        if unknown:
            raise InputError(f"{name} has a field {repr_of(unknown[0])} that is not known; it is {says}")
        missing = [field for field in needs if value.get(field) is None]
        if missing:
            raise InputError(f"{name} lacks {missing[0]!r}; it is {says}")
        return {
            field: check(f"{name}.{field}", value[field])
            for field, check in known.items()
            if value.get(field) is not None
        }

    schema = {
        "type": "object",
        "properties": {field: check.schema for field, check in known.items()},
        "required": list(needs),
        "additionalProperties": False,
    }
    return Check(says, read, schema)
