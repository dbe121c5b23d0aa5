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

    def after_death(self, spot: Spot | None, cause: str) -> "Errand":
        """Return the errand after a process died of it.

        Args:
            spot: where it was.
            cause: what it died of, for people.

        Raises:
            InputError: it died too often.
        """
        care = Care((*self.care.deaths, spot))
        if care.is_hopeless():
            at = f" (at record {spot.batch})" if spot and spot.is_reading else ""
            raise InputError(
                f"task {self.task.name} killed {len(care.deaths)} processes{at}, the last one because {cause}. "
                "Give it more memory (--memory), or take out what it reads there"
            )
        return replace(self, care=care)
