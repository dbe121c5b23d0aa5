"""Wire types of background work."""

from datetime import datetime

from msgspec import Struct

from groundswell.store import BackgroundJob


class JobOut(Struct):
    """A job: `state` is waiting, running or failed; `error` says why the last try failed.

    `at` is when a waiting job may begin, or the last change of another.
    """

    id: int
    task: str
    project_id: int | None
    state: str
    attempts: int
    error: str | None
    at: datetime | None

    @classmethod
    def of(cls, job: BackgroundJob) -> "JobOut":
        """Shape a job."""
        return cls(job.id, job.task, job.project_id, job.state, job.attempts, job.error, job.at)


class JobList(Struct):
    """Jobs: those that gave up first, then the newest first."""

    items: list[JobOut]
