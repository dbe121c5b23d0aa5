"""Classes for an image or a text: `categorization`."""

from collections.abc import Sequence
from typing import Any, ClassVar

from groundswell.errors import InputError
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
from groundswell.label.commissions.schemas import JsonSchema, list_of, object_of, one_of
from groundswell.label.kinds import Answer, Shown

KINDS = (ItemKind.TEXT, ItemKind.IMAGE)


class Categorization(TaskType):
    """One of some categories, or with `allow_multiple` any number of them."""

    names: ClassVar[tuple[str, ...]] = ("categorization",)
    defaults: ClassVar[Params] = {"allow_multiple": False}

    def content(self, params: Params) -> Content:
        """Return the attachment: a text or an image."""
        return attached(params, KINDS)

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return the categories as classes."""
        given = required(params, "categories", list, "a list of categories")
        options = {"multiple": True} if params.get("allow_multiple") else {}
        return Wanted(f"{shown['kind']}_choice", label_names("categories", given), options)

    def response(self, params: Params, answer: Answer, shown: Shown) -> Response:
        """Return the category, or a list of them."""
        return {"category": list(answer["choices"]) if "choices" in answer else answer["choice"]}

    def answer(self, params: Params, response: Params, shown: Shown) -> Answer:
        """Return the choice."""
        said: Any = response.get("category", response.get("category_id"))
        if params.get("allow_multiple"):
            return {"choices": [said] if isinstance(said, str) else list(_texts(said))}
        if not isinstance(said, str):
            raise InputError("an expected response of a categorization has a text 'category'")
        return {"choice": said}

    def response_schema(self, wanted: Wanted) -> JsonSchema:
        """Return that there is a category, or a list of them."""
        category = one_of(wanted.classes)
        return object_of({"category": list_of(category) if wanted.options.get("multiple") else category})


def _texts(given: Any) -> Sequence[str]:
    if not isinstance(given, Sequence) or not all(isinstance(one, str) for one in given):
        raise InputError("an expected response of this categorization has a list 'category' of texts")
    return given
