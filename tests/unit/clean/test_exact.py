"""Of equal items the first stays."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.clean import DropExactDuplicates

Flow = Callable[..., Any]


def test_the_detail_says_where_the_first_was(flow: Flow) -> None:
    outcome = flow(["a", "b", "a", "a"], DropExactDuplicates())
    assert outcome.texts == ["a", "b"]
    kept = f"the same content as line 0 ({outcome.kept[0].id})"
    assert [(d.locator, d.reason, d.detail, d.failed) for d in outcome.drops] == [
        ("line 2", "duplicate:exact", kept, False),
        ("line 3", "duplicate:exact", kept, False),
    ]
    assert {(drop.kept, drop.likeness) for drop in outcome.drops} == {(outcome.kept[0].id, 1.0)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.sampled_from("abcde"), max_size=20), st.integers(1, 7))
def test_the_first_of_each_stays_however_it_is_batched(flow: Flow, texts: list[str], rows: int) -> None:
    assert flow(texts, DropExactDuplicates(), rows=rows).texts == list(dict.fromkeys(texts))
