"""What the service remembers between rounds of work, so that it need not be read each time."""

import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from groundswell.errors import InvalidAnswer
from groundswell.ids import ProjectId, TaskId, WorkerId
from groundswell.label.kinds import Answer, Ontology, Schema, Shown, label_kind
from groundswell.label.work.fairness import Shares, Tally
from groundswell.store.recent import Recent
from groundswell.workforce.standing import ProjectNeeds, Standing

STANDING_SECONDS = 300.0
STANDING_ROUNDS = 20
"""How long at most, and for how many rounds, a worker's standing in a project is good for.

Each is good for half of it to all of it, drawn anew: a hundred thousand who came in one minute do not all have to be
looked up again in another. Restrictions end it at once.
"""

UNSETTLED_STANDING_SECONDS = 5.0
"""The same for who may not work yet, and where people's exposure to content is counted."""

LOOK_BACK_SECONDS = 60.0
"""How far back one looks for restrictions: longer than between two looks, and than a transaction lasts."""

TALLY_SECONDS = 5.0
"""How often it is written down who was served and who went without."""

STATE_SECONDS = 0.5
"""How old what is known of a project's state may be: tasks are given out for so long after it was paused."""

PROGRESS_SECONDS = 1.0

PROJECT_SECONDS = 15.0
"""How long the gold of a project, and what its batches expose people to, are good for."""

PLACE_SECONDS = 60.0
"""How long a worker does not look again at slots that he passed; one that was committed out of order waits so long."""

DRAINED_SECONDS = 0.5
"""How long a project without anything more to open is not asked again."""

EMPTY, MET = "empty", "met"
"""Why there is nothing more: no slot is open, or only such as those who asked have met."""

Place = tuple[int, int]
"""A place in the order of work: priority and number of a slot."""

FIRST: Place = (-(2**15), -1)


@dataclass(frozen=True)
class ProjectAtWork:
    """What a round must know of a project, as it is now."""

    id: ProjectId
    kind: str
    state: str
    ontology_version: int
    guideline_version: int
    models: str
    purpose: str
    requirements: Mapping[str, Any]

    @property
    def needs(self) -> ProjectNeeds:
        """What decides about standing in this project."""
        return ProjectNeeds(self.id, self.kind, self.purpose, self.requirements)


@dataclass(frozen=True)
class Vocabulary:
    """What may be said in a project: its label schema of now, and those that answers on their way may still follow."""

    kind: str
    current: int
    versions: Mapping[int, Ontology]

    @property
    def reads_item(self) -> bool:
        """Whether an answer can only be checked beside its item."""
        return label_kind(self.kind).reads_item

    @property
    def schema(self) -> Schema:
        """What may be said now."""
        return self._schema(self.current)

    def _schema(self, version: int) -> Schema:
        return Schema(label_kind(self.kind), self.versions[version])

    def understand(self, answer: Answer, shown: Shown | None = None) -> tuple[Answer, int]:
        """Return an answer in its canonical form with the ontology version that it was made under.

        The newest version that knows the answer counts: work that was leased before a change is not lost.

        Raises:
            InvalidAnswer: it fits no version; the error is that of the current one.
        """
        try:
            return self.schema.validate(answer, shown), self.current
        except InvalidAnswer as error:
            for version in sorted(self.versions, reverse=True):
                try:
                    return self._schema(version).validate(answer, shown), version
                except InvalidAnswer:
                    continue
            raise error


@dataclass
class Regard:
    """A worker's standing, until when it is good for, and for how many rounds more."""

    standing: Standing
    until: float
    rounds: int = STANDING_ROUNDS


@dataclass
class Memory:
    """Caches of one service process. Losing them costs a few reads, never a wrong answer."""

    clock: Callable[[], float] = time.monotonic
    projects: Recent[ProjectId, ProjectAtWork] = field(
        default_factory=lambda: Recent(1_000, seconds=STATE_SECONDS)
    )
    progress: Recent[ProjectId, tuple[int, int]] = field(
        default_factory=lambda: Recent(1_000, seconds=PROGRESS_SECONDS)
    )
    vocabularies: Recent[tuple[ProjectId, int], Vocabulary] = field(default_factory=lambda: Recent(1_000))
    gold: Recent[ProjectId, Sequence[TaskId]] = field(
        default_factory=lambda: Recent(1_000, seconds=PROJECT_SECONDS)
    )
    exposing: Recent[ProjectId, Mapping[int, str]] = field(
        default_factory=lambda: Recent(1_000, seconds=PROJECT_SECONDS)
    )
    reserved: Recent[ProjectId, Mapping[int, frozenset[int]]] = field(
        default_factory=lambda: Recent(1_000, seconds=PROJECT_SECONDS)
    )
    places: Recent[tuple[WorkerId, ProjectId], Place] = field(
        default_factory=lambda: Recent(50_000, seconds=PLACE_SECONDS)
    )
    drained: Recent[ProjectId, str] = field(default_factory=lambda: Recent(10_000, seconds=DRAINED_SECONDS))
    _regard: Recent[WorkerId, dict[ProjectId, Regard]] = field(default_factory=lambda: Recent(200_000))
    _looked_at: float = field(default=-1.0)

    def __post_init__(self) -> None:
        self.shares = Shares(self.clock)
        self._written_at = self.clock()

    def tallies_to_write(self) -> Mapping[ProjectId, Tally]:
        """Return what happened in projects since it was last written down; every few seconds only, else nothing."""
        if self.clock() - self._written_at < TALLY_SECONDS or not self.shares.tallies:
            return {}
        self._written_at = self.clock()
        return self.shares.take_tallies()

    def should_look(self) -> bool:
        """Say once a second that it is time to look who has been restricted."""
        due = self.clock() - self._looked_at >= 1.0
        if due:
            self._looked_at = self.clock()
        return due

    def standing_of(self, worker_id: WorkerId, project_id: ProjectId) -> Standing | None:
        """Return what a worker may do in a project, for one round more; None where that must be read anew."""
        found = (self._regard.get(worker_id) or {}).get(project_id)
        if found is None or found.rounds < 1 or found.until < self.clock():
            return None
        found.rounds -= 1
        return found.standing

    def remember_standing(self, worker_id: WorkerId, project_id: ProjectId, standing: Standing) -> None:
        """Keep what a worker may do in a project."""
        lasting = standing.eligible and not self.exposing.get(project_id)
        seconds = STANDING_SECONDS if lasting else UNSETTLED_STANDING_SECONDS
        of_worker = self._regard.get(worker_id) or {}
        of_worker[project_id] = Regard(standing, self.clock() + seconds * random.uniform(0.5, 1.0))
        self._regard.put(worker_id, of_worker)

    def forget_standings(self, worker_ids: Collection[WorkerId]) -> None:
        """Forget what some workers may do, as it has changed."""
        for worker_id in worker_ids:
            self._regard.forget(worker_id)
