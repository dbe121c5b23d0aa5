"""The folder of a run, whose files appear whole: written under another name, then renamed."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True)
class RunFolder:
    """Where a run keeps its files.

    Attributes:
        root: the folder.
        is_temporary: whether nobody goes on with the run after this machine has lost its power; then
            files are not flushed to the disk.
    """

    root: Path
    is_temporary: bool = False

    def path(self, name: str) -> Path:
        """Return the path of a file."""
        return self.root / name

    def create(self, name: str) -> BinaryIO:
        """Open a file that is not there before `publish`; two processes that make the same one do not meet."""
        return open(self._unfinished(name), "wb")

    def publish(self, file: BinaryIO, name: str) -> None:
        """Close a file of `create` and give it its name."""
        file.flush()
        if not self.is_temporary:
            os.fsync(file.fileno())
        file.close()
        os.replace(self._unfinished(name), self.root / name)

    def discard(self, file: BinaryIO, name: str) -> None:
        """Close a file of `create` that will not be published, and remove it."""
        file.close()
        self._unfinished(name).unlink(missing_ok=True)

    def _unfinished(self, name: str) -> Path:
        path = self.root / name
        return path.with_name(f".{path.name}.{os.getpid()}")
