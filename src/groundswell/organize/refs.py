"""Names for versions: tags, which stay where they are put, and branches, which grow with experiments."""

import json
import os
import re
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from groundswell.errors import Conflict, InvalidName, NotFound, StoreError
from groundswell.organize.fragments import flush_folder
from groundswell.organize.manifest import MAIN
from groundswell.organize.whole import whole_json

_NAME = re.compile(r"[a-z][a-z0-9._-]{0,63}")
_FOLDER = "refs"


class RefKind(StrEnum):
    """What a name stands for: one version for good, or the newest of a line of versions."""

    TAG = "tag"
    BRANCH = "branch"


@dataclass(frozen=True)
class Ref:
    """A name for a version of one dataset.

    Attributes:
        kind: tag or branch.
        number, digest: the version that a tag names, or that a branch was made from.
        created_at: aware.
        note: one line for people.
        since: of a branch, the highest number that was taken when it was made: its versions have higher ones.
    """

    name: str
    kind: RefKind
    number: int
    digest: str
    created_at: datetime
    note: str = ""
    since: int = 0


def require_ref_name(name: str) -> str:
    """Return a name if a tag or branch may have it: it is no number and no date, and is part of a path safely.

    Raises:
        InvalidName: other characters than allowed, too long, or `main`.
    """
    if not _NAME.fullmatch(name) or name == MAIN:
        raise InvalidName(
            f"{name[:80]!r} cannot name a tag or branch: use 1 to 64 of a-z 0-9 . _ -, begin with a letter, "
            f"and leave {MAIN!r} to the main line"
        )
    return name


def refs_in(folder: Path) -> list[Ref]:
    """Return the tags and branches of the dataset in a folder, by name.

    Raises:
        StoreError: one is damaged.
    """
    try:
        names = sorted(path.stem for path in (folder / _FOLDER).glob("*.json"))
    except OSError:
        return []
    return [ref for name in names if (ref := find_ref(folder, name)) is not None]


def find_ref(folder: Path, name: str) -> Ref | None:
    """Return the tag or branch of that name, or None.

    Raises:
        StoreError: it is damaged.
    """
    if not _NAME.fullmatch(name):
        return None
    path = _path(folder, name)
    try:
        stored = json.loads(path.read_text("utf-8"))
        kind, at = RefKind(stored["kind"]), datetime.fromisoformat(stored["created_at"])
        return Ref(
            name, kind, int(stored["number"]), stored["digest"], at, stored["note"], int(stored["since"])
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is damaged ({error}); remove it, and make the name again") from error


def create_ref(folder: Path, ref: Ref) -> None:
    """Make a new tag or branch; of two at once that want one name, one gets it.

    Raises:
        InvalidName: nothing can have this name.
        Conflict: a tag or branch has it.
        StoreError: the disk is full, or the folder may not be written.
    """
    require_ref_name(ref.name)
    try:
        with _written(folder, ref) as temporary:
            os.link(temporary, _path(folder, ref.name))
    except FileExistsError:
        holder = find_ref(folder, ref.name)
        what = f"a {holder.kind} of version {holder.number}" if holder else "taken"
        raise Conflict(f"{ref.name!r} is {what} of {folder.name} already; choose another name") from None


def move_ref(folder: Path, ref: Ref) -> None:
    """Put a tag on another version, whether or not it is there already.

    Raises:
        InvalidName: nothing can have this name.
        Conflict: a branch has it.
        StoreError: the disk is full, or the folder may not be written.
    """
    require_ref_name(ref.name)
    holder = find_ref(folder, ref.name)
    if holder is not None and holder.kind is not ref.kind:
        raise Conflict(f"{ref.name!r} is a {holder.kind} of {folder.name}, not a {ref.kind}")
    with _written(folder, ref) as temporary:
        os.replace(temporary, _path(folder, ref.name))


def delete_ref(folder: Path, name: str, kind: RefKind) -> None:
    """Take a tag or branch away; the versions that it named stay until retention removes them.

    Raises:
        NotFound: there is none of this name and kind.
    """
    holder = find_ref(folder, name)
    if holder is None or holder.kind is not kind:
        known = ", ".join(ref.name for ref in refs_in(folder) if ref.kind is kind) or "none"
        raise NotFound(f"{folder.name} has no {kind} {name[:80]!r}; it has: {known}")
    _path(folder, name).unlink(missing_ok=True)
    flush_folder(folder / _FOLDER)


def _path(folder: Path, name: str) -> Path:
    return folder / _FOLDER / f"{name}.json"


def _written(folder: Path, ref: Ref) -> AbstractContextManager[str]:
    return whole_json(_path(folder, ref.name), asdict(ref) | {"created_at": ref.created_at.isoformat()})
