"""Small files that appear whole or not at all: JSON that says something about a dataset."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from groundswell.organize.disk import writing_to
from groundswell.organize.fragments import flush_folder


@contextmanager
def whole_json(target: Path, value: Any) -> Iterator[str]:
    """Give a durable file with a value, to be linked or renamed to `target`; what is left of it is removed.

    Raises:
        StoreError: the disk is full, or the folder may not be written.
    """
    with writing_to(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    try:
        with writing_to(target.parent), os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        yield temporary
        flush_folder(target.parent)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)


def replace_json(target: Path, value: Any) -> None:
    """Write a value, in the place of what is there.

    Raises:
        StoreError: the disk is full, or the folder may not be written.
    """
    with whole_json(target, value) as temporary:
        os.replace(temporary, target)
