"""What became of the requests of one stretch of load."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import Any

import numpy as np


class Tally:
    """Counts and latencies; a latency runs from when a request was due to when its answer was there.

    Attributes:
        latency_ms: of each cycle that got its receipt.
        in_time: cycles done before `end` (on `time.monotonic`), the end of the stretch.
        due: turns that were due: somebody came to work.
        idle: turns of somebody who held no task, and asked for one.
        empty: answers without a task.
        failed: turns given up, after all retries.
        retries: tries after the first.
        trouble: what the service said, by status and text, where it was not a receipt.
    """

    def __init__(self, end: float = 0.0) -> None:
        self.end = end
        self.latency_ms = array("d")
        self.recent_ms = array("d")
        self.due = self.in_time = self.idle = self.empty = self.refused = self.failed = self.retries = 0
        self.trouble: Counter[str] = Counter()

    def stored(self, due: float, now: float) -> None:
        """Count a receipt."""
        latency_ms = (now - due) * 1000
        self.latency_ms.append(latency_ms)
        self.recent_ms.append(latency_ms)
        self.in_time += now <= self.end

    def recent(self) -> dict[str, Any]:
        """Return count, p50 and p99 since the last call."""
        taken, self.recent_ms = self.recent_ms, array("d")
        return {"done": len(taken), **percentiles(taken)}

    def summary(self) -> dict[str, Any]:
        """Return all of it, for JSON."""
        counts = ("due", "in_time", "idle", "empty", "refused", "failed", "retries")
        found = {name: getattr(self, name) for name in counts}
        return {**found, **percentiles(self.latency_ms), "trouble": dict(self.trouble.most_common(8))}


def percentiles(latency_ms: array[float]) -> dict[str, float | None]:
    """Return p50, p99 and the longest in milliseconds; None of nothing."""
    if not latency_ms:
        return {"p50_ms": None, "p99_ms": None, "max_ms": None}
    p50, p99, most = np.percentile(np.frombuffer(latency_ms), [50, 99, 100])
    return {"p50_ms": round(p50, 2), "p99_ms": round(p99, 2), "max_ms": round(most, 2)}
