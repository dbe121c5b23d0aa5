"""How much memory there is, and how much a process holds."""

import os
from pathlib import Path

MB = 2**20


def machine_memory() -> int:
    """Return the bytes of memory of this machine, or of the control group that this process is in."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return whole
    return min(whole, int(limit)) if limit.isdigit() else whole


def held_by(process: int) -> int:
    """Return the bytes that a process holds: what is mapped from files is not counted; 0 if it is gone.

    Files that are mapped are the system's to drop when memory is short.
    """
    try:
        fields = Path(f"/proc/{process}/statm").read_text().split()
    except OSError:
        return 0
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")


def private_bytes() -> int | None:
    """Return the bytes of private writable memory that this process has asked for; None where it is not told."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    line = next(line for line in status.splitlines() if line.startswith("VmData:"))
    return int(line.split()[1]) * 1024
