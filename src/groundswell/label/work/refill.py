"""Keeps enough slots open in every project that people work in, ahead of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from groundswell.ids import OrgId, ProjectId
from groundswell.label.work.slots import LEAST_TASKS, open_more
from groundswell.store import Database, load_queries

SQL = load_queries(__package__)

AHEAD_SECONDS = 20.0
"""Slots are kept open for so long a time of work, at the pace of the last moments."""

LEAST_SLOTS = 512
MOST_SLOTS = 50_000

MOST_TASKS_AT_ONCE = 300
"""Tasks that one look opens in a project: little and often, so that nobody waits behind a large statement."""


@dataclass(frozen=True)
class Window:
    """How many slots are open in a project at work."""

    org_id: OrgId
    project_id: ProjectId
    slots: int


@dataclass
class Refill:
    """Opens slots before they are asked for, so that no worker waits until some are.

    Restarting it loses nothing but the pace of each project. Several may run at once.

    Args:
        clock: seconds that never go back.
    """

    db: Database
    clock: Callable[[], float] = time.monotonic
    _pace: dict[ProjectId, float] = field(default_factory=dict, repr=False)
    _last: dict[ProjectId, tuple[float, int]] = field(default_factory=dict, repr=False)

    async def refill(self) -> int:
        """Look at every project at work once; returns how many slots were opened."""
        async with self.db.system_transaction(planned_once=True) as tx:
            windows = await tx.fetch_all(SQL["open_window_sizes"], Window)
        return sum([await self._refill(window) for window in windows])

    async def _refill(self, window: Window) -> int:
        wanted = self._wanted(window)
        opened = 0
        if window.slots < wanted / 2:
            async with self.db.transaction(window.org_id, planned_once=True, durable=False) as tx:
                tasks = min(MOST_TASKS_AT_ONCE, max(LEAST_TASKS, wanted - window.slots))
                opened = await open_more(tx, [window.project_id], tasks=tasks)
        self._last[window.project_id] = (self.clock(), window.slots + opened)
        return opened

    def _wanted(self, window: Window) -> int:
        """Return how many slots should be open, by how fast they went since the last look."""
        pace = self._pace.get(window.project_id, 0.0)
        if window.project_id in self._last:
            then, slots = self._last[window.project_id]
            gone = max(0, slots - window.slots) / max(self.clock() - then, 1e-3)
            pace = gone if gone > pace else 0.8 * pace + 0.2 * gone
            self._pace[window.project_id] = pace
        return int(min(MOST_SLOTS, max(LEAST_SLOTS, AHEAD_SECONDS * pace)))
