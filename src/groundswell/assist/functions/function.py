"""What a labelling function is, and the ways to write one: code, a pattern, words, whatever proposes."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from groundswell.errors import InputError, MissingColumn
from groundswell.items import Item

Says = Callable[[Any], Any]
"""An item in; a class, or None to abstain, out."""

Proposes = Callable[[Sequence[Any]], Sequence[Any]]
"""Items in; for each of them a class, or None to abstain, out."""


@dataclass(frozen=True)
class LabellingFunction:
    """A cheap and fallible worker: of each item it says a class, or nothing.

    Attributes:
        name: what it is called in reports; it stands where a worker's name stands.
        label: takes a list of items, returns a class or None for each.
        one_by_one: whether `label` may be given items one at a time, so that one that fails fails alone.
            False where a call costs something, such as a model's.
    """

    name: str
    label: Proposes
    one_by_one: bool = True

    def __call__(self, item: Any) -> Any:
        """Return what it says of one item: a class or None."""
        return self.label([item])[0]

    def __repr__(self) -> str:
        return f"LabellingFunction({self.name!r})"


@overload
def labelling_function(function: Says) -> LabellingFunction: ...
@overload
def labelling_function(
    function: None = None, *, name: str | None = None, then: Hashable = None
) -> Callable[[Says], LabellingFunction]: ...
def labelling_function(
    function: Says | None = None, *, name: str | None = None, then: Hashable = None
) -> LabellingFunction | Callable[[Says], LabellingFunction]:
    """Make a labelling function of a Python function on one item.

    The item is whatever `apply` is given: an `Item`, a row as a dict, or a text.

    Example:
        >>> from groundswell.assist.functions import labelling_function
        >>> @labelling_function(then="spam")
        ... def shouts(text):
        ...     return text.isupper()
        >>> shouts("BUY NOW"), shouts("good morning")
        ('spam', None)

    Args:
        function: returns a class, or None to abstain.
        name: the function's own name if None.
        then: the class to say where the function returns something true; with it, the function is a question.
    """

    def wrap(asked: Says) -> LabellingFunction:
        def label(items: Sequence[Any]) -> list[Any]:
            said = [asked(item) for item in items]
            return said if then is None else [then if one else None for one in said]

        own = str(getattr(asked, "__name__", type(asked).__name__))
        return LabellingFunction(name or own, label)

    return wrap if function is None else wrap(function)


def matches(
    pattern: str, then: Hashable, *, column: str = "text", ignore_case: bool = True, name: str | None = None
) -> LabellingFunction:
    r"""Say a class of every item in whose text a regular expression is found anywhere.

    Example:
        >>> from groundswell.assist.functions import matches
        >>> matches(r"\bfree\b", "spam")("Free money")
        'spam'

    Args:
        pattern: in the syntax of Python's `re`.
        then: the class.
        column: where the text is; see `text_of`.
        ignore_case: whether `A` matches `a`.
        name: `matches <pattern>` if None.

    Raises:
        InputError: the pattern cannot be compiled.
    """
    try:
        compiled = re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        raise InputError(f"the pattern {pattern!r} is no regular expression: {error}") from error

    def label(items: Sequence[Any]) -> list[Any]:
        return [then if compiled.search(text_of(item, column)) else None for item in items]

    return LabellingFunction(name or f"matches {pattern}", label)


def keywords(
    words: Iterable[str],
    then: Hashable,
    *,
    column: str = "text",
    at_least: int = 1,
    whole_words: bool = True,
    name: str | None = None,
) -> LabellingFunction:
    """Say a class of every item whose text has enough different ones of some words; case does not matter.

    Args:
        words: words or phrases.
        then: the class.
        column: where the text is; see `text_of`.
        at_least: how many different words must be there.
        whole_words: whether `art` must not be found in `party`. False for scripts without spaces.
        name: `keywords` and the first three words if None.

    Raises:
        InputError: no words, or fewer than `at_least`.
    """
    wanted = sorted({word.casefold() for word in words if word.strip()})
    if not 1 <= at_least <= len(wanted):
        raise InputError(f"at_least must be 1 to {len(wanted)}, the number of words; found {at_least}")
    edges = (r"(?<!\w)", r"(?!\w)") if whole_words else ("", "")
    patterns = [re.compile(edges[0] + re.escape(word) + edges[1]) for word in wanted]

    def says(item: Any) -> Any:
        text = text_of(item, column).casefold()
        return then if sum(bool(one.search(text)) for one in patterns) >= at_least else None

    few = ", ".join(wanted[:3]) + (" ..." if len(wanted) > 3 else "")
    return LabellingFunction(name or f"keywords {few}", lambda items: [says(item) for item in items])


def proposed_by(proposer: Proposes, *, name: str) -> LabellingFunction:
    """Take the word of anything that labels many items at a time: a prompt, a trained model, a service.

    Args:
        proposer: takes a list of items, returns a class or None for each. It is given whole batches, and a
            batch on which it raises is not tried again: a call may cost money.
        name: what it is called in reports.
    """
    return LabellingFunction(name, proposer, one_by_one=False)


def text_of(item: Any, column: str = "text") -> str:
    """Return the text of an item: a text itself, an item's payload or field, or a row's column. Nothing is "".

    Raises:
        MissingColumn: the item has no such column or field.
        InputError: the item is of no kind that has texts.
    """
    if isinstance(item, str):
        return item
    fields = fields_of(item)
    if column not in fields:
        raise MissingColumn(f"no column {column!r}; the item has {', '.join(map(str, fields)) or 'none'}")
    value = fields[column]
    return "" if value is None else str(value)


def fields_of(item: Any) -> Mapping[str, Any]:
    """Return an item as a row: the row itself, a text as `text`, an `Item` with the fields of its record.

    Raises:
        InputError: it is none of these.
    """
    if isinstance(item, Mapping):
        return item
    if isinstance(item, str):
        return {"text": item}
    if isinstance(item, Item):
        own = ("text", "data", "media_type", "source", "locator", "licence")
        return {
            **item.meta,
            "id": item.id,
            "kind": item.kind.value,
            **{key: getattr(item, key) for key in own},
        }
    raise InputError(f"an item must be an Item, a row as a dict or a text, not {type(item).__name__}")
