"""Rendering conversations by Jinja templates, in a sandbox, with the places that a model is trained to say."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

from groundswell.errors import InputError, MissingExtra
from groundswell.feed.chat.templates import TEMPLATES
from groundswell.feed.conversations import Message

try:
    from jinja2 import TemplateError, nodes
    from jinja2.ext import Extension
    from jinja2.parser import Parser
    from jinja2.sandbox import ImmutableSandboxedEnvironment
except ImportError as error:
    raise MissingExtra("chat templates need Jinja; install it: pip install 'groundswell[llm]'") from error

Span = tuple[int, int]
"""Where a stretch of a text starts and ends, in characters."""

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Marks around what is trained on: private characters, which are refused in messages."""


_GENERATION = re.compile(r"{%[-+]?\s*generation\s*[-+]?%}")


@dataclass(frozen=True)
class Rendered:
    """A conversation as a model reads it.

    Attributes:
        text: the whole of it.
        spans: the stretches on which the loss counts, ascending, in characters.
    """

    text: str
    spans: tuple[Span, ...]


def render(
    messages: Sequence[Message],
    template: str = "chatml",
    *,
    roles: Sequence[str] = ("assistant",),
    add_generation_prompt: bool = False,
    **variables: Any,
) -> Rendered:
    """Render a conversation, and say where the loss counts.

    The loss counts on what messages of the given roles say, and on the mark that ends their turn, but not on
    messages with `"train": false`. In a template with `{% generation %}` blocks these say where the assistant speaks.
    In any other template the places are found by rendering with marks around the messages; a template that changes
    what messages say (beyond leaving out white space around it) cannot be followed and is refused.

    Args:
        messages: `role` and `content` of each.
        template: the name of a common template (see `TEMPLATES`), or Jinja.
        roles: whose messages are trained on.
        add_generation_prompt: end with what precedes the assistant's next message.
        variables: what else the template names, for example `bos_token`, `eos_token`, `tools`.

    Raises:
        InputError: the template is no Jinja or fails, it cannot be followed, or a message has private characters.
    """
    source = TEMPLATES.get(template, template)
    if "{" not in source:
        raise InputError(f"no chat template {template!r}; there are {', '.join(TEMPLATES)}, or give Jinja")
    given = {"bos_token": "", "eos_token": "", **variables, "add_generation_prompt": add_generation_prompt}
    trained = [number for number, message in enumerate(messages) if _counts(message, roles)]
    if any(
        mark in json.dumps(message, ensure_ascii=False) for message in messages for mark in (_OPEN, _CLOSE)
    ):
        raise InputError("a message has the private characters U+E000 or U+E001; take them out")
    if _GENERATION.search(source) and tuple(roles) == ("assistant",):
        marked = _run(source, messages, given)
        rendered = _unmarked(marked)
        return Rendered(rendered.text, _of_trained(rendered.spans, messages, trained))
    text = _unmarked(_run(source, messages, given)).text
    return Rendered(text, _found(source, messages, given, text, trained))


def _counts(message: Message, roles: Sequence[str]) -> bool:
    return message["role"] in roles and message.get("train", True) is not False


def _of_trained(
    spans: Sequence[Span], messages: Sequence[Message], trained: Sequence[int]
) -> tuple[Span, ...]:
    """Return the spans of the messages that are trained on; spans are those of all messages of the assistant.

    Raises:
        InputError: some message is not to be trained on, and spans cannot be told apart.
    """
    spoken = [number for number, message in enumerate(messages) if message["role"] == "assistant"]
    if list(spoken) == list(trained):
        return tuple(span for span in spans if span[0] < span[1])
    if len(spoken) != len(spans):
        raise InputError(
            f"the template has {len(spans)} generation blocks for {len(spoken)} messages of the assistant, so those "
            'with "train": false cannot be told; use a template with one block for each'
        )
    chosen = (span for number, span in zip(spoken, spans, strict=True) if number in trained)
    return tuple(span for span in chosen if span[0] < span[1])


def _found(
    source: str, messages: Sequence[Message], given: Mapping[str, Any], text: str, trained: Sequence[int]
) -> tuple[Span, ...]:
    """Find where the trained messages stand, by marks around what they say; each with the mark that ends its turn."""
    marked = [
        {**message, "content": _marked(message)} if number in trained else message
        for number, message in enumerate(messages)
    ]
    rendered = _unmarked(_run(source, marked, given))
    if rendered.text != text or len(rendered.spans) != len(trained):
        raise InputError(
            "this template changes what messages say, so where the loss counts cannot be found; "
            "enclose what the assistant says in {% generation %} and {% endgeneration %}"
        )
    ends = [_turn_end(source, messages[: number + 1], given, text) for number in trained]
    return tuple(
        (start, end if turn is None or turn < end else end + len(text[end:turn].rstrip()))
        for (start, end), turn in zip(rendered.spans, ends, strict=True)
    )


def _marked(message: Message) -> str:
    content = message.get("content")
    if not isinstance(content, str):
        raise InputError(
            "a message that is trained on has no text alone; "
            "use a template with {% generation %} around what the assistant says"
        )
    core = content.strip()
    lead = content[: len(content) - len(content.lstrip())]
    return f"{lead}{_OPEN}{core}{_CLOSE}{content[len(lead) + len(core) :]}"


def _turn_end(source: str, messages: Sequence[Message], given: Mapping[str, Any], text: str) -> int | None:
    """Return where a conversation up to a message ends in the whole text; None where it does not begin with that."""
    start = _unmarked(_run(source, messages, {**given, "add_generation_prompt": False})).text
    return len(start) if text.startswith(start) else None


def _unmarked(marked: str) -> Rendered:
    """Take the marks out; what lies between an opening and a closing one is a span."""
    pieces = marked.replace(_CLOSE, _OPEN).split(_OPEN)
    ends = list(accumulate(len(piece) for piece in pieces))
    return Rendered("".join(pieces), tuple(zip(ends[0::2], ends[1::2], strict=False)))


def _run(source: str, messages: Sequence[Message], given: Mapping[str, Any]) -> str:
    try:
        return str(_compiled(source).render(messages=[dict(message) for message in messages], **given))
    except TemplateError as error:
        raise InputError(f"the chat template cannot be rendered: {error}") from error
    except (TypeError, KeyError, ValueError, AttributeError, RecursionError) as error:
        raise InputError(f"the chat template fails on these messages: {error!r}") from error


@lru_cache(maxsize=64)
def _compiled(source: str) -> Any:
    return _environment().from_string(source)


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    """Return an environment in which a template can call nothing that reaches beyond its messages."""
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, "jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = _refuse
    environment.filters["tojson"] = _to_json
    return environment


def _refuse(message: str) -> None:
    raise TemplateError(message)


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


class _Generation(Extension):
    """The block `{% generation %}`: marks what is trained on."""

    tags = {"generation"}  # noqa: RUF012

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        """Parse the block to its body between marks."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        opened, closed = (nodes.Output([nodes.TemplateData(mark)], lineno=line) for mark in (_OPEN, _CLOSE))
        return [opened, *body, closed]
