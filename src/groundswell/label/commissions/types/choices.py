"""Classes for an image or a text, or answers to several questions about it: `categorization`."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from groundswell.errors import InputError, Unsupported
from groundswell.items import ItemKind
from groundswell.label.commissions.asked import (
    Content,
    Params,
    Response,
    TaskType,
    Wanted,
    attached,
    label_names,
    required,
)
from groundswell.label.commissions.schemas import FLAG, NUMBER, TEXT, JsonSchema, list_of, object_of, one_of
from groundswell.label.kinds import Answer, Shown

KINDS = (ItemKind.TEXT, ItemKind.IMAGE)

ASKED = "taxonomies"
"""The parameter with several questions, each of a type of its own."""

_TYPES = {"category": "choice", "number": "number", "text": "text", "boolean": "flag"}
"""Types of questions, and as what they are answered."""


class Categorization(TaskType):
    """One of some categories, with `allow_multiple` any number of them; or an answer to each of `taxonomies`."""

    names: ClassVar[tuple[str, ...]] = ("categorization",)
    defaults: ClassVar[Params] = {"allow_multiple": False}

    def content(self, params: Params) -> Content:
        """Return the attachment: a text or an image, and where there are several questions a recording, too."""
        return attached(params, (*KINDS, ItemKind.AUDIO) if params.get(ASKED) else KINDS)

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return the categories as classes, or the questions as fields of a form."""
        if params.get(ASKED):
            return Wanted("form", options={"fields": _questions(params[ASKED])})
        given = required(params, "categories", list, "a list of categories")
        options = {"multiple": True} if params.get("allow_multiple") else {}
        return Wanted(f"{shown['kind']}_choice", label_names("categories", given), options)

    def response(self, params: Params, answer: Answer, shown: Shown) -> Response:
        """Return the category, or a list of them; or the answers by question."""
        if "fields" in answer:
            return {ASKED: dict(answer["fields"])}
        return {"category": list(answer["choices"]) if "choices" in answer else answer["choice"]}

    def answer(self, params: Params, response: Params, shown: Shown) -> Answer:
        """Return the choice, or the fields."""
        if params.get(ASKED):
            answers = response.get(ASKED)
            if not isinstance(answers, Mapping):
                raise InputError(f"an expected response of this categorization has an object {ASKED!r}")
            return {"fields": dict(answers)}
        said: Any = response.get("category", response.get("category_id"))
        if params.get("allow_multiple"):
            return {"choices": [said] if isinstance(said, str) else list(_texts(said))}
        if not isinstance(said, str):
            raise InputError("an expected response of a categorization has a text 'category'")
        return {"choice": said}

    def response_schema(self, wanted: Wanted) -> JsonSchema:
        """Return that there is a category, or a list of them; or an answer to each question."""
        if wanted.kind == "form":
            specs = wanted.options["fields"]
            open_ones = [one["name"] for one in specs if not one.get("required")]
            told = object_of({one["name"]: _answer_schema(one) for one in specs}, optional=open_ones)
            return object_of({ASKED: told})
        category = one_of(wanted.classes)
        return object_of({"category": list_of(category) if wanted.options.get("multiple") else category})


def _questions(given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, Mapping) or not all(isinstance(one, Mapping) for one in given.values()):
        raise InputError(f"The {ASKED} parameter must be an object of objects.")
    return [_question(name, one) for name, one in given.items()]


def _question(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a question as a field; each is to be answered, unless it says that it is not required."""
    kind = given.get("type", "category")
    if kind not in _TYPES:
        raise Unsupported(f"{ASKED} of type {str(kind)[:40]} have no screen yet; known: {', '.join(_TYPES)}")
    spec: dict[str, Any] = {
        "name": name,
        "kind": _TYPES[kind],
        "required": given.get("required") is not False,
    }
    if isinstance(given.get("description"), str):
        spec["hint"] = given["description"][:5_000]
    if kind == "category":
        spec["values"] = list(label_names(f"{ASKED}.{name}.choices", given.get("choices")))
        spec["kind"] = "choices" if given.get("allow_multiple") else "choice"
    bounds = {"low": given.get("min"), "high": given.get("max")} if kind == "number" else {}
    return spec | {bound: value for bound, value in bounds.items() if value is not None}


def _answer_schema(spec: Mapping[str, Any]) -> JsonSchema:
    if spec["kind"] in ("choice", "choices"):
        one = one_of(spec["values"])
        return list_of(one) if spec["kind"] == "choices" else one
    return {"number": NUMBER, "text": TEXT, "flag": FLAG}[spec["kind"]]


def _texts(given: Any) -> Sequence[str]:
    if not isinstance(given, Sequence) or not all(isinstance(one, str) for one in given):
        raise InputError("an expected response of this categorization has a list 'category' of texts")
    return given
