"""What importers share: JSON files, and media that annotations name."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from groundswell.errors import SourceNotFound, UnreadableSource

T = TypeVar("T")


def load_json(path: Path, kind: type[T]) -> T:
    """Return the content of a JSON file.

    Raises:
        SourceNotFound: there is no such file.
        UnreadableSource: it is no JSON, or another thing than expected.
    """
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise SourceNotFound(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise UnreadableSource(f"{path} is no JSON: {error}") from error
    if not isinstance(found, kind):
        raise UnreadableSource(f"{path} holds a {type(found).__name__}, expected a {kind.__name__}")
    return found


def require_keys(content: Mapping[str, Any], names: Sequence[str], path: Path) -> None:
    """Raise `UnreadableSource` unless all of `names` are there."""
    missing = [name for name in names if name not in content]
    if missing:
        raise UnreadableSource(
            f"{path} has no {', '.join(missing)}; it has {', '.join(content) or 'nothing'}"
        )


def media_at(folder: Path, name: str) -> tuple[bytes, str]:
    """Return the bytes of a file that an annotation names, and its path from the folder.

    It is looked for in the folder and in `images/` of it, never outside.

    Raises:
        UnreadableSource: the name leads out of the folder.
        SourceNotFound: there is no such file.
    """
    for place in (folder / name, folder / "images" / name, folder / "JPEGImages" / name):
        if not place.resolve().is_relative_to(folder.resolve()):
            raise UnreadableSource(f"{name!r} leads out of {folder}")
        if place.is_file():
            return place.read_bytes(), place.relative_to(folder).as_posix()
    raise SourceNotFound(f"{name!r} is not in {folder}, nor in its folder images")
