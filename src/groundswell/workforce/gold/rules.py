"""When a known answer is doubted: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from groundswell.ids import ProjectId, TaskId, WorkerId
from groundswell.quality.signals.tails import upper_tail
from groundswell.workforce.evidence import Evidence

LEAST_ANSWERS = 5
"""Answers of skilled workers before an item may be doubted."""

CHANCE = 0.001
"""An item is doubted when so many skilled workers would miss it by their own mistakes less often than this. At a few
thousand tests in a project, a handful are suspended wrongly, and a person looks at each."""


@dataclass(frozen=True)
class GoldItem:
    """A task of known answer, and how skilled workers did on it.

    Attributes:
        gold: the class that is held for right.
        suspended: whether it is out of use as a test.
        answers, right: of workers who answered it with a skill above the median of the crowd, estimated without
            this answer; and how many of them said `gold`.
        skill: the mean of their skills, 0 to 1; 0 without answers.
        said: how often they said each class.
    """

    task_id: TaskId
    gold: str
    suspended: bool
    answers: int
    right: int
    skill: float
    said: dict[str, int] = field(default_factory=dict)


def suspect_gold(
    items: Sequence[GoldItem], *, least: int = LEAST_ANSWERS, chance: float = CHANCE
) -> list[GoldItem]:
    """Return the items that most skilled workers fail, beyond what their own mistakes explain.

    Both must hold, with at least `least` skilled answers: more than half are wrong, and as many wrong answers from
    people of this skill have a probability below `chance` (binomial upper tail). Suspended items are left out.
    """
    failed = [
        item
        for item in items
        if not item.suspended and item.answers >= least and 2 * item.right < item.answers
    ]
    wrong = [item.answers - item.right for item in failed]
    mistake = np.array([1 - item.skill for item in failed])
    chances = upper_tail(wrong, [item.answers for item in failed], mistake)
    return [item for item, each in zip(failed, chances, strict=True) if each < chance]


@dataclass(frozen=True)
class Key:
    """What a test holds for right, and whether it counts; one that is suspended does not."""

    gold: str
    suspended: bool

    def verdict(self, choice: str | None) -> tuple[int, int]:
        """Return what an answer adds to a worker's evidence: answers compared, and of them right."""
        return (0, 0) if self.suspended else (1, int(choice == self.gold))


@dataclass(frozen=True)
class GoldAnswer:
    """What a worker answered to a test, the first time."""

    task_id: TaskId
    worker_id: WorkerId
    choice: str | None


def corrections(
    project_id: ProjectId, answers: Sequence[GoldAnswer], changes: Mapping[TaskId, tuple[Key, Key]]
) -> list[Evidence]:
    """Return what must be added to workers' evidence when keys change, given as `(before, after)` by task."""
    found = []
    for answer in answers:
        before, after = changes[answer.task_id]
        was, now = before.verdict(answer.choice), after.verdict(answer.choice)
        if was != now:
            total, correct = now[0] - was[0], now[1] - was[1]
            found.append(Evidence(answer.worker_id, project_id, "gold", total, correct))
    return found
