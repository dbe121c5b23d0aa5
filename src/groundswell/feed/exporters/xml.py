"""XML as annotation formats use it: files parsed, values as text and back."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from groundswell.errors import InputError, SourceNotFound, UnreadableSource

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\r")


def parse(path: Path) -> ElementTree.Element:
    """Return the root of an XML file.

    Raises:
        SourceNotFound: there is no such file.
        UnreadableSource: it is no XML.
    """
    try:
        return ElementTree.parse(path).getroot()
    except OSError as error:
        raise SourceNotFound(f"{path} cannot be read: {error.strerror or error}") from error
    except ElementTree.ParseError as error:
        raise UnreadableSource(f"{path} is no XML: {error}") from error


def element(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    """Add an element to another."""
    made = ElementTree.SubElement(parent, name)
    made.text = None if text is None else carried(text)
    return made


def carried(text: str) -> str:
    """Return a text that XML can carry.

    Raises:
        InputError: it has control characters, which no XML file may hold.
    """
    if _FORBIDDEN.search(text):
        raise InputError(f"XML cannot carry the control characters of {text[:80]!r}; export as coco or jsonl")
    return text


def to_text(value: Any) -> str:
    """Return an attribute's value as text: texts as they are, all else (and texts that look like it) as JSON."""
    return value if isinstance(value, str) and not _is_json(value) else json.dumps(value, ensure_ascii=False)


def from_text(text: str) -> Any:
    """Return the value that `to_text` wrote; what is no JSON is a text."""
    return json.loads(text) if _is_json(text) else text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
