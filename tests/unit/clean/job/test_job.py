"""A run over parts gives what a run over all gives, whatever it is cut into; what is known is compared with."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pytest
from tests.unit.clean.job.conftest import NOW, Go, corpus, parts_of

from groundswell.clean import (
    DropEmptyText,
    DropExactDuplicates,
    DropNearDuplicates,
    DropRepeatedLines,
    InProcess,
    NormalizeText,
    Result,
    Sample,
    SourcePart,
    default_recipe,
)
from groundswell.collect import Options, Records

CHAIN = (
    NormalizeText(),
    DropExactDuplicates(),
    DropEmptyText(min_characters=9),
    DropRepeatedLines(min_characters=5),
    DropNearDuplicates(),
    Sample(0.9),
)


@pytest.mark.parametrize("size", [7, 60, 1000])
@pytest.mark.parametrize("operators", [default_recipe(), CHAIN], ids=["default", "chain"])
def test_how_the_data_is_cut_does_not_matter(go: Go, size: int, operators: Any) -> None:
    texts = [f"{text}\na line that is everywhere" for text in corpus()]
    whole = go(parts_of(texts, 1000), operators, InProcess(), "whole")
    cut = go(parts_of(texts, size), operators, InProcess(), "cut")
    assert cut.texts == whole.texts
    reasons = [Counter((drop.step, drop.reason) for drop in each.drops) for each in (cut, whole)]
    assert reasons[0] == reasons[1]
    assert len(whole.texts) + len(whole.drops) == len(texts)


@pytest.mark.parametrize("task_bytes", [2_000, 200_000])
def test_little_memory_gives_the_same(go: Go, task_bytes: int) -> None:
    texts = corpus()
    much = go(parts_of(texts), default_recipe(), InProcess(), "much")
    little = go(parts_of(texts), default_recipe(), InProcess(task_bytes), "little")
    assert little == much


def test_a_run_that_stopped_goes_on_and_gives_the_same(go: Go, tmp_path: Path) -> None:
    texts = corpus()
    whole = go(parts_of(texts), default_recipe(), InProcess(), "whole")
    done = sorted((tmp_path / "whole" / "done").iterdir())
    assert len(done) > 8
    for kept in range(0, len(done), 3):

        class Stops(InProcess):
            left = kept

            def run(self, tasks: Any, place: Any, on_done: Any) -> None:
                for task in tasks:
                    if not self.left:
                        raise KeyboardInterrupt
                    self.left -= 1
                    super().run([task], place, on_done)

        with pytest.raises(KeyboardInterrupt):
            go(parts_of(texts), default_recipe(), Stops(), f"stopped-{kept}")
        began = Counter(path.name for path in (tmp_path / f"stopped-{kept}" / "done").iterdir())
        assert len(began) == kept
        assert go(parts_of(texts), default_recipe(), InProcess(), f"stopped-{kept}") == whole


@dataclass(frozen=True)
class NoTwice:
    """A part that may be read once in this test."""

    part: SourcePart
    reads: list[int]

    def batches(self, on_drop: Any, on_read: Any) -> Any:
        self.reads.append(1)
        return self.part.batches(on_drop, on_read)


def test_sources_are_read_once(go: Go) -> None:
    reads: list[int] = []
    parts = [NoTwice(part, reads) for part in parts_of(corpus())]
    go(parts, CHAIN, InProcess())  # type: ignore[arg-type]
    assert len(reads) == len(parts)


def test_what_is_known_stays_and_new_copies_of_it_go(go: Go) -> None:
    texts = corpus()
    first, new = texts[:120], texts[120:]
    operators = (DropExactDuplicates(), DropNearDuplicates())
    both = go(parts_of(texts), operators, InProcess(), "both")
    known = go(parts_of(first), operators, InProcess(), "first").texts
    update = go(parts_of(new), operators, InProcess(), "update", known=parts_of(known))
    assert [*known, *update.texts] == both.texts
    assert len(update.texts) + len(update.drops) == len(new)
    assert all(drop.source == "python" for drop in update.drops)


def test_known_rows_that_are_copies_of_each_other_are_left_alone(go: Go) -> None:
    known = ["one two three four", "one two three four"]
    found = go(
        parts_of(["one two three four", "other"]), default_recipe(), InProcess(), known=parts_of(known)
    )
    assert found.texts == ["other"]


@dataclass(frozen=True)
class Choosy(DropExactDuplicates):
    """Cannot take notes of some texts."""

    name: ClassVar[str] = "choosy"

    def gather(self, batch: pa.RecordBatch) -> Any:
        if any("poison" in text for text in batch["text"].to_pylist()):
            raise RuntimeError("choked")
        return super().gather(batch)


@pytest.mark.parametrize("operators", [(Choosy(),), (DropExactDuplicates(), Choosy(), DropNearDuplicates())])
def test_rows_that_cannot_be_noted_are_reported_once_and_go(go: Go, operators: Any) -> None:
    texts = ["a", "poison b", "c", "c", "poison d", "e"]
    found = go(parts_of(texts, 3), operators, InProcess())
    assert found.texts == ["a", "c", "e"]
    assert sorted((drop.reason, drop.locator) for drop in found.drops) == [
        ("duplicate:exact", "row 0"),
        ("operator:failed", "row 1"),
        ("operator:failed", "row 1"),
    ]


@dataclass(frozen=True)
class Shout:
    """Adds a column, and changes texts."""

    name: ClassVar[str] = "shout"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        return {}

    def apply(self, batch: pa.RecordBatch) -> Result:
        return Result(
            batch.append_column("length", pa.array([len(text) for text in batch["text"].to_pylist()]))
        )


def test_the_best_copy_stays_by_a_column_that_a_step_has_added(go: Go) -> None:
    texts = ["one two three", "ONE two, three!!", "one  two three"]
    found = go(parts_of(texts, 1), (Shout(), DropNearDuplicates(keep="length")), InProcess())
    assert found.texts == ["ONE two, three!!"]


def test_parts_without_rows_are_fine(go: Go) -> None:
    empty = SourcePart(Records([], Options(NOW)))

    class Nothing:
        def read(self) -> Any:
            return iter(())

    parts = [SourcePart(Nothing()), *parts_of(["a", "b"], 1), SourcePart(Nothing())]
    assert go(parts, CHAIN[:2], InProcess()).texts == ["a", "b"]
    assert go([SourcePart(Nothing())], default_recipe(), InProcess(), "none").texts == []
    assert empty is not None


def test_entries_are_json(go: Go, tmp_path: Path) -> None:
    go(parts_of(corpus()), default_recipe(), InProcess())
    entries = [json.loads(path.read_text()) for path in (tmp_path / "run" / "done").iterdir()]
    assert sum(entry.get("read", 0) for entry in entries) >= 240


def test_progress_counts_tasks_and_records(go: Go) -> None:
    told: list[Any] = []
    go(parts_of(corpus()), default_recipe(), InProcess(), on_progress=told.append)
    assert [(each.done, each.total) for each in told[:5]] == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert told[4].records == 240
