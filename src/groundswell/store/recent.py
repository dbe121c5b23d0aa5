"""Values that were used last, kept in memory: never more than a number of them, nor for longer than a time."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The values that were used last, by key; older ones are forgotten, so that memory does not grow for ever.

    Args:
        size: how many values are kept.
        seconds: how long a value is good for; None: until it is forgotten.
        clock: seconds that never go back.
    """

    def __init__(
        self, size: int, *, seconds: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size = size
        self._seconds = seconds
        self._clock = clock
        self._values: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Return the value of a key, or None where it was forgotten or is too old."""
        found = self._values.get(key)
        if found is None:
            return None
        kept_at, value = found
        if self._seconds is not None and self._clock() - kept_at > self._seconds:
            del self._values[key]
            return None
        self._values.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        """Keep a value, and forget the one that was not used for longest."""
        self._values[key] = (self._clock(), value)
        self._values.move_to_end(key)
        while len(self._values) > self._size:
            self._values.popitem(last=False)

    def forget(self, key: K) -> None:
        """Forget the value of a key, if there is one."""
        self._values.pop(key, None)
