"""What a label rests on, decided from counts. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from groundswell.label.lineage.model import Fate


@dataclass(frozen=True)
class Resting:
    """A task that some worker answered, without these answers.

    Attributes:
        decided: gold or a review says its label.
        labelled: it has a consensus.
        votes: newest answers of others that count.
        agreeing: of these, how many say what the label is now.
    """

    task_id: int
    item_id: str
    decided: bool
    labelled: bool
    votes: int
    agreeing: int


def fate_of(task: Resting) -> Fate:
    """Say what becomes of a label; in doubt means that inference decides, which may well keep it."""
    if task.decided:
        return Fate.DECIDED
    if not task.labelled:
        return Fate.UNLABELLED
    if not task.votes:
        return Fate.WITHDRAWN
    return Fate.UNCHANGED if 2 * task.agreeing > task.votes else Fate.IN_DOUBT


def fates(tasks: Iterable[Resting]) -> dict[str, int]:
    """Count fates; those that no task has are not there."""
    return dict(Counter(fate_of(task).value for task in tasks).most_common())
