"""What a label kind is, in words: for the command line and for docs/reference/kinds.md. Pure."""

import inspect
import json
from dataclasses import dataclass
from typing import Any

from groundswell.label.kinds.checks import options_schema
from groundswell.label.kinds.kind import LabelKind


@dataclass(frozen=True)
class Description:
    """A label kind as it is shown to people.

    Attributes:
        name: what projects call it.
        about: what it is, Markdown: the first line says it in short.
        items: the kinds of items that it shows.
        least_classes: the fewest classes that a project gives; None where it has none.
        options: of each option its name, what may be given, and what it does.
        schema: the options as JSON Schema.
        example: classes, options and item of a small project, and an answer; None where the kind gives none.
    """

    name: str
    about: str
    items: tuple[str, ...]
    least_classes: int | None
    options: tuple[tuple[str, str, str], ...]
    schema: dict[str, Any]
    example: dict[str, Any] | None

    @property
    def summary(self) -> str:
        """What it is, in one line."""
        return self.about.partition("\n")[0]


def describe(kind: LabelKind) -> Description:
    """Return what a label kind is, as it says itself."""
    return Description(
        kind.name,
        inspect.getdoc(kind) or kind.name,
        tuple(sorted(kind.item_kinds)),
        kind.least_classes,
        tuple((name, option.check.says, option.about) for name, option in kind.options.items()),
        options_schema(kind.options),
        _example(kind),
    )


def _example(kind: LabelKind) -> dict[str, Any] | None:
    specimen = kind.specimen
    if specimen is None:
        return None
    item = {
        key: value for key, value in specimen.shown.items() if key in ("text", "record") and value is not None
    }
    return {
        **({"classes": list(specimen.classes)} if specimen.classes else {}),
        "options": dict(specimen.options),
        **({"item": item} if item else {}),
        "answer": dict(specimen.answer),
    }


def as_lines(example: Any, width: int = 100) -> str:
    """Return JSON as text: what fits into a line is one, the rest is broken up."""
    return _broken(example, "", width)


def _broken(value: Any, indent: str, width: int) -> str:
    whole = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(whole) <= width or not value or not isinstance(value, dict | list):
        return whole
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [
            f"{json.dumps(key, ensure_ascii=False)}: {_broken(one, inner, width)}"
            for key, one in value.items()
        ]
        return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _broken(one, inner, width) for one in value) + f"\n{indent}]"
