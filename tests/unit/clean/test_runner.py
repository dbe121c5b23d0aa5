"""Every row leaves the pipeline once: kept, dropped or failed; a bad row costs itself only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.clean import DropExactDuplicates, Result, run
from groundswell.clean.runner import MAX_BAD_START
from groundswell.errors import InputError

Flow = Callable[..., Any]


@dataclass(frozen=True)
class DropWord:
    """Drops texts with one word in them, chokes on another."""

    dropped: str = "drop"
    poison: str = "poison"
    name: ClassVar[str] = "word"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        return {"dropped": self.dropped, "poison": self.poison}

    def apply(self, batch: pa.RecordBatch) -> Result:
        texts = batch["text"].to_pylist()
        if any(self.poison in text for text in texts):
            raise RuntimeError("choked on\npoison")
        return Result(
            batch, pa.array(["word:bad" if self.dropped in text else None for text in texts], pa.string())
        )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.sampled_from(["fine", "drop", "poison"]), max_size=30), st.integers(1, 9))
def test_every_row_is_kept_dropped_or_failed_in_order(flow: Flow, texts: list[str], rows: int) -> None:
    outcome = flow([f"{text} {place}" for place, text in enumerate(texts)], DropWord(), rows=rows)
    assert outcome.texts == [f"{text} {place}" for place, text in enumerate(texts) if text == "fine"]
    found = [(drop.locator, drop.reason, drop.failed) for drop in outcome.drops if drop.failed]
    assert found == [
        (f"line {p}", "operator:failed", True) for p, text in enumerate(texts) if text == "poison"
    ]
    assert len(outcome.drops) == len(texts) - len(outcome.kept)


def test_a_failure_says_which_step_and_what_happened_in_one_line(flow: Flow) -> None:
    (drop,) = flow(["a", "poison", "b"], DropWord()).drops
    assert (drop.step, drop.detail, drop.source, drop.locator) == (
        "word",
        "RuntimeError: choked on poison",
        "s",
        "line 1",
    )
    assert drop.item_id is not None


def test_later_operators_do_not_see_what_was_dropped(flow: Flow) -> None:
    seen: list[str] = []

    @dataclass(frozen=True)
    class Spy(DropWord):
        def apply(self, batch: pa.RecordBatch) -> Result:
            seen.extend(batch["text"].to_pylist())
            return Result(batch)

    flow(["a", "drop", "b"], DropWord(), Spy())
    assert seen == ["a", "b"]


def test_no_operators_and_no_batches_are_fine(flow: Flow) -> None:
    assert flow(["a", "b"]).texts == ["a", "b"]
    assert list(run([], [DropWord()], on_drop=lambda drop: None)) == []


def test_the_memory_of_one_run_does_not_reach_the_next(flow: Flow) -> None:
    pipeline = [DropExactDuplicates()]
    assert [flow(["a", "b", "a"], *pipeline).texts for _ in range(2)] == [["a", "b"], ["a", "b"]]


def test_memory_spans_batches(flow: Flow) -> None:
    assert flow(["a", "b", "a", "b"], DropExactDuplicates(), rows=1).texts == ["a", "b"]


def test_an_operator_that_answers_for_other_rows_is_refused(flow: Flow) -> None:
    @dataclass(frozen=True)
    class Filter(DropWord):
        def apply(self, batch: pa.RecordBatch) -> Result:
            return Result(batch.slice(1))

    with pytest.raises(InputError, match="'word' answered 2 rows in 'batch' for 3 given"):
        flow(["a", "b", "c"], Filter())


def test_an_operator_that_only_fails_ends_the_run(flow: Flow) -> None:
    with pytest.raises(
        InputError, match=f"failed on each of the first {MAX_BAD_START:,} items: RuntimeError"
    ):
        flow(["poison"] * (MAX_BAD_START + 5), DropWord(), rows=100)


def test_an_interruption_passes_through(flow: Flow) -> None:
    @dataclass(frozen=True)
    class Interrupted(DropWord):
        def apply(self, batch: pa.RecordBatch) -> Result:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        flow(["a"], Interrupted())


def test_added_columns_flow_on() -> None:
    batch = pa.RecordBatch.from_pydict({"id": ["a" * 64], "source": ["s"], "locator": ["l"]})

    @dataclass(frozen=True)
    class Add(DropWord):
        def apply(self, batch: pa.RecordBatch) -> Result:
            return Result(batch.append_column("score", pa.array([0.5] * batch.num_rows)))

    (out,) = run([batch], [Add()], on_drop=lambda drop: None)
    assert out["score"].to_pylist() == [0.5]
