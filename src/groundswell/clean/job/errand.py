"""A task on its way to a process, which may die of it."""

from dataclasses import dataclass, replace

from groundswell.clean.job.care import NO_CARE, Care, Spot
from groundswell.clean.job.work import Task
from groundswell.errors import InputError


@dataclass(frozen=True)
class Errand:
    """A task that waits for a process, and what is known of its deaths so far."""

    task: Task
    care: Care = NO_CARE

    def after_death(self, spot: Spot | None) -> "Errand":
        """Return the errand after a process died of it.

        Raises:
            InputError: it died too often.
        """
        care = Care((*self.care.deaths, spot))
        if care.is_hopeless():
            at = f" (at record {spot.batch})" if spot and spot.is_reading else ""
            raise InputError(
                f"task {self.task.name} killed {len(care.deaths)} processes{at}: out of memory, stalled or crashed. "
                "Give it more memory (--memory), or take out what it reads there"
            )
        return replace(self, care=care)
