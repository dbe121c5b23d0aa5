"""Operators for tests of runs: they work in other processes, which import them from here."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from groundswell.clean import Result


@dataclass(frozen=True)
class Trouble:
    """Kills, stalls or fills the process that works on a text with a certain word in it."""

    word: str
    deed: str
    name: ClassVar[str] = "trouble"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        return {"word": self.word, "deed": self.deed}

    def apply(self, batch: pa.RecordBatch) -> Result:
        if any(self.word in (text or "") for text in batch["text"].to_pylist()):
            if self.deed == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            elif self.deed == "stall":
                time.sleep(60)
            elif self.deed == "hoard":
                hoard = bytearray(4 << 30)
                hoard[:: 1 << 12] = b"x" * len(hoard[:: 1 << 12])
        return Result(batch)


@dataclass(frozen=True)
class DieOnce:
    """Kills the first process that comes here; the next one finds a note."""

    note: Path
    name: ClassVar[str] = "once"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        return {}

    def apply(self, batch: pa.RecordBatch) -> Result:
        if not self.note.exists():
            self.note.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return Result(batch)


@dataclass(frozen=True)
class Slow:
    """Takes its time over each batch, and tells that it began."""

    folder: Path
    seconds: float
    name: ClassVar[str] = "slow"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        return {}

    def apply(self, batch: pa.RecordBatch) -> Result:
        (self.folder / f"began-{os.getpid()}").touch()
        time.sleep(self.seconds)
        return Result(batch)
