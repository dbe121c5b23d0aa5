"""Pages of lists that are ordered by a number: read from the query, and named by a cursor."""

from collections.abc import Mapping
from typing import Protocol, TypeVar

from groundswell.http.endpoint import MAX_ID, Call, whole_number

PAGE = 50
MOST = 200

PAGING: Mapping[str, str] = {
    "cursor": "where the page begins: `next_cursor` of the page before",
    "limit": f"1 to {MOST}, {PAGE} unless given",
}
"""The query parameters of a list, for its `Endpoint`."""


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


T = TypeVar("T", bound=_Numbered)


def page_of(call: Call) -> tuple[int | None, int]:
    """Return where a page begins, None for the first, and how many rows it has.

    Raises:
        InputError: a parameter is no number, or out of range.
    """
    cursor = call.query.get("cursor")
    place = whole_number("cursor", cursor, 1, MAX_ID) if cursor else None
    return place, whole_number("limit", call.query.get("limit", str(PAGE)), 1, MOST)


def cut(rows: list[T], limit: int) -> tuple[list[T], str | None]:
    """Cut rows that were fetched with one more than asked to a page, and return it with the cursor of the next."""
    page = rows[:limit]
    return page, str(page[-1].id) if len(rows) > limit else None
