"""Conversations and verdicts on steps from several people: how far apart they are, and what they come to. Pure."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from groundswell.label.kinds.agreed.weighing import half, plurality
from groundswell.label.kinds.conversation import Message
from groundswell.label.kinds.fields import criteria
from groundswell.label.kinds.kind import Answer, Ontology
from groundswell.quality.texts import distance as text_distance

APART = {"good": 0.0, "neutral": 0.5, "bad": 1.0}
"""Where a verdict stands on the way from good to bad."""

UNSAID = 0.5
"""How far a verdict is from none."""


def distance(one: Answer, other: Answer, ontology: Ontology) -> float:
    """Return how far two answers differ, 0 to 1.

    Verdicts step by step; a step that only one of them judged counts a half. Messages by the words that differ,
    one that faces none wholly; with ratings the mean of that and of the ratings of messages that both have.
    """
    if "steps" in one:
        return _steps_apart(one["steps"], other["steps"])
    messages = _messages_apart(one["messages"], other["messages"])
    rated = list(zip(one.get("ratings", ()), other.get("ratings", ()), strict=False))
    if not rated:
        return messages
    apart = [criteria.distance(mine, yours, ontology.options["criteria"]) for mine, yours in rated]
    return (messages + sum(apart) / len(apart)) / 2


def _steps_apart(one: Sequence[Mapping[str, str]], other: Sequence[Mapping[str, str]]) -> float:
    pairs = list(zip_longest(one, other))
    apart = [
        UNSAID if mine is None or yours is None else abs(APART[mine["verdict"]] - APART[yours["verdict"]])
        for mine, yours in pairs
    ]
    return sum(apart) / len(apart)


def _messages_apart(one: Sequence[Message], other: Sequence[Message]) -> float:
    pairs = list(zip_longest(one, other))
    apart = [
        1.0
        if mine is None or yours is None or mine["role"] != yours["role"]
        else text_distance(mine["content"], yours["content"])
        for mine, yours in pairs
    ]
    return sum(apart) / len(apart)


def merge_steps(answers: Sequence[Answer], weights: Sequence[float]) -> dict[str, Any]:
    """Return the verdict on each step that has the most trust of those who judged it.

    Steps are those into which most of the trust divides the message. The verdicts end where at least half of the
    trust of those who came that far stops at a step that is held to be bad.
    """
    divided, trust = _divided_alike(answers, weights)
    longest = max(divided, key=len)
    steps = []
    for place, step in enumerate(longest):
        said = [(one[place]["verdict"], w) for one, w in zip(divided, trust, strict=True) if len(one) > place]
        here = [weight for _, weight in said]
        verdict = plurality([verdict for verdict, _ in said], here)
        steps.append({"text": step["text"], "verdict": verdict})
        stopped = sum(w for one, w in zip(divided, trust, strict=True) if len(one) == place + 1)
        if verdict == "bad" and stopped >= half(here):
            break
    return {"steps": steps}


def _divided_alike(
    answers: Sequence[Answer], weights: Sequence[float]
) -> tuple[list[list[dict[str, str]]], list[float]]:
    """Return the verdicts of those who divide the message alike, as most of the trust does, and their trust."""
    texts = [tuple(step["text"] for step in answer["steps"]) for answer in answers]
    whole = [max((one for one in texts if one[: len(text)] == text), key=len) for text in texts]
    most = plurality(whole, weights)
    kept = [place for place, text in enumerate(texts) if most[: len(text)] == text]
    return [answers[place]["steps"] for place in kept], [weights[place] for place in kept]


WORDS = ("yes", "no", "the", "river", "is", "long", "and", "cold", "here")


def _sentence(rng: np.random.Generator) -> str:
    return " ".join(WORDS[int(at)] for at in rng.integers(len(WORDS), size=8))


def example_of(
    mode: str, messages: Sequence[Message], options: Mapping[str, Any], rng: np.random.Generator
) -> dict[str, Any]:
    """Return an answer to a conversation, drawn at random."""
    if mode == "steps":
        lines = [line for line in messages[-1]["content"].splitlines() if line.strip()]
        return {"steps": [{"text": line, "verdict": _verdict(rng)} for line in lines]}
    roles = ["assistant"]
    if mode == "continue":
        low = options.get("least_turns", 1)
        turns = int(rng.integers(low, min(low + 2, options.get("most_turns", low + 2)) + 1))
        roles = ["user", "assistant"] * turns
        if messages and messages[-1]["role"] == "user":
            roles = roles[1:]
    said: list[dict[str, Any]] = [
        {"role": role, "content": _sentence(rng), "from": "worker"} for role in roles
    ]
    answer: dict[str, Any] = {"messages": said}
    if "criteria" in options:
        answer["ratings"] = [
            {"message": place, **criteria.example(options["criteria"], rng)}
            for place, role in enumerate(roles)
            if role == "assistant"
        ]
    return answer


def _verdict(rng: np.random.Generator) -> str:
    return tuple(APART)[int(rng.integers(len(APART)))]
