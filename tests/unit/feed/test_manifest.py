import hashlib
import json
from dataclasses import replace

import pytest

from groundswell.errors import DataFolderNewer, UnreadableSource
from groundswell.feed.manifest import (
    FORMAT,
    File,
    Manifest,
    Origin,
    Shard,
    from_json,
    manifest_name,
    number_of,
    to_json,
)

MANIFEST = Manifest(
    origin=Origin("reviews é", 3, "d" * 64),
    selection=("id", "text"),
    columns=(("id", "string"), ("text", "large_string")),
    schema="AAAA",
    rows=2,
    nulls={"id": 0, "text": 1},
    shards=(Shard(2, (File(("id",), 100, "a" * 64), File(("text",), 200, "c" * 64))),),
    previous=2,
    retracted=("f" * 64,),
)


def test_a_manifest_reads_back_as_it_was_written() -> None:
    assert from_json(to_json(MANIFEST), "it") == MANIFEST
    assert from_json(to_json(MANIFEST), "it").digest == MANIFEST.digest


def test_shards_without_lists_are_stored_as_before_lists_were_counted() -> None:
    assert b"elements" not in to_json(MANIFEST)
    counted = replace(MANIFEST, shards=(replace(MANIFEST.shards[0], elements={"tokens": 12}),))
    assert from_json(to_json(counted), "it") == counted
    with pytest.raises(UnreadableSource, match="it is damaged"):
        from_json(to_json(counted).replace(b'"tokens": 12', b'"tokens": 13'), "it")


def test_files_of_which_no_places_are_noted_are_stored_as_before_these_were() -> None:
    assert b"buffers" not in to_json(MANIFEST)
    file = replace(MANIFEST.shards[0].files[1], buffers=(288, 640))
    noted = replace(MANIFEST, shards=(replace(MANIFEST.shards[0], files=(file,)),))
    found = from_json(to_json(noted), "it")
    assert found.shards[0].files[0].buffers == (288, 640)
    assert found.digest == noted.digest
    with pytest.raises(UnreadableSource, match="it is damaged"):
        from_json(to_json(noted).replace(b" 640", b" 641"), "it")


def test_the_digest_is_that_of_compact_json_with_sorted_keys() -> None:
    stored = json.loads(to_json(MANIFEST))
    stated = stored.pop("digest")
    canonical = json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert stated == hashlib.sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"rows": 2', b'"rows": 3'), (b"reviews", b"reviewz"), (b"a" * 64, b"b" * 64), (b"f" * 64, b"e" * 64)],
)
def test_one_changed_value_is_noticed(old: bytes, new: bytes) -> None:
    with pytest.raises(UnreadableSource, match="it is damaged"):
        from_json(to_json(MANIFEST).replace(old, new), "it")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"digest": "a"}', b"\xff"])
def test_what_is_no_manifest_is_an_error(content: bytes) -> None:
    with pytest.raises(UnreadableSource, match="it is damaged: it is not a manifest"):
        from_json(content, "it")


def test_a_manifest_that_says_something_else_is_an_error_though_its_digest_fits() -> None:
    content = {**json.loads(to_json(MANIFEST)), "rows": "two"}
    del content["digest"]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    stored = json.dumps({**content, "digest": hashlib.sha256(canonical.encode()).hexdigest()})
    with pytest.raises(UnreadableSource, match=r"Expected `int`, got `str` - at `\$.rows`"):
        from_json(stored.encode(), "it")


def test_a_newer_format_is_refused_before_anything_else_is_believed() -> None:
    content = json.dumps({"format": FORMAT + 1, "digest": "?", "new": 1}).encode()
    with pytest.raises(DataFolderNewer, match="update groundswell"):
        from_json(content, "it")


def test_the_name_of_a_manifest_says_its_version() -> None:
    assert number_of(manifest_name(7)) == 7
    assert number_of(manifest_name(12_345_678)) == 12_345_678
    assert number_of("shard.json") is None
