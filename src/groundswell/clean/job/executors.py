"""Choosing what runs the tasks."""

import re
from dataclasses import dataclass

from groundswell.clean.job.local import InProcess
from groundswell.clean.job.processes import Processes
from groundswell.clean.job.work import Executor
from groundswell.errors import InputError

SMALL_BYTES = 64 * 1024 * 1024
"""Under this much to read, starting processes costs more than it gains."""

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


@dataclass(frozen=True)
class Running:
    """Where and within what a pipeline runs.

    Attributes:
        workers: the most processes at once; as many as there are processors if None.
        memory_bytes: what all of them together may hold; None: three quarters of what the machine has.
        on: `ray` for a cluster on this machine, or the address of one, `ray://host:10001`; None: this machine.
    """

    workers: int | None = None
    memory_bytes: int | None = None
    on: str | None = None

    def executor(self, size_bytes: int | None) -> Executor:
        """Return what runs the tasks.

        Args:
            size_bytes: what will be read; None where that is not known.

        Raises:
            InputError: the memory is too little, or `on` is no such place.
            MissingExtra: Ray is not installed.
        """
        if self.on is not None:
            from groundswell.clean.job.cluster import OnRay

            return OnRay(self.on, workers=self.workers, memory_bytes=self.memory_bytes)
        is_small = size_bytes is not None and size_bytes < SMALL_BYTES
        if is_small and self.workers is None and self.memory_bytes is None:
            return InProcess()
        return Processes(self.workers, memory_bytes=self.memory_bytes)


def bytes_of(text: str) -> int:
    """Return how many bytes a text such as `4GB`, `512 MB` or `1.5GiB` means.

    Raises:
        InputError: it means none.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", text)
    if not found or found[2].upper() not in _UNITS:
        raise InputError(f"{text!r} is no amount of memory; write, for example, 4GB")
    return int(float(found[1]) * _UNITS[found[2].upper()])
