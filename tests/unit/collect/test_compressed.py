"""Compressed files are read in every form, and no further than their size can explain."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from groundswell.collect import compressed
from groundswell.items import Drop, Item

Read = Callable[..., list[Item | Drop]]


def zstd(data: bytes) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True)


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress), ("zst", zstd)],
)
def test_every_form_is_read(read: Read, suffix: str, compress: Callable[[bytes], bytes]) -> None:
    assert [
        item.text for item in read(f"a.txt.{suffix}", compress(b"one\ntwo\n")) if isinstance(item, Item)
    ] == ["one", "two"]


@pytest.mark.parametrize(
    ("suffix", "compress"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]
)
def test_a_cut_end_costs_the_end_only(read: Read, suffix: str, compress: Callable[[bytes], bytes]) -> None:
    import random

    lines = "\n".join(str(random.Random(n).random()) for n in range(90_000)).encode()
    found = read(f"a.txt.{suffix}", compress(lines)[:-200_000])
    assert isinstance(found[0], Item)
    assert isinstance(found[-1], Drop)
    assert found[-1].reason == "file:damaged"
    assert len(found) > 1000


def test_a_bomb_is_read_no_further_than_its_size_explains(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed, "FREE_BYTES", 100_000)
    bomb = gzip.compress(b"a line of a log\n" * 500_000)
    found = read("a.txt.gz", bomb)
    assert isinstance(found[-1], Drop)
    assert (found[-1].reason, found[-1].failed) == ("file:bomb", True)
    assert sum(isinstance(each, Item) for each in found) * 16 <= compressed.MOST_EXPANSION * len(bomb) + 100


def test_a_bomb_of_one_line_ends_too(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "FREE_BYTES", 100_000)
    found = read("a.txt.gz", gzip.compress(b"good\n") + gzip.compress(bytes(50_000_000)), max_item_bytes=1000)
    assert [each.reason for each in found if isinstance(each, Drop)] == ["file:bomb"]
