"""Files that appear whole: written under another name, flushed to the disk, then renamed."""

import os
from pathlib import Path
from typing import BinaryIO


def create(path: Path) -> BinaryIO:
    """Open the file that will become `path`; two processes that make the same file do not meet."""
    return open(_unfinished(path), "wb")


def publish(file: BinaryIO, path: Path) -> None:
    """Close a file of `create` and give it its name."""
    file.flush()
    os.fsync(file.fileno())
    file.close()
    os.replace(_unfinished(path), path)


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")
