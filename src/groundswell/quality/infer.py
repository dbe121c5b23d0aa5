"""The front door: a table of answers in, a label with a probability for every task out."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from importlib.metadata import entry_points
from typing import Any, Protocol

from groundswell.errors import InputError
from groundswell.quality.blend import blend
from groundswell.quality.communities import communities
from groundswell.quality.dawid_skene import dawid_skene
from groundswell.quality.glad import glad
from groundswell.quality.known import evidence_rows, gold_codes, widened
from groundswell.quality.majority import majority
from groundswell.quality.one_coin import one_coin
from groundswell.quality.result import Consensus
from groundswell.quality.shrunk import shrunk
from groundswell.quality.subtypes import subtypes
from groundswell.quality.votes import Votes
from groundswell.quality.weighted import weighted

DEFAULT = "blend"
"""The method that `consensus` uses unless told otherwise: never far below majority, above it on average."""


class Aggregator(Protocol):
    """The socket for truth inference: votes, and what else is known, become a `Consensus`.

    A plug is a function of this signature (more keyword arguments with defaults are fine). It must not depend
    on the order of votes, must follow a relabelling of classes, must return gold as given, and must raise
    `NoVotes` where there are none; one contract test holds every plug to that.
    """

    def __call__(self, votes: Votes, *, evidence: Any = None, gold: Any = None) -> Consensus:
        """Infer a label for every item of `votes`; see `shrunk` for what evidence and gold are."""
        ...


AGGREGATORS: dict[str, Aggregator] = {
    "shrunk": shrunk,
    "majority": majority,
    "weighted": weighted,
    "dawid_skene": dawid_skene,
    "one_coin": one_coin,
    "glad": glad,
    "communities": communities,
    "subtypes": subtypes,
    "blend": blend,
}
"""The methods that ship with Groundswell, by name."""


def aggregators() -> dict[str, Aggregator]:
    """Return every method by name: our own, and those of the entry points `groundswell.aggregators`."""
    plugged = {point.name: point.load() for point in entry_points(group="groundswell.aggregators")}
    return plugged | AGGREGATORS


def consensus(
    answers: Any,
    *,
    evidence: Any = None,
    gold: Any = None,
    method: str | Aggregator | None = None,
    task: str = "task",
    worker: str = "worker",
    label: str = "label",
    classes: Sequence[Hashable] | None = None,
) -> Consensus:
    """Infer one label, with its probability, for every task that several workers answered.

    Args:
        answers: any table of task, worker and label (see `Votes.from_table`), or `Votes`.
        evidence: calibrated model probabilities, P(class | item): an array `[n_items, n_classes]`, or a dict
            of task to a dict of class to probability. A task that only the model saw is labelled too.
        gold: known labels: an int array `[n_items]` with -1 for unknown, or a dict of task to class.
        method: a name in `aggregators()`, or an aggregator; the default is `blend`.
        task: name of the task column.
        worker: name of the worker column.
        label: name of the label column.
        classes: all possible labels; by default those that occur, sorted.

    Returns:
        A `Consensus`: `.labels`, `.probability`, `.workers`, `.to_rows()`.

    Raises:
        NoVotes: there is not one answer.
        InputError: the table, the evidence or the gold cannot be used; the message says why.

    Example:
        >>> from groundswell.quality import consensus
        >>> result = consensus([("t1", "ann", "cat"), ("t1", "bob", "cat"), ("t1", "eve", "dog")])
        >>> result.labels
        {'t1': 'cat'}
    """
    infer = _method(method)
    votes = answers
    if not isinstance(answers, Votes):
        votes = Votes.from_table(answers, task=task, worker=worker, label=label, classes=classes)
    votes = widened(votes, evidence, gold, may_add_classes=classes is None)
    return infer(votes, evidence=evidence_rows(votes, evidence), gold=gold_codes(votes, gold))


def _method(method: str | Aggregator | None) -> Aggregator:
    """Return the aggregator that is meant."""
    if callable(method):
        return method
    found = aggregators()
    if (method or DEFAULT) not in found:
        raise InputError(f"no method {method!r}; there are {', '.join(sorted(found))}")
    return found[method or DEFAULT]
