"""Write, edit, continue or judge a conversation, turn by turn or step by step."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from groundswell.errors import InputError, InvalidAnswer
from groundswell.items import is_reference
from groundswell.label.kinds.agreed import chats as agreed
from groundswell.label.kinds.checks import (
    Check,
    Option,
    checked_answer,
    checked_options,
    fields,
    flag,
    listed,
    one_of,
    whole,
    words,
)
from groundswell.label.kinds.conversation import ROLES, Message, messages_of, said_by
from groundswell.label.kinds.fields import criteria
from groundswell.label.kinds.kind import Answer, LabelKind, Ontology, Shown, Specimen, no_classes
from groundswell.label.kinds.rating import justified

MOST_CHARACTERS = 100_000
"""Characters of one message, or of one step."""

MOST_TURNS = 50

MOST_STEPS = 1_000

VERDICTS = ("good", "neutral", "bad")

ENDS = {"write": "user", "edit": "assistant", "steps": "assistant"}
"""Who must have spoken last in the item, by mode; continuing goes on after anybody."""


class Chat(LabelKind):
    """A conversation that is written, edited, continued or judged, turn by turn or step by step.

    The item is a record with `messages`, each with `role` (system, user, assistant) and `content`, and perhaps a
    reference to an image or a recording; `references` may be shown beside them. An answer has the messages from the
    first that the worker may change:

    `{"messages": [{"role": "assistant", "content": "...", "from": "worker"}]}`

    `from` says who wrote it first, worker or model; a model's that was changed has `"edited": true`. Mode `write`: the
    next message of the assistant. Mode `edit`: the item's last message, changed or not. Mode `continue`: turns of the
    user and the assistant in turn, until the assistant has the last word. Where the option `system` is set, a changed
    system message comes before them. With `criteria` each message of the assistant is rated, by its place in the
    answer: `"ratings": [{"message": 0, "helpful": 4}]`.

    Mode `steps` judges the item's last message: `{"steps": [{"text": "...", "verdict": "good"}]}`. Together the steps
    are the whole message; judging may stop at the first bad one.
    """

    name: ClassVar[str] = "chat"
    item_kinds: ClassVar[frozenset[str]] = frozenset({"record"})
    reads_item: ClassVar[bool] = True
    tolerance: ClassVar[float] = 0.1
    options: ClassVar[Mapping[str, Option]] = {
        "mode": Option(one_of("write", "edit", "continue", "steps"), "what is done", "write"),
        "least_turns": Option(whole(1, MOST_TURNS), "answers of the assistant in mode continue, at least", 1),
        "most_turns": Option(whole(1, MOST_TURNS), "the same at most", MOST_TURNS),
        "criteria": Option(
            criteria.CRITERIA.check, f"for each message of the assistant, {criteria.CRITERIA.does}"
        ),
        "system": Option(flag, "whether the system message may be changed"),
        **criteria.JUSTIFICATION,
    }
    specimen: ClassVar[Specimen | None] = Specimen(
        shown={
            "kind": "record",
            "text": None,
            "record": {"messages": [{"role": "user", "content": "What is 2 + 2?"}]},
            "media_type": "application/json",
            "meta": {},
        },
        answer={
            "messages": [
                {"role": "assistant", "content": "4.", "from": "model", "edited": True},
                {"role": "user", "content": "Why?", "from": "worker"},
                {"role": "assistant", "content": "Two pairs make four.", "from": "worker"},
            ],
            "ratings": [{"message": 0, "helpful": 4}, {"message": 2, "helpful": 5}],
        },
        options={"mode": "continue", "criteria": [{"name": "helpful", "low": 1, "high": 5}]},
    )

    def ontology(self, classes: Sequence[str], options: Mapping[str, Any]) -> Ontology:
        """Return the options; there are no classes."""
        no_classes(self.name, classes, "messages are free text, rated by its option criteria")
        given = checked_options(self.name, options, self.options)
        kept = {name: value for name, value in given.items() if value is not False}
        _check_together(kept)
        return Ontology((), kept)

    def check_item(self, shown: Shown, ontology: Ontology) -> None:
        """Refuse a record without a conversation, or with one that the mode cannot go on from."""
        super().check_item(shown, ontology)
        messages, mode = messages_of(shown["record"]), mode_of(ontology)
        for message in messages:
            said_by(message, "a message", "content")
        _check_shown(messages, mode)
        last = messages[-1]["role"] if messages else "nobody"
        if last != ENDS.get(mode, last):
            raise InputError(f"the record's conversation ends with {last}; mode {mode} follows {ENDS[mode]}")

    def validate(self, answer: Answer, ontology: Ontology, shown: Shown | None = None) -> Answer:
        """Return the messages or steps in their canonical form, without space at their ends.

        Raises:
            InvalidAnswer: another shape, messages that do not follow those of the item in turn, too few or too many,
                steps that are not the message, or ratings or words that are missing.
        """
        read = checked_answer(answer, _answer_check(ontology))
        messages = _shown_messages(shown)
        if mode_of(ontology) == "steps":
            if messages is not None:
                _check_steps(read["steps"], messages[-1]["content"] if messages else "")
            return {"steps": read["steps"], **justified(read, ontology)}
        said = _canonical(read["messages"], ontology, messages)
        canonical: dict[str, Any] = {"messages": said}
        if "criteria" in ontology.options:
            canonical["ratings"] = _rated(read["ratings"], read["messages"], said)
        return {**canonical, **justified(read, ontology)}

    def distance(self, one: Answer, other: Answer, ontology: Ontology) -> float:
        """Return how far verdicts, or messages and their ratings, are apart; see `agreed.chats`."""
        return agreed.distance(one, other, ontology)

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology) -> Answer:
        """Return the verdict on each step that has the most trust; of conversations the one nearest to all."""
        if mode_of(ontology) != "steps":
            return self.nearest(answers, weights, ontology)
        merged = agreed.merge_steps(answers, weights)
        return {**merged, **criteria.merge_justifications(answers, weights)}

    def example(self, ontology: Ontology, shown: Shown, rng: np.random.Generator) -> Answer:
        """Return a short conversation that goes on from the item's, or verdicts on the steps of its last message."""
        messages = messages_of(shown["record"])
        mode = mode_of(ontology)
        answer = agreed.example_of(mode, messages, ontology.options, rng)
        return self.validate(
            {**answer, **criteria.example_justification(ontology.options, rng)}, ontology, shown
        )


def _check_shown(messages: Sequence[Message], mode: str) -> None:
    """Refuse a medium where the screen has words alone: in the system message, and in one that is edited or marked.

    Raises:
        InputError: there is one.
    """
    as_words = [*messages[-1:]] if mode in ("edit", "steps") else []
    as_words += [message for message in messages if message["role"] == "system"]
    if any(is_reference(message) for message in as_words):
        raise InputError(
            "the system message, and in the modes edit and steps the last one, show texts alone and no medium"
        )


def mode_of(ontology: Ontology) -> str:
    """Return what is done with a conversation."""
    mode: str = ontology.options.get("mode", "write")
    return mode


def _check_together(options: Mapping[str, Any]) -> None:
    """Raise `InputError` where options do not fit together."""
    mode = options.get("mode", "write")
    for name in ("least_turns", "most_turns"):
        if name in options and mode != "continue":
            raise InputError(f"{name} is of mode continue")
    if options.get("least_turns", 1) > options.get("most_turns", MOST_TURNS):
        raise InputError(f"least_turns {options['least_turns']} is above most_turns {options['most_turns']}")
    if mode == "steps" and not options.keys().isdisjoint({"criteria", "system"}):
        raise InputError("mode steps judges one message: criteria and system are of other modes")
    if any(one["name"] == "message" for one in options.get("criteria", ())):
        raise InputError(
            "a criterion cannot be called 'message': ratings say under that name which message it is"
        )
    criteria.check_justification(options)


def _read_content(name: str, value: Any) -> str:
    text = without_ends(words(1, MOST_CHARACTERS)(name, value))
    if not text.strip():
        raise InputError(f"{name} has nothing but space in it")
    return text


def without_ends(content: str) -> str:
    """Return a content as it is kept: without the space at its end and the empty lines before it."""
    return content.rstrip().lstrip("\n")


_content = Check(words(1, MOST_CHARACTERS).says, _read_content)
_message = fields(
    {"role": one_of(*ROLES), "content": _content, "from": one_of("worker", "model"), "edited": flag},
    needs=("role", "content"),
)
_step = fields({"text": _content, "verdict": one_of(*VERDICTS)}, needs=("text", "verdict"))


def _answer_check(ontology: Ontology) -> Check:
    known: dict[str, Check] = {"messages": listed(_message, least=1, most=2 * MOST_TURNS + 1)}
    needs = ["messages"]
    if mode_of(ontology) == "steps":
        known, needs = {"steps": listed(_step, least=1, most=MOST_STEPS)}, ["steps"]
    if "criteria" in ontology.options:
        names = [one["name"] for one in ontology.options["criteria"]]
        ratings = {one["name"]: whole(one["low"], one["high"]) for one in ontology.options["criteria"]}
        rated = fields({"message": whole(0, 2 * MOST_TURNS), **ratings}, needs=("message", *names))
        known["ratings"], needs = listed(rated, most=2 * MOST_TURNS), [*needs, "ratings"]
    return fields({**known, **criteria.may_justify(ontology.options)}, needs=tuple(needs))


def _shown_messages(shown: Shown | None) -> list[Message] | None:
    """Return the messages of an item, None where it is not known."""
    if shown is None:
        return None
    try:
        return messages_of(shown["record"])
    except InputError as error:
        raise InvalidAnswer(str(error)) from None


def _check_steps(steps: Sequence[Mapping[str, str]], content: str) -> None:
    """Refuse steps that are not the message, up to the first bad one at least; space does not count."""
    said, whole_text = _letters("".join(step["text"] for step in steps)), _letters(content)
    if not whole_text.startswith(said):
        raise InvalidAnswer("the steps together are not the message that is judged")
    if said != whole_text and steps[-1]["verdict"] != "bad":
        raise InvalidAnswer("the steps end before the message does; only after a bad one judging may stop")


def _letters(text: str) -> str:
    return "".join(text.split())


def _canonical(
    given: Sequence[Message], ontology: Ontology, before: Sequence[Message] | None
) -> list[dict[str, Any]]:
    """Return the messages of an answer, the system message first if it was changed."""
    changed, rest = (given[:1], given[1:]) if given[0]["role"] == "system" else ((), given)
    if changed and "system" not in ontology.options:
        raise InvalidAnswer("the system message may not be changed here")
    _check_turns(rest, ontology, before)
    written = [_written(one) for one in rest]
    if mode_of(ontology) == "edit":
        written = [_edited(rest[0], before)]
    return [_written(one) for one in changed if not _is_in(one, before)] + written


def _check_turns(given: Sequence[Message], ontology: Ontology, before: Sequence[Message] | None) -> None:
    """Refuse messages that do not take turns up to the assistant's last word, or are too few or too many."""
    mode, options = mode_of(ontology), ontology.options
    roles = [one["role"] for one in given]
    last = before[-1]["role"] if before else None
    first = "user" if mode == "continue" and last != "user" else "assistant"
    if mode == "continue" and before is None and roles:
        first = roles[0]
    turns = [
        "assistant" if (place % 2 == 0) == (first == "assistant") else "user" for place in range(len(roles))
    ]
    if roles != turns or not roles or roles[-1] != "assistant":
        raise InvalidAnswer(
            f"messages take turns, here {first} first and the assistant with the last word; got {', '.join(roles)[:80]}"
        )
    low, high = (
        (options.get("least_turns", 1), options.get("most_turns", MOST_TURNS))
        if mode == "continue"
        else (1, 1)
    )
    if not low <= roles.count("assistant") <= high or (mode != "continue" and len(roles) > 1):
        raise InvalidAnswer(
            f"the assistant answers {low} to {high} times here; got {roles.count('assistant')}"
        )


def _written(message: Message) -> dict[str, Any]:
    """Return a message with who wrote it; only a model's is ever edited."""
    author = message.get("from", "worker")
    if message.get("edited") and author != "model":
        raise InvalidAnswer("a message is edited that is from no model; leave `edited` out")
    if author == "model" and message["role"] != "assistant":
        raise InvalidAnswer(f"a message of the {message['role']} is from a model; the worker writes it")
    edited = {"edited": True} if message.get("edited") else {}
    return {"role": message["role"], "content": message["content"], "from": author, **edited}


def _edited(message: Message, before: Sequence[Message] | None) -> dict[str, Any]:
    """Return the item's last message as it is after editing, and whether it was changed."""
    changed = message.get("edited", False)
    if before:
        changed = message["content"] != without_ends(before[-1]["content"])
    return _written({**message, "from": "model", "edited": changed})


def _is_in(message: Message, before: Sequence[Message] | None) -> bool:
    """Say whether a system message is the item's own, unchanged."""
    first = before[0] if before else None
    return (
        first is not None
        and first["role"] == "system"
        and without_ends(first["content"]) == message["content"]
    )


def _rated(
    ratings: Sequence[Mapping[str, int]], given: Sequence[Message], kept: Sequence[Message]
) -> list[dict[str, int]]:
    """Return the ratings in the order of messages: each of the assistant's has one.

    Args:
        ratings: by the place of a message among those given.
        given: messages as they came.
        kept: those of them that the answer keeps.
    """
    places = _places(given)
    ordered = sorted(ratings, key=lambda one: one["message"])
    if [one["message"] for one in ordered] != places:
        raise InvalidAnswer(
            f"each message of the assistant is rated once: number {', '.join(map(str, places))}"
        )
    return [{**one, "message": place} for one, place in zip(ordered, _places(kept), strict=True)]


def _places(messages: Sequence[Message]) -> list[int]:
    return [place for place, one in enumerate(messages) if one["role"] == "assistant"]
