"""Conversations that people write: the chat family."""

from collections.abc import Mapping
from typing import Any, ClassVar

from groundswell.errors import InputError
from groundswell.label.commissions.asked import Content, Params, Response, TaskType, Wanted
from groundswell.label.kinds import Answer, Shown

ROLES = {"system": "system", "user": "user", "human": "user", "assistant": "assistant", "model": "assistant"}


class Chat(TaskType):
    """The next message of an assistant after a prompt or the messages so far; or which of several is better.

    With `responses` they are put in order, those of one place equally good. With `criteria` each message that is
    written, or each response, is rated.
    """

    names: ClassVar[tuple[str, ...]] = ("chat", "chatlite", "chatexperimental", "multichat")

    def content(self, params: Params) -> Content:
        """Return the conversation so far, and the responses to compare where there are any."""
        given = _given(params)
        messages = given.get("messages")
        if not messages:
            prompt = given.get("prompt")
            if not isinstance(prompt, str) or not prompt.strip():
                raise InputError("Please include messages or a prompt, directly or in template_variables.")
            messages = [{"role": "user", "content": prompt}]
        read = [_message(one) for one in _list(messages)]
        if responses := given.get("responses"):
            return Content(record={"prompt": read, "responses": responses})
        return Content(record={"messages": read})

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return that the next message is to be written, or responses are to be put in order."""
        rated = {"criteria": params["criteria"]} if params.get("criteria") else {}
        if "responses" in shown["record"]:
            return Wanted("preference", options={"mode": "rank", "ties": True, **rated})
        return Wanted("chat", options={"mode": "write", **rated})

    def response(self, params: Params, answer: Answer, shown: Shown) -> Response:
        """Return the whole conversation, or the order of the responses; and the ratings."""
        if "ranking" in answer:
            rated = {"ratings": answer["rubric"]} if "rubric" in answer else {}
            return {"ranking": [list(group) for group in answer["ranking"]], **rated}
        written: list[dict[str, Any]] = [
            {"role": one["role"], "content": one["content"]} for one in answer["messages"]
        ]
        for one in answer.get("ratings", ()):
            written[one["message"]]["ratings"] = {k: v for k, v in one.items() if k != "message"}
        return {"messages": [*shown["record"]["messages"], *written]}

    def answer(self, params: Params, response: Params, shown: Shown) -> Answer:
        """Return the last message, or the order."""
        if "responses" in shown["record"]:
            rated = {"rubric": response["ratings"]} if response.get("ratings") else {}
            return {"ranking": response.get("ranking"), **rated}
        messages = _list(response.get("messages"))[len(shown["record"]["messages"]) :]
        ratings = [
            {"message": place, **one["ratings"]}
            for place, one in enumerate(messages)
            if isinstance(one, Mapping) and isinstance(one.get("ratings"), Mapping)
        ]
        said = {"messages": [{**_message(one), "from": "worker"} for one in messages]}
        return {**said, "ratings": ratings} if ratings else said


def _given(params: Params) -> Params:
    given = params.get("template_variables") or params
    if not isinstance(given, Mapping):
        raise InputError("template_variables must be an object")
    return given


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
