"""The end of a job is stored, whatever becomes of the database meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0


class LastingJobManager(JobManager):
    """Procrastinate's own, but that it notes the end of a job again until the database takes it.

    A job whose end is lost counts as running for as long as its worker lives, and all others of its key wait for it.

    Args:
        connector: to the database.
        ending: set once the worker is asked to stop. From then on an end is tried once: with its worker gone, the job
            is handed out again.
    """

    def __init__(self, connector: Any, ending: asyncio.Event) -> None:
        super().__init__(connector)
        self._ending = ending

    async def finish_job(self, *args: Any, **kwargs: Any) -> None:
        """Set a job to its final state."""
        await self._noted(lambda: super(LastingJobManager, self).finish_job(*args, **kwargs))

    async def retry_job(self, *args: Any, **kwargs: Any) -> None:
        """Have a job tried again."""
        await self._noted(lambda: super(LastingJobManager, self).retry_job(*args, **kwargs))

    async def _noted(self, note: Callable[[], Awaitable[None]]) -> None:
        is_again = False
        while True:
            try:
                return await note()
            except ConnectorException as error:
                if is_again and isinstance(error.__cause__, psycopg.errors.RaiseException):
                    return  # the job has no end to be noted any more: the first try was stored, and its answer lost
                if self._ending.is_set() or isinstance(error.__cause__, psycopg.errors.RaiseException):
                    raise
                log.warning(
                    "the end of a job could not be noted, and is noted again: %s", error.__cause__ or error
                )
                is_again = True
                await asyncio.sleep(PAUSE_SECONDS)
