"""Spans of all texts of a project from all that was said of them, and examples of such answers. Pure."""

from collections.abc import Sequence

import numpy as np

from groundswell.label.kinds.agreed.spans import Link, agreed_links, may_join, spans_of, told
from groundswell.label.kinds.inference import Learnt, Said, by_task, weight
from groundswell.label.kinds.kind import Answer, Ontology
from groundswell.quality.spans import Span, SpanWorker, consensus_of_spans


def learn_spans(said: Sequence[Said], ontology: Ontology) -> Learnt:
    """Learn the spans of every text, and the relations that workers draw, each by his skill; see `consensus_of_spans`.

    Args:
        said: at least one answer.
        ontology: of the project.
    """
    found = consensus_of_spans(
        [(one.task, one.worker, spans_of(one.answer)) for one in said],
        allow_overlaps=ontology.options.get("overlap", True),
    )
    skill = {_number(one.worker): _f1(one) for one in found.workers}
    labels = {}
    for task, heard in by_task(said).items():
        spans = list(found.labels[task])
        weights = [weight(skill[one.worker]) for one in heard]
        links = agreed_links([one.answer for one in heard], weights, spans, ontology)
        labels[task] = told(spans, links, ontology)
    return Learnt(labels, skill, {_number(one.worker): _f1_error(one) for one in found.workers})


def _number(name: object) -> int:
    """Return the worker's number, which is his name in the table."""
    assert isinstance(name, int)
    return name


def _f1(worker: SpanWorker) -> float:
    """Return the harmonic mean of precision and recall."""
    both = worker.precision + worker.recall
    return 2 * worker.precision * worker.recall / both if both else 0.0


def _f1_error(worker: SpanWorker) -> float:
    """Return its standard error, to the first order in those of precision and recall."""
    both = worker.precision + worker.recall
    if not both:
        return max(worker.precision_error, worker.recall_error)
    by_precision, by_recall = 2 * (worker.recall / both) ** 2, 2 * (worker.precision / both) ** 2
    return float(np.hypot(by_precision * worker.precision_error, by_recall * worker.recall_error))


MOST_EXAMPLES = 4


def example_of(ontology: Ontology, length: int, rng: np.random.Generator) -> Answer:
    """Return an answer to a text of so many characters, drawn at random."""
    spans = [
        _drawn(ontology, length, rng) for _ in range(int(rng.integers(MOST_EXAMPLES + 1)) if length else 0)
    ]
    if ontology.options.get("overlap") is False:
        spans = [
            one for place, one in enumerate(spans) if all(_is_clear(one, other) for other in spans[:place])
        ]
    links = [
        Link(start, end, relation["name"])
        for relation in ontology.options.get("relations", ())
        for start in spans
        for end in spans
        if start != end and may_join(relation, str(start.label), str(end.label)) and rng.random() < 0.3
    ]
    return told(spans, links, ontology)


def _drawn(ontology: Ontology, length: int, rng: np.random.Generator) -> Span:
    start = int(rng.integers(length))
    end = int(rng.integers(start + 1, min(start + 12, length) + 1))
    return Span(start, end, ontology.classes[int(rng.integers(len(ontology.classes)))])


def _is_clear(one: Span, other: Span) -> bool:
    return one.end <= other.start or other.end <= one.start
