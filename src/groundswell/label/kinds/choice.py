"""What the kinds that choose classes share: one class, several, or one of a tree."""

from collections.abc import Mapping, Sequence
from reprlib import repr as repr_of
from typing import Any, ClassVar

import numpy as np

from groundswell.errors import InvalidAnswer
from groundswell.label.kinds.checks import Option, checked_options, flag
from groundswell.label.kinds.kind import Answer, LabelKind, Ontology, Shown, class_names

PATH = "/"
"""Parts the names of a tree of classes: "animal/cat" is a cat, which is an animal."""


def ontology_of(classes: Sequence[str]) -> Ontology:
    """Check class names and return the ontology of one choice among them.

    Raises:
        InvalidName: fewer than two, too many, an empty or over-long name, or one that comes twice.
    """
    return Ontology(class_names(classes, least=Choice.least_classes))


class Choice(LabelKind):
    """Classes for an item: `{"choice": "cat"}`, or with the option `multiple` `{"choices": ["cat", "dog"]}`."""

    least_classes: ClassVar[int] = 2
    options: ClassVar[Mapping[str, Option]] = {
        "multiple": Option(flag, "any number of classes may be chosen, or none"),
        "tree": Option(
            flag, 'class names are paths, "animal/cat": the screen shows a tree, and near misses are near'
        ),
    }

    def ontology(self, classes: Sequence[str], options: Mapping[str, Any]) -> Ontology:
        """Return two classes or more, with their options."""
        given = checked_options(self.name, options, self.options)
        kept = {name: True for name, value in given.items() if value}
        return Ontology(class_names(classes, least=self.least_classes), kept)

    def chooses_class(self, ontology: Ontology) -> bool:
        """Say whether exactly one class is chosen."""
        return not ontology.options.get("multiple")

    def validate(self, answer: Answer, ontology: Ontology, shown: Shown | None = None) -> Answer:
        """Return `{"choice": class}`, or `{"choices": [class, ...]}` in the order of the ontology.

        Raises:
            InvalidAnswer: another shape, or an unknown class.
        """
        if self.chooses_class(ontology):
            return {"choice": _known(_only(answer, "choice", str, '{"choice": "<class>"}'), ontology)}
        given = _only(answer, "choices", list, '{"choices": ["<class>", ...]}')
        chosen = {_known(name, ontology) for name in given}
        return {"choices": [name for name in ontology.classes if name in chosen]}

    def distance(self, one: Answer, other: Answer, ontology: Ontology) -> float:
        """Return 0 for the same, 1 for nothing in common.

        One class: 1 for another class; in a tree, less by the share of the path that two classes have in common.
        Several: 1 minus the share of classes in both among those in either (Jaccard); 0 where both are empty.
        """
        if "choice" in one:
            return _apart(one["choice"], other["choice"], tree=bool(ontology.options.get("tree")))
        mine, yours = set(one["choices"]), set(other["choices"])
        return 1.0 - len(mine & yours) / len(mine | yours) if mine | yours else 0.0

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology) -> Answer:
        """Return the class with the largest total weight (a tie: the first answered), or all with more than half."""
        if self.chooses_class(ontology):
            totals: dict[str, float] = {}
            for answer, weight in zip(answers, weights, strict=True):
                totals[answer["choice"]] = totals.get(answer["choice"], 0.0) + weight
            return {"choice": max(totals, key=totals.__getitem__)}
        half = sum(weights) / 2
        said = {
            name: sum(w for a, w in zip(answers, weights, strict=True) if name in a["choices"])
            for name in ontology.classes
        }
        return {"choices": [name for name in ontology.classes if said[name] > half]}

    def example(self, ontology: Ontology, shown: Shown, rng: np.random.Generator) -> Answer:
        """Return any class, or each with an even chance."""
        if self.chooses_class(ontology):
            return {"choice": ontology.classes[int(rng.integers(len(ontology.classes)))]}
        return {"choices": [name for name in ontology.classes if rng.random() < 0.5]}


def _only(answer: Answer, key: str, kind: type, right: str) -> Any:
    """Return the only value of an answer."""
    value = answer.get(key) if isinstance(answer, Mapping) else None
    if not isinstance(value, kind) or len(answer) != 1:
        raise InvalidAnswer(f"an answer is {right}; got {repr_of(answer)[:100]}")
    return value


def _known(name: object, ontology: Ontology) -> str:
    if not isinstance(name, str) or name not in ontology.classes:
        raise InvalidAnswer(
            f"{repr_of(name)[:100]} is not a class of this project: {', '.join(ontology.classes[:20])}"
        )
    return name


def _apart(one: str, other: str, *, tree: bool) -> float:
    if one == other:
        return 0.0
    if not tree:
        return 1.0
    mine, yours = one.split(PATH), other.split(PATH)
    common = 0
    for a, b in zip(mine, yours, strict=False):
        if a != b:
            break
        common += 1
    return 1.0 - common / max(len(mine), len(yours))
