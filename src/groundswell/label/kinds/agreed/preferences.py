"""Preferences of several people among the same responses: how far apart they are, and what they come to. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from groundswell.label.kinds.agreed.orders import nearest_order, order_distance
from groundswell.label.kinds.agreed.weighing import TIE, plurality
from groundswell.label.kinds.fields import criteria
from groundswell.label.kinds.kind import Answer, Ontology

GRADES = 3
"""How strong a grade may be, to either side, unless a project says otherwise."""


def grades_of(ontology: Ontology) -> int:
    """Return how strong a grade may be."""
    most: int = ontology.options.get("grades", GRADES)
    return most


def level_of(answer: Answer) -> int | None:
    """Return a comparison of two responses as a number: below 0 for the first by id, above for the second, 0 for both.

    None for an answer about more than two.
    """
    if "grade" in answer:
        return int(answer["grade"])
    ranking = answer["ranking"]
    if sum(len(group) for group in ranking) != 2:
        return None
    if len(ranking) == 1:
        return 0
    return -1 if ranking[0][0] < ranking[1][0] else 1


def main_distance(one: Answer, other: Answer, ontology: Ontology) -> float:
    """Return how far two choices, orders or grades are apart, 0 to 1.

    A choice is the same or another; half-way lies that all are equally good. Orders differ by the share of their
    pairs, and grades by steps.
    """
    if "grade" in one:
        return float(abs(one["grade"] - other["grade"]) / (2 * grades_of(ontology)))
    if ontology.options.get("mode") == "rank":
        return order_distance(one["ranking"], other["ranking"])
    if one["ranking"] == other["ranking"]:
        return 0.0
    return 0.5 if 1 in (len(one["ranking"]), len(other["ranking"])) else 1.0


def rubric_distance(one: Answer, other: Answer, ontology: Ontology) -> float:
    """Return how far the ratings of responses are apart, on average, 0 to 1."""
    apart = [
        criteria.distance(ratings, other["rubric"][name], ontology.options["criteria"])
        for name, ratings in one["rubric"].items()
    ]
    return sum(apart) / len(apart)


def merge_main(answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology) -> dict[str, Any]:
    """Return the choice with the most trust, the order that is nearest to all, or the median grade."""
    if "grade" in answers[0]:
        return {"grade": _median_grade([answer["grade"] for answer in answers], weights)}
    rankings = [answer["ranking"] for answer in answers]
    if ontology.options.get("mode") == "rank":
        return {"ranking": nearest_order(rankings, weights, ties="ties" in ontology.options)}
    return {"ranking": plurality(rankings, weights)}


def _median_grade(grades: Sequence[int], weights: Sequence[float]) -> int:
    """Return the given grade that is nearest to all; of equals the weakest, and then the first response's."""

    def cost(grade: int) -> float:
        return sum(weight * abs(grade - one) for one, weight in zip(grades, weights, strict=True))

    least = min(cost(grade) for grade in set(grades)) + TIE * sum(weights)
    return min((one for one in set(grades) if cost(one) <= least), key=lambda one: (abs(one), one))


def completed(
    merged: Mapping[str, Any], answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology
) -> dict[str, Any]:
    """Return a merged preference with the ratings and the justification that answers come to."""
    whole = dict(merged)
    if "criteria" in ontology.options:
        whole["rubric"] = {
            name: criteria.merge(
                [answer["rubric"][name] for answer in answers], weights, ontology.options["criteria"]
            )
            for name in answers[0]["rubric"]
        }
    return {**whole, **criteria.merge_justifications(answers, weights)}


def example_of(ids: Sequence[str], ontology: Ontology, rng: np.random.Generator) -> dict[str, Any]:
    """Return any preference among responses."""
    answer: dict[str, Any] = _example(ids, ontology, rng)
    if "criteria" in ontology.options:
        answer["rubric"] = {name: criteria.example(ontology.options["criteria"], rng) for name in ids}
    return {**answer, **criteria.example_justification(ontology.options, rng)}


def _example(ids: Sequence[str], ontology: Ontology, rng: np.random.Generator) -> dict[str, Any]:
    mode, ties = ontology.options.get("mode"), "ties" in ontology.options
    if mode == "grade":
        grades = [one for one in range(-grades_of(ontology), grades_of(ontology) + 1) if one or ties]
        return {"grade": grades[int(rng.integers(len(grades)))]}
    if ties and rng.random() < 0.2:
        return {"ranking": [list(ids)]}
    order = [ids[place] for place in rng.permutation(len(ids)).tolist()]
    return {"ranking": [[name] for name in order] if mode == "rank" else [order[:1], order[1:]]}
