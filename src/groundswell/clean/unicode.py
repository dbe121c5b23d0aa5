"""Operator: one form for each text, so that equal texts have equal ids."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa

from groundswell.clean.operator import Result
from groundswell.items import ItemKind, digest_text

_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\u00ad\u200b\u2060]")
_ODD_SPACES = re.compile(r"[^\S\n\t ]")
_SPACES_WITHIN_LINE = re.compile(r"(?<=\S)[ \t]+(?=\S)")
_SPACES_AT_LINE_END = re.compile(r"[ \t]+\n")
_BLANK_LINES = re.compile(r"\n{3,}")


def normalize(text: str) -> str:
    r"""Return `text` in Unicode normal form C with plain white space.

    Control characters, soft hyphens and zero-width spaces go (joiners stay: scripts and emoji need
    them); every end of line becomes `\n`; within a line a run of spaces becomes one, at its start
    the indentation stays, at its end nothing does; more than one blank line becomes one; the ends
    are trimmed. Doing it twice changes nothing more.

    Source:
        Unicode Standard Annex 15 for form C. The white space rules are ours.
    """
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    text = unicodedata.normalize("NFC", text)
    text = _SPACES_WITHIN_LINE.sub(" ", _ODD_SPACES.sub(" ", text))
    text = _SPACES_AT_LINE_END.sub("\n", text)
    return _BLANK_LINES.sub("\n\n", text).strip()


@dataclass(frozen=True)
class NormalizeText:
    """Bring texts into one form (see `normalize`); a changed text is a new item derived from the old."""

    name: ClassVar[str] = "unicode"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return no parameters, but the Unicode version, which decides what form C is."""
        return {"unicode": unicodedata.unidata_version}

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Replace the text, id and origin of each row that changes."""
        kinds, texts = batch["kind"].to_pylist(), batch["text"].to_pylist()
        ids, origins = batch["id"].to_pylist(), batch["derived_from"].to_pylist()
        is_changed = False
        for place, (kind, text) in enumerate(zip(kinds, texts, strict=True)):
            if kind == ItemKind.TEXT and (new := normalize(text or "")) != text:
                texts[place], origins[place], ids[place] = new, ids[place], digest_text(new)
                is_changed = True
        if not is_changed:
            return Result(batch)
        return Result(_with_columns(batch, {"id": ids, "text": texts, "derived_from": origins}))


def _with_columns(batch: pa.RecordBatch, columns: dict[str, list[str | None]]) -> pa.RecordBatch:
    for name, values in columns.items():
        field = batch.schema.field(name)
        batch = batch.set_column(batch.schema.get_field_index(name), field, pa.array(values, field.type))
    return batch
