"""Who used a version for what: files written from it, and training runs fed with it. The forward half of lineage."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from groundswell import clock
from groundswell.errors import StoreError
from groundswell.organize.version import Version
from groundswell.organize.whole import replace_json

_FOLDER = "uses"


@dataclass(frozen=True)
class Use:
    """One use of a version.

    Attributes:
        kind: `export`, `snapshot` or `feed`.
        name: of the file or the run, for people.
        number, digest: the version.
        at: when it was last noted, aware.
        detail: what else is known, JSON-compatible: the digest of a file, the seed and batch size of a feed.
    """

    kind: str
    name: str
    number: int
    digest: str
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)


def note_use(
    version: Version,
    kind: str,
    name: str,
    detail: Mapping[str, Any] | None = None,
    *,
    at: datetime | None = None,
) -> Use:
    """Write down that a version was used, beside it; noting the same use again only renews its time.

    Raises:
        StoreError: the folder may not be written.
    """
    use = Use(kind, name, version.number, version.digest, at or clock.now(), dict(detail or {}))
    stored = {
        "kind": kind,
        "name": name,
        "number": use.number,
        "digest": use.digest,
        "detail": use.detail,
    }
    place = hashlib.sha256(json.dumps(stored, sort_keys=True, default=str).encode()).hexdigest()
    replace_json(version.folder / _FOLDER / f"{place}.json", stored | {"at": use.at.isoformat()})
    return use


def uses_in(folder: Path) -> list[Use]:
    """Return every use of the versions of a dataset that was noted, the oldest first.

    Raises:
        StoreError: a note is damaged.
    """
    found = [_read(path) for path in sorted((folder / _FOLDER).glob("*.json"))]
    return sorted(found, key=lambda use: (use.at, use.name))


def _read(path: Path) -> Use:
    try:
        stored = json.loads(path.read_text("utf-8"))
        at = datetime.fromisoformat(stored.pop("at"))
        return Use(at=at, **stored)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is damaged ({error}); remove it") from error
