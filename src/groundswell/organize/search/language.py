r"""The query language: text in, a tree out, and errors that say where.

::

    query   = any
    any     = all { "OR" all }
    all     = not { ["AND"] not }
    not     = ("NOT" | "-") not | "(" any ")" | field | words
    words   = (word | string) ["*"]
    field   = name ":" (value { "," value } | "none" | "any" | [value] ".." [value])
            | name ("<" | "<=" | ">" | ">=" | "~") value
            | "like" ":" value | "slice" ":" name
    value   = (characters | string) ["*"]
    string  = '"' { character | '\"' | '\\' } '"'
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from groundswell.errors import InvalidQuery
from groundswell.organize.search.query import (
    BARE_VALUE,
    And,
    Between,
    Compare,
    Contains,
    InSlice,
    Is,
    Known,
    Like,
    Not,
    Or,
    Query,
    Value,
    Words,
    is_meaningful,
)

MAX_CHARACTERS = 4_000
MAX_PARTS = 100
MAX_DEPTH = 30

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\*?)', re.DOTALL)
_FIELD = re.compile(r"([^\W\d][\w.-]*)(:|<=|>=|<|>|~)")
_WORD = re.compile(r'[^\s()"*]+')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SPACE = re.compile(r"\s+")


def parse(text: str) -> Query:
    """Return what a query asks; an empty one asks for everything.

    Raises:
        InvalidQuery: it is not in the language; the message says where, and what was expected.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidQuery(f"a query has at most {MAX_CHARACTERS:,} characters; this one has {len(text):,}")
    parser = _Parser(text)
    query = And() if parser.at_end() else parser.any()
    if not parser.at_end():
        parser.fail("a ) without a (")
    _require_ranks_on_top(query, text)
    return query


@dataclass
class _Parser:
    text: str
    place: int = 0
    depth: int = 0
    parts: int = 0

    def any(self) -> Query:
        found = [self.all()]
        while self._take_word("OR"):
            found.append(self.all())
        return found[0] if len(found) == 1 else Or(tuple(_flat(found, Or)))

    def all(self) -> Query:
        found = [self.negation()]
        while self._take_word("AND") or not (self.at_end() or self._peek(")") or self._is_word("OR")):
            found.append(self.negation())
        return found[0] if len(found) == 1 else And(tuple(_flat(found, And)))

    def negation(self) -> Query:
        self._skip_space()
        if self._take_word("NOT") or self._take("-"):
            with_depth = self._deeper()
            part = self.negation()
            self.depth = with_depth
            return Not(part)
        return self.primary()

    def primary(self) -> Query:
        self.parts += 1
        if self.parts > MAX_PARTS:
            self.fail(f"a query has at most {MAX_PARTS} parts")
        if self._take("("):
            before = self._deeper()
            inner = self.any()
            if not self._take(")"):
                self.fail("a ) is missing")
            self.depth = before
            return inner
        for word in ("OR", "AND", "NOT"):
            if self._is_word(word):
                self.fail(f'{word} joins two parts; write "{word}" in quotes to look for the word')
        if field := self._match(_FIELD):
            return self._field(field[1], field[2])
        return self._words()

    def _words(self) -> Query:
        if string := self._match(_STRING):
            return Words(_unescaped(string[1]), bool(string[2]))
        word = self._match(_WORD)
        if word is None:
            self.fail('a word, a "phrase" or a field was expected')
        return Words(word[0], self._take("*", spaced=False))

    def _field(self, name: str, operator: str) -> Query:
        if operator == "~":
            return Contains(name, self._value())
        if operator != ":":
            return Compare(name, operator, self._value())
        if name == "like":
            return Like(self._value())
        if name == "slice":
            return InSlice(self._value().text)
        return self._is(name)

    def _is(self, name: str) -> Query:
        if self._take("..", spaced=False):
            return Between(name, None, self._value())
        first = self._value()
        if self._take("..", spaced=False):
            after = self.text[self.place : self.place + 1]
            is_open = not after or after.isspace() or after == ")"
            return Between(name, first, None if is_open else self._value())
        values = [first]
        while self._take(",", spaced=False):
            values.append(self._value())
        if len(values) == 1 and not first.is_quoted and not first.prefix and is_meaningful(first.text):
            return Known(name, first.text == "any")
        if any(is_meaningful(value.text) and not value.is_quoted for value in values):
            self.fail("none and any stand alone; put them in quotes to mean the words, or use OR")
        return Is(name, tuple(values))

    def _value(self) -> Value:
        if string := _STRING.match(self.text, self.place):
            self.place = string.end()
            return Value(_unescaped(string[1]), True, bool(string[2]))
        bare = BARE_VALUE.match(self.text, self.place)
        if bare is None:
            self.fail("a value was expected, without a space before it")
        self.place = bare.end()
        return Value(bare[0], False, self._take("*", spaced=False))

    # ── characters ──

    def at_end(self) -> bool:
        self._skip_space()
        return self.place >= len(self.text)

    def fail(self, why: str) -> NoReturn:
        rest = self.text[self.place : self.place + 20]
        where = f"before {rest!r}" if rest else "at its end"
        raise InvalidQuery(f"the query cannot be read at character {self.place + 1}, {where}: {why}")

    def _deeper(self) -> int:
        before, self.depth = self.depth, self.depth + 1
        if self.depth > MAX_DEPTH:
            self.fail(f"a query is nested at most {MAX_DEPTH} deep")
        return before

    def _skip_space(self) -> None:
        if space := _SPACE.match(self.text, self.place):
            self.place = space.end()

    def _peek(self, what: str) -> bool:
        self._skip_space()
        return self.text.startswith(what, self.place)

    def _take(self, what: str, *, spaced: bool = True) -> bool:
        if spaced:
            self._skip_space()
        if not self.text.startswith(what, self.place):
            return False
        self.place += len(what)
        return True

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        self._skip_space()
        if found := pattern.match(self.text, self.place):
            self.place = found.end()
        elif self.text.startswith('"', self.place):
            if pattern is not _STRING:
                return None
            self.fail('a closing " is missing')
        return found

    def _is_word(self, word: str) -> bool:
        self._skip_space()
        end = self.place + len(word)
        after = self.text[end : end + 1]
        return self.text.startswith(word, self.place) and (not after or after.isspace() or after in "()")

    def _take_word(self, word: str) -> bool:
        if not self._is_word(word):
            return False
        self.place += len(word)
        return True


def _flat(parts: list[Query], kind: type[And] | type[Or]) -> Iterator[Query]:
    """Yield parts, those of a part of the same kind one by one: (a b) c is a b c."""
    for part in parts:
        if isinstance(part, And | Or) and type(part) is kind:
            yield from part.parts
        else:
            yield part


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)


def _require_ranks_on_top(query: Query, text: str) -> None:
    """Refuse likeness where it could only be a condition, and more than one of it."""
    tops = query.parts if isinstance(query, And) else (query,)
    ranks = [part for part in tops if isinstance(part, Like)]
    inside = [part for top in tops for part in _below(top) if isinstance(part, Like)]
    if inside or len(ranks) > 1:
        raise InvalidQuery(
            f"like: puts what is found in order, so it stands alone or beside conditions, once: {text[:200]!r}"
        )


def _below(query: Query) -> Iterator[Query]:
    parts = query.parts if isinstance(query, And | Or) else (query.part,) if isinstance(query, Not) else ()
    for part in parts:
        yield part
        yield from _below(part)
