"""Operator: texts that say nothing."""

from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa

from groundswell.clean.operator import Result
from groundswell.items import ItemKind


@dataclass(frozen=True)
class DropEmptyText:
    """Drop texts without a letter, digit or symbol, and those that are too short.

    Attributes:
        min_characters: the fewest characters, white space at the ends not counted.
    """

    min_characters: int = 1
    name: ClassVar[str] = "empty"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return the limit."""
        return {"min_characters": self.min_characters}

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Give a reason for each text that is empty or too short."""
        rows = zip(batch["kind"].to_pylist(), batch["text"].to_pylist(), strict=True)
        lengths = [len((text or "").strip()) if kind == ItemKind.TEXT else None for kind, text in rows]
        reasons = [None if length is None else self._reason(length) for length in lengths]
        details = [f"{length} characters; the least is {self.min_characters}" for length in lengths]
        return Result(batch, pa.array(reasons, pa.string()), pa.array(details, pa.string()))

    def _reason(self, length: int) -> str | None:
        if length == 0:
            return "text:empty"
        return "text:too_short" if length < self.min_characters else None
