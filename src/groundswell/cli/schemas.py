"""What may be said in a new project, from the options of a command or from files."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import click

from groundswell.errors import InputError, SourceNotFound, UnreadableSource

classes = click.option(
    "--classes", metavar="A,B,...", help="The classes to choose from, with commas between."
)
kind = click.option(
    "--kind", metavar="NAME", help="How to label, see `groundswell kinds` [default: one class for each item]."
)
schema_file = click.option(
    "--schema", metavar="FILE.json", help='Classes and options of the kind: {"kind", "classes", "options"}.'
)
label_studio = click.option(
    "--label-studio",
    metavar="FILE.xml",
    help="Take kind, classes and options from a Label Studio configuration.",
)

MOST_BYTES = 2_000_000


class Said(NamedTuple):
    """What may be said: a kind ("" follows from the items), its classes and its options."""

    kind: str
    classes: list[str]
    options: dict[str, Any]


def read_schema(given: str | None, named: str | None, schema: str | None, label_studio: str | None) -> Said:
    """Return what a command was told of classes, kind and options, from wherever it was told.

    Args:
        given: classes with commas between.
        named: the kind.
        schema: a JSON file.
        label_studio: an XML file, which stands alone.

    Raises:
        UsageError: nothing was given.
        InputError: two things were given that say different, or a file says something else.
        SourceNotFound: there is no such file.
    """
    listed = [part.strip() for part in given.split(",")] if given is not None else []
    if label_studio is not None:
        if given is not None or named is not None or schema is not None:
            raise InputError(
                "--label-studio says kind, classes and options; leave out --kind, --classes and --schema"
            )
        return _from_label_studio(_text_of(label_studio))
    said = _from_json(_text_of(schema), schema) if schema is not None else Said("", [], {})
    if named is None and not said.kind and not listed and not said.classes:
        raise click.UsageError(
            "say what to label: --classes cat,dog, or --kind, --schema or --label-studio",
            click.get_current_context(silent=True),
        )
    if named is not None and said.kind not in ("", named):
        raise InputError(f"--kind says {named}, and {schema} says {said.kind}; give one of them")
    if given is not None and said.classes:
        raise InputError(f"--classes and {schema} both give classes; give them once")
    return Said(named or said.kind, listed or said.classes, said.options)


def _text_of(path: str) -> str:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise SourceNotFound(f"{path!r} cannot be read: {error.strerror}") from None
    if len(data) > MOST_BYTES:
        raise InputError(f"{path!r} has {len(data):,} bytes; a schema has at most {MOST_BYTES:,}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableSource(f"{path!r} is not UTF-8 at byte {error.start}") from None


def _from_label_studio(xml: str) -> Said:
    from groundswell.label.kinds.label_studio import from_label_studio

    kind, classes, options = from_label_studio(xml)
    return Said(kind, list(classes), options)


def _from_json(text: str, path: str) -> Said:
    right = '{"kind": "text_spans", "classes": ["person"], "options": {}}'
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(f"{path!r} is no JSON: {error}") from None
    if not isinstance(found, dict) or not set(found) <= {"kind", "classes", "options"}:
        raise InputError(f"{path!r} is no schema; one is an object as {right}")
    kind, classes, options = found.get("kind", ""), found.get("classes", []), found.get("options", {})
    if (
        not isinstance(kind, str)
        or not isinstance(options, dict)
        or not isinstance(classes, list)
        or not all(isinstance(one, str) for one in classes)
    ):
        raise InputError(f"{path!r} has a field of the wrong type; a schema is an object as {right}")
    return Said(kind, classes, options)
