import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from groundswell.errors import Conflict, InputError, SourceNotFound
from groundswell.feed import snapshot
from groundswell.feed.following import Following, Turn


def commit(version: Any, where: Path, rows: int, number: int) -> None:
    table = version.table.slice(0, rows)
    snapshot(replace(version, table=table, number=number, digest=str(number)), where)


def labels(batches: Any) -> list[list[int]]:
    return [batch["label"].tolist() for batch in batches]


def flat(batches: list[list[int]]) -> list[int]:
    return sorted(label for batch in batches for label in batch)


def test_a_pass_keeps_its_version_and_the_next_one_takes_the_newest(tmp_path: Path, version: Any) -> None:
    commit(version, tmp_path, 20, 1)
    turns: list[Turn] = []
    feed = Following(tmp_path, 8, passes=3, on_turn=turns.append)
    stream = iter(feed)
    first = [next(stream)["label"].tolist()]
    commit(version, tmp_path, 50, 2)
    first += labels(next(stream) for _ in range(2))
    assert flat(first) == list(range(20))
    assert feed.version == 1
    second = labels(next(stream) for _ in range(7))
    assert flat(second) == list(range(50))
    assert flat(labels(stream)) == list(range(50))
    assert turns == [Turn(0, 0, 1, "1"), Turn(3, 1, 2, "2")]
    with pytest.raises(Conflict, match="all its 3 passes"):
        iter(feed)


@pytest.mark.parametrize("stop", range(11))
def test_resuming_equals_no_pause_though_the_dataset_grew_meanwhile(
    tmp_path: Path, version: Any, stop: int
) -> None:
    commit(version, tmp_path, 20, 1)
    whole = Following(tmp_path, 8, passes=2, seed=3, agree=lambda newest: 1)
    expected = labels(whole)
    feed = Following(tmp_path, 8, passes=2, seed=3, agree=lambda newest: 1)
    stream = iter(feed)
    taken = labels(next(stream) for _ in range(min(stop, 6)))
    state = json.loads(json.dumps(feed.state_dict()))
    commit(version, tmp_path, 50, 2)
    resumed = Following(tmp_path, 8, passes=2, seed=3, agree=lambda newest: 1)
    resumed.load_state_dict(state)
    assert taken + ([] if resumed.finished else labels(resumed)) == expected
    assert len(json.dumps(state)) < 1000


def test_a_state_needs_its_version_and_its_options(tmp_path: Path, version: Any) -> None:
    commit(version, tmp_path / "a", 20, 1)
    feed = Following(tmp_path / "a", 8)
    next(iter(feed))
    state = feed.state_dict()
    with pytest.raises(InputError, match="seed is 1 here"):
        Following(tmp_path / "a", 8, seed=1).load_state_dict(state)
    with pytest.raises(InputError, match="not the state of a following feed"):
        Following(tmp_path / "a", 8).load_state_dict({"pass": 1})
    (tmp_path / "a" / "v000001.json").rename(tmp_path / "kept")
    with pytest.raises(SourceNotFound, match="no manifest"):
        Following(tmp_path / "a", 8).load_state_dict(state)


def test_nothing_to_follow_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="is no snapshot"):
        next(iter(Following(tmp_path, 8)))


def test_what_was_retracted_is_not_fed_in_the_next_pass(tmp_path: Path, version: Any) -> None:
    commit(version, tmp_path, 20, 1)
    feed = Following(tmp_path, 20, passes=2)
    stream = iter(feed)
    next(stream)
    kept = pa.concat_tables([version.table.slice(0, 5), version.table.slice(6, 14)])
    snapshot(replace(version, table=kept, number=2, digest="2"), tmp_path)
    assert flat(labels(stream)) == [*range(5), *range(6, 20)]
