"""Attributes of annotations: what programs ask to have said of each shape, and how links between them are told. Pure.

Source:
    docs.scale.com/reference/linked-attributes and scale.com/docs/api-reference/annotation-attributes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from groundswell.errors import InputError, Unsupported
from groundswell.label.commissions.asked import Params, label_names
from groundswell.label.commissions.schemas import FLAG, NUMBER, TEXT, JsonSchema, list_of, object_of, one_of

ASKED = "annotation_attributes"

_KINDS = {
    "category": "choice",
    "number": "number",
    "angle": "number",
    "text": "text",
    "boolean": "flag",
    "linked": "link",
}
"""Types of attributes, and as what they are filled in."""

_BOUNDS = {"number": (None, None), "angle": (0, 360)}

Annotation = Mapping[str, Any]


def options(params: Params) -> dict[str, Any]:
    """Return the option of shapes that says what attributes they have; nothing where they have none.

    Raises:
        InputError: they are no object of objects, or one cannot be read.
        Unsupported: one is of a type that needs a screen that there is not.
    """
    given = params.get(ASKED)
    if not given:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(one, Mapping) for one in given.values()):
        raise InputError(f"The {ASKED} parameter must be an object of attributes.")
    return {"attributes": [_attribute(name, one) for name, one in given.items()]}


def _attribute(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    kind = given.get("type", "category")
    if kind not in _KINDS:
        raise Unsupported(
            f"attributes of type {str(kind)[:40]} have no screen yet; known: {', '.join(_KINDS)}"
        )
    spec: dict[str, Any] = {"name": name, "kind": _KINDS[kind]}
    if kind == "category":
        spec["values"] = list(label_names(f"{ASKED}.{name}.choices", given.get("choices")))
        spec["kind"] = "choices" if given.get("allow_multiple") else "choice"
    if kind == "linked" and given.get("allowed_labels"):
        spec["to"] = list(label_names(f"{ASKED}.{name}.allowed_labels", given["allowed_labels"]))
    if kind in _BOUNDS:
        low, high = _BOUNDS[kind]
        bounds = {"low": given.get("min", low), "high": given.get("max", high)}
        spec |= {bound: value for bound, value in bounds.items() if value is not None}
    if labels := _condition_labels(given.get("conditions")):
        spec["of"] = labels
    return spec | ({"required": True} if given.get("required") else {})


def _condition_labels(given: Any) -> list[str]:
    """Return the labels that an attribute is asked of; it may depend on nothing else."""
    if not given:
        return []
    inner = given.get("label_condition") if isinstance(given, Mapping) else None
    labels = inner.get("label") if isinstance(inner, Mapping) else None
    if not isinstance(labels, Sequence) or len(given) > 1:
        raise Unsupported("attributes may depend on the label of their annotation, and on nothing else yet")
    return [labels] if isinstance(labels, str) else list(labels)


def schema(specs: Sequence[Mapping[str, Any]]) -> JsonSchema:
    """Return what the attributes of an annotation look like in a response."""
    plain = {"number": NUMBER, "text": TEXT, "flag": FLAG, "link": TEXT}
    fields = {}
    for one in specs:
        values = one_of(one.get("values", ()))
        fields[one["name"]] = plain.get(one["kind"], list_of(values) if one["kind"] == "choices" else values)
    return object_of(fields, optional=list(fields))


# ── links ────────────────────────────────────────────────────────────────────────────────────────


def _links(params: Params) -> list[str]:
    """Return the names of the attributes that link an annotation to another."""
    given = params.get(ASKED) or {}
    return [name for name, one in given.items() if isinstance(one, Mapping) and one.get("type") == "linked"]


def by_name(params: Params, annotations: Sequence[Annotation]) -> list[dict[str, Any]]:
    """Return annotations whose links, which are places among them, are told as the names of what they lead to."""
    names = [one["uuid"] for one in annotations]
    return [_relinked(one, _links(params), lambda place: names[place]) for one in annotations]


def by_place(params: Params, annotations: Sequence[Annotation]) -> list[dict[str, Any]]:
    """Return annotations whose links, which are told as names, are places among them.

    Raises:
        InputError: a link names no annotation.
    """
    places = {one["uuid"]: place for place, one in enumerate(annotations) if isinstance(one.get("uuid"), str)}

    def place_of(name: Any) -> int:
        if not isinstance(name, str) or name not in places:
            raise InputError(f"an annotation is linked to {str(name)[:60]!r}, which is the uuid of none")
        return places[name]

    return [_relinked(one, _links(params), place_of) for one in annotations]


def _relinked(one: Annotation, names: Sequence[str], to: Any) -> dict[str, Any]:
    said = one.get("attributes")
    if not names or not isinstance(said, Mapping):
        return dict(one)
    return {
        **one,
        "attributes": {name: to(value) if name in names else value for name, value in said.items()},
    }
