"""Shared by the tests of sources: a way to write a file and read all that a source says of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from groundswell.collect import open_source
from groundswell.items import Drop, Item

NOW = datetime(2026, 1, 2, tzinfo=UTC)
Read = Callable[..., list[Item | Drop]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that writes bytes to a file of a name and reads it as a source."""

    def read_file(name: str, data: bytes | None = None, **options: Any) -> list[Item | Drop]:
        if data is not None:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(data)
        return list(open_source(tmp_path / name, collected_at=NOW, **options).read())

    return read_file


@pytest.fixture
def summary() -> Callable[[list[Item | Drop]], list[tuple[str, str | None]]]:
    """Return a function that says of each record where it was, and its text or the reason against it."""

    def of(records: list[Item | Drop]) -> list[tuple[str, str | None]]:
        return [(each.locator, each.reason if isinstance(each, Drop) else each.text) for each in records]

    return of
