"""Kinds of value that a field of a form or an attribute of a shape may have: checked, compared, merged. Pure.

What a project says of one field (its `values`, `low`, `high`, ...) is its spec, as `specs.spec_check` reads it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from groundswell.errors import InputError
from groundswell.label.kinds.agreed.weighing import median, medoid, plurality
from groundswell.label.kinds.checks import Check, flag, is_storable, listed, not_right, number, one_of, whole
from groundswell.label.kinds.fields.patterns import PATTERNS, date_text, moment_text, reference, web_address
from groundswell.quality.texts import distance as text_distance

Spec = Mapping[str, Any]

FARTHEST = 1e15
"""Numbers beyond it lose digits on their way through JSON."""

MOST_CHARACTERS = 10_000

MOST_LINKED = 1_000
"""Things marked on one item of which one may be linked to."""


class Value(ABC):
    """One kind of value. Its methods take the spec of the field, and values in their canonical form.

    Attributes:
        takes: what its spec may say.
        needs: what its spec must say.
    """

    takes: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def check(self, spec: Spec) -> Check:
        """Return the check of one value."""

    def distance(self, one: Any, other: Any, spec: Spec) -> float:
        """Return how far two values differ, 0 to 1."""
        return float(one != other)

    def merge(self, values: Sequence[Any], weights: Sequence[float], spec: Spec) -> Any:
        """Return the value that several stand for."""
        return plurality(values, weights)

    @abstractmethod
    def example(self, spec: Spec, rng: np.random.Generator) -> Any:
        """Return a value, drawn at random."""


def _drawn(values: Sequence[Any], rng: np.random.Generator) -> Any:
    return values[int(rng.integers(len(values)))]


def names_of(spec: Spec) -> list[str]:
    """Return what may be chosen, without the titles."""
    return [one if isinstance(one, str) else one["value"] for one in spec["values"]]


class Flag(Value):
    """True or false."""

    def check(self, spec: Spec) -> Check:
        """Return the check of true or false."""
        return flag

    def example(self, spec: Spec, rng: np.random.Generator) -> Any:
        """Return either."""
        return bool(rng.random() < 0.5)


class Choice(Value):
    """One of some values."""

    takes = needs = frozenset({"values"})

    def check(self, spec: Spec) -> Check:
        """Return the check of one of the values."""
        return one_of(*names_of(spec))

    def example(self, spec: Spec, rng: np.random.Generator) -> Any:
        """Return one of them."""
        return _drawn(names_of(spec), rng)


class Choices(Value):
    """Some of some values, in the order of the spec."""

    takes = frozenset({"values", "least", "most"})
    needs = frozenset({"values"})

    def check(self, spec: Spec) -> Check:
        """Return the check of a list of distinct values."""
        names = names_of(spec)
        each = listed(one_of(*names), least=_least(spec), most=spec.get("most", len(names)))

        def read(name: str, value: Any) -> list[str]:
            chosen = each(name, value)
            if len(set(chosen)) < len(chosen):
                raise InputError(f"{name} names a value twice; each once")
            return [one for one in names if one in chosen]

        return Check(each.says, read)

    def distance(self, one: Any, other: Any, spec: Spec) -> float:
        """Return 1 minus the share of those in both among those in either."""
        mine, yours = set(one), set(other)
        return 1.0 - len(mine & yours) / len(mine | yours) if mine | yours else 0.0

    def merge(self, values: Sequence[Any], weights: Sequence[float], spec: Spec) -> Any:
        """Return those that more than half of the trust names, but not too few nor too many."""
        names, total = names_of(spec), sum(weights)
        named = {
            name: sum(w for value, w in zip(values, weights, strict=True) if name in value) for name in names
        }
        favourites = sorted(names, key=lambda name: -round(named[name] / total, 9))
        wanted = sum(round(named[name] / total, 9) > 0.5 for name in names)
        kept = favourites[: min(max(wanted, _least(spec)), spec.get("most", len(names)))]
        return [name for name in names if name in kept]

    def example(self, spec: Spec, rng: np.random.Generator) -> Any:
        """Return as many as may be, at random."""
        names = names_of(spec)
        count = int(rng.integers(_least(spec), spec.get("most", len(names)) + 1))
        chosen = set(rng.permutation(len(names))[:count].tolist())
        return [name for place, name in enumerate(names) if place in chosen]


def _least(spec: Spec) -> int:
    """Return how many must be chosen: where an answer is required, none is no answer."""
    return max(int(spec.get("least", 0)), int(bool(spec.get("required"))))


class Rank(Value):
    """All of some values, the best first."""

    takes = needs = frozenset({"values"})

    def check(self, spec: Spec) -> Check:
        """Return the check of an order of all values."""
        names = names_of(spec)
        says = f"an order of all of {', '.join(names[:20])}"

        def read(name: str, value: Any) -> list[str]:
            is_order = isinstance(value, list) and all(isinstance(one, str) for one in value)
            if not is_order or sorted(value) != sorted(names):
                raise not_right(name, says, value)
            return list(value)

        return Check(says, read)

    def distance(self, one: Any, other: Any, spec: Spec) -> float:
        """Return the share of the pairs that are in another order (Kendall's tau distance)."""
        place = {name: at for at, name in enumerate(other)}
        pairs = len(one) * (len(one) - 1) / 2
        turned = sum(place[a] > place[b] for at, a in enumerate(one) for b in one[at + 1 :])
        return turned / pairs

    def merge(self, values: Sequence[Any], weights: Sequence[float], spec: Spec) -> Any:
        """Return the values by their mean place, of equals those that the spec names first."""
        total = sum(weights)
        mean = {
            name: round(sum(w * v.index(name) for v, w in zip(values, weights, strict=True)) / total, 9)
            for name in names_of(spec)
        }
        return sorted(mean, key=mean.__getitem__)

    def example(self, spec: Spec, rng: np.random.Generator) -> Any:
        """Return any order."""
        names = names_of(spec)
        return [names[place] for place in rng.permutation(len(names)).tolist()]


class Number(Value):
    """A finite number."""

    takes: ClassVar[frozenset[str]] = frozenset({"low", "high"})

    def check(self, spec: Spec) -> Check:
        """Return the check of a number within bounds; a whole one comes without a point."""
        each = number(spec.get("low", -FARTHEST), spec.get("high", FARTHEST))

        def read(name: str, value: Any) -> float:
            found: float = each(name, value)
            return int(found) if found.is_integer() else found

        return Check(each.says, read)

    def distance(self, one: Any, other: Any, spec: Spec) -> float:
        """Return the difference as a share of what is possible, or of the larger where there are no bounds."""
        if one == other:
            return 0.0
        reach = spec["high"] - spec["low"] if {"low", "high"} <= spec.keys() else max(abs(one), abs(other))
        return float(min(1.0, abs(one - other) / reach))

    def merge(self, values: Sequence[Any], weights: Sequence[float], spec: Spec) -> Any:
        """Return the median."""
        return self.check(spec)("the median", median(values, weights))

    def example(self, spec: Spec, rng: np.random.Generator) -> Any:
        """Return a number within bounds, or from 0 to 100."""
        low = spec.get("low", min(0, spec.get("high", 100)))
        drawn = rng.uniform(low, spec.get("high", max(100, low)))
        return self.check(spec)("the example", float(drawn))


class Whole(Number):
    """A whole number."""

    def check(self, spec: Spec) -> Check:
        """Return the check of a whole number within bounds."""
        return whole(int(spec.get("low", -FARTHEST)), int(spec.get("high", FARTHEST)))

    def merge(self, values: Sequence[Any], weights: Sequence[float], spec: Spec) -> Any:
        """Return the median; half-way between two numbers the larger."""
        return int(np.floor(median(values, weights) + 0.5))

    def example(self, spec: Spec, rng: np.random.Generator) -> Any:
        """Return a whole number within bounds, or from 0 to 100."""
        low = int(spec.get("low", min(0, spec.get("high", 100))))
        return int(rng.integers(low, int(spec.get("high", max(100, low))) + 1))


class Scale(Whole):
    """A step of a scale, both ends included."""

    needs = frozenset({"low", "high"})


class Text(Value):
    """Words, without the space around them."""

    takes: ClassVar[frozenset[str]] = frozenset({"least", "most", "pattern"})

    def check(self, spec: Spec) -> Check:
        """Return the check of a text of so many characters, and of its pattern."""
        least, most = spec.get("least", 0), spec.get("most", MOST_CHARACTERS)
        says = f"a text of {least:,} to {most:,} characters"
        pattern = PATTERNS[spec["pattern"]] if "pattern" in spec else None

        def read(name: str, value: Any) -> str:
            text = value.strip() if isinstance(value, str) else None
            if text is None or not least <= len(text) <= most or not is_storable(text):
                raise not_right(name, says, value)
            return str(pattern(name, text)) if pattern and text else text

        return Check(says if pattern is None else pattern.says, read)

    def distance(self, one: Any, other: Any, spec: Spec) -> float:
        """Return the words that differ over the words of the longer."""
        return text_distance(one, other) if "pattern" not in spec else float(one != other)

    def merge(self, values: Sequence[Any], weights: Sequence[float], spec: Spec) -> Any:
        """Return the text that is nearest to all."""
        return medoid(values, weights, lambda one, other: self.distance(one, other, spec))

    def example(self, spec: Spec, rng: np.random.Generator) -> Any:
        """Return some words, or what fits the pattern."""
        if "pattern" in spec:
            return f"{PATTERNS[spec['pattern']].example}{int(rng.integers(10))}"
        words = ("a", "small", "brown", "dog", "sees", "the", "river", "again")
        drawn = " ".join(_drawn(words, rng) for _ in range(8))
        return drawn.ljust(spec.get("least", 0), "x")[: spec.get("most", MOST_CHARACTERS)].strip()


class Link(Value):
    """Another thing that was marked, by its place among all of them; what it may be is checked where all are known."""

    takes: ClassVar[frozenset[str]] = frozenset({"to"})

    def check(self, spec: Spec) -> Check:
        """Return the check of a place."""
        return whole(0, MOST_LINKED - 1)

    def example(self, spec: Spec, rng: np.random.Generator) -> Any:
        """Return nothing: only who knows all things can draw one."""
        return None


class _Written(Value):
    """A text of a fixed form, which is the same or is not."""

    form: ClassVar[Check]
    examples: ClassVar[tuple[str, ...]]

    def check(self, spec: Spec) -> Check:
        """Return the check of the form."""
        return self.form

    def example(self, spec: Spec, rng: np.random.Generator) -> Any:
        """Return one of some."""
        return _drawn(self.examples, rng)


class Date(_Written):
    """A day: `2026-11-29`."""

    form = date_text
    examples = ("2026-01-31", "1999-12-01", "2024-02-29")


class DateTime(_Written):
    """An instant: `2026-11-29T08:30:00`, with an offset where it is known."""

    form = moment_text
    examples = ("2026-01-31T12:00:00", "1999-12-01T23:59:59+00:00", "2024-02-29T00:00:00")


class Url(_Written):
    """An address on the web; it is never fetched."""

    form = web_address
    examples = ("https://example.com/a", "https://example.com/b", "http://example.org/")


class File(_Written):
    """A file, by what is known of it: its digest among the blobs, or an address on the web."""

    form = reference
    examples = ("https://example.com/a.pdf", "0" * 64, "a" * 64)


VALUES: dict[str, Value] = {
    "text": Text(),
    "number": Number(),
    "whole": Whole(),
    "choice": Choice(),
    "choices": Choices(),
    "flag": Flag(),
    "date": Date(),
    "datetime": DateTime(),
    "url": Url(),
    "file": File(),
    "rank": Rank(),
    "scale": Scale(),
}
"""Every kind of value by its name."""


def is_empty(value: Any) -> bool:
    """Say whether a value says nothing: a field left open."""
    return value is None or value == "" or value == []
