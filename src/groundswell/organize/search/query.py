"""What a query asks, as a tree of values; `str` gives it back in the query language."""

import re
from dataclasses import dataclass

_PLAIN_WORD = re.compile(r"[^\s()\"\\:<>~*=-][^\s()\"\\:<>~*=]*")
BARE_VALUE = re.compile(r"(?!=)(?:(?!\.\.)[^\s()\",*])+")
"""A value that needs no quotes."""

_RESERVED = frozenset({"AND", "OR", "NOT"})
_MEANINGFUL = frozenset({"none", "any"})


@dataclass(frozen=True)
class Words:
    """Words one after the other in the text of an item; one word, or a phrase.

    Attributes:
        text: as written; how it is cut into terms is the index's business.
        prefix: the last word may go on.
    """

    text: str
    prefix: bool = False

    def __str__(self) -> str:
        star = "*" if self.prefix else ""
        if _PLAIN_WORD.fullmatch(self.text) and self.text not in _RESERVED:
            return self.text + star
        return quoted(self.text) + star


@dataclass(frozen=True)
class Value:
    """A value that a field is compared with.

    Attributes:
        text: as written.
        is_quoted: it means itself; unquoted, `none` and `any` have a meaning of their own.
        prefix: any value that begins with it.
    """

    text: str
    is_quoted: bool = False
    prefix: bool = False

    def __str__(self) -> str:
        plain = not self.is_quoted and BARE_VALUE.fullmatch(self.text)
        return (self.text if plain else quoted(self.text)) + ("*" if self.prefix else "")


@dataclass(frozen=True)
class Is:
    """A field has one of some values, or a value that begins so."""

    field: str
    values: tuple[Value, ...]

    def __str__(self) -> str:
        return f"{self.field}:{','.join(map(str, self.values))}"


@dataclass(frozen=True)
class Known:
    """A field has a value, or has none."""

    field: str
    known: bool

    def __str__(self) -> str:
        return f"{self.field}:{'any' if self.known else 'none'}"


@dataclass(frozen=True)
class Between:
    """A field lies between two values, both included; None is no limit."""

    field: str
    low: Value | None
    high: Value | None

    def __str__(self) -> str:
        return f"{self.field}:{self.low or ''}..{self.high or ''}"


@dataclass(frozen=True)
class Compare:
    """A field is less or greater than a value: `<`, `<=`, `>`, `>=`."""

    field: str
    operator: str
    value: Value

    def __str__(self) -> str:
        return f"{self.field}{self.operator}{self.value}"


@dataclass(frozen=True)
class Contains:
    """A field has a text somewhere in it, in capitals or not."""

    field: str
    text: Value

    def __str__(self) -> str:
        return f"{self.field}~{self.text}"


@dataclass(frozen=True)
class Like:
    """Likeness to an item, by its id, or to a text: an order, not a condition."""

    to: Value

    def __str__(self) -> str:
        return f"like:{self.to}"


@dataclass(frozen=True)
class InSlice:
    """Whatever a saved query finds."""

    name: str

    def __str__(self) -> str:
        return f"slice:{self.name}"


@dataclass(frozen=True)
class Not:
    """What something is not true of."""

    part: "Query"

    def __str__(self) -> str:
        return f"NOT {_grouped(self.part)}"


@dataclass(frozen=True)
class And:
    """All of some parts; of none, everything."""

    parts: tuple["Query", ...] = ()

    def __str__(self) -> str:
        return " ".join(map(_grouped, self.parts))


@dataclass(frozen=True)
class Or:
    """Any of some parts, two at least."""

    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " OR ".join(map(_grouped, self.parts))


Query = Words | Is | Known | Between | Compare | Contains | Like | InSlice | Not | And | Or


def quoted(text: str) -> str:
    """Return a text as the language quotes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_meaningful(text: str) -> bool:
    """Say whether an unquoted value means more than itself."""
    return text in _MEANINGFUL


def _grouped(part: Query) -> str:
    return f"({part})" if isinstance(part, And | Or) else str(part)
