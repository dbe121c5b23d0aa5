"""Source: a file of JSON objects, one a line."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, ClassVar

from groundswell.collect.columns import choose_text_column
from groundswell.collect.lines import Line, read_lines
from groundswell.collect.one import OneFile
from groundswell.collect.shares import shares_of_lines
from groundswell.collect.source import Origin, Place, printable
from groundswell.errors import UnreadableSource
from groundswell.items import Drop, Item

SUFFIXES = (".jsonl", ".ndjson", ".json")
_SAMPLE_LINES = 100
_SAMPLE_CHARACTERS = 1 << 20


@dataclass(frozen=True)
class Jsonl(OneFile):
    """The objects of a JSON Lines file, plain or compressed.

    The text is the named field, or the one found among the first objects; the other fields go to
    `meta`. A conversation or a preference is a record: its payload is the object itself. A line that is not a
    JSON object, or has no text, is set aside.
    """

    name: ClassVar[str] = "jsonl"
    reads_records: ClassVar[bool] = True
    what: ClassVar[str] = "objects"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a file by its suffix."""
        return place.file_ends_with(*SUFFIXES)

    def parts(self, part_bytes: int) -> "Sequence[Jsonl]":
        """Return spans of lines."""
        shares = shares_of_lines(self.place, part_bytes, self._column)
        return [replace(self, share=share) for share in shares]

    def _column(self) -> str:
        return self._choose(_sample(read_lines(self.place.path, self.options.max_item_bytes)))

    def _choose(self, sample: "list[Line]") -> str:
        source = printable(self.place.spec)
        _require_no_array(sample, source)
        fields = _fields(sample)
        if not fields:  # nothing to choose from: every line is a problem, which names itself
            return self.options.text_column or ""
        return choose_text_column(fields, self.options.text_column, source)

    def records(self, origin: Origin) -> Iterator[Item | Drop]:
        """Yield an item for each record."""
        lines = read_lines(self.place.path, self.options.max_item_bytes, self.share.span)
        sample = _sample(lines) if self.share.column is None else []
        column = self._choose(sample) if self.share.column is None else self.share.column
        for line in chain(sample, lines):
            if line.reason:
                yield origin.failure(f"line {line.number}", line.reason, line.detail)
            elif line.text.strip():
                yield _record(line, column, origin)


def _sample(lines: Iterator[Line]) -> list[Line]:
    """Take the first lines, few enough to hold in memory whatever their length."""
    sample: list[Line] = []
    characters = 0
    for line in lines:
        sample.append(line)
        characters += len(line.text)
        if len(sample) >= _SAMPLE_LINES or characters >= _SAMPLE_CHARACTERS:
            break
    return sample


def _require_no_array(sample: list[Line], source: str) -> None:
    """Refuse a JSON array spread over lines: read line by line, most of it would be set aside."""
    first = next((line.text.lstrip() for line in sample if line.text.strip()), "")
    if first.startswith("["):
        raise UnreadableSource(
            f"{source} is a JSON array; one object a line is needed: jq -c '.[]' in.json > out.jsonl"
        )


def _fields(sample: list[Line]) -> dict[str, bool]:
    """Return the fields of the sample's objects, and whether each holds a text in any of them."""
    fields: dict[str, bool] = {}
    for line in sample:
        parsed = _parse(line.text)
        if isinstance(parsed, dict):
            for name, value in parsed.items():
                fields[name] = fields.get(name, False) or isinstance(value, str)
    return fields


def _record(line: Line, column: str, origin: Origin) -> Item | Drop:
    locator = f"line {line.number}"
    parsed = _parse(line.text)
    if isinstance(parsed, ValueError):
        return origin.failure(locator, "json:invalid", f"not JSON: {parsed}")
    if not isinstance(parsed, dict):
        return origin.failure(locator, "json:not_object", f"no JSON object but {type(parsed).__name__}")
    return origin.row(parsed, column, locator, without_text="json:no_text")


def _parse(text: str) -> Any:
    """Return the JSON value of a line, or the `ValueError` that says why it has none."""
    try:
        return json.loads(text)
    except ValueError as error:
        return error
    except RecursionError:
        return ValueError("nested too deeply")
