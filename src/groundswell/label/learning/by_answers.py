"""What answers come to where they are more than a class: merged and compared by their kind. Pure."""

from collections import defaultdict
from collections.abc import Sequence, Set

import numpy as np
from numpy.typing import NDArray

from groundswell.label.kinds import Answer, Said
from groundswell.label.kinds.inference import expected_nearness, merged, others_said
from groundswell.label.learning.heard import (
    UNKNOWN_SKILL,
    Answered,
    CountedVote,
    Mark,
    UnsettledTask,
    skills_of,
    that_count,
)
from groundswell.label.projects.model import Project


class HeardAnswers:
    """Answers to some tasks, merged; see `Heard`.

    Attributes:
        agreed: whether each answer has, on average, more than half in common with the label.
    """

    def __init__(
        self, project: Project, tasks: Sequence[UnsettledTask], votes: Sequence[CountedVote]
    ) -> None:
        self._schema, self._tasks = project.schema, tasks
        self._skill = skills_of(votes)
        self._votes: dict[int, list[CountedVote]] = defaultdict(list)
        for vote in that_count(project, tasks, votes):
            self._votes[vote.task_id].append(vote)
        said = [self._said(task.id) for task in tasks]
        self.label: list[Answer | None] = [
            merged(answers, self._skill, self._schema.merge) if answers else None for answers in said
        ]
        self.answers: NDArray[np.int64] = np.array([len(answers) for answers in said], np.int64)
        usual = float(np.mean(list(self._skill.values()))) if self._skill else UNKNOWN_SKILL
        self.probability: NDArray[np.float64] = np.array(
            [self._expected(*pair, usual) for pair in zip(said, self.label, strict=True)], np.float64
        )
        self.agreed: NDArray[np.bool_] = np.array(
            [self._agree(*pair) for pair in zip(said, self.label, strict=True)], bool
        )

    def beside_gold(self, new: Set[Answered]) -> list[Mark]:
        """Compare each new answer to a task of known answer with that: right by as much as they have in common."""
        return [
            Mark(vote, 1.0, 1.0 - self._schema.distance(vote.answer, self._schema.read(task.gold)))
            for task in self._tasks
            if task.gold is not None
            for vote in self._votes[task.id]
            if (vote.task_id, vote.worker_id) in new
        ]

    def beside_others(self, ends: NDArray[np.bool_]) -> list[Mark]:
        """Compare each answer to a task that ends with what the others came to."""
        marks = []
        for place in np.flatnonzero(ends).tolist():
            votes = self._votes[self._tasks[place].id]
            near = others_said(
                self._said(self._tasks[place].id), self._skill, self._schema.distance, self._schema.merge
            )
            marks += [Mark(vote, 1.0, value) for vote, value in zip(votes, near, strict=False)]
        return marks

    def _said(self, task_id: int) -> list[Said]:
        return [Said(vote.task_id, vote.worker_id, vote.answer) for vote in self._votes[task_id]]

    def _expected(self, answers: Sequence[Said], label: Answer | None, usual: float) -> float:
        if label is None:
            return 0.0
        return expected_nearness(answers, label, self._skill, self._schema.distance, usual)

    def _agree(self, answers: Sequence[Said], label: Answer | None) -> bool:
        if label is None:
            return False
        return float(np.mean([self._schema.distance(one.answer, label) for one in answers])) < 0.5
