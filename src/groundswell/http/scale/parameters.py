"""What programs may say, by name: the words of queries and bodies, each with its type and meaning, for OpenAPI."""

from typing import Any

JsonSchema = dict[str, Any]


def _said(kind: str, meaning: str, **more: Any) -> JsonSchema:
    return {"type": kind, "description": meaning, **more}


def _text(meaning: str, **more: Any) -> JsonSchema:
    return _said("string", meaning, **more)


def _flag(meaning: str) -> JsonSchema:
    return _said("boolean", meaning)


def _object(meaning: str) -> JsonSchema:
    return _said("object", meaning)


def _texts(meaning: str, **more: Any) -> JsonSchema:
    return _said("array", meaning, items={"type": "string"}, **more)


def _moment(meaning: str) -> JsonSchema:
    return _text(meaning + "; ISO 8601, in UTC unless it says otherwise", format="date-time")


QUERY: dict[str, JsonSchema] = {
    "limit": _said("integer", "how many of them at most", minimum=1, maximum=100),
    "offset": _said("integer", "how many to pass over", minimum=0, maximum=999_999_999),
    "next_token": _text("where the page before ended"),
    "project": _text("the name of a project"),
    "batch": _text("the name of a batch"),
    "type": _text("a task type"),
    "status": _text("a state"),
    "tags": _texts("all of which a task has"),
    "unique_id": _texts("what the program calls tasks; any of them"),
    "customer_review_status": _texts("what the customer has said of a task; any of them"),
    "start_time": _moment("made then or later"),
    "end_time": _moment("made then or earlier"),
    "created_after": _moment("made then or later"),
    "created_before": _moment("made then or earlier"),
    "completed_after": _moment("completed then or later"),
    "completed_before": _moment("completed then or earlier"),
    "updated_after": _moment("changed then or later"),
    "updated_before": _moment("changed then or earlier"),
    "delivered_after": _moment("delivered then or later"),
    "delivered_before": _moment("delivered then or earlier"),
    "limited_response": _flag("whether to say only the essential of each task"),
    "include_attachment_url": _flag("whether to say where attached images and recordings are fetched"),
    "clear_unique_id": _flag("whether to give the name of the task free"),
    "project_id": _text("a project, by its id"),
    "project_name": _text("a project, by its name"),
    "batch_id": _text("a batch, by its id"),
    "batch_name": _text("a batch, by its name"),
    "task_id": _text("a task"),
    "annotation_id": _text("an annotation of a task"),
    "delivery_id": _text("a delivery, by its id"),
    "delivery_name": _text("a delivery, by its name within a project"),
    "schema_id": _text("the schema of responses of a delivery"),
    "dataset_id": _text("a dataset"),
    "expand": _texts("what is to be told whole, and not by its id alone"),
    "opts": _texts("what is to be told, too"),
}
"""Parameters of queries. Of those that are lists each value is a parameter of its own."""

BODY: dict[str, JsonSchema] = {
    "name": _text("what it is called, once in the organization"),
    "type": _text("a task type"),
    "params": _object("defaults of the parameters of tasks"),
    "rapid": _flag("whether batches wait until they are finalized"),
    "studio": _flag("whether batches wait until they are finalized"),
    "datasetId": _text("what the program says its tasks belong to"),
    "project": _text("the name of a project"),
    "batch": _text("the name of a batch"),
    "callback": _text("who is told of the end of the batch"),
    "callback_url": _text("who is told of the end of the task"),
    "calibration_batch": _flag("kept and told"),
    "self_label_batch": _flag("kept and told"),
    "staging_batch": _flag("whether it waits until it is finalized"),
    "metadata": _object("whatever the program wants to have kept; at most 10 KB"),
    "merge": _flag("whether to keep what is not named"),
    "instruction": _text("for those who label"),
    "unique_id": _text("what the program calls the task; no other has it"),
    "tags": _texts("words by which tasks are found"),
    "attachment": _text("what is to be labelled: a text, or an address"),
    "attachment_type": _text("what the attachment is", examples=["text", "image", "audio", "website"]),
    "attachments": {"type": "array", "description": "what is to be labelled, side by side"},
    "categories": {"type": "array", "description": "of a categorization"},
    "taxonomies": _object("of a categorization: several questions"),
    "labels": {"type": "array", "description": "of entities or segments"},
    "objects_to_annotate": {"type": "array", "description": "labels of shapes"},
    "geometries": _object("of shapes, each with its labels"),
    "fields": {"description": "of a form"},
    "choices": {"type": "array", "description": "of a comparison"},
    "text": _text("in which entities are found"),
    "template_variables": _object("a conversation so far: prompt or messages, and responses to compare"),
    "hypothesis": _object("a response to begin with"),
    "context_attachments": {
        "type": "array",
        "description": "what is shown beside an image, and not labelled",
    },
    "layers": _object("shapes that are drawn on an image from the start, and are not changed"),
    "base_annotations": {"type": ["object", "array"], "description": "the same, or its annotations alone"},
    "initial_response": _object("a response to be corrected into the one that is right"),
    "groundswell": _object("how tasks are worked on: answers, prices, reviews"),
    "expected_response": _object("the response that is right"),
    "accepted": _flag("whether the label is right"),
    "comments": {"type": ["string", "null"], "description": "what there is to say of it"},
    "file_url": _text("where a file is"),
    "emails": _texts("people", minItems=1),
    "add_emails": _texts("people who come in"),
    "remove_emails": _texts("people who leave"),
    "team_role": _text("labeler, member, manager or admin", enum=["labeler", "member", "manager", "admin"]),
    "projects": _texts("names of projects", minItems=1),
    "groups": _texts("names of groups"),
    "batches": {"type": "array", "description": "every pending batch, each with its name, in their order"},
    "project_id": QUERY["project_id"],
    "project_name": QUERY["project_name"],
    "batch_id": QUERY["batch_id"],
    "batch_name": QUERY["batch_name"],
    "task_id": QUERY["task_id"],
}
"""Parameters of bodies. Others are taken, too, where a task type has them."""
