"""JSON Lines as importers read them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from groundswell.errors import SourceNotFound, UnreadableSource


def json_lines(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a file with their line's number, from 1; empty lines are passed over.

    Raises:
        SourceNotFound: there is no such file.
        UnreadableSource: a line is no JSON object, or lacks one of the `needed` keys; the message names it.
    """
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, _object(line, f"{path}, line {number},", needed)
    except OSError as error:
        raise SourceNotFound(f"{path} cannot be read: {error.strerror or error}") from error


def _object(line: str, where: str, needed: Sequence[str]) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise UnreadableSource(f"{where} is no JSON: {error}") from error
    if not isinstance(found, dict) or any(name not in found for name in needed):
        raise UnreadableSource(f"{where} is no object with {', '.join(needed)}")
    return found
