"""Fair shares: who is served first where work is scarce, and which project a worker is sent to. No database."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from groundswell.ids import ProjectId, WorkerId
from groundswell.store.recent import Recent

HALF_LIFE_SECONDS = 600.0
"""What was given so long ago counts half."""

SCARCE_SECONDS = 2.0
"""How long after somebody went without, nobody is given more than one task at once."""


class Decaying:
    """Sums that halve with time, by key; those not touched for longest are forgotten."""

    def __init__(self, clock: Callable[[], float], size: int = 200_000) -> None:
        self._clock = clock
        self._sums: Recent[object, tuple[float, float]] = Recent(size)

    def add(self, key: object, amount: float) -> None:
        """Add to the sum of a key."""
        self._sums.put(key, (self.of(key) + amount, self._clock()))

    def of(self, key: object) -> float:
        """Return the sum of a key as it is now."""
        amount, at = self._sums.get(key) or (0.0, self._clock())
        return amount * math.exp2((at - self._clock()) / HALF_LIFE_SECONDS)


@dataclass
class Tally:
    """What happened in a project since it was last written down.

    Attributes:
        asked: rounds in which somebody who may work there wanted a task.
        hungry: those of them that were given none.
        longest_wait: seconds, the longest that anybody who was given a task now had been without.
    """

    asked: int = 0
    hungry: int = 0
    longest_wait: float = 0.0


@dataclass
class Shares:
    """What this process gave to whom, and who went without.

    Args:
        clock: seconds that never go back.
    """

    clock: Callable[[], float]
    tallies: dict[ProjectId, Tally] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._given = Decaying(self.clock)
        self._served = Decaying(self.clock, 10_000)
        self._hungry_since: Recent[tuple[WorkerId, ProjectId], float] = Recent(
            200_000, seconds=HALF_LIFE_SECONDS, clock=self.clock
        )
        self._scarce: Recent[ProjectId, bool] = Recent(10_000, seconds=SCARCE_SECONDS, clock=self.clock)

    def of(self, worker_id: WorkerId, volume: float) -> float:
        """Return how much a worker was given lately for the volume he has earned: who has least comes first."""
        return self._given.of(worker_id) / max(volume, 1.0)

    def is_scarce(self, project_id: ProjectId) -> bool:
        """Say whether somebody went without in this project just now."""
        return bool(self._scarce.get(project_id))

    def note(self, worker_id: WorkerId, project_id: ProjectId, tasks: int) -> None:
        """Write down that a worker who wanted tasks of a project was given so many."""
        tally = self.tallies.setdefault(project_id, Tally())
        tally.asked += 1
        who = (worker_id, project_id)
        since = self._hungry_since.get(who)
        if tasks == 0:
            tally.hungry += 1
            self._scarce.put(project_id, True)
            if since is None:
                self._hungry_since.put(who, self.clock())
            return
        if since is not None:
            tally.longest_wait = max(tally.longest_wait, self.clock() - since)
            self._hungry_since.forget(who)
        self._given.add(worker_id, tasks)
        self._served.add(project_id, tasks)

    def take_tallies(self) -> dict[ProjectId, Tally]:
        """Return what was noted since the last call, and begin anew."""
        taken, self.tallies = self.tallies, {}
        return taken

    def neediest(self, projects: Sequence["ProjectWithWork"]) -> list["ProjectWithWork"]:
        """Order projects by priority and, among equals, by how little they were served for what is left of them."""
        return sorted(
            projects, key=lambda one: (one.priority, self._served.of(one.id) / max(1, one.remaining), one.id)
        )


@dataclass(frozen=True)
class ProjectWithWork:
    """An active project that has open slots; `remaining` counts its tasks that are not completed."""

    id: ProjectId
    priority: int
    remaining: int
