"""Changes of a label schema: what a list of operations makes of the classes, and of answers given before. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from groundswell.errors import InputError, InvalidName
from groundswell.label.kinds import ontology_of

MAX_OPERATIONS = 1000


@dataclass(frozen=True)
class Rename:
    """A class gets another name; its answers stay."""

    old: str
    new: str


@dataclass(frozen=True)
class Merge:
    """Several classes become one, under a new name or that of one of them; their answers stay."""

    classes: tuple[str, ...]
    into: str


@dataclass(frozen=True)
class Split:
    """A class becomes several; which of them an answer meant must be asked again."""

    old: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Add:
    """A class that was not there; answers of other classes stay."""

    name: str


@dataclass(frozen=True)
class Remove:
    """A class goes; its tasks are asked again."""

    name: str


Operation = Rename | Merge | Split | Add | Remove


@dataclass(frozen=True)
class Change:
    """What a list of operations makes of an ontology.

    Attributes:
        classes: the classes afterwards, in order.
        mapping: for every class before, the class that its answers mean afterwards, or None: ask again.
        inverse: for every class afterwards, the class before that its answers surely mean, or None:
            it is new, or several classes became it.
    """

    classes: tuple[str, ...]
    mapping: Mapping[str, str | None]
    inverse: Mapping[str, str | None]


def change(classes: Sequence[str], operations: Sequence[Operation]) -> Change:
    """Apply operations to the classes of an ontology, in their order.

    Raises:
        InvalidName: a name is no class name, or fewer than two classes are left.
        InputError: an operation names a class that is not there or collides with one that is, merges a
            class with itself, splits into fewer than two; or all of them together change nothing.
    """
    if not 1 <= len(operations) <= MAX_OPERATIONS:
        raise InputError(f"a change has 1 to {MAX_OPERATIONS} operations; {len(operations)} given")
    draft = _Draft(list(classes))
    for operation in operations:
        draft.apply(operation)
    if len(draft.classes) < 2:
        raise InvalidName(
            f"the change would leave {len(draft.classes)} of the classes {', '.join(classes)}; "
            "a choice needs at least two: add one in the same change"
        )
    made = Change(ontology_of(draft.classes).classes, draft.mapping, draft.inverse)
    if made.classes == tuple(classes) and all(old == new for old, new in made.mapping.items()):
        raise InputError("these operations together change nothing; leave the ontology as it is")
    return made


def describe(operation: Operation) -> dict[str, Any]:
    """Return an operation as it is stored and sent: `{"op": "rename", "old": "cat", "new": "feline"}`."""
    fields = {
        name: list(value) if isinstance(value, tuple) else value for name, value in asdict(operation).items()
    }
    return {"op": type(operation).__name__.lower(), **fields}


class _Draft:
    """An ontology while operations are applied: its classes, and how they hang together with those before."""

    def __init__(self, classes: list[str]) -> None:
        self.classes = classes
        self.mapping: dict[str, str | None] = {name: name for name in classes}
        self.inverse: dict[str, str | None] = {name: name for name in classes}

    def apply(self, operation: Operation) -> None:
        match operation:
            case Rename(old, new):
                self._rename(old, new)
            case Merge(classes, into):
                self._merge(classes, into)
            case Split(old, parts):
                self._split(old, parts)
            case Add(name):
                self._require_new(name)
                self._replace([], [name])
            case Remove(name):
                self._require(name)
                self._replace([name], [])

    def _rename(self, old: str, new: str) -> None:
        self._require(old)
        if old == new:
            raise InputError(f"class {old!r} is renamed to itself; leave the operation out")
        self._require_new(new)
        before = self.inverse[old]
        self._replace([old], [new], answers=new)
        self.inverse[new] = before

    def _merge(self, names: Sequence[str], into: str) -> None:
        for name in names:
            self._require(name)
        merged = [name for name in self.classes if name in names or name == into]
        if len(merged) < 2:
            raise InputError(
                f"merging {', '.join(map(repr, merged)) or 'no class'} into {into!r} joins nothing; "
                "name at least two different classes, or rename"
            )
        if into not in self.classes:
            self._require_new(into)
        before = {self.inverse[name] for name in merged}
        self._replace(merged, [into], answers=into)
        self.inverse[into] = before.pop() if len(before) == 1 else None

    def _split(self, old: str, parts: Sequence[str]) -> None:
        self._require(old)
        if len(set(parts)) < 2 or len(set(parts)) < len(parts):
            raise InputError(
                f"class {old!r} is split into {', '.join(map(repr, parts)) or 'nothing'}; "
                "name at least two different parts, or rename"
            )
        if old in parts:
            raise InputError(
                f"a part of {old!r} cannot keep its name: nobody could tell whether an answer means the whole "
                "or the part; give the part a name of its own"
            )
        for part in parts:
            self._require_new(part)
        before = self.inverse[old]
        self._replace([old], list(parts))
        self.inverse |= dict.fromkeys(parts, before)

    def _replace(self, gone: Sequence[str], new: Sequence[str], answers: str | None = None) -> None:
        """Put classes where the first of others was (or at the end), and say what answers of those become."""
        place = self.classes.index(gone[0]) if gone else len(self.classes)
        rest = [name for name in self.classes[place:] if name not in gone]
        self.classes = [*self.classes[:place], *new, *rest]
        self.mapping = {old: answers if now in gone else now for old, now in self.mapping.items()}
        for name in gone:
            self.inverse.pop(name)
        self.inverse |= dict.fromkeys(new)

    def _require(self, name: str) -> None:
        if name not in self.classes:
            raise InputError(
                f"there is no class {name[:100]!r} here; there are {', '.join(self.classes[:20])}"
            )

    def _require_new(self, name: str) -> None:
        """Check the name of a class to be, as it would be checked in a new ontology."""
        if name != name.strip():
            raise InvalidName(f"class name {name[:100]!r} begins or ends with space; leave it out")
        if name in self.classes:
            raise InputError(
                f"there is a class {name!r} already; choose another name, or merge the classes into it"
            )
        ontology_of([name, "another" if name != "another" else "one more"])
