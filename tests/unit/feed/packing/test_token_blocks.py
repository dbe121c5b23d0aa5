import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from groundswell.errors import EmptySource, InputError, MissingColumn, UnreadableSource
from groundswell.feed import Feed, Snapshot, TableSamples, TokenBlocks, open_snapshot, snapshot


def table(lengths: list[int], kind: Any = None) -> pa.Table:
    ends = np.cumsum([0, *lengths])
    tokens = [list(range(first, last)) for first, last in itertools.pairwise(ends)]
    kind = kind or pa.large_list(pa.uint16())
    return pa.table({"id": [f"d{n}" for n in range(len(lengths))], "tokens": pa.array(tokens, kind)})


@pytest.mark.parametrize("kind", [pa.large_list(pa.uint16()), pa.list_(pa.int32())])
def test_blocks_are_the_documents_joined_and_cut(kind: Any) -> None:
    blocks = TokenBlocks(TableSamples(table([3, 5, 2], kind)), 4)
    batches = [batch["tokens"] for batch in Feed(blocks, 2, shuffle=False)]
    assert [batch.tolist() for batch in batches] == [[[0, 1, 2, 3], [4, 5, 6, 7]]]
    assert batches[0].dtype == np.int64
    assert blocks.origins(np.array([0, 1])) == [["d0", "d1"], ["d1"]]


def test_every_block_of_every_shard_is_fed_once(tmp_path: Any, make_version: Any) -> None:
    documents = table([7] * 60)
    stored = snapshot(make_version(documents), tmp_path / "s", shard_bytes=600)
    assert len(stored.manifest.shards) > 5
    blocks = TokenBlocks(stored, 5)
    fed = np.concatenate([batch["tokens"] for batch in Feed(blocks, 3, seed=2)])
    ends = np.cumsum([shard.rows * 7 for shard in stored.manifest.shards])
    expected = [
        list(range(first, first + 5))
        for end, start in zip(ends, [0, *ends[:-1]], strict=True)
        for first in range(start, end - 4, 5)
    ]
    assert sorted(fed.tolist()) == expected
    assert [sum(blocks.blocks), len(fed)] == [len(expected)] * 2


def test_only_shards_that_a_batch_needs_are_opened(
    tmp_path: Any, make_version: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot(make_version(table([7] * 60)), tmp_path / "s", shard_bytes=600)
    opened: list[int] = []
    real = Snapshot.pieces

    def watched(self: Snapshot, numbers: Any, name: str) -> Any:
        opened.extend(numbers)
        return real(self, numbers, name)

    monkeypatch.setattr(Snapshot, "pieces", watched)
    feed = Feed(TokenBlocks(open_snapshot(tmp_path / "s"), 5), 1, seed=2)
    assert opened == []
    next(iter(feed))
    assert len(opened) == 1


def test_a_snapshot_whose_manifest_counts_no_tokens_feeds_the_same(tmp_path: Any, make_version: Any) -> None:
    stored = snapshot(make_version(table([7] * 60)), tmp_path / "s", shard_bytes=600)
    shards = tuple(replace(shard, elements={}) for shard in stored.manifest.shards)
    older = Snapshot(stored.storage, replace(stored.manifest, shards=shards))
    feeds = [Feed(TokenBlocks(each, 5), 3, seed=2) for each in (stored, older)]
    fed, again = ([batch["tokens"].tolist() for batch in feed] for feed in feeds)
    assert fed == again


def test_a_part_of_a_table_has_its_own_tokens() -> None:
    blocks = TokenBlocks(TableSamples(table([3, 4, 4]).slice(1)), 4)
    (batch,) = Feed(blocks, 2, shuffle=False)
    assert batch["tokens"].tolist() == [[3, 4, 5, 6], [7, 8, 9, 10]]
    assert blocks.origins(np.array([1])) == [["d2"]]


def test_what_cannot_be_cut_is_an_error() -> None:
    with pytest.raises(InputError, match="at least 1 token"):
        TokenBlocks(TableSamples(table([3])), 0)
    with pytest.raises(EmptySource, match="no shard has 9 tokens"):
        Feed(TokenBlocks(TableSamples(table([3, 5])), 9), 1)
    with pytest.raises(UnreadableSource, match="lists of integers"):
        TokenBlocks(TableSamples(table([3])), 2, column="id")
    with pytest.raises(MissingColumn, match="1 missing lists"):
        TokenBlocks(TableSamples(pa.table({"tokens": [[1], None]})), 2)
