"""Conversations that people write: the chat family."""

from collections.abc import Mapping
from typing import Any, ClassVar

from groundswell.errors import InputError
from groundswell.label.commissions.asked import Content, Params, Response, TaskType, Wanted
from groundswell.label.commissions.schemas import TEXT, JsonSchema, list_of, object_of, one_of
from groundswell.label.kinds import Answer, Shown

ROLES = {"system": "system", "user": "user", "human": "user", "assistant": "assistant", "model": "assistant"}


class Chat(TaskType):
    """The next message of an assistant after a prompt or the messages so far; or which of several is better.

    Where the user has not spoken last, or nobody has yet, both sides are written. With `responses` they are put in
    order, those of one place equally good. With `criteria` each message that is written, or each response, is rated.
    """

    names: ClassVar[tuple[str, ...]] = ("chat", "chatlite", "chatexperimental", "multichat")

    def content(self, params: Params) -> Content:
        """Return the conversation so far, and the responses to compare where there are any."""
        given = _given(params)
        read = [_message(one) for one in _list(_messages(given))]
        if responses := given.get("responses"):
            if not read:
                raise InputError("Please include messages or a prompt beside the responses.")
            return Content(record={"prompt": read, "responses": responses})
        about = [f"{name}: {value}" for name, value in given.items() if name not in ("messages", "prompt")]
        is_template = given is params.get("template_variables")
        return Content(record={"messages": read, **({"references": about} if is_template and about else {})})

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return that the next message is to be written, or responses are to be put in order."""
        rated = {"criteria": params["criteria"]} if params.get("criteria") else {}
        if "responses" in shown["record"]:
            return Wanted("preference", options={"mode": "rank", "ties": True, **rated})
        messages = shown["record"]["messages"]
        mode = "write" if messages and messages[-1]["role"] == "user" else "continue"
        return Wanted("chat", options={"mode": mode, **rated})

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

    def response_schema(self, wanted: Wanted) -> JsonSchema:
        """Return that there are messages, or groups of responses in order; with ratings where those are asked for."""
        steps = {
            one["name"]: {"type": "integer", "minimum": one["low"], "maximum": one["high"]}
            for one in wanted.options.get("criteria", ())
        }
        if wanted.kind == "preference":
            rated = {"ratings": {"type": "object", "additionalProperties": object_of(steps)}} if steps else {}
            return object_of({"ranking": list_of(list_of(TEXT)), **rated})
        role = one_of(sorted(set(ROLES.values())))
        rated = {"ratings": object_of(steps, optional=list(steps))} if steps else {}
        message = object_of({"role": role, "content": TEXT, **rated}, optional=("ratings",))
        return object_of({"messages": list_of(message)})


def _given(params: Params) -> Params:
    given = params.get("template_variables") or params
    if not isinstance(given, Mapping):
        raise InputError("template_variables must be an object")
    return given


def _messages(given: Params) -> Any:
    """Return the messages so far, of a prompt the one that it is; none where there is neither."""
    prompt = given.get("prompt")
    if given.get("messages") or not prompt:
        return given.get("messages") or []
    if not isinstance(prompt, str):
        raise InputError("The prompt parameter must be a text.")
    return [{"role": "user", "content": prompt}]


def _list(given: Any) -> list[Any]:
    if not isinstance(given, list):
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
