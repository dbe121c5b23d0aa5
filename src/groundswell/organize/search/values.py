"""Fields of items, wherever they are kept: which rows have what a query asks for."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from groundswell.errors import InvalidQuery
from groundswell.organize.fragments import map_files
from groundswell.organize.manifest import StoredFile
from groundswell.organize.search.index import Part
from groundswell.organize.search.metas import Field
from groundswell.organize.search.query import Between, Compare, Contains, Is, Known, Value
from groundswell.organize.version import Version

Mask = NDArray[np.bool_]
Condition = Is | Known | Between | Compare | Contains


def any_of(masks: Sequence[Mask]) -> Mask:
    """Return where any of some masks is true, of one at least."""
    mask: Mask = np.logical_or.reduce(masks)
    return mask


class Values(Protocol):
    """A field of all rows of a version."""

    def rows_where(self, condition: Condition) -> Mask:
        """Return which rows a condition holds for, `[rows]`.

        Raises:
            InvalidQuery: it makes no sense for values of this type.
        """
        ...


# ── columns of the version ──


@dataclass(frozen=True)
class Codes:
    """A column of few distinct texts: each row's place among them, or -1 without one, int32 `[rows]`."""

    distinct: list[str]
    codes: NDArray[np.int32]

    def equal(self, text: str) -> Mask:
        """Return which rows have a text."""
        if text not in self.distinct:
            return np.zeros(len(self.codes), bool)
        return np.asarray(self.codes == self.distinct.index(text))


MOST_DISTINCT = 4096


def codes_of(version: Version, name: str) -> Codes | None:
    """Return a column of texts as codes, remembered for the next search; None where there are many distinct ones."""
    return _codes(version.folder, name, version.files_of(name) or ())


@lru_cache(64)
def _codes(folder: Path, name: str, files: tuple[StoredFile, ...]) -> Codes | None:
    return _encoded(map_files(folder / "data", files)[name])


def _encoded(values: pa.ChunkedArray) -> Codes | None:
    distinct = pc.unique(values.slice(0, 100_000)) if _is_text(values.type) else ()
    if not len(distinct) or len(distinct) > MOST_DISTINCT or len(pc.unique(values)) > MOST_DISTINCT:
        return None
    encoded = values.combine_chunks().dictionary_encode()
    codes: NDArray[np.int32] = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return Codes(encoded.dictionary.to_pylist(), codes.astype(np.int32))


@dataclass(frozen=True)
class Column:
    """A column that is stored beside the items; `codes` where it has few distinct texts."""

    name: str
    values: pa.ChunkedArray
    codes: Codes | None = None

    def rows_where(self, condition: Condition) -> Mask:
        """Return which rows a condition holds for; a row without a value only fits `none`."""
        values = _plain(self.values)
        match condition:
            case Known(known=known):
                return _mask(pc.is_valid(values) if known else pc.is_null(values))
            case _ if pa.types.is_null(values.type):
                return np.zeros(len(values), bool)
            case Contains(text=text):
                self._require_text(values.type, "~")
                return _mask(pc.match_substring(values, text.text, ignore_case=True))
            case Is(values=wanted):
                return any_of([self._equal(values, one) for one in wanted])
            case Between(low=low, high=high):
                return self._compared(values, ">=", low) & self._compared(values, "<=", high)
            case Compare(operator=operator, value=value):
                return self._compared(values, operator, value)

    def _equal(self, values: pa.ChunkedArray, value: Value) -> Mask:
        if value.prefix:
            self._require_text(values.type, "*")
            return _mask(pc.starts_with(values, value.text))
        if pa.types.is_timestamp(values.type):
            return self._compared(values, ">=", value) & self._compared(values, "<=", value)
        if pa.types.is_boolean(values.type):
            return _mask(pc.equal(values, _truth(self.name, value)))
        if self.codes is not None:
            return self.codes.equal(value.text)
        return _mask(pc.equal(values, self._literal(values.type, value)))

    def _compared(self, values: pa.ChunkedArray, operator: str, value: Value | None) -> Mask:
        if value is None:
            return _mask(pc.is_valid(values))
        if pa.types.is_timestamp(values.type):
            limit: Any = pa.scalar(_instant(self.name, operator, value), values.type)
        elif pa.types.is_boolean(values.type):
            raise InvalidQuery(f"{self.name} is true or false; write {self.name}:true")
        else:
            limit = self._literal(values.type, value)
        return _mask(_COMPARE[operator](values, limit))

    def _literal(self, kind: pa.DataType, value: Value) -> pa.Scalar:
        if _is_text(kind):
            return pa.scalar(value.text, kind)
        if pa.types.is_integer(kind) or pa.types.is_floating(kind):
            return pa.scalar(_number(self.name, value), pa.float64())
        raise InvalidQuery(f"{self.name} holds {kind}, which a query cannot compare; ask {self.name}:any")

    def _require_text(self, kind: pa.DataType, what: str) -> None:
        if not _is_text(kind):
            raise InvalidQuery(f"{what} is for texts, and {self.name} holds {kind}")


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(values.type):
        return values.cast(values.type.value_type)
    return values


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _mask(hits: pa.ChunkedArray) -> Mask:
    mask: Mask = pc.fill_null(hits, False).to_numpy()
    return mask


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


# ── fields of records ──


@dataclass(frozen=True)
class Meta:
    """A field of the records that items come from; its values may be of several types."""

    name: str
    rows: int
    fields: Sequence[tuple[Part, Field]]

    def rows_where(self, condition: Condition) -> Mask:
        """Return which rows a condition holds for; of a list, it is enough that one value fits."""
        if isinstance(condition, Known) and not condition.known:
            return ~self.rows_where(Known(condition.field, True))
        mask = np.zeros(self.rows, bool)
        for part, field in self.fields:
            mask[part.span] = _holds(field, condition)
        return mask


def _holds(field: Field, condition: Condition) -> Mask:
    match condition:
        case Known():
            return field.known()
        case Contains(text=text):
            return field.texts_containing(text.text)
        case Is(values=wanted):
            return any_of([_has(field, value) for value in wanted])
        case Between(low=low, high=high):
            return _within(field, low, high)
        case Compare(operator=operator, value=value):
            with_limit = operator.endswith("=")
            if operator.startswith("<"):
                return _within(field, None, value, with_high=with_limit)
            return _within(field, value, None, with_low=with_limit)


def _has(field: Field, value: Value) -> Mask:
    if value.prefix:
        return field.texts_between(value.text, value.text + "\U0010ffff")
    mask = field.texts_between(value.text, value.text)
    number = _number_or_none(value.text)
    if number is not None and not value.is_quoted:
        mask |= field.numbers_between(number, number)
    if value.text in ("true", "false") and not value.is_quoted:
        mask |= field.flags_equal(value.text == "true")
    return mask


def _within(
    field: Field, low: Value | None, high: Value | None, *, with_low: bool = True, with_high: bool = True
) -> Mask:
    """Compare as numbers where the limits are numbers, else as texts."""
    limits = [None if limit is None else _number_or_none(limit.text) for limit in (low, high)]
    if all(number is not None or limit is None for number, limit in zip(limits, (low, high), strict=True)):
        least = -math.inf if limits[0] is None else limits[0]
        most = math.inf if limits[1] is None else limits[1]
        return field.numbers_between(least, most, with_low=with_low, with_high=with_high)
    texts = (None if low is None else low.text, None if high is None else high.text)
    return field.texts_between(*texts, with_low=with_low, with_high=with_high)


# ── literals ──


def _number_or_none(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _number(name: str, value: Value) -> float:
    number = _number_or_none(value.text)
    if number is None:
        raise InvalidQuery(f"{name} holds numbers, and {value.text[:40]!r} is none")
    return number


def _truth(name: str, value: Value) -> bool:
    if value.text not in ("true", "false"):
        raise InvalidQuery(f"{name} is true or false, not {value.text[:40]!r}")
    return value.text == "true"


def _instant(name: str, operator: str, value: Value) -> datetime:
    """Return the instant that a date or time means at the edge of a comparison: a date is its whole day, UTC."""
    try:
        if len(value.text) == 10:
            day = datetime.combine(date.fromisoformat(value.text), time(), UTC)
            return day + timedelta(days=1, microseconds=-1) if operator in ("<=", ">") else day
        instant = datetime.fromisoformat(value.text)
    except (ValueError, OverflowError):
        raise InvalidQuery(
            f'{name} holds instants; write for example {name}>=2026-11-29 or {name}>="2026-11-29T12:00"'
        ) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
