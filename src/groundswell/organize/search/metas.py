"""The other fields of records, which items keep as JSON, as columns that can be searched."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from groundswell.organize.search.arrays import load_array, load_terms, save_array, save_terms

_NAMES = "fields.json"
MAX_DEPTH = 8
MAX_FIELDS = 1_000
"""Distinct fields of the records of one part; further ones are not searched: they are data used as names."""

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Field:
    """The values of one field in some rows: of any of the three kinds, several in a row where it is a list.

    Attributes:
        folder: where its arrays lie.
        number: in their names.
        rows: how many rows the part has.
    """

    folder: Path
    number: int
    rows: int

    def known(self) -> Mask:
        """Return which rows have a value."""
        mask = np.zeros(self.rows, bool)
        for name in ("numbers", "flags", "texts"):
            mask[self._rows(name)] = True
        return mask

    def numbers_between(
        self, low: float, high: float, *, with_low: bool = True, with_high: bool = True
    ) -> Mask:
        """Return which rows have a number in a range."""
        values = self._values("numbers")
        above = values >= low if with_low else values > low
        below = values <= high if with_high else values < high
        return self._mask("numbers", above & below)

    def texts_between(
        self, low: str | None, high: str | None, *, with_low: bool = True, with_high: bool = True
    ) -> Mask:
        """Return which rows have a text in a range of the alphabet, by code points."""
        texts = self.texts
        first = 0 if low is None else (bisect_left if with_low else bisect_right)(texts, low)
        last = len(texts) if high is None else (bisect_right if with_high else bisect_left)(texts, high)
        codes = self._values("texts")
        return self._mask("texts", (codes >= first) & (codes < last))

    def flags_equal(self, value: bool) -> Mask:
        """Return which rows have this truth value."""
        return self._mask("flags", self._values("flags") == value)

    def texts_containing(self, part: str) -> Mask:
        """Return which rows have a text with a part in it, in capitals or not."""
        hits = pc.match_substring(self._terms, part, ignore_case=True).to_numpy(zero_copy_only=False)
        return self._mask("texts", hits[self._values("texts")])

    @cached_property
    def texts(self) -> list[str]:
        """Distinct texts, ascending."""
        found: list[str] = self._terms.to_pylist()
        return found

    def counts(self) -> Iterator[tuple[Any, Rows]]:
        """Yield each distinct value with the rows that have it, for counting."""
        for name, values in (("texts", self.texts), ("flags", [False, True])):
            codes, rows = self._values(name).astype(np.int64), self._rows(name)
            for code in np.unique(codes):
                yield values[int(code)], rows.compress(codes == code)
        numbers, rows = self._values("numbers"), self._rows("numbers")
        for number in np.unique(numbers):
            yield float(number), rows.compress(numbers == number)

    @cached_property
    def _terms(self) -> pa.Array:
        path = self.folder / f"{self.number}-terms.arrow"
        return load_terms(path) if path.exists() else pa.array([], pa.large_string())

    def _mask(self, name: str, hits: Mask) -> Mask:
        if self._is_in_every_row(name):
            return np.asarray(hits)
        mask = np.zeros(self.rows, bool)
        mask[self._rows(name).compress(hits)] = True
        return mask

    def _is_in_every_row(self, name: str) -> bool:
        """Say whether each row has exactly one value of a kind: then no rows are stored."""
        return len(self._values(name)) == self.rows and not self._path(name, "rows").exists()

    def _rows(self, name: str) -> NDArray[np.int64]:
        if self._is_in_every_row(name):
            return np.arange(self.rows)
        return self._array(name, "rows", np.uint32).astype(np.int64)

    def _values(self, name: str) -> NDArray[Any]:
        return self._array(name, "values", {"numbers": np.float64, "flags": np.bool_}.get(name, np.int32))

    def _array(self, name: str, what: str, kind: Any) -> NDArray[Any]:
        path = self._path(name, what)
        return load_array(path) if path.exists() else np.zeros(0, kind)

    def _path(self, name: str, what: str) -> Path:
        return self.folder / f"{self.number}-{name}-{what}.npy"


def fields_in(folder: Path, rows: int) -> dict[str, Field]:
    """Return the fields that were written into a folder, by name; nested ones have dots."""
    names = json.loads((folder / _NAMES).read_text("utf-8"))
    return {name: Field(folder, number, rows) for number, name in enumerate(names)}


def write_fields(metas: Sequence[str], folder: Path) -> None:
    """Write the fields of records, given as JSON, into a folder that is there."""
    found: dict[str, dict[str, tuple[list[int], list[Any]]]] = {}
    for row, meta in enumerate(metas):
        if meta == "{}":
            continue
        for name, value in _flat(msgspec.json.decode(meta), "", 0):
            if name not in found and len(found) >= MAX_FIELDS:
                continue
            kind = "flags" if isinstance(value, bool) else "texts" if isinstance(value, str) else "numbers"
            rows, values = found.setdefault(name, {}).setdefault(kind, ([], []))
            rows.append(row)
            values.append(value)
    (folder / _NAMES).write_text(json.dumps(list(found), ensure_ascii=False), "utf-8")
    for number, kinds in enumerate(found.values()):
        for kind, (rows, values) in kinds.items():
            if rows != list(range(len(metas))):
                save_array(folder / f"{number}-{kind}-rows.npy", np.array(rows, np.uint32))
            save_array(folder / f"{number}-{kind}-values.npy", _coded(kind, values, folder, number))


def _coded(kind: str, values: list[Any], folder: Path, number: int) -> NDArray[Any]:
    if kind != "texts":
        return np.array(values, bool if kind == "flags" else np.float64)
    distinct = sorted(set(values))
    save_terms(folder / f"{number}-terms.arrow", distinct)
    place = {text: code for code, text in enumerate(distinct)}
    return np.array([place[text] for text in values], np.int32)


def _flat(value: Any, name: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield the values of a record under their names; what is null, or nested too deeply, is not there."""
    if isinstance(value, dict) and depth < MAX_DEPTH:
        for key, part in value.items():
            yield from _flat(part, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, list) and depth < MAX_DEPTH:
        for part in value:
            yield from _flat(part, name, depth + 1)
    elif isinstance(value, str):
        yield name, value.encode("utf-8", "replace").decode("utf-8")
    elif isinstance(value, bool | int | float):
        yield name, value
