"""The protocol of a label kind, and what the kinds that choose one class share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from reprlib import repr as repr_of
from typing import Any, ClassVar, Protocol

from groundswell.errors import InvalidAnswer, InvalidName

Answer = Mapping[str, Any]
"""An answer as it crosses the wire: a JSON object whose shape its label kind defines."""

MAX_CLASSES = 1000
MAX_CLASS_LENGTH = 100


@dataclass(frozen=True)
class Ontology:
    """A label schema: the classes that may be chosen, in the order in which they are shown."""

    classes: tuple[str, ...]

    def index(self, name: str) -> int:
        """Return the position of a class."""
        return self.classes.index(name)


def ontology_of(classes: Sequence[str]) -> Ontology:
    """Check class names and return the ontology of them.

    Raises:
        InvalidName: fewer than two, too many, an empty or over-long name, or one that comes twice.
    """
    names = [str(name).strip() for name in classes]
    if len(names) < 2:
        raise InvalidName(f"a choice needs at least two classes, {len(names)} given: --classes cat,dog")
    if len(names) > MAX_CLASSES:
        raise InvalidName(f"{len(names)} classes given; at most {MAX_CLASSES} can be shown")
    for name in names:
        if not name or len(name) > MAX_CLASS_LENGTH or not name.isprintable():
            raise InvalidName(f"class name {name!r} must have 1 to {MAX_CLASS_LENGTH} printable characters")
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise InvalidName(f"class {min(repeated)!r} is given twice; each class once")
    return Ontology(tuple(names))


class LabelKind(Protocol):
    """One way to label: its answers, how they are checked, compared and merged. Pure."""

    name: ClassVar[str]
    item_kind: ClassVar[str]
    """The kind of item that its screen can show: "text" or "image"."""

    def validate(self, answer: Answer, ontology: Ontology) -> Answer:
        """Return the answer in its canonical form, or raise `InvalidAnswer` that names what is wrong."""
        ...

    def distance(self, one: Answer, other: Answer) -> float:
        """Return how far two answers differ, 0 (the same) to 1; it drives agreement."""
        ...

    def merge(self, answers: Sequence[Answer], weights: Sequence[float]) -> Answer:
        """Return the one answer that several stand for, given the trust in each."""
        ...


class SingleChoice:
    """An answer `{"choice": class}`; base of the kinds that choose one class."""

    def validate(self, answer: Answer, ontology: Ontology) -> Answer:
        """Return `{"choice": class}` if the class exists.

        Raises:
            InvalidAnswer: not an object with one string under "choice", or an unknown class.
        """
        choice = answer.get("choice") if isinstance(answer, Mapping) else None
        if not isinstance(choice, str) or len(answer) != 1:
            raise InvalidAnswer(f'an answer is {{"choice": "<class>"}}; got {repr_of(answer)[:100]}')
        if choice not in ontology.classes:
            raise InvalidAnswer(
                f"{choice[:100]!r} is not a class of this project: {', '.join(ontology.classes[:20])}"
            )
        return {"choice": choice}

    def distance(self, one: Answer, other: Answer) -> float:
        """Return 0 for the same class, 1 for another (nominal)."""
        return 0.0 if one["choice"] == other["choice"] else 1.0

    def merge(self, answers: Sequence[Answer], weights: Sequence[float]) -> Answer:
        """Return the class with the largest total weight; a tie goes to the one answered first."""
        totals: dict[str, float] = {}
        for answer, weight in zip(answers, weights, strict=True):
            totals[answer["choice"]] = totals.get(answer["choice"], 0.0) + weight
        if not totals:
            raise InvalidAnswer("there is no answer to merge")
        return {"choice": max(totals, key=totals.__getitem__)}
