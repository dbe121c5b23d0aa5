"""Searching a version: which rows a query means, in which order, and how labels are spread among them."""

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from groundswell import clock
from groundswell.errors import IndexNotReady, InputError, InvalidQuery
from groundswell.organize.lineage import rows_with_prefix
from groundswell.organize.search.index import Part, is_indexed, parts_of
from groundswell.organize.search.language import parse
from groundswell.organize.search.likeness import WORDS, column_to_go_by, vector_to_go_by
from groundswell.organize.search.query import And, InSlice, Like, Not, Or, Query, Value, Words
from groundswell.organize.search.rank import Scores, bm25, like_text, like_vector
from groundswell.organize.search.slices import Slice, whole, write_slice
from groundswell.organize.search.terms import terms_of
from groundswell.organize.search.values import Column, Condition, Meta, Values, any_of, codes_of
from groundswell.organize.version import Version

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]

_NOT_SEARCHED = ("text", "meta")
MAX_DESCRIPTION = 10_000
MOST_VALUES = 1_000
"""Distinct values that a distribution names; the rest are counted together."""


@dataclass(frozen=True, eq=False)
class Found:
    """What a query has found in a version.

    Attributes:
        version: where.
        total: how many items fit, exactly.
        rows: some of them, in the order that was asked for, int64.
        scores: of each row, where the order is by fit or by likeness; None elsewhere.
        by: what likeness went by: a column of vectors, or `words`; None where nothing was to be alike.
    """

    version: Version
    total: int
    rows: Rows
    scores: Scores | None
    by: str | None = None

    def to_table(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the rows that were found, with these columns, or all that are stored."""
        return self.version.take(self.rows, columns)


def search(
    version: Version,
    query: str = "",
    *,
    limit: int = 50,
    offset: int = 0,
    sort: str | None = None,
    by: str | None = None,
    most_rows_to_index: int | None = None,
) -> Found:
    """Find items by words, phrases, fields and likeness.

    Words are looked for in texts, however they are written: capitals and accents do not matter. `label:dog`,
    `stars>=4`, `licence:none` look at columns of the version and at the other fields of the records. See the
    how-to on searching for the whole language.

    Example:
        >>> import groundswell as gs, tempfile
        >>> texts = [{"text": "The screen broke", "stars": 1}, {"text": "A fine screen", "stars": 5}]
        >>> reviews = gs.collect(texts).save("reviews", home=tempfile.mkdtemp())
        >>> gs.search(reviews, "screen stars<3").to_table(["text"])["text"].to_pylist()
        ['The screen broke']

    Args:
        version: where to look.
        query: in the query language; an empty one means all items.
        limit: most rows to return.
        offset: how many to leave out before them.
        sort: a column to sort by, smallest first, or largest first with a `-` before it; rows without a value come
            last. None sorts by likeness or by how well words fit, where the query has any, else as stored.
        by: what `like:` goes by: a column of vectors, or `words`. None takes the column `embedding`, or the first
            there is, and words where there is none, or where its model is not on record and `like:` has a text.
        most_rows_to_index: make the index on the way only for versions of at most so many rows; None makes any.

    Raises:
        InvalidQuery: the query cannot be read, or asks for what is not there.
        InputError: `limit` or `offset` is negative, or nothing can be sorted by `sort`.
        MissingColumn: there is no column of vectors `by`.
        MissingExtra: a text is to be compared with vectors of a model that is not installed.
        IndexNotReady: the query needs an index that is not there and may not be made now.
    """
    if limit < 0 or offset < 0:
        raise InputError(f"limit and offset are numbers from 0; got {limit} and {offset}")
    seeker = _Seeker(version, most_rows_to_index, by)
    asked = whole(version.folder, parse(query))
    mask = seeker.mask(asked)
    scores = None if sort is not None and not _likeness_in(asked) else seeker.scores(asked, mask)
    rows = seeker.ordered(mask, scores, sort, offset + limit)[offset:]
    shown = None if scores is None or sort is not None else scores[rows]
    return Found(version, int(np.count_nonzero(mask)), rows, shown, seeker.went_by)


def matching(version: Version, query: str) -> Mask:
    """Return which rows a query means, boolean `[rows]`: to make a version of them with `DatasetStore.select`.

    Raises:
        InvalidQuery: the query cannot be read, or asks for what is not there.
    """
    return _Seeker(version).mask(whole(version.folder, parse(query)))


def distribution(
    version: Version, column: str = "label", query: str = "", *, most_rows_to_index: int | None = None
) -> Mapping[Any, int]:
    """Return how often each value of a column or field occurs among the items that a query means.

    Args:
        version: where to look.
        column: of the version, or another field of the records; a list counts for each of its values.
        query: in the query language.
        most_rows_to_index: as in `search`.

    Returns:
        Value to number of items, the most frequent first; None is no value. Beyond `MOST_VALUES` distinct ones, the
        rest are under `...`.

    Raises:
        InvalidQuery: the query cannot be read, or there is no such column or field.
        IndexNotReady: as in `search`.
    """
    seeker = _Seeker(version, most_rows_to_index)
    mask = seeker.mask(whole(version.folder, parse(query)))
    if column == "label" and column not in version.columns:  # nothing is labelled yet, which is no mistake
        found = int(np.count_nonzero(mask))
        return {None: found} if found else {}
    counts = seeker.counts(column, mask).most_common()
    rest = sum(count for _, count in counts[MOST_VALUES:])
    return dict(counts[:MOST_VALUES]) | ({"...": rest} if rest else {})


def save_slice(
    version: Version,
    name: str,
    query: str,
    *,
    description: str = "",
    created_by: str | None = None,
    at: datetime | None = None,
) -> Slice:
    """Save a query under a name, in the place of one that has it; it holds for every version of the dataset.

    Args:
        version: one of the dataset's, that the query is tried on first.
        name: 1 to 64 of a-z, 0-9, `.`, `_`, `-`.
        query: in the query language; it may name other slices.
        description: for people.
        created_by: who saves it.
        at: when; now if None.

    Raises:
        InvalidName: no slice can have this name.
        InvalidQuery: the query cannot be read, asks for what the version lacks, or would name itself.
    """
    made = Slice(name, query, description[:MAX_DESCRIPTION], at or clock.now(), created_by)
    whole(version.folder, parse(query), (name,))
    matching(version, query)
    write_slice(version.folder, made)
    return made


class _Seeker:
    """One search of one version."""

    def __init__(
        self, version: Version, most_rows_to_index: int | None = None, by: str | None = None
    ) -> None:
        version.hold()
        self.version, self.most_rows, self.by = version, most_rows_to_index, by
        self.went_by: str | None = None
        if by is not None:
            self.column  # noqa: B018 - refuses what is not there, whether it is needed or not

    @cached_property
    def column(self) -> str | None:
        """The column of vectors that likeness goes by, if it goes by one."""
        return column_to_go_by(self.version, self.by)

    @cached_property
    def parts(self) -> list[Part]:
        """The index, which only words and other fields of records need."""
        if self.most_rows is not None and self.version.rows > self.most_rows and not is_indexed(self.version):
            raise IndexNotReady(
                f"{self.version} is being made ready for searching; try again in some seconds"
            )
        return parts_of(self.version)

    # ── which ──

    def mask(self, query: Query) -> Mask:
        match query:
            case And(parts=parts):
                mask = np.ones(self.version.rows, bool)
                for part in parts:
                    mask &= self.mask(part)
                return mask
            case Or(parts=parts):
                return any_of([self.mask(part) for part in parts])
            case Not(part=part):
                return ~self.mask(part)
            case Words():
                return self._with_words(query)
            case Like():
                return np.ones(self.version.rows, bool)
        assert not isinstance(query, InSlice), "`whole` has replaced it by what it asks"
        if query.field == "id":
            return self._with_ids(query)
        return self.values(query.field).rows_where(query)

    def _with_words(self, words: Words) -> Mask:
        terms = terms_of(words.text)
        mask = np.zeros(self.version.rows, bool)
        if not terms:
            raise InvalidQuery(f"{words.text[:80]!r} has no letter or digit to look for")
        for part in self.parts:
            postings = part.postings
            last = len(terms) - 1
            ranges = [
                postings.find(term, prefix=words.prefix and at == last) for at, term in enumerate(terms)
            ]
            rows = postings.rows_with(ranges[0])[0] if not last else postings.rows_with_phrase(ranges)
            mask[part.span][rows] = True
        return mask

    def _with_ids(self, condition: Condition) -> Mask:
        """Return the rows of items whose ids are, or begin with, those that are named."""
        values: tuple[Value, ...] = getattr(condition, "values", ())
        if not values:
            raise InvalidQuery("an id is named by its first digits: id:3f2a9c01")
        return any_of([rows_with_prefix(self.version, value.text) for value in values])

    def values(self, name: str) -> Values:
        """Return a field by its name: a column of the version, else a field of the records.

        Raises:
            InvalidQuery: there is none; the message names what is like it.
        """
        if name in self.version.columns and name not in _NOT_SEARCHED:
            return Column(name, self.version.to_table([name])[name], codes_of(self.version, name))
        plain = name.removeprefix("meta.")
        fields = [(part, part.fields[plain]) for part in self.parts if plain in part.fields]
        if fields:
            return Meta(name, self.version.rows, fields)
        known = self._known()
        alike = difflib.get_close_matches(name, known, 3)
        hint = f"did you mean {' or '.join(alike)}?" if alike else f"there are {', '.join(known[:40])}"
        raise InvalidQuery(
            f"{self.version} has no field {name[:80]!r}; {hint} To look for the text itself, put it in quotes"
        )

    def _known(self) -> list[str]:
        columns = [name for name in self.version.columns if name not in _NOT_SEARCHED]
        return columns + sorted({name for part in self.parts for name in part.fields} - set(columns))

    # ── in which order ──

    def ordered(self, mask: Mask, scores: Scores | None, sort: str | None, number: int) -> Rows:
        """Return the first rows of an order: by a column, by scores, or as stored."""
        if sort is not None:
            return self._sorted(mask, sort, number)
        rows = np.flatnonzero(mask)
        return rows[:number] if scores is None else _best(scores, rows, number)

    def scores(self, query: Query, mask: Mask) -> Scores | None:
        """Return how well each row fits, where the query can say; what is not alike at all leaves the mask."""
        if like := _likeness_in(query):
            return self._likeness(like, mask)
        terms = list(_terms_in(query))
        return bm25(self.parts, terms, self.version.rows) if terms else None

    def _likeness(self, like: Like, mask: Mask) -> Scores:
        of = like.to.text if like.to.is_quoted else self._row_of(like, mask)
        if self.column is not None:
            wanted = vector_to_go_by(self.version, self.column, of, is_asked_for=self.by is not None)
            if wanted is not None:
                self.went_by = self.column
                return like_vector(self.version, self.column, wanted, mask)
        self.went_by = WORDS
        text = of if isinstance(of, str) else self._text_of(of)
        scores = like_text(self.parts, text, self.version.rows)
        mask &= scores > 0
        return scores

    def _row_of(self, like: Like, mask: Mask) -> int:
        """Return the row of an item, and leave it out of what is found: itself it is like in any case."""
        rows = np.flatnonzero(rows_with_prefix(self.version, like.to.text))
        if not len(rows):
            raise InvalidQuery(
                f"like: needs an item or a text in quotes; {self.version} has no item {like.to.text[:80]!r}"
            )
        mask[rows] = False
        return int(rows[0])

    def _text_of(self, row: int) -> str:
        text: str | None = self.version.take([row], ["text"])["text"][0].as_py()
        if text is None:
            raise InvalidQuery(
                f"{self.version} has no column of vectors, which likeness of media goes by, or none for this item; "
                f"groundswell embed {self.version.name} adds them"
            )
        return text

    def _sorted(self, mask: Mask, sort: str, number: int) -> Rows:
        name, descending = sort.removeprefix("-"), sort.startswith("-")
        if name not in self.version.columns or name in _NOT_SEARCHED:
            raise InputError(
                f"{self.version} cannot be sorted by {name[:80]!r}; it has the columns {self._columns}"
            )
        rows = np.flatnonzero(mask)
        values = self.version.take(rows, [name])[name]
        known = _valid(values)
        keys = [("value", "descending" if descending else "ascending"), ("row", "ascending")]
        try:
            order = pc.sort_indices(
                pa.table({"value": values.filter(known), "row": rows[known]}), sort_keys=keys
            )
        except (pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
            raise InputError(f"{name} holds {values.type}, which has no order") from error
        return np.concatenate([rows[known][order.to_numpy()], rows[~known]])[:number]

    @property
    def _columns(self) -> str:
        return ", ".join(name for name in self.version.columns if name not in _NOT_SEARCHED)

    # ── how many ──

    def counts(self, name: str, mask: Mask) -> Counter[Any]:
        values = self.values(name)
        if isinstance(values, Column):
            chosen = values.values.filter(pa.array(mask))
            try:
                counted = chosen.value_counts()
            except pa.ArrowNotImplementedError as error:
                raise InvalidQuery(f"{name} holds {chosen.type}, which cannot be counted") from error
            return Counter({each["values"].as_py(): each["counts"].as_py() for each in counted})
        assert isinstance(values, Meta)
        found: Counter[Any] = Counter()
        known = np.zeros(self.version.rows, bool)
        for part, field in values.fields:
            here = mask[part.span]
            known[part.span] = field.known()
            for value, rows in field.counts():
                if count := int(np.count_nonzero(here[rows])):
                    found[value] += count
        if missing := int(np.count_nonzero(mask & ~known)):
            found[None] += missing
        return found


def _valid(values: pa.ChunkedArray) -> Mask:
    mask: Mask = values.is_valid().to_numpy()
    return mask


def _likeness_in(query: Query) -> Like | None:
    """Return what a query wants others to be like, which stands on top."""
    tops = query.parts if isinstance(query, And) else (query,)
    return next((part for part in tops if isinstance(part, Like)), None)


def _terms_in(query: Query) -> list[tuple[str, bool]]:
    """Return the terms that items are scored by: all but those that they must not have."""
    match query:
        case Words(text=text, prefix=prefix):
            terms = terms_of(text)
            return [(term, prefix and at == len(terms) - 1) for at, term in enumerate(terms)]
        case And(parts=parts) | Or(parts=parts):
            return [term for part in parts for term in _terms_in(part)]
    return []


def _best(scores: Scores, rows: Rows, number: int) -> Rows:
    """Return the rows with the highest scores, the highest first, and of equal ones the first."""
    of_rows = scores[rows]
    if number < len(rows):
        limit = np.partition(of_rows, len(rows) - number)[len(rows) - number] if number else np.inf
        above, equal = np.flatnonzero(of_rows > limit), np.flatnonzero(of_rows == limit)
        chosen = np.sort(np.concatenate([above, equal[: number - len(above)]]))
        rows, of_rows = rows[chosen], of_rows[chosen]
    return rows[np.argsort(-of_rows, kind="stable")]
