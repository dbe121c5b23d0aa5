"""Slices: queries that have a name, so that everybody means the same items by it, in every version."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from groundswell.errors import InvalidName, InvalidQuery, NotFound, StoreError
from groundswell.organize.search.language import parse
from groundswell.organize.search.query import And, InSlice, Not, Or, Query
from groundswell.organize.whole import replace_json

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_FOLDER = "slices"
MAX_NESTED = 10


@dataclass(frozen=True)
class Slice:
    """A saved query of a dataset.

    Attributes:
        query: in the query language.
        description: for people.
        created_at: when it was saved, aware.
        created_by: who saved it, where that is known.
    """

    name: str
    query: str
    description: str
    created_at: datetime
    created_by: str | None = None


def write_slice(folder: Path, made: Slice) -> None:
    """Write a slice, in the place of one of its name.

    Raises:
        InvalidName: no slice can have this name.
    """
    if not _NAME.fullmatch(made.name):
        raise InvalidName(f"{made.name[:80]!r} cannot name a slice: use 1 to 64 of a-z 0-9 . _ -")
    replace_json(_path(folder, made.name), asdict(made) | {"created_at": made.created_at.isoformat()})


def list_slices(folder: Path) -> list[Slice]:
    """Return the slices of the dataset in a folder, by name.

    Raises:
        StoreError: one is damaged.
    """
    return [_read(path) for path in sorted((folder / _FOLDER).glob("*.json"))]


def delete_slice(folder: Path, name: str) -> None:
    """Forget a slice; the items are untouched.

    Raises:
        NotFound: there is none of this name.
    """
    _require(folder, name)
    _path(folder, name).unlink(missing_ok=True)


def whole(folder: Path, query: Query, within: tuple[str, ...] = ()) -> Query:
    """Return a query with every slice that it names replaced by what that asks.

    Raises:
        InvalidQuery: a slice is not there, or names itself, or is nested too deeply.
    """
    match query:
        case InSlice(name=name):
            if name in within or len(within) > MAX_NESTED:
                raise InvalidQuery(f"the slice {name!r} would name itself: {' > '.join([*within, name])}")
            try:
                text = _require(folder, name).query
            except NotFound as error:
                raise InvalidQuery(str(error)) from None
            return whole(folder, parse(text), (*within, name))
        case Not(part=part):
            return Not(whole(folder, part, within))
        case And(parts=parts):
            return And(tuple(whole(folder, part, within) for part in parts))
        case Or(parts=parts):
            return Or(tuple(whole(folder, part, within) for part in parts))
    return query


def _require(folder: Path, name: str) -> Slice:
    if not _NAME.fullmatch(name) or not _path(folder, name).exists():
        known = ", ".join(each.name for each in list_slices(folder)) or "none"
        raise NotFound(f"{folder.name} has no slice {name[:80]!r}; it has: {known}")
    return _read(_path(folder, name))


def _path(folder: Path, name: str) -> Path:
    return folder / _FOLDER / f"{name}.json"


def _read(path: Path) -> Slice:
    try:
        stored = json.loads(path.read_text("utf-8"))
        return Slice(**stored | {"created_at": datetime.fromisoformat(stored["created_at"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is damaged ({error}); save the slice anew") from error
