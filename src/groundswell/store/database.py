"""The connection pool, and transactions that belong to one organization."""

import contextlib
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar, cast, get_origin

import msgspec
import psycopg
from psycopg import AsyncConnection, AsyncCursor, sql
from psycopg.pq import TransactionStatus
from psycopg.rows import AsyncRowFactory, class_row, dict_row, scalar_row, tuple_row
from psycopg.types.json import JsonbDumper, set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from groundswell.errors import DatabaseUnavailable
from groundswell.ids import OrgId
from groundswell.store.queries import Query
from groundswell.store.silence import at_most

log = logging.getLogger(__name__)

T = TypeVar("T")
Statement = Query | sql.Composable
"""What a transaction runs: a named query, or one composed with `psycopg.sql` (lists with filters)."""

APP_ROLE = "groundswell_app"
"""Owns nothing and cannot bypass row-level security; made by the first migration."""

SLOW_ANSWER_SECONDS = 5.0
"""What a statement may take beyond its own limit until the server is taken for frozen or unreachable."""

RECHECK_SECONDS = 0.5
"""How long a transaction waits while the server is known not to answer, lest they all wait one after the other."""

_NO_LIMIT = contextlib.nullcontext()
_NOTHING_CHANGED = "nothing was changed; try again in a few seconds"
_UNKNOWN = "whether it was stored is not known; repeat it with the same idempotency key"


PLANNED_ONCE = {"plan_cache_mode": "force_generic_plan"} | {
    f"enable_{way}": "off" for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin")
}
"""Of transactions whose statements find their rows one by one through an index, however few there were when
PostgreSQL planned: what is quickest in an empty table costs a thousand times as much in a full one."""


def _begin_with(settings: Mapping[str, str]) -> str:
    """Return what opens a transaction in which these settings hold, in one message."""
    given = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())
    return f"begin; select {given}" if given else "begin"


class Tx:
    """One open transaction. Get it from `Database.transaction`; never keep it beyond the `async with`.

    Rows come as `kind`: a dataclass whose fields are named like the columns, `dict[str, Any]` or
    `tuple[Any, ...]`. A dict given as a parameter is stored as jsonb.
    """

    def __init__(self, connection: AsyncConnection[Any], patience: "Patience") -> None:
        self._connection = connection
        self._patience = patience

    async def fetch_all(self, query: Statement, kind: type[T], /, **params: Any) -> list[T]:
        """Return every row."""
        return await (await self._run(query, params, _rows_as(kind))).fetchall()

    async def fetch_one(self, query: Statement, kind: type[T], /, **params: Any) -> T | None:
        """Return the first row, or None where there is none."""
        return await (await self._run(query, params, _rows_as(kind))).fetchone()

    async def fetch_value(self, query: Statement, /, **params: Any) -> Any:
        """Return the first column of the first row, or None where there is no row."""
        return await (await self._run(query, params, scalar_row)).fetchone()

    async def fetch_values(self, query: Statement, /, **params: Any) -> list[Any]:
        """Return the first column of every row."""
        return await (await self._run(query, params, scalar_row)).fetchall()

    async def pages(
        self, query: Statement, kind: type[T], rows: int, /, **params: Any
    ) -> AsyncIterator[list[T]]:
        """Yield all rows as they are now, at most `rows` at a time: for what is too much for memory at once."""
        async with self._connection.cursor(name="pages", row_factory=_rows_as(kind)) as cursor:
            with self._patience():
                await cursor.execute(_text(query), params)
                page = await cursor.fetchmany(rows)
            while page:
                yield page
                with self._patience():
                    page = await cursor.fetchmany(rows)

    @contextlib.asynccontextmanager
    async def together(self) -> AsyncIterator["Ask"]:
        """Send several statements in one round trip; they run in order, and their rows are there afterwards.

        Example:
            >>> async with tx.together() as ask:
            ...     stored = await ask(SQL["submit"], Stored, keys=keys)
            ...     held = await ask(SQL["open_leases"], Lease, worker_ids=worker_ids)
            >>> rows = await stored.fetchall(), await held.fetchall()
        """

        async def ask(query: Statement, kind: type[T], /, **params: Any) -> AsyncCursor[T]:
            return await self._run(query, params, _rows_as(kind))

        with self._patience():
            async with self._connection.pipeline():
                yield ask

    async def execute(self, query: Statement, /, **params: Any) -> int:
        """Run a statement and return how many rows it touched."""
        return (await self._run(query, params, tuple_row)).rowcount

    async def execute_many(self, query: Statement, rows: Iterable[Mapping[str, Any]], /) -> int:
        """Run a statement for each row of parameters, in one round trip, and return the rows touched.

        For thousands of rows prefer one statement over `unnest` of arrays.
        """
        async with self._connection.cursor() as cursor:
            with self._patience():
                await cursor.executemany(_text(query), rows)
            return cursor.rowcount

    async def _run(
        self, query: Statement, params: Mapping[str, Any], rows: AsyncRowFactory[T]
    ) -> AsyncCursor[T]:
        cursor = self._connection.cursor(row_factory=rows)
        with self._patience():
            return await cursor.execute(_text(query), params)


Patience = Callable[[], contextlib.AbstractContextManager[None]]
"""Ends what is done within it if the server does not answer in time."""


class Ask(Protocol):
    """Sends a statement; see `Tx.together`."""

    async def __call__(self, query: Statement, kind: type[T], /, **params: Any) -> AsyncCursor[T]:
        """Return where the rows will be."""
        ...


class Database:
    """The service's door to PostgreSQL: a pool of connections, and transactions over them.

    Example:
        >>> async with Database(dsn) as db, db.transaction(org_id) as tx:
        ...     project = await tx.fetch_one(SQL["project"], Project, project_id=7)

    Args:
        dsn: as the owner of the tables, such as `EmbeddedPostgres.dsn`.
        connections: the most that are open at once. More than a few per core only queue inside
            PostgreSQL instead of here.
        wait_seconds: how long a transaction waits for a connection before `DatabaseUnavailable`.
        statement_seconds: how long one statement may run.
    """

    def __init__(
        self, dsn: str, *, connections: int = 8, wait_seconds: float = 5.0, statement_seconds: float = 30.0
    ) -> None:
        self.dsn = dsn
        self._wait_seconds = wait_seconds
        self._statement_ms = int(statement_seconds * 1000)
        self._silent = False
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            dsn,
            min_size=min(2, connections),
            max_size=connections,
            open=False,
            timeout=wait_seconds,
            # Past this the pool stops its doubling pauses, and the next request connects at once.
            reconnect_timeout=wait_seconds,
            kwargs={"autocommit": True, "connect_timeout": max(2, int(wait_seconds))},
            configure=self._configure,
            name="groundswell",
        )

    async def open(self) -> None:
        """Start connecting in the background; a database that is down shows in the first transaction."""
        await self._pool.open()

    async def close(self) -> None:
        """Close every connection; waits for those in use."""
        await self._pool.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def transaction(
        self, org_id: OrgId, *, planned_once: bool = False, brief: bool = False, durable: bool = True
    ) -> contextlib.AbstractAsyncContextManager[Tx]:
        """Open a transaction that sees and changes the rows of one organization only.

        It commits at the end of the `async with`, and rolls back if that raises. Row-level security
        does the separation: a query needs no `org_id = ...` of its own.

        Args:
            planned_once: plan each statement once for a connection, whatever its parameters, instead of
                each time, and by its indexes: for statements that run all day.
            brief: give the whole up after `wait_seconds`, whatever the server is doing: for transactions of short
                statements, behind which others queue.
            durable: wait at the end until what was written is on the disk. Without, the last moments may be lost
                with the machine, whole transactions at a time: for what would then be done again.

        Raises:
            DatabaseUnavailable: PostgreSQL does not answer, or refused for a passing reason.
        """
        settings = {"role": APP_ROLE, "groundswell.org_id": str(uuid.UUID(str(org_id)))}
        settings |= PLANNED_ONCE if planned_once else {}
        settings |= {} if durable else {"synchronous_commit": "off"}
        return self._transaction(_begin_with(settings), brief)

    def system_transaction(
        self, *, planned_once: bool = False, brief: bool = False
    ) -> contextlib.AbstractAsyncContextManager[Tx]:
        """Open a transaction that sees every organization, as the owner of the tables.

        For the few duties that have no organization yet or serve all: sign-in by token, sweeping
        expired leases, background jobs.
        """
        return self._transaction(_begin_with(PLANNED_ONCE if planned_once else {}), brief)

    @contextlib.asynccontextmanager
    async def _transaction(self, begin: str, brief: bool) -> AsyncIterator[Tx]:
        connection = await self._begin(begin)
        outcome = _NOTHING_CHANGED
        try:
            with at_most(connection, self._wait_seconds, self._note_silence) if brief else _NO_LIMIT:
                patience = self._patience_with(connection, brief)
                yield Tx(connection, patience)
                outcome = _UNKNOWN
                with patience():
                    await connection.execute("commit")
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise self._unavailable(error, outcome) from error
        finally:
            await self._give_back(connection)

    async def _begin(self, begin: str) -> AsyncConnection[Any]:
        # After a restart of the server the pool's idle connections are dead. Beginning changes nothing,
        # so each that fails is thrown away and the next one tried, for as long as a caller may wait.
        wait = min(self._wait_seconds, RECHECK_SECONDS) if self._silent else self._wait_seconds
        deadline = time.monotonic() + wait
        while True:
            try:
                connection = await self._pool.getconn(timeout=max(0.01, deadline - time.monotonic()))
            except (PoolTimeout, PoolClosed) as error:
                self._note_silence()
                raise self._unavailable(error, _NOTHING_CHANGED) from error
            try:
                left = max(RECHECK_SECONDS, deadline - time.monotonic())
                with at_most(connection, left, self._note_silence):
                    await connection.execute(cast(Any, begin))
                self._silent = False
                return connection
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                await self._give_back(connection)
                if time.monotonic() > deadline:
                    raise self._unavailable(error, _NOTHING_CHANGED) from error
            except BaseException:
                await self._give_back(connection)
                raise

    async def _give_back(self, connection: AsyncConnection[Any]) -> None:
        try:
            if connection.pgconn.transaction_status != TransactionStatus.IDLE and not connection.closed:
                with at_most(connection, SLOW_ANSWER_SECONDS, self._note_silence):
                    await connection.execute("rollback")
        except psycopg.Error as error:
            log.debug("a connection could not roll back and is closed: %s", error)
            await connection.close()
        finally:
            await self._pool.putconn(connection)

    def _patience_with(self, connection: AsyncConnection[Any], brief: bool) -> Patience:
        """Limit each statement of a transaction that is not limited as a whole."""
        seconds = self._statement_ms / 1000 + SLOW_ANSWER_SECONDS
        return lambda: _NO_LIMIT if brief else at_most(connection, seconds, self._note_silence)

    def _note_silence(self) -> None:
        self._silent = True

    def _unavailable(self, error: Exception, outcome: str) -> DatabaseUnavailable:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        return DatabaseUnavailable(f"the database does not answer ({reason}); {outcome}")

    async def _configure(self, connection: AsyncConnection[Any]) -> None:
        set_json_dumps(msgspec.json.encode, connection)
        set_json_loads(msgspec.json.decode, connection)
        connection.adapters.register_dumper(dict, JsonbDumper)
        await connection.execute(
            f"set statement_timeout = {self._statement_ms}; "
            f"set idle_in_transaction_session_timeout = {2 * self._statement_ms}; set timezone = 'UTC'"
        )


def _text(query: Statement) -> Any:
    return query.sql if isinstance(query, Query) else query


def _rows_as(kind: type[T]) -> AsyncRowFactory[T]:
    plain = get_origin(kind) or kind
    if plain is dict:
        return cast(AsyncRowFactory[T], dict_row)
    if plain is tuple:
        return cast(AsyncRowFactory[T], tuple_row)
    return class_row(kind)
