"""Operator: what language a text is in, and texts in other languages than wanted."""

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import pyarrow as pa

from groundswell.clean.changes import with_column
from groundswell.clean.operator import Result
from groundswell.errors import MissingExtra
from groundswell.items import ItemKind

LANGUAGE, SCORE = "language", "language_score"
"""The columns that are added."""

UNKNOWN = "und"
"""ISO 639-2 for undetermined."""

SAMPLE_CHARACTERS = 4000
"""How much of a long text is looked at, from its middle: menus and imprints stand at the ends."""

_OLD_CODES = {"iw": "he", "jw": "jv", "in": "id", "un": UNKNOWN, "xxx": UNKNOWN}


@dataclass(frozen=True)
class IdentifyLanguage:
    """Add the language of each text, and drop texts in other languages than wanted.

    Adds the columns `language` (an ISO 639 code such as `en`, `zh`; `und` where it cannot be told) and
    `language_score` (the share of the text that is in this language, 0 to 1).

    Attributes:
        keep: the languages that stay; none to keep all.
        least_score: texts with less in the language go, where `keep` is given. FineWeb asked for 0.65 of
            another model's certainty.

    Source:
        The model is Compact Language Detector 2, which comes whole in the package pycld2: nothing is
        downloaded, and a text takes a fraction of a millisecond.
    """

    keep: tuple[str, ...] = ()
    least_score: float = 0.65
    name: ClassVar[str] = "language"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return what stays."""
        return {"keep": list(self.keep), "least_score": self.least_score}

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Add the columns, and give a reason for each text in another language.

        Raises:
            MissingExtra: pycld2 is not installed.
        """
        rows = zip(batch["kind"].to_pylist(), batch["text"].to_pylist(), strict=True)
        found = [identify(text or "") if kind == ItemKind.TEXT else (None, None) for kind, text in rows]
        reasons = [self._reason(*each) for each in found]
        details = [f"{language}, {score:.2f}" if language else None for language, score in found]
        batch = with_column(batch, LANGUAGE, pa.array([each[0] for each in found], pa.string()))
        batch = with_column(batch, SCORE, pa.array([each[1] for each in found], pa.float32()))
        if not any(reasons):
            return Result(batch)
        return Result(batch, pa.array(reasons, pa.string()), pa.array(details, pa.string()))

    def _reason(self, language: str | None, score: float | None) -> str | None:
        if not self.keep or language is None or score is None:
            return None
        if language not in self.keep:
            return "language:other"
        return "language:mixed" if score < self.least_score else None


def identify(text: str) -> tuple[str, float]:
    """Return the language of a text, and the share of it that is in this language.

    Raises:
        MissingExtra: pycld2 is not installed.
    """
    detector = _detector()
    sample = _sample(text)
    try:
        _, _, languages = detector.detect(sample)
    except detector.error:  # it refuses control characters and code points that are not assigned
        _, _, languages = detector.detect("".join(filter(str.isprintable, sample)))
    _, code, percent, _ = languages[0]
    return _OLD_CODES.get(code, code.partition("-")[0]), percent / 100


def _sample(text: str) -> str:
    start = max((len(text) - SAMPLE_CHARACTERS) // 2, 0)
    return text[start : start + SAMPLE_CHARACTERS]


@cache
def _detector() -> Any:
    try:
        import pycld2
    except ImportError as error:
        raise MissingExtra("identifying languages needs pycld2: pip install 'groundswell[clean]'") from error
    return pycld2
