"""What answers come to where each chooses one class: votes, weighed by skill. Pure."""

from collections.abc import Sequence, Set

import numpy as np
from numpy.typing import NDArray

from groundswell.label.kinds import Answer
from groundswell.label.learning.heard import Answered, CountedVote, Mark, UnsettledTask, skills_of, that_count
from groundswell.label.projects.model import Project
from groundswell.quality import Votes
from groundswell.quality.by_skill import by_others, by_skill
from groundswell.workforce.agreement import agreement


class HeardVotes:
    """Votes on some tasks; see `Heard`."""

    def __init__(
        self, project: Project, tasks: Sequence[UnsettledTask], votes: Sequence[CountedVote]
    ) -> None:
        code = {name: i for i, name in enumerate(project.classes)}
        self._cast = that_count(project, tasks, [vote for vote in votes if vote.said in code])
        self._coded = _coded(tasks, self._cast, code)
        self._skill = _skills(self._cast, self._coded)
        self._gold = np.array([code.get(task.gold, -1) if task.gold else -1 for task in tasks], np.int32)
        posterior = by_skill(self._coded, self._skill)
        best = posterior.argmax(axis=1).tolist()
        self.answers = self._coded.votes_per_item.astype(np.int64)
        self.label: list[Answer | None] = [
            {"choice": project.classes[choice]} if answers else None
            for choice, answers in zip(best, self.answers.tolist(), strict=True)
        ]
        self.probability: NDArray[np.float64] = posterior.max(axis=1, initial=0.0)
        self.agreed: NDArray[np.bool_] = 2 * self._coded.counts.max(axis=1, initial=0) > self.answers

    def beside_gold(self, new: Set[Answered]) -> list[Mark]:
        """Compare each new answer to a task of known answer with that: right or wrong."""
        right = self._gold[self._coded.item]
        return [
            Mark(self._cast[i], 1.0, float(self._coded.label[i] == right[i]))
            for i in np.flatnonzero(right >= 0).tolist()
            if (self._cast[i].task_id, self._cast[i].worker_id) in new
        ]

    def beside_others(self, ends: NDArray[np.bool_]) -> list[Mark]:
        """Compare each answer to a task that ends with what the others came to; if they are unsure, it says little."""
        coded = self._coded
        told = np.flatnonzero(ends[coded.item] & (coded.votes_per_item[coded.item] > 1))
        if not len(told):
            return []
        total, correct = agreement(by_others(coded, self._skill)[told], coded.label[told])
        return [Mark(self._cast[i], float(total[n]), float(correct[n])) for n, i in enumerate(told.tolist())]


def _coded(tasks: Sequence[UnsettledTask], cast: Sequence[CountedVote], code: dict[str, int]) -> Votes:
    place = {task.id: i for i, task in enumerate(tasks)}
    workers = {worker_id: i for i, worker_id in enumerate(sorted({vote.worker_id for vote in cast}))}
    return Votes(
        item=np.array([place[vote.task_id] for vote in cast], np.int32),
        worker=np.array([workers[vote.worker_id] for vote in cast], np.int32),
        label=np.array([code[vote.said] for vote in cast], np.int32),
        n_items=len(tasks),
        n_workers=len(workers),
        n_classes=len(code),
    )


def _skills(cast: Sequence[CountedVote], coded: Votes) -> NDArray[np.float64]:
    by_worker = skills_of(cast)
    skill = np.zeros(coded.n_workers)
    for worker, vote in zip(coded.worker.tolist(), cast, strict=True):
        skill[worker] = by_worker[vote.worker_id]
    return skill
