"""JSON Schemas of responses: what a program may count on in what it is told. Pure."""

from collections.abc import Sequence
from typing import Any

JsonSchema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"

TEXT: JsonSchema = {"type": "string"}
NUMBER: JsonSchema = {"type": "number"}
WHOLE: JsonSchema = {"type": "integer"}
FLAG: JsonSchema = {"type": "boolean"}


def object_of(properties: JsonSchema, *, optional: Sequence[str] = ()) -> JsonSchema:
    """Return the schema of an object that has these properties and no others, all but the `optional` ones always."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def list_of(item: JsonSchema) -> JsonSchema:
    """Return the schema of a list."""
    return {"type": "array", "items": item}


def one_of(values: Sequence[Any]) -> JsonSchema:
    """Return the schema of one of some values."""
    return {"enum": list(values)}


def document(name: str, schema: JsonSchema) -> JsonSchema:
    """Return a schema as a document of its own.

    Args:
        name: of the task type whose responses it describes.
    """
    return {"$schema": DRAFT, "title": f"Response of {name}", **schema}
