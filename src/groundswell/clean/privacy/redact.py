"""Operator: personal and secret things in texts."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from groundswell.clean.changes import with_texts
from groundswell.clean.operator import Result
from groundswell.clean.privacy.kinds import KINDS, LOOKS, Found, Kind
from groundswell.clean.privacy.spots import find_spots
from groundswell.errors import InputError
from groundswell.items import ItemKind

FindNames = Callable[[list[str]], Sequence[Sequence[tuple[int, int]]]]
"""Given texts, returns for each the places of names of people, as `(start, end)` in characters."""


@dataclass(frozen=True)
class RedactPersonal:
    """Take out of texts and records what names a person or opens a door, or drop them.

    Found are e-mail addresses, phone numbers that exist, account numbers (IBAN) and payment cards with valid
    check digits, addresses that the whole internet can reach, keys and tokens of known services and private
    keys. Addresses that stand for nobody, such as `name@example.com`, stay.

    Attributes:
        kinds: what is looked for.
        action: `redact` writes `<email>` in the place of an address, and so on; `drop` drops the text.
        regions: countries, such as `DE`, whose phone numbers are found without a country code too.
        names: a model that finds names of people; none if None.
    """

    kinds: tuple[Kind, ...] = KINDS
    action: Literal["redact", "drop"] = "redact"
    regions: tuple[str, ...] = ()
    names: FindNames | None = None
    name: ClassVar[str] = "personal"
    version: ClassVar[str] = "1"

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.kinds if kind not in LOOKS]
        if unknown:
            raise InputError(
                f"there is no kind {unknown[0]!r} of personal things; there are {', '.join(LOOKS)}"
            )

    def params(self) -> dict[str, Any]:
        """Return what is looked for and what is done; of the model its name."""
        model = getattr(self.names, "__qualname__", None) or (
            type(self.names).__qualname__ if self.names else None
        )
        return {
            "kinds": list(self.kinds),
            "action": self.action,
            "regions": list(self.regions),
            "names": model,
        }

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Redact or drop the texts that hold anything personal."""
        is_text = np.isin(batch["kind"].to_pylist(), [ItemKind.TEXT, ItemKind.RECORD])
        found = {row: each for row, each in self._found(batch["text"]).items() if is_text[row]}
        if not found:
            return Result(batch)
        if self.action == "drop":
            reasons = pa.array(
                [f"personal:{found[row][0].kind}" if row in found else None for row in range(batch.num_rows)],
                pa.string(),
            )
            details = pa.array([_count(found.get(row, ())) for row in range(batch.num_rows)], pa.string())
            return Result(batch, reasons, details)
        places = np.isin(np.arange(batch.num_rows), list(found))
        made = [_redacted(batch["text"][row].as_py(), each) for row, each in sorted(found.items())]
        texts = pc.replace_with_mask(batch["text"], pa.array(places), pa.array(made, batch["text"].type))
        return Result(with_texts(batch, texts, places))

    def _found(self, texts: pa.Array) -> dict[int, list[Found]]:
        """Return what is found, by row, in the order in which it stands, without overlaps."""
        found: dict[int, list[Found]] = {}
        looks = [(LOOKS[kind]) for kind in LOOKS if kind in self.kinds]
        for spot in find_spots(texts):
            for spot_kinds, look in looks:
                if spot.kind in spot_kinds and (seen := look(spot, self.regions)):
                    found.setdefault(spot.row, []).extend(seen)
                    break
        if self.names is not None:
            for row, text in enumerate(texts.to_pylist()):
                for start, end in self.names([text or ""])[0]:
                    found.setdefault(row, []).append(_name(text, start, end))
        return {row: _apart(each) for row, each in found.items()}


def _name(text: str, start: int, end: int) -> Found:
    first = len(text[:start].encode())
    return Found("name", first, first + len(text[start:end].encode()))


def _apart(found: Iterable[Found]) -> list[Found]:
    """Leave out what begins within what stands before it."""
    kept: list[Found] = []
    for each in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def _redacted(text: str, found: Sequence[Found]) -> str:
    data = text.encode()
    parts: list[bytes] = []
    end = 0
    for each in found:
        parts += [data[end : each.start], f"<{each.kind}>".encode()]
        end = each.end
    return b"".join([*parts, data[end:]]).decode()


def _count(found: Sequence[Found]) -> str | None:
    counts = Counter(each.kind for each in found)
    return ", ".join(f"{count} {kind}" for kind, count in counts.items()) or None
