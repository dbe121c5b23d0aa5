"""Commissions as threads of turns of messages, with annotations at every level. Pure.

A conversation that was written is a thread; so is anything else that was asked, with one message that holds what was
shown, and what was said of it as annotations of its turn. Shapes have no annotation type there, and are read by the
first version of the API; of segments there are the images.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from groundswell.items import is_reference
from groundswell.label.commissions.links import Links
from groundswell.label.commissions.model import Commission
from groundswell.label.commissions.types import task_type, workspaces
from groundswell.label.kinds.fields.files import is_digest

DETAILS = "annotation_details"
"""The option that asks for what could have been said, too."""


@dataclass
class Annotations:
    """Makes the annotations of a task, numbered as they come; the same task has the same numbers each time."""

    public_id: str
    links: Links | None = None
    with_details: bool = False
    made: list[dict[str, Any]] = field(default_factory=list)

    def add(self, key: str, kind: str, value: Any, **details: Any) -> dict[str, Any]:
        """Return one more annotation.

        Args:
            key: what it is about.
            kind: its type.
            details: title, labels and possible values, where they are known.
        """
        one = {"id": f"an_{self.public_id}_{len(self.made)}", "key": key, "type": kind, "value": value}
        if self.with_details:
            one |= {name: said for name, said in details.items() if said is not None}
        self.made.append(one)
        return one


def threads_of(
    commission: Commission, links: Links | None = None, *, with_details: bool = False
) -> list[dict[str, Any]]:
    """Return the threads of a task: one where it is completed, else none.

    Args:
        links: makes addresses of the files that its response names; without it they are left out.
    """
    return _read(commission, links, with_details)[0]


def annotations_of(commission: Commission, links: Links | None = None) -> list[dict[str, Any]]:
    """Return all annotations of a task, in the order of their numbers."""
    return _read(commission, links, with_details=True)[1]


def _read(
    commission: Commission, links: Links | None, with_details: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    if commission.state != "completed" or commission.answer is None:
        return [], []
    made = Annotations(commission.public_id, links, with_details)
    turns = list(_turns(commission, commission.answer, made))
    is_rated = {"rubric", "ratings"} & set(commission.answer)
    for place, turn in enumerate(turns if is_rated else ()):
        turns[place] = _with_rubric(commission, turn, commission.params["criteria"], made)
    thread = {"id": f"thread_{commission.public_id}", "turns": turns, "annotations": []}
    return [thread], made.made


def _turns(commission: Commission, answer: Mapping[str, Any], made: Annotations) -> Iterator[dict[str, Any]]:
    record = commission.shown.get("record") or {}
    if "messages" in answer:
        yield from _conversation(commission, record["messages"], answer, made)
    elif "ranking" in answer:
        yield _compared(commission, record, answer, made)
    else:
        message = _message("user", _text_shown(commission), "customer", [])
        yield _turn(commission, 0, [message], list(_said(commission, answer, made)))


def _conversation(
    commission: Commission, before: list[dict[str, Any]], answer: Mapping[str, Any], made: Annotations
) -> Iterator[dict[str, Any]]:
    """Yield a turn for each message of the user, with what follows it."""
    ratings = {one["message"]: one for one in answer.get("ratings", ())}
    messages = [_message(one["role"], one["content"], "customer", []) for one in before]
    for place, one in enumerate(answer["messages"]):
        said = [
            made.add(name, "integer", step)
            for name, step in ratings.get(place, {}).items()
            if name != "message"
        ]
        messages.append(_message(one["role"], one["content"], one.get("from", "worker"), said))
    turn: list[dict[str, Any]] = []
    number = 0
    for message in messages:
        if message["role"] == "user" and any(one["role"] == "user" for one in turn):
            yield _turn(commission, number, turn, [])
            turn, number = [], number + 1
        turn.append(message)
    yield _turn(commission, number, turn, [])


def _compared(
    commission: Commission, record: Mapping[str, Any], answer: Mapping[str, Any], made: Annotations
) -> dict[str, Any]:
    """Return the turn of a prompt with all responses to it, each named by its id, and their order."""
    rated: Mapping[str, Mapping[str, int]] = answer.get("rubric", {})
    messages = [_message(one["role"], one["content"], "customer", []) for one in record["prompt"]]
    for place, one in enumerate(record["responses"]):
        name, text = (one["id"], one["text"]) if isinstance(one, Mapping) else (chr(ord("a") + place), one)
        said = [made.add(key, "integer", step) for key, step in rated.get(name, {}).items()]
        messages.append(_message("assistant", text, name, said))
    order = made.add("ranking", "ranked_groups", [list(group) for group in answer["ranking"]])
    return _turn(commission, 0, messages, [order])


def _with_rubric(
    commission: Commission, turn: dict[str, Any], criteria: list[Mapping[str, Any]], made: Annotations
) -> dict[str, Any]:
    """Return a turn whose messages are rated with the rubric that they are rated by, and what each comes to."""
    messages = [_rated(commission, one, criteria, made) for one in turn["messages"]]
    if messages == turn["messages"]:
        return turn
    definitions = [
        {
            "id": _criterion_id(commission, place),
            "criterion": one.get("description") or one["name"],
            "weight": _weight(one),
            "annotations": [made.add(one["name"], "rubric_criteria", {**one, "weight": _weight(one)})],
        }
        for place, one in enumerate(criteria)
    ]
    rubric = {"criteria_definitions": definitions, "max_total_score": round(_most(criteria))}
    return {**turn, "messages": messages, "rubrics": [rubric]}


def _rated(
    commission: Commission, message: dict[str, Any], criteria: list[Mapping[str, Any]], made: Annotations
) -> dict[str, Any]:
    steps = {one["key"]: one["value"] for one in message["annotations"] if one["type"] == "integer"}
    given = [(place, one) for place, one in enumerate(criteria) if one["name"] in steps]
    if not given:
        return message
    evaluations = [
        {
            "criterion_definition_id": _criterion_id(commission, place),
            "score": steps[one["name"]],
            "annotations": [made.add(one["name"], "rubric_rating", {"score": steps[one["name"]]})],
        }
        for place, one in given
    ]
    total = sum(steps[one["name"]] * _weight(one) for _, one in given)
    most = _most([one for _, one in given])
    evaluation = {
        "criteria_evaluations": evaluations,
        "annotations": [],
        "total_score": total,
        "percentage": 100 * total / most if most else 0,
    }
    return {**message, "rubric_evaluations": [evaluation]}


def _most(criteria: list[Mapping[str, Any]]) -> float:
    return float(sum(one["high"] * _weight(one) for one in criteria))


def _weight(criterion: Mapping[str, Any]) -> float:
    return float(criterion.get("weight", 1))


def _criterion_id(commission: Commission, place: int) -> str:
    return f"criterion_{commission.public_id}_{place}"


def _said(commission: Commission, answer: Mapping[str, Any], made: Annotations) -> Iterator[dict[str, Any]]:
    if "choice" in answer or "choices" in answer:
        kind = "category" if "choice" in answer else "category_multiple"
        value = answer["choice"] if "choice" in answer else list(answer["choices"])
        yield made.add("category", kind, value)
    if "spans" in answer:
        yield made.add("entities", "labeled_text", _labeled_texts(commission, answer))
    if made.links is not None and "shapes" in answer and task_type(commission.type).has_files:
        yield made.add("segments", "file", _files(commission, answer, made.links))
    fields = {one.get("field_id"): one for one in _fields(commission)}
    for name, value in answer.get("fields", {}).items():
        asked = fields.get(name, {})
        kind, written = _typed(asked.get("type", "text"), value)
        if asked.get("type") == "file" and made.links is not None:
            kind, written = "file", _handed(commission, value, made.links)
        elif asked.get("type") == workspaces.TYPE:
            files = _handed(commission, workspaces.files_of(value), made.links) if made.links else []
            kind, written = workspaces.TYPE, workspaces.as_value(asked, value, files)
        yield made.add(name, kind, written, title=asked.get("title"), description=asked.get("description"))


def _labeled_texts(commission: Commission, answer: Mapping[str, Any]) -> list[dict[str, str]]:
    text = str(commission.shown.get("text"))
    return [{"label": one["label"], "text": text[one["start"] : one["end"]]} for one in answer["spans"]]


def _files(commission: Commission, answer: Mapping[str, Any], links: Links) -> list[dict[str, str]]:
    """Return the images of segments, each under what it shows; of labels those that something was drawn of."""
    kind = task_type(commission.type)
    told = kind.response(commission.params, answer, commission.shown)["annotations"]
    named = [*told["combined"].items(), ("unlabeled", told["unlabeled"]), *told["labeled"].items()]
    return [
        {"name": name, "url": links.to(commission.public_id, file), "mime_type": "image/png"}
        for name, file in named
        if file is not None
    ]


def _handed(commission: Commission, value: Any, links: Links) -> list[dict[str, str]]:
    """Return files that were handed in, or named by their addresses."""
    return [
        {
            "name": one[:12] if is_digest(one) else one.rpartition("/")[2],
            "url": links.to(commission.public_id, one) if is_digest(one) else one,
            "mime_type": "application/octet-stream",
        }
        for one in (value if isinstance(value, list) else [value])
    ]


def _fields(commission: Commission) -> list[Mapping[str, Any]]:
    given = commission.params.get("fields")
    return given if isinstance(given, list) else []


def _typed(kind: str, value: Any) -> tuple[str, Any]:
    """Return the type of annotation that a value of a field is, and the value in it."""
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, list) and any(
        isinstance(one, list | Mapping) for one in value
    ):  # rows, several orders
        return "text", json.dumps(value, ensure_ascii=False)
    if kind == "ranking_order":
        return "ranked_choices", list(value)
    if kind == "category":
        return ("category_multiple", list(value)) if isinstance(value, list) else ("category", value)
    if isinstance(value, int):
        return "integer", value
    return "text", ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _text_shown(commission: Commission) -> str:
    shown = commission.shown
    if shown.get("text"):
        return str(shown["text"])
    values = (shown.get("record") or {}).values()
    return "\n\n".join(str(value) for value in values if not is_reference(value))


def _message(role: str, text: str, source: str, annotations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"role": role, "content": {"text": text}, "source_id": source, "annotations": annotations}


def _turn(
    commission: Commission, number: int, messages: list[dict[str, Any]], annotations: list[dict[str, Any]]
) -> dict[str, Any]:
    return {"id": f"turn_{commission.public_id}_{number}", "messages": messages, "annotations": annotations}
