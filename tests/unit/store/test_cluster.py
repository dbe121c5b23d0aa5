import pytest

from groundswell.store.cluster import environment, memory_bytes, shared_buffers_mb

MB = 1024 * 1024


@pytest.mark.parametrize(
    ("memory_mb", "buffers_mb"), [(256, 64), (512, 64), (2048, 256), (8192, 1024), (1_000_000, 2048)]
)
def test_the_cache_is_an_eighth_of_the_memory_within_bounds(memory_mb: int, buffers_mb: int) -> None:
    assert shared_buffers_mb(memory_mb * MB) == buffers_mb


def test_this_machine_has_memory() -> None:
    assert memory_bytes() > 64 * MB


def test_variables_that_redirect_postgres_do_not_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATA", "/elsewhere")
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("UNRELATED", "kept")
    given = environment()
    assert not [name for name in given if name.startswith("PG")]
    assert given["UNRELATED"] == "kept"
