from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import Conflict, SourceNotFound, UnreadableSource
from groundswell.feed import Columns, Feed, Mixture, Packed, TableSamples
from groundswell.feed.tracing import (
    Checkpoint,
    RunRecord,
    checkpoints_that_saw,
    items_of_step,
    read_run,
    steps_of_items,
)


def samples(name: str, rows: int) -> TableSamples:
    table = {"id": [f"{name}{n}" for n in range(rows)], "tokens": [[n] * (n % 5 + 1) for n in range(rows)]}
    return TableSamples(pa.table(table), digest=name)


def mixed() -> Mixture:
    return Mixture(
        {name: Columns(samples(name, rows)) for name, rows in (("a", 9), ("b", 4))}, {"a": 1, "b": 1}
    )


FEEDS: dict[str, Any] = {
    "plain": lambda tail: Feed(samples("a", 13), 4, epochs=3, tail=tail, seed=2),
    "ordered": lambda tail: Feed(samples("a", 13), 4, epochs=3, tail=tail, shuffle=False),
    "blocks": lambda tail: Feed(samples("a", 13), 4, epochs=3, tail=tail, window=1),
    "split": lambda tail: Feed(samples("a", 30), 4, epochs=3, tail=tail, split="train"),
    "mixture": lambda tail: Feed(mixed(), 4, epochs=3, tail=tail),
    "packed": lambda tail: Feed(Packed(samples("a", 40), 7), 4, epochs=3, tail=tail),
}


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(sorted(FEEDS)), tail=st.sampled_from(["exact", "drop", "pad"]), data=st.data())
def test_steps_and_items_lead_to_each_other(kind: str, tail: str, data: st.DataObject) -> None:
    feed = FEEDS[kind](tail)
    delivered = data.draw(st.integers(0, len(feed)))
    expected: dict[str, set[int]] = defaultdict(set)
    for step in range(delivered):
        for origins in items_of_step(feed, step):
            for each in origins:
                expected[each].add(step)
    names = [f"{source}{n}" for source in "ab" for n in range(40)]
    found = steps_of_items(feed, names, delivered)
    assert found == {name: sorted(expected[name]) for name in names}


def test_what_a_step_delivered_is_what_it_is_traced_to() -> None:
    feed = FEEDS["plain"]("exact")
    for step, batch in enumerate(feed):
        assert items_of_step(feed, step) == [[each] for each in batch["id"]]


def test_a_retracted_item_is_traced_to_the_checkpoints_that_saw_it(tmp_path: Path) -> None:
    feed = FEEDS["plain"]("exact")
    record = RunRecord(tmp_path / "run", feed, {"dataset": "a", "version": 1})
    seen = {}
    for step, batch in enumerate(feed):
        seen.update({each: step for each in batch["id"] if each not in seen})
        record.checkpoint(f"step-{step + 1}")
    run = read_run(tmp_path / "run")
    assert run.source == {"dataset": "a", "version": 1}
    steps = steps_of_items(FEEDS["plain"]("exact"), ["a7"], delivered=12)["a7"]
    assert checkpoints_that_saw(run, steps) == [
        Checkpoint(f"step-{number}", number) for number in range(seen["a7"] + 1, 13)
    ]
    assert checkpoints_that_saw(run, []) == []


def test_a_resumed_run_goes_on_with_its_record_and_another_does_not(tmp_path: Path) -> None:
    RunRecord(tmp_path / "run", FEEDS["plain"]("exact")).checkpoint("one")
    with (tmp_path / "run").open("a") as file:
        file.write('{"checkpoint": "torn')
    assert [each.name for each in read_run(tmp_path / "run").checkpoints] == ["one"]
    RunRecord(tmp_path / "run", FEEDS["plain"]("exact"))
    with pytest.raises(Conflict, match="record of another stream"):
        RunRecord(tmp_path / "run", FEEDS["plain"]("drop"))


def test_what_is_no_record_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="cannot be read"):
        read_run(tmp_path / "none")
    (tmp_path / "run").write_text("{}\n")
    with pytest.raises(UnreadableSource, match="no record of a run"):
        read_run(tmp_path / "run")
