"""Seconds, wall and processor, and peak memory above what was there before, of one call in this process."""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATUS = Path("/proc/self/status")
RESET = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Cost:
    """What a call cost.

    Attributes:
        seconds: wall time.
        cpu_seconds: time on a processor: the fairer figure on a machine that others use too.
        peak_mb: MB by which the peak exceeded the memory before the call.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float


def measured(call: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return what `call` returns, its wall seconds and its peak MB; see `cost_of`."""
    result, cost = cost_of(call)
    return result, cost.seconds, cost.peak_mb


def cost_of(call: Callable[[], Any]) -> tuple[Any, Cost]:
    """Return what `call` returns, and what it cost.

    On Linux the peak is reset first. Elsewhere it is the process's whole peak, so that memory which was freed
    before the call hides some of what the call needs: call this once a process.
    """
    gc.collect()
    before = _reset_peak()
    started, started_cpu = time.perf_counter(), time.process_time()
    result = call()
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - started_cpu
    return result, Cost(seconds, cpu_seconds, _peak_mb() - before)


def _reset_peak() -> float:
    """Reset the peak where the system can; returns the MB in use now."""
    if not RESET.exists():
        return _peak_mb()
    RESET.write_text("5")
    return _status_mb("VmRSS")


def _peak_mb() -> float:
    if STATUS.exists():
        return _status_mb("VmHWM")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def _status_mb(name: str) -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(name + ":"))
    return int(line.split()[1]) / 1024
