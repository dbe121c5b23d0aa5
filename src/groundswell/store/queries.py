"""Named SQL queries, kept in a `queries.sql` beside the stage that owns the tables.

A query begins with a comment of its name and purpose, after an empty line (or at the top of the file)::

    -- task_by_id: one task with its project
    select ... from tasks where id = %(task_id)s;

Parameters are psycopg's `%(name)s`; a per cent sign of SQL is written `%%`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from groundswell.errors import StoreError

_HEADER = re.compile(r"(?:\A|\n\s*\n)-- ([a-z][a-z0-9_]*): (\S.*)\n")
_COMMENT = re.compile(r"^\s*--.*\n?", re.MULTILINE)


@dataclass(frozen=True)
class Query:
    """One statement, ready to run.

    Attributes:
        name: unique in its file.
        purpose: what it is for, as its header says.
        sql: the statement without comment lines.
    """

    name: str
    purpose: str
    sql: bytes


def load_queries(package: str | None) -> Mapping[str, Query]:
    """Read the `queries.sql` of a package, once, where its `service.py` is imported.

    Example:
        >>> SQL = load_queries(__package__)
        >>> await tx.fetch_one(SQL["task_by_id"], Task, task_id=7)

    Raises:
        StoreError: a name occurs twice, or a query is empty.
    """
    if package is None:
        raise StoreError("load_queries needs a package; pass __package__ from a module inside one")
    path = resources.files(package) / "queries.sql"
    return MappingProxyType(parse_queries(path.read_text(encoding="utf-8"), source=f"{package}/queries.sql"))


def parse_queries(text: str, *, source: str) -> dict[str, Query]:
    """Split the text of a query file; `source` names it in errors.

    Raises:
        StoreError: there is no query, a name occurs twice, or a query is empty.
    """
    before, *parts = _HEADER.split(text)
    if not parts or _COMMENT.sub("", before).strip():
        raise StoreError(f"{source} does not begin with a query header such as `-- name: purpose`")
    queries: dict[str, Query] = {}
    for name, purpose, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        sql = _COMMENT.sub("", body).strip()
        if name in queries:
            raise StoreError(f"{source} has two queries named {name!r}; rename one")
        if not sql:
            raise StoreError(f"{source}: the query {name!r} is empty")
        queries[name] = Query(name, purpose, sql.encode())
    return queries
