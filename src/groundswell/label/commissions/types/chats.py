"""Conversations that people write: the chat family."""

from collections.abc import Mapping
from typing import Any, ClassVar

from groundswell.errors import InputError
from groundswell.label.commissions.asked import Content, Params, Response, TaskType, Wanted
from groundswell.label.kinds import Answer, Shown

ROLES = {"system": "system", "user": "user", "human": "user", "assistant": "assistant", "model": "assistant"}


class Chat(TaskType):
    """The next message of an assistant, after a prompt or the messages so far."""

    names: ClassVar[tuple[str, ...]] = ("chat", "chatlite", "chatexperimental", "multichat")

    def content(self, params: Params) -> Content:
        """Return the conversation so far; it must end with a message of the user."""
        given = params.get("template_variables") or params
        messages = given.get("messages") if isinstance(given, Mapping) else None
        if not messages:
            prompt = given.get("prompt") if isinstance(given, Mapping) else None
            if not isinstance(prompt, str) or not prompt.strip():
                raise InputError("Please include messages or a prompt, directly or in template_variables.")
            messages = [{"role": "user", "content": prompt}]
        return Content(record={"messages": [_message(one) for one in _list(messages)]})

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return that the next message is to be written."""
        return Wanted("chat", options={"mode": "write"})

    def response(self, params: Params, answer: Answer, shown: Shown) -> Response:
        """Return the whole conversation."""
        written = [{"role": one["role"], "content": one["content"]} for one in answer["messages"]]
        return {"messages": [*shown["record"]["messages"], *written]}

    def answer(self, params: Params, response: Params, shown: Shown) -> Answer:
        """Return the last message."""
        messages = [_message(one) for one in _list(response.get("messages"))]
        return {
            "messages": [{**one, "from": "worker"} for one in messages[len(shown["record"]["messages"]) :]]
        }


def _list(given: Any) -> list[Any]:
    if not isinstance(given, list) or not given:
        raise InputError("messages must be a list of objects with role and content")
    return given


def _message(given: Any) -> dict[str, str]:
    role = ROLES.get(str(given.get("role"))) if isinstance(given, Mapping) else None
    content = given.get("content") if role else None
    if isinstance(content, Mapping):
        content = content.get("text")
    if role is None or not isinstance(content, str):
        raise InputError("messages must be a list of objects with role (system, user, assistant) and content")
    return {"role": role, "content": content}
