"""Rate an item on one or several criteria: Likert scales, rubrics."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.kinds.agreed.inferred_ratings import learn_ratings
from groundswell.label.kinds.checks import Check, Option, checked_answer, checked_options, fields
from groundswell.label.kinds.fields import criteria
from groundswell.label.kinds.inference import Inferred, Said
from groundswell.label.kinds.kind import Answer, LabelKind, Ontology, Shown, Specimen, no_classes


class Rating(LabelKind):
    """Steps on the scales of one or several criteria, and why.

    `{"ratings": {"fluent": 4}, "justification": "..."}`: a step for each criterion; a justification where it is given.
    `overall` makes one score of them.
    """

    name: ClassVar[str] = "rating"
    item_kinds: ClassVar[frozenset[str]] = frozenset({"text", "image", "audio", "record"})
    tolerance: ClassVar[float] = 0.05
    options: ClassVar[Mapping[str, Option]] = {
        "criteria": replace(criteria.CRITERIA, needed=True),
        **criteria.JUSTIFICATION,
    }
    specimen: ClassVar[Specimen | None] = Specimen(
        shown={"kind": "text", "text": "The cat sat on the mat.", "media_type": "text/plain", "meta": {}},
        answer={"ratings": {"fluent": 5, "interesting": 2}, "justification": "Correct, and seen before."},
        options={
            "criteria": [
                {"name": "fluent", "low": 1, "high": 5, "labels": ["not at all", "perfectly"], "weight": 2.0},
                {"name": "interesting", "low": 1, "high": 5},
            ],
            "justification": "optional",
        },
    )

    def ontology(self, classes: Sequence[str], options: Mapping[str, Any]) -> Ontology:
        """Return the criteria; there are no classes."""
        no_classes(self.name, classes, "its option criteria says what is rated")
        kept = checked_options(self.name, options, self.options)
        criteria.check_justification(kept)
        return Ontology((), kept)

    def validate(self, answer: Answer, ontology: Ontology, shown: Shown | None = None) -> Answer:
        """Return a step for each criterion, in their order, and the justification if there is one.

        Raises:
            InvalidAnswer: another shape, a criterion without a step or with one that is not on its scale, or a
                justification that is missing, too short or not asked for.
        """
        read = checked_answer(answer, _answer_check(ontology))
        return {"ratings": read["ratings"], **justified(read, ontology)}

    def distance(self, one: Answer, other: Answer, ontology: Ontology) -> float:
        """Return the mean difference in ratings as a share of each scale, by the weights of criteria."""
        return criteria.distance(one["ratings"], other["ratings"], ontology.options["criteria"])

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology) -> Answer:
        """Return the median of each criterion, and the justification that is nearest to all."""
        ratings = criteria.merge(
            [answer["ratings"] for answer in answers], weights, ontology.options["criteria"]
        )
        return {"ratings": ratings, **criteria.merge_justifications(answers, weights)}

    def infer(self, said: Sequence[Said], ontology: Ontology) -> Inferred:
        """Infer each criterion from how high and how exactly each worker rates."""
        if not said:
            return super().infer(said, ontology)
        return self.concluded(learn_ratings(said, ontology.options["criteria"]), said, ontology)

    def example(self, ontology: Ontology, shown: Shown, rng: np.random.Generator) -> Answer:
        """Return any step of each criterion."""
        ratings = criteria.example(ontology.options["criteria"], rng)
        return {"ratings": ratings, **criteria.example_justification(ontology.options, rng)}


def _answer_check(ontology: Ontology) -> Check:
    ratings = criteria.ratings_check(ontology.options["criteria"])
    return fields({"ratings": ratings, **criteria.may_justify(ontology.options)}, needs=("ratings",))


def justified(read: Mapping[str, Any], ontology: Ontology) -> dict[str, str]:
    """Return the justification of an answer as it is kept.

    Raises:
        InvalidAnswer: it is required and missing, or too short.
    """
    try:
        return criteria.justification_of(read, ontology.options)
    except InputError as error:
        raise InvalidAnswer(str(error)) from None


def overall(answer: Answer, ontology: Ontology) -> float:
    """Return one score for an answer, 0 to 1: the mean of its ratings by the weights of their criteria."""
    return criteria.overall(answer["ratings"], ontology.options["criteria"])
