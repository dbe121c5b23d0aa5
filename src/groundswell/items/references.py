"""Media within a record: it names them by their digests, and their bytes travel beside it as one bundle.

A reference is a JSON object anywhere in a record: `media` is the SHA-256 of the bytes, `media_type` their MIME type,
and `width` and `height` (pixels) or `duration_seconds` say how large they are. It may have more fields of the record's
own, as `id` and `text` of a response. So a record names its media by their content, as its own id does.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from groundswell.ids import ItemId
from groundswell.items.item import ItemKind

_DIGEST = re.compile(r"[0-9a-f]{64}")
_SHOWN = ("image/", "audio/")


def is_reference(value: Any) -> bool:
    """Say whether a value within a record is a reference to an image or a recording."""
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("media"), str)
        and _DIGEST.fullmatch(value["media"]) is not None
        and str(value.get("media_type")).startswith(_SHOWN)
    )


_FIELDS = ("media", "media_type", "width", "height", "duration_seconds")


def reference_of(value: Any) -> dict[str, Any]:
    """Return the fields of a reference alone, without what else the object says; {} where it is none."""
    return {name: value[name] for name in _FIELDS if name in value} if is_reference(value) else {}


def references_in(record: Any) -> Iterator[Mapping[str, Any]]:
    """Yield all references of a record, or of a value within one, in their order; the same medium may come again."""
    if is_reference(record):
        yield record
    for value in (
        record.values() if isinstance(record, Mapping) else record if isinstance(record, list) else ()
    ):
        if isinstance(value, Mapping | list):
            yield from references_in(value)


def media_in(text: str | None) -> dict[ItemId, Mapping[str, Any]]:
    """Return the references of a record by their digests, each medium once, from its JSON; {} where it names none."""
    if not text or '"media"' not in text:
        return {}
    found: dict[ItemId, Mapping[str, Any]] = {}
    with suppress(ValueError, RecursionError):  # a step has made something else of the record
        for one in references_in(json.loads(text)):
            found.setdefault(ItemId(one["media"]), one)
    return found


def digests_in(text: str | None) -> list[ItemId]:
    """Return the digests of the media that a record names, each once, from its JSON; [] where it names none."""
    return list(media_in(text))


def naming_rows(batch: pa.RecordBatch) -> dict[int, list[ItemId]]:
    """Return for each row of a batch that is a record with media the digests that it names."""
    records = pc.indices_nonzero(pc.equal(batch["kind"], ItemKind.RECORD.value))
    if not len(records):
        return {}
    texts = batch["text"].take(records)
    may_name = pc.indices_nonzero(pc.fill_null(pc.match_substring(texts, '"media"'), False))
    found = {records[place].as_py(): digests_in(texts[place].as_py()) for place in may_name.to_pylist()}
    return {row: digests for row, digests in found.items() if digests}
