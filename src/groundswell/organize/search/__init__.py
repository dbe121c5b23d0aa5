"""Finding items in a version: words, phrases, fields and likeness, in one small language; and slices, saved queries."""

from groundswell.organize.search.find import Found, distribution, matching, save_slice, search
from groundswell.organize.search.index import build_index, is_indexed
from groundswell.organize.search.language import parse
from groundswell.organize.search.query import Query
from groundswell.organize.search.slices import Slice, delete_slice, list_slices

__all__ = [
    "Found",
    "Query",
    "Slice",
    "build_index",
    "delete_slice",
    "distribution",
    "is_indexed",
    "list_slices",
    "matching",
    "parse",
    "save_slice",
    "search",
]
