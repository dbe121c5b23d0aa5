"""Criteria: scales on which something is rated, and why; shared by the kinds that rate. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from groundswell.errors import InputError
from groundswell.label.kinds.agreed.weighing import median, medoid
from groundswell.label.kinds.checks import Check, Option, fields, listed, number, one_of, whole, words
from groundswell.label.kinds.fields.specs import MOST_STEPS, check_names, plain_name
from groundswell.quality.texts import distance as text_distance

Criterion = Mapping[str, Any]
Ratings = Mapping[str, int]

MOST_CRITERIA = 50

MOST_JUSTIFICATION = 20_000
"""Characters of a justification."""

_criterion = fields(
    {
        "name": plain_name,
        "low": whole(-1_000, 1_000),
        "high": whole(-1_000, 1_000),
        "labels": listed(words(0, 200), least=2, most=MOST_STEPS + 1),
        "weight": number(0.001, 1_000),
        "description": words(0, 2_000),
    },
    needs=("name", "low", "high"),
)
_criteria = listed(_criterion, least=1, most=MOST_CRITERIA)


def _read(name: str, value: Any) -> list[dict[str, Any]]:
    criteria: list[dict[str, Any]] = _criteria(name, value)
    check_names(name, criteria)
    for criterion in criteria:
        steps = criterion["high"] - criterion["low"] + 1
        if not 2 <= steps <= MOST_STEPS + 1:
            raise InputError(f"{name}: high of {criterion['name']!r} is 1 to {MOST_STEPS} above low")
        if len(criterion.get("labels", "12")) not in (2, steps):
            raise InputError(
                f"{name}: {criterion['name']!r} has {steps} steps; give labels for all of them, or for both ends"
            )
    return criteria


CRITERIA = Option(
    _criteria.then(_read),
    "what is rated: name, low and high (whole numbers), labels (of both ends, or one for each step), weight (1 unless "
    "given), description",
)

JUSTIFICATION: dict[str, Option] = {
    "justification": Option(one_of("none", "optional", "required"), "whether to say why", "none"),
    "least_words": Option(whole(1, 1_000), "words that a justification must have"),
}


def check_justification(options: Mapping[str, Any]) -> None:
    """Raise `InputError` where words are asked of a justification that there is not."""
    if "least_words" in options and options.get("justification", "none") == "none":
        raise InputError("least_words needs justification to be optional or required")


def ratings_check(criteria: Sequence[Criterion]) -> Check:
    """Return the check of a step for each criterion."""
    known = {one["name"]: whole(one["low"], one["high"]) for one in criteria}
    return fields(known, needs=tuple(known))


def justification_of(given: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, str]:
    """Return the justification as it is added to an answer: without the space around it, {} where there is none.

    Raises:
        InputError: it is required and missing, or too short.
    """
    text = given.get("justification", "").strip()
    if not text and options.get("justification") != "required":
        return {}
    found, least = len(text.split()), options.get("least_words", 1)
    if found < least:
        raise InputError(f"justification has {found} words; at least {least} are needed here")
    return {"justification": text}


def may_justify(options: Mapping[str, Any]) -> dict[str, Check]:
    """Return the field of a justification, where there may be one."""
    wanted = options.get("justification", "none") != "none"
    return {"justification": words(0, MOST_JUSTIFICATION)} if wanted else {}


def overall(ratings: Ratings, criteria: Sequence[Criterion]) -> float:
    """Return the mean of ratings by the weights of their criteria, 0 (all lowest) to 1 (all highest)."""
    total = sum(one.get("weight", 1.0) for one in criteria)
    return float(sum(one.get("weight", 1.0) * _share(ratings[one["name"]], one) for one in criteria) / total)


def _share(step: int, criterion: Criterion) -> float:
    low, high = float(criterion["low"]), float(criterion["high"])
    return (step - low) / (high - low)


def distance(one: Ratings, other: Ratings, criteria: Sequence[Criterion]) -> float:
    """Return how far two sets of ratings differ, 0 to 1: by the weights of their criteria."""
    total = sum(each.get("weight", 1.0) for each in criteria)
    apart = (
        each.get("weight", 1.0) * abs(_share(one[each["name"]], each) - _share(other[each["name"]], each))
        for each in criteria
    )
    return float(sum(apart) / total)


def merge(said: Sequence[Ratings], weights: Sequence[float], criteria: Sequence[Criterion]) -> dict[str, int]:
    """Return the median of each criterion; half-way between two steps the higher."""
    return {
        each["name"]: int(np.floor(median([one[each["name"]] for one in said], weights) + 0.5))
        for each in criteria
    }


def merge_justifications(said: Sequence[Mapping[str, Any]], weights: Sequence[float]) -> dict[str, str]:
    """Return the justification that is nearest to all of those given, {} where nobody gave one."""
    given = [
        (one["justification"], weight)
        for one, weight in zip(said, weights, strict=True)
        if "justification" in one
    ]
    if not given:
        return {}
    texts, trust = [text for text, _ in given], [weight for _, weight in given]
    return {"justification": medoid(texts, trust, text_distance)}


def example(criteria: Sequence[Criterion], rng: np.random.Generator) -> dict[str, int]:
    """Return any step of each criterion."""
    return {one["name"]: int(rng.integers(one["low"], one["high"] + 1)) for one in criteria}


def example_justification(options: Mapping[str, Any], rng: np.random.Generator) -> dict[str, str]:
    """Return some words where they are required, and half of the time where they may be given."""
    wanted = options.get("justification", "none")
    if wanted == "none" or (wanted == "optional" and rng.random() < 0.5):
        return {}
    words_of = ("clear", "short", "correct", "vague", "polite", "wrong", "complete", "long")
    count = max(3, options.get("least_words", 1))
    return {"justification": " ".join(words_of[int(at)] for at in rng.integers(len(words_of), size=count))}
