"""What a policy lets go, and what it never touches."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.organize import Retention
from groundswell.organize.manifest import Manifest
from groundswell.organize.retention import to_remove

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def version(number: int, days_old: float = 0, branch: str = "main") -> Manifest:
    return Manifest("pets", number, 0, (), NOW - timedelta(days=days_old), branch)


def numbers(versions: list[Manifest], kept: set[int] = frozenset(), **policy: float) -> list[int]:
    return [each.number for each in to_remove(versions, Retention(**policy), kept, NOW)]


def test_nothing_goes_unless_somebody_says_so() -> None:
    assert numbers([version(1, 9999), version(2)]) == []


def test_the_newest_of_each_branch_stay() -> None:
    versions = [version(1), version(2), version(3, branch="try"), version(4), version(5, branch="try")]
    assert numbers(versions, keep_last=1) == [1, 2, 3]
    assert numbers(versions, keep_last=2) == [1]


def test_the_young_stay() -> None:
    assert numbers([version(1, 40), version(2, 20), version(3, 10)], keep_days=30) == [1]


def test_what_either_limit_keeps_stays() -> None:
    versions = [version(1, 40), version(2, 40), version(3, 10), version(4, 1)]
    assert numbers(versions, keep_last=3, keep_days=30) == [1]
    assert numbers(versions, keep_last=1, keep_days=30) == [1, 2]


def test_what_has_a_name_stays() -> None:
    assert numbers([version(1), version(2), version(3)], {1, 3}, keep_last=1) == [2]


@pytest.mark.parametrize("policy", [{"keep_last": 0}, {"keep_days": -1}, {"keep_days": float("nan")}])
def test_a_policy_that_would_remove_the_newest_is_refused(policy: dict[str, float]) -> None:
    with pytest.raises(InputError, match="keep_"):
        Retention(**policy)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 100), st.sampled_from(["main", "try"])), max_size=15),
    st.integers(1, 5) | st.none(),
    st.floats(0, 100) | st.none(),
)
def test_a_larger_policy_never_removes_more(
    given: list[tuple[float, str]], last: int | None, days: float | None
) -> None:
    versions = [version(number, old, branch) for number, (old, branch) in enumerate(given, 1)]
    gone = set(numbers(versions, keep_last=last, keep_days=days))
    if last is not None:
        assert set(numbers(versions, keep_last=last + 1, keep_days=days)) <= gone
        for branch in ("main", "try"):
            line = [each.number for each in versions if each.branch == branch]
            assert not gone & set(line[-last:])
    if days is not None:
        assert set(numbers(versions, keep_last=last, keep_days=days + 10)) <= gone
