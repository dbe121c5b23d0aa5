"""Finding the media that a record names."""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from groundswell.items import Item, ItemKind, digests_in, is_reference, naming_rows, references_in, to_batch

ONE, OTHER = "a" * 64, "b" * 64
REFERENCE = {"media": ONE, "media_type": "image/png", "width": 3, "height": 2}
SOUND = {"media": OTHER, "media_type": "audio/wav", "duration_seconds": 0.5}


def batch(*payloads: tuple[ItemKind, str]) -> pa.RecordBatch:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    return to_batch([Item(kind, text, None, "text/plain", "s", "l", now) for kind, text in payloads])


@pytest.mark.parametrize(
    "value",
    [
        {"media": ONE},
        {"media": ONE, "media_type": "application/pdf"},
        {"media": ONE.upper(), "media_type": "image/png"},
        {"media": "../" + ONE, "media_type": "image/png"},
        {"media": 1, "media_type": "image/png"},
        "media",
        None,
    ],
)
def test_what_does_not_name_an_image_or_a_recording_is_no_reference(value: object) -> None:
    assert not is_reference(value)


def test_references_are_found_at_any_depth_in_their_order() -> None:
    record = {
        "prompt": [{"role": "user", "content": "?", **SOUND}],
        "responses": ["text", {"id": "x", **REFERENCE}],
    }
    assert [one["media"] for one in references_in(record)] == [OTHER, ONE]


def test_a_digest_is_told_once_however_often_it_is_named() -> None:
    assert digests_in(json.dumps([REFERENCE, SOUND, {"again": REFERENCE}])) == [ONE, OTHER]


@pytest.mark.parametrize(
    "text", [None, "", "{}", '{"media": 1}', 'cut off {"media": "', "[" * 100_000 + '"media"']
)
def test_a_text_that_names_nothing_gives_nothing(text: str | None) -> None:
    assert digests_in(text) == []


def test_of_a_batch_only_records_are_looked_into() -> None:
    text = json.dumps(REFERENCE)
    rows = batch((ItemKind.TEXT, text), (ItemKind.RECORD, "{}"), (ItemKind.RECORD, text))
    assert naming_rows(rows) == {2: [ONE]}
    assert naming_rows(rows.slice(0, 1)) == {}
    assert naming_rows(rows.slice(0, 0)) == {}
