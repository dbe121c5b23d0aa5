"""Commissions as threads of turns of messages, with annotations at every level. Pure.

A conversation that was written is a thread; so is anything else that was asked, with one message that holds what was
shown, and what was said of it as annotations of its turn. Shapes and spans have no annotation type there, and are read
by the first version of the API.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from groundswell.label.commissions.model import Commission

DETAILS = "annotation_details"
"""The option that asks for what could have been said, too."""


@dataclass
class Annotations:
    """Makes the annotations of a task, numbered as they come; the same task has the same numbers each time."""

    public_id: str
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


def threads_of(commission: Commission, *, with_details: bool = False) -> list[dict[str, Any]]:
    """Return the threads of a task: one where it is completed, else none."""
    return _read(commission, with_details)[0]


def annotations_of(commission: Commission) -> list[dict[str, Any]]:
    """Return all annotations of a task, in the order of their numbers."""
    return _read(commission, with_details=True)[1]


def _read(commission: Commission, with_details: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    if commission.state != "completed" or commission.answer is None:
        return [], []
    made = Annotations(commission.public_id, with_details)
    thread = {
        "id": f"thread_{commission.public_id}",
        "turns": list(_turns(commission, commission.answer, made)),
        "annotations": [],
    }
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


def _said(commission: Commission, answer: Mapping[str, Any], made: Annotations) -> Iterator[dict[str, Any]]:
    if "choice" in answer or "choices" in answer:
        kind = "category" if "choice" in answer else "category_multiple"
        value = answer["choice"] if "choice" in answer else list(answer["choices"])
        yield made.add("category", kind, value)
    fields = {one.get("field_id"): one for one in _fields(commission)}
    for name, value in answer.get("fields", {}).items():
        asked = fields.get(name, {})
        kind, written = _typed(asked.get("type", "text"), value)
        yield made.add(name, kind, written, title=asked.get("title"), description=asked.get("description"))


def _fields(commission: Commission) -> list[Mapping[str, Any]]:
    given = commission.params.get("fields")
    return given if isinstance(given, list) else []


def _typed(kind: str, value: Any) -> tuple[str, Any]:
    """Return the type of annotation that a value of a field is, and the value in it."""
    if isinstance(value, bool):
        return "boolean", value
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
    return "\n\n".join(str(value) for value in (shown.get("record") or {}).values())


def _message(role: str, text: str, source: str, annotations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"role": role, "content": {"text": text}, "source_id": source, "annotations": annotations}


def _turn(
    commission: Commission, number: int, messages: list[dict[str, Any]], annotations: list[dict[str, Any]]
) -> dict[str, Any]:
    return {"id": f"turn_{commission.public_id}_{number}", "messages": messages, "annotations": annotations}
