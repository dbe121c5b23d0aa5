"""What every acceptance test starts from."""

from pathlib import Path

import pytest

from tests.acceptance.command import Groundswell


@pytest.fixture
def groundswell(tmp_path: Path) -> Groundswell:
    """The command, with a data folder that is not there yet."""
    return Groundswell(tmp_path, tmp_path / "home")
