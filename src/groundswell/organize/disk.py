"""What the disk refuses, as an error that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundswell.errors import StoreError


@contextmanager
def writing_to(folder: Path, setting: str = "GROUNDSWELL_HOME") -> Iterator[None]:
    """Turn a full or forbidden disk into a `StoreError` that names the folder, and the variable that says where it is.

    Raises:
        StoreError: the block raised `OSError`.
    """
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be written ({error.strerror or error}), so nothing is kept; make room there, "
            f"or set {setting} to a folder that you may write"
        ) from error
