"""Group commit: requests that wait at the same time are done together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

Together = Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]]
"""Does many requests at once; for each, in order, its result or the error that is its own."""


class Batcher(Generic[T, R]):
    """Hands requests that arrive while earlier ones are being done to one call, as soon as that has a turn.

    No request waits for a timer: alone it is done at once, and the busier the service is, the more share a
    transaction and its flush to disk.

    Args:
        together: does a batch.
        turns: batches that may be under way at the same time.
        most: requests in one batch.
        crowd: requests that must wait before a batch begins beside another. Few large batches cost less than many small
            ones; but where many wait, the database works on one batch while the next is made ready.
    """

    def __init__(self, together: Together[T, R], *, turns: int = 2, most: int = 256, crowd: int = 1) -> None:
        self._together = together
        self._free = turns
        self._most = most
        self._crowd = crowd
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def do(self, request: T) -> R:
        """Return what `together` gave for this request, or raise its error."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        self._start()
        return await future

    def _start(self) -> None:
        while self._free and len(self._waiting) >= (self._crowd if self._running else 1):
            self._free -= 1
            batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
            task = asyncio.create_task(self._run(batch))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._free += 1
        self._start()

    async def _run(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._together([request for request, _ in batch])
            assert len(results) == len(batch), "each request has one result"
        except asyncio.CancelledError:
            for _, future in batch:
                future.cancel()
            raise
        except Exception as error:
            results = [error] * len(batch)
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():  # its caller has gone
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
