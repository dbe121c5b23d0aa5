"""Operator: one form for each text, so that equal texts have equal ids."""

import unicodedata
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from groundswell.clean import kernels
from groundswell.clean.changes import with_texts
from groundswell.clean.operator import Result
from groundswell.items import ItemKind


def normalize(text: str) -> str:
    r"""Return `text` in Unicode normal form C with plain white space.

    Control characters, soft hyphens and zero-width spaces go (joiners stay: scripts and emoji need
    them); every end of line becomes `\n`; within a line a run of spaces becomes one, at its start
    the indentation stays, at its end nothing does; more than one blank line becomes one; the ends
    are trimmed. Doing it twice changes nothing more.

    Source:
        Unicode Standard Annex 15 for form C. The white space rules are ours.
    """
    return str(normalized(pa.array([text], pa.large_string()))[0].as_py())


def normalized(texts: pa.Array) -> pa.Array:
    """Return a column of texts, each as `normalize` makes it; a null becomes an empty text."""
    plain, may_compose = kernels.normalize_texts(kernels.Texts.of(texts))
    places = np.flatnonzero(may_compose)
    found = plain.take(pa.array(places)).to_pylist()
    composed = [unicodedata.normalize("NFC", text) for text in found]
    if composed == found:
        return plain
    every = plain.to_pylist()
    for place, text in zip(places.tolist(), composed, strict=True):
        every[place] = text
    return pa.array(every, pa.large_string())


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
        is_text = np.array(batch["kind"].to_pylist()) == ItemKind.TEXT
        return Result(with_texts(batch, normalized(batch["text"]), is_text))
