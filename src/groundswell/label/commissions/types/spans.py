"""Spans of a text and how they are related: `namedentityrecognition`."""

from collections.abc import Mapping
from typing import Any, ClassVar

from groundswell.errors import InputError
from groundswell.label.commissions.asked import (
    Content,
    Params,
    Response,
    TaskType,
    Wanted,
    label_names,
    listed,
    required,
)
from groundswell.label.commissions.schemas import TEXT, WHOLE, JsonSchema, list_of, object_of, one_of
from groundswell.label.kinds import Answer, Shown


class NamedEntities(TaskType):
    """Entities in a text, each with a label, and relationships between them."""

    names: ClassVar[tuple[str, ...]] = ("namedentityrecognition",)
    defaults: ClassVar[Params] = {"allow_overlapping_annotations": False}

    def content(self, params: Params) -> Content:
        """Return the text."""
        return Content(text=required(params, "text", str, "the text to be annotated"))

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return the labels as classes, and the relationships as relations."""
        labels = label_names("labels", required(params, "labels", list, "a list of labels"))
        options: dict[str, Any] = {"overlap": bool(params.get("allow_overlapping_annotations"))}
        if relations := params.get("relationships"):
            options["relations"] = [_relation(one) for one in _objects(relations)]
        return Wanted("text_spans", labels, options)

    def response(self, params: Params, answer: Answer, shown: Shown) -> Response:
        """Return the spans with their texts. Offsets count Unicode code points, as Python's do."""
        annotations = [
            {
                "id": span["id"],
                "label": span["label"],
                "start": span["start"],
                "end": span["end"],
                "text": shown["text"][span["start"] : span["end"]],
            }
            for span in answer["spans"]
        ]
        related = [
            {"name": one["label"], "source_ref": one["from"], "target_ref": one["to"]}
            for one in answer.get("relations", ())
        ]
        return {
            "annotations": annotations,
            **({"relationships": related} if params.get("relationships") else {}),
        }

    def answer(self, params: Params, response: Params, shown: Shown) -> Answer:
        """Return the spans and relations."""
        spans = [
            {
                "id": str(one.get("id", f"s{place}")),
                "start": one.get("start"),
                "end": one.get("end"),
                "label": one.get("label"),
            }
            for place, one in enumerate(listed(response, "annotations"))
        ]
        if not params.get("relationships"):
            return {"spans": spans}
        related = listed(response, "relationships") if response.get("relationships") else []
        return {
            "spans": spans,
            "relations": [
                {"from": one.get("source_ref"), "to": one.get("target_ref"), "label": one.get("name")}
                for one in related
            ],
        }

    def response_schema(self, wanted: Wanted) -> JsonSchema:
        """Return that there are spans, and relations between them where those are asked for."""
        span = {"id": TEXT, "label": one_of(wanted.classes), "start": WHOLE, "end": WHOLE, "text": TEXT}
        said = {"annotations": list_of(object_of(span))}
        if relations := wanted.options.get("relations"):
            name = one_of([one["name"] for one in relations])
            related = object_of({"name": name, "source_ref": TEXT, "target_ref": TEXT})
            said["relationships"] = list_of(related)
        return object_of(said)


def _objects(given: Any) -> list[Mapping[str, Any]]:
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise InputError("The relationships parameter must be a list of objects.")
    return given


def _relation(given: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(given.get("name"), str):
        raise InputError("The relationships parameter holds a relationship without a name.")
    ends = {"from": given.get("source_label"), "to": given.get("target_label")}
    return {"name": given["name"], **{end: [label] for end, label in ends.items() if label}}
