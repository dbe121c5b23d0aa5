"""Reading a language model's answer: which class it names, and how sure it is."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from groundswell.quality.result import Floats

ASSUMED_CONFIDENCE = 0.8
"""What an answer is taken for that says nothing about itself, and the same as for a person of whom nothing is known."""

MOST_CONFIDENT = 0.99
"""No stated confidence counts for more: models say 1.0 of what they get wrong."""

LONGEST = 100_000
"""Characters of an answer that is read at all."""

MOST_OBJECTS = 300
"""Braces of an answer that are tried; bounds the time that an absurd one takes."""

UNLISTED = 0.001
"""Probability that is spread over all classes: servers list only the likeliest tokens."""

_LABEL = re.compile(r'"label"\s*:\s*"')
_LINE = re.compile(r"(?im)^[^\w\n]*(?:label|class|answer)[^\w\n]*?[:=](.*)$")
_DRESS = " \t\r\n\"'`*."  # around a class that stands alone
_DECODER = json.JSONDecoder()
_THOUGHT = "</think>"


class Unreadable(Exception):
    """Inside this package: an answer names no class; the message says what it says."""


@dataclass(frozen=True, eq=False)
class Reading:
    """One answer of a model.

    Attributes:
        label: code of the class that it names.
        stated: the confidence that it states, 0 to 1; None where it states none.
        shares: `[K]` from log probabilities; None without them.
    """

    label: int
    stated: float | None
    shares: Floats | None


def read_choice(choice: Any, classes: Sequence[str]) -> Reading:
    """Read one choice of a chat completion.

    Raises:
        Unreadable: it names no class, or one that does not exist.
    """
    message = choice.get("message") if isinstance(choice, dict) else None
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(content, str) or not content.strip():
        refusal = message.get("refusal") if isinstance(message, dict) else None
        raise Unreadable(f"the model gave no answer{f': {str(refusal)[:100]}' if refusal else ''}")
    if len(content) > LONGEST:
        raise Unreadable(f"the answer has {len(content):,} characters; at most {LONGEST:,} are read")
    try:
        named, stated, start = _find(content)
        code = _code(named, classes)
    except Unreadable as error:
        if choice.get("finish_reason") == "length":
            raise Unreadable("the answer was cut off; raise max_tokens") from error
        raise
    quoted = start > 0 and content[start - 1] == '"'
    tokens = _tokens(choice.get("logprobs"))
    shares = class_shares(tokens, content, start, classes, code, end='"' if quoted else "")
    return Reading(code, stated, shares)


def combined(readings: Sequence[Reading], n_classes: int) -> Floats:
    """Return the probabilities of an item, `[n_classes]`, from one answer or several.

    The mean of what log probabilities say, where all answers have them. Else the shares of classes among
    several answers, with one more answer split evenly; else the confidence that the only answer states.
    """
    listed = [one.shares for one in readings if one.shares is not None]
    if len(listed) == len(readings):
        return np.asarray(np.mean(listed, axis=0))
    if len(readings) > 1:
        counts = np.bincount([one.label for one in readings], minlength=n_classes)
        return np.asarray((counts + 1 / n_classes) / (len(readings) + 1))
    stated = ASSUMED_CONFIDENCE if readings[0].stated is None else readings[0].stated
    sure = float(np.clip(stated, 1 / n_classes, max(MOST_CONFIDENT, 1 / n_classes)))
    out = np.full(n_classes, (1 - sure) / max(n_classes - 1, 1))
    out[readings[0].label] = sure
    return out


@dataclass(frozen=True)
class Token:
    """A token that a model chose, and what it might have chosen instead.

    Attributes:
        text: the token.
        chance: its probability.
        others: (text, probability) of the alternatives.
    """

    text: str
    chance: float
    others: tuple[tuple[str, float], ...]


def class_shares(
    tokens: Sequence[Token], content: str, start: int, classes: Sequence[str], chosen: int, *, end: str
) -> Floats | None:
    """Return class probabilities from the tokens that spell the answer.

    Along the tokens of the class that the model named, each alternative token leads to the classes that begin
    so; they share its probability. What is left of the way belongs to the class that was named. Classes that no
    listed token leads to keep a share of `UNLISTED`.

    Args:
        tokens: of the whole answer.
        content: the answer.
        start: where the class begins in it.
        classes: names.
        chosen: code of the class that was named.
        end: what follows a class: a quote, or nothing.

    Returns:
        `[K]`, summing to 1; None where the tokens do not spell the answer, or it not exactly the class.
    """
    spelled = [json.dumps(name, ensure_ascii=False)[1:-1] + end if end else name for name in classes]
    whole = "".join(token.text for token in tokens)
    if not whole.startswith(content) or not content.startswith(spelled[chosen], start):
        return None
    mass = np.zeros(len(classes))
    reached, at = 1.0, 0
    for token in tokens:
        begin, at = at, at + len(token.text)
        if at <= start:
            continue
        lead, before = content[begin:start], content[start:begin] if begin > start else ""
        for text, chance in token.others:
            if text.startswith(lead) and len(text) > len(lead):
                fits = _leads_to(before + text[len(lead) :], spelled)
                mass[fits] += reached * chance / max(len(fits), 1)
        reached *= token.chance
        if _leads_to(content[start:at], spelled) == [chosen] or at >= start + len(spelled[chosen]):
            break
    mass[chosen] += reached
    mass = mass / mass.sum() if mass.sum() > 0 else np.full(len(classes), 1 / len(classes))
    return np.asarray((1 - UNLISTED) * mass + UNLISTED / len(classes))


def _leads_to(text: str, spelled: Sequence[str]) -> list[int]:
    """Return the classes that a beginning can still become; else the longest that it holds wholly, if any."""
    ahead = [code for code, name in enumerate(spelled) if name.startswith(text)]
    behind = [code for code, name in enumerate(spelled) if text.startswith(name)]
    return ahead or sorted(behind, key=lambda code: -len(spelled[code]))[:1]


def _tokens(logprobs: Any) -> list[Token]:
    """Return the tokens of a choice; none where the server lists none, or in another form."""
    rows = logprobs.get("content") if isinstance(logprobs, dict) else None
    try:
        return [
            Token(
                row["token"],
                _chance(row["logprob"]),
                tuple(
                    (other["token"], _chance(other["logprob"]))
                    for other in row.get("top_logprobs") or ()
                    if other["token"] != row["token"]
                ),
            )
            for row in rows or ()
        ]
    except (KeyError, TypeError, ValueError, AttributeError):
        return []


def _chance(logprob: Any) -> float:
    """Return a probability; NaN is none."""
    value = float(logprob)
    return 0.0 if math.isnan(value) else math.exp(min(value, 0.0))


def _find(content: str) -> tuple[str, float | None, int]:
    """Return the class that an answer names, the confidence it states, and where the class begins.

    The last object that names one counts, else the last line that does, else all that is said; thoughts do not.
    """
    found = None
    at = begin = max(content.rfind(_THOUGHT), 0)
    for _ in range(MOST_OBJECTS):
        at = content.find("{", at)
        if at < 0:
            break
        read, at = _read_object(content, at)
        found = read or found
    if found is not None:
        return found
    for line in _LINE.finditer(content, begin):
        found = line[1].strip(_DRESS), None, line.start(1)
    if found is None:
        found = content[begin:].removeprefix(_THOUGHT).strip(_DRESS), None, begin
    return found[0], None, content.find(found[0], found[2])


def _read_object(content: str, at: int) -> tuple[tuple[str, float | None, int] | None, int]:
    """Return what a JSON object says that begins here, None if it says nothing, and where to go on reading."""
    try:
        given, end = _DECODER.raw_decode(content, at)
    except (ValueError, RecursionError):
        return None, at + 1
    label = _LABEL.search(content, at, end)
    if label is None or not isinstance(given.get("label"), str):
        return None, end
    stated = given.get("confidence")
    if not isinstance(stated, int | float) or isinstance(stated, bool) or not 0 <= stated <= 1:
        stated = None
    return (given["label"], stated, label.end()), end


def _code(named: str, classes: Sequence[str]) -> int:
    """Return the class that is meant: exactly, or but for case and outer spaces if only one is."""
    if named in classes:
        return classes.index(named)
    alike = [code for code, one in enumerate(classes) if one.strip().casefold() == named.strip().casefold()]
    if len(alike) != 1:
        raise Unreadable(
            f"the model answered {named[:100]!r}, which is not one of the {len(classes)} classes"
        )
    return alike[0]
