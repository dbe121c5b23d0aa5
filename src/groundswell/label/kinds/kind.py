"""The socket of label kinds: what an answer is, how it is checked, compared and merged. Pure."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from groundswell.errors import InputError, InvalidAnswer, InvalidName
from groundswell.label.kinds.agreed.weighing import medoid
from groundswell.label.kinds.checks import Option
from groundswell.label.kinds.inference import (
    Inferred,
    Learnt,
    Said,
    by_task,
    expected_nearness,
    infer_by_merging,
    weight,
)

Answer = Mapping[str, Any]
"""An answer as it crosses the wire: a JSON object whose shape its label kind defines."""

Shown = Mapping[str, Any]
"""What a worker is shown of an item: `kind`, `text`, `record`, `media_type` and `meta`."""


@dataclass(frozen=True)
class Ontology:
    """A label schema: what may be said in a project.

    Attributes:
        classes: the names that may be given, in the order in which they are shown; () where a kind has none.
        options: whatever else the kind lets a project decide, in its canonical form; JSON.
    """

    classes: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def index(self, name: str) -> int:
        """Return the position of a class."""
        return self.classes.index(name)


@dataclass(frozen=True)
class Specimen:
    """A project of a kind in small, for documentation and trials: its schema, an item, and an answer to it."""

    shown: Shown
    answer: Answer
    classes: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


class LabelKind(ABC):
    """One way to label. A kind is one file here and one of the same name in `ui/src/kinds`.

    What is abstract has no default that would be right. `infer` may be left alone: it weighs workers by how
    near they come to what the others said, by the kind's own `distance` and `merge`.

    Attributes:
        name: what projects call it.
        item_kinds: the kinds of items that its screen can show.
        least_classes: the fewest classes that a project gives; None where the kind has none.
        reads_item: whether an answer can only be checked beside its item, as offsets into a text.
        tolerance: the distance up to which two answers count as the same: no two people draw the same box.
        exporters: formats beside the general ones that say all of its answers, see `feed.exporters`.
        options: what a project may decide, by name.
        specimen: what `groundswell kinds` and docs/reference/kinds.md show; None shows no example.
    """

    name: ClassVar[str]
    item_kinds: ClassVar[frozenset[str]]
    least_classes: ClassVar[int | None] = None
    reads_item: ClassVar[bool] = False
    tolerance: ClassVar[float] = 0.0
    exporters: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[Mapping[str, Option]] = {}
    specimen: ClassVar[Specimen | None] = None

    @abstractmethod
    def ontology(self, classes: Sequence[str], options: Mapping[str, Any]) -> Ontology:
        """Return the label schema that a project asks for, in its canonical form.

        Raises:
            InvalidName: a class has no proper name, or there are too few or too many.
            InputError: an option is unknown or out of range; the message names it and what it may be.
        """

    def check_item(self, shown: Shown, ontology: Ontology) -> None:
        """Refuse an item that cannot be labelled this way: of another kind, or a record without what is to be shown.

        Raises:
            InputError: the message says what the item lacks.
        """
        if shown["kind"] not in self.item_kinds:
            able = " and ".join(sorted(self.item_kinds))
            raise InputError(f"the label kind {self.name} shows items of kind {able}, not {shown['kind']}")

    def chooses_class(self, ontology: Ontology) -> bool:
        """Say whether an answer is `{"choice": class}`: then consensus counts votes, and models may decide."""
        return False

    @abstractmethod
    def validate(self, answer: Answer, ontology: Ontology, shown: Shown | None = None) -> Answer:
        """Return the answer in its canonical form: two that say the same are equal.

        Args:
            answer: what came over the wire: any JSON object.
            ontology: the label schema that it is to fit.
            shown: the item, for kinds that read it; None checks what can be checked without.

        Raises:
            InvalidAnswer: the message names what is wrong and what would be right.
        """

    @abstractmethod
    def distance(self, one: Answer, other: Answer, ontology: Ontology) -> float:
        """Return how far two canonical answers differ, 0 (the same) to 1; symmetric. It drives agreement."""

    @abstractmethod
    def merge(self, answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology) -> Answer:
        """Return the one answer that several of one task stand for, given the trust in each.

        Args:
            answers: one or more, canonical.
            weights: positive; equal ones give an answer no say by its place, but for ties.
        """

    def nearest(self, answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology) -> Answer:
        """Return the one of several answers that is nearest to all by trust: a merge where nothing can be mixed."""
        return medoid(answers, weights, lambda one, other: self.distance(one, other, ontology))

    def or_nearest(
        self, mixed: Answer, answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology
    ) -> Answer:
        """Return a mixture of answers in its canonical form; the nearest of them where it is no answer itself."""
        try:
            return self.validate(mixed, ontology)
        except InvalidAnswer:
            return self.nearest(answers, weights, ontology)

    def concluded(self, learnt: Learnt, said: Sequence[Said], ontology: Ontology) -> Inferred:
        """Return what a model of workers learnt with a label for each task that is an answer, and its probability.

        A label is the nearest of the task's answers where the model has none, or one that no project would take. Its
        probability is that of `expected_nearness`, so that it means the same in all kinds, and while answers come in.

        Args:
            learnt: from all that was said.
            said: at least one answer.
            ontology: of the project.
        """
        answers: dict[int, Answer] = {}
        probability: dict[int, float] = {}
        crowd = sum(learnt.skill.values()) / len(learnt.skill)
        for task, heard in by_task(said).items():
            given = [one.answer for one in heard]
            weights = [weight(learnt.skill[one.worker]) for one in heard]
            answers[task] = (
                self.or_nearest(learnt.labels[task], given, weights, ontology)
                if task in learnt.labels
                else self.nearest(given, weights, ontology)
            )
            probability[task] = expected_nearness(
                heard,
                answers[task],
                learnt.skill,
                lambda one, other: self.distance(one, other, ontology),
                crowd,
            )
        return Inferred(answers, probability, learnt.skill, learnt.skill_error)

    def infer(self, said: Sequence[Said], ontology: Ontology) -> Inferred:
        """Infer the labels of a project from all that was said, with the skill of everybody who said it."""
        return infer_by_merging(
            said,
            distance=lambda one, other: self.distance(one, other, ontology),
            merge=lambda answers, weights: self.merge(answers, weights, ontology),
        )

    @abstractmethod
    def example(self, ontology: Ontology, shown: Shown, rng: np.random.Generator) -> Answer:
        """Return an answer that somebody might give to an item: canonical, drawn at random. For trials and tests."""


def as_text(answer: Answer) -> str:
    """Return an answer as one line: its class where it chooses one, else its JSON with sorted keys."""
    if answer.keys() == {"choice"}:
        return str(answer["choice"])
    return json.dumps(answer, ensure_ascii=False, sort_keys=True)


def from_text(text: str, *, chooses_class: bool) -> Answer:
    """Return the answer that `as_text` wrote."""
    if chooses_class:
        return {"choice": text}
    answer: dict[str, Any] = json.loads(text)
    return answer


# ── names ────────────────────────────────────────────────────────────────────────────────────────

MAX_CLASSES = 1000
MAX_CLASS_LENGTH = 100


def class_names(names: Sequence[str], *, least: int, what: str = "class") -> tuple[str, ...]:
    """Check the names of classes and return them, without the space around them.

    Args:
        least: how many there must be.
        what: what they are called in messages: class, criterion, field.

    Raises:
        InvalidName: too few, too many, an empty or over-long name, or one that comes twice.
    """
    found = [str(name).strip() for name in names]
    if len(found) < least:
        number = {1: "one", 2: "two"}.get(least, str(least))
        raise InvalidName(
            f"at least {number} {_plural(what, least)} needed, {len(found)} given: --classes cat,dog"
        )
    if len(found) > MAX_CLASSES:
        raise InvalidName(f"{len(found)} {_plural(what, 2)} given; at most {MAX_CLASSES} can be shown")
    for name in found:
        if not name or len(name) > MAX_CLASS_LENGTH or not name.isprintable():
            raise InvalidName(f"{what} name {name!r} must have 1 to {MAX_CLASS_LENGTH} printable characters")
    repeated = {name for name in found if found.count(name) > 1}
    if repeated:
        raise InvalidName(f"{what} {min(repeated)!r} is given twice; each {what} once")
    return tuple(found)


def no_classes(kind: str, names: Sequence[str], instead: str) -> None:
    """Refuse class names where a kind has none; `instead` says what it has.

    Raises:
        InvalidName: there are some.
    """
    if names:
        raise InvalidName(f"{kind} has no classes, {len(names)} given; {instead}")


def _plural(what: str, number: int) -> str:
    if number == 1:
        return f"{what} is"
    return {"class": "classes", "criterion": "criteria"}.get(what, f"{what}s") + " are"
