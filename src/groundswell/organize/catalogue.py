"""What people say of a dataset as a whole: whose it is, under which licence, what for, how long it is kept."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from groundswell.errors import Conflict, InputError, StoreError
from groundswell.organize.holds import alone_with
from groundswell.organize.retention import Retention
from groundswell.organize.whole import replace_json

FILE = "dataset.json"
MAX_CHARACTERS = 10_000
MAX_OWNERS = 50
_WAIT_SECONDS = 5.0


@dataclass(frozen=True)
class Entry:
    """A dataset in the catalogue.

    Attributes:
        description: Markdown.
        owners: e-mail addresses or names of those who answer for it.
        licence: SPDX id or text, of the dataset as a whole; items have their own.
        retention: how long its versions are kept.
    """

    description: str = ""
    owners: tuple[str, ...] = ()
    licence: str | None = None
    retention: Retention = field(default_factory=Retention)


def read_entry(folder: Path) -> Entry:
    """Return what is said of the dataset in a folder; the defaults where nothing is.

    Raises:
        StoreError: the file is damaged.
    """
    path = folder / FILE
    try:
        stored = json.loads(path.read_text("utf-8"))
        return Entry(
            stored["description"],
            tuple(stored["owners"]),
            stored["licence"],
            Retention(**stored["retention"]),
        )
    except FileNotFoundError:
        return Entry()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is damaged ({error}); remove it and describe the dataset anew") from error


def describe(folder: Path, **changes: Any) -> Entry:
    """Change some of what is said of the dataset in a folder, and return all of it.

    Args:
        folder: of a dataset that is there.
        changes: attributes of `Entry` with their new values.

    Raises:
        InputError: a value is too long, or an owner is empty.
        Conflict: somebody else is changing it, and does not end.
        StoreError: the disk is full, or the folder may not be written.
    """
    with _alone(folder):
        entry = replace(read_entry(folder), **changes)
        _check(entry)
        replace_json(folder / FILE, asdict(entry))
    return entry


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with alone_with(folder, _WAIT_SECONDS) as alone:
        if not alone:
            raise Conflict(f"somebody else is changing what is said of {folder.name}; try again")
        yield


def _check(entry: Entry) -> None:
    texts = [entry.description, entry.licence or "", *entry.owners]
    if max(map(len, texts)) > MAX_CHARACTERS or len(entry.owners) > MAX_OWNERS:
        raise InputError(
            f"a dataset has at most {MAX_OWNERS} owners, and texts of at most {MAX_CHARACTERS:,} characters"
        )
    if not all(owner.strip() and owner.isprintable() for owner in entry.owners):
        raise InputError("an owner is an e-mail address or a name; got an empty or unprintable one")
