"""A label kind under one ontology: what a project can do with answers, without naming its ontology each time."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell.label.kinds.inference import Inferred, Said
from groundswell.label.kinds.kind import Answer, LabelKind, Ontology, Shown, from_text


@dataclass(frozen=True)
class Schema:
    """What may be said in a project, and what follows from it; each method is the kind's own."""

    kind: LabelKind
    ontology: Ontology

    @property
    def chooses_class(self) -> bool:
        """Whether an answer is one class: consensus counts votes, and models may decide."""
        return self.kind.chooses_class(self.ontology)

    def check_item(self, shown: Shown) -> None:
        """Refuse an item that cannot be labelled this way, with `InputError`."""
        self.kind.check_item(shown, self.ontology)

    def validate(self, answer: Answer, shown: Shown | None = None) -> Answer:
        """Return an answer in its canonical form, or raise `InvalidAnswer`."""
        return self.kind.validate(answer, self.ontology, shown)

    def distance(self, one: Answer, other: Answer) -> float:
        """Return how far two answers differ, 0 to 1."""
        return self.kind.distance(one, other, self.ontology)

    def same(self, one: Answer, other: Answer) -> bool:
        """Say whether two answers count as the same: they differ by no more than the kind tolerates."""
        return self.distance(one, other) <= self.kind.tolerance

    def merge(self, answers: Sequence[Answer], weights: Sequence[float]) -> Answer:
        """Return the answer that several of one task stand for."""
        return self.kind.merge(answers, weights, self.ontology)

    def infer(self, said: Sequence[Said]) -> Inferred:
        """Infer every label from all that was said."""
        return self.kind.infer(said, self.ontology)

    def read(self, text: str) -> Answer:
        """Return the answer that `as_text` wrote."""
        return from_text(text, chooses_class=self.chooses_class)
