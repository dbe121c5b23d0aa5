"""Lists of tasks: a page of any filter and order costs about the same, whatever the size of the project.

A page walks along the index of its order and keeps what the other filters let through. Where one of them leaves only
a few tasks, these are taken instead of the walk; where none does and nearly nothing gets through, the page ends
after `WINDOW` tasks, shorter than asked for, and its cursor leads on. So the cost of a page has a bound that rests
on no guess of the planner.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from psycopg import sql

from groundswell.ids import ProjectId, TaskId
from groundswell.label.delivery.model import ListedTask, TaskFilter, TaskSort
from groundswell.label.projects.model import TaskState
from groundswell.label.projects.service import project_of
from groundswell.store import Database, Tx
from groundswell.tenancy.model import RANK, Role, Scope

WINDOW = 2_000
"""Tasks that one page looks at, at most."""

FEW = 2_000
"""Tasks that are rather taken all and sorted than looked for along an order."""

LONG_HISTORY = 10_000
"""Answers of a worker, in all projects, beyond which his are looked for along an order, too."""

WIDENING = 6
"""How much further the next look goes, where the one before found too little."""

Key = tuple[Any, ...]
"""Where a task stands in an order: `(position,)`, `(probability, id)` or `(completed_at, id)`."""

_FIRST: dict[TaskSort, Key] = {
    TaskSort.POSITION: (-1,),
    TaskSort.PROBABILITY: (-1.0, 0),
    TaskSort.COMPLETED: (datetime.max.replace(tzinfo=UTC), 0),
}


async def list_tasks(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    given: TaskFilter,
    *,
    sort: TaskSort = TaskSort.POSITION,
    after: Key | None = None,
    limit: int = 50,
) -> tuple[list[ListedTask], Key | None]:
    """Return one page of tasks, and where the next one begins: None after the last.

    For members and above: a labeler who saw what others said would no longer answer independently. Known
    answers and the audit share are for managers.

    Args:
        sort: by probability, only tasks with a consensus are listed; by completion, only completed ones.
        after: where the page before ended.
        limit: most tasks of a page; it may have fewer, or none, though there are more.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        tasks, end = await page_of_tasks(tx, project_id, given, sort, after, limit)
    if RANK[scope.role] < RANK[Role.MANAGER]:
        tasks = [replace(task, gold=None, is_audit=None) for task in tasks]
    return tasks, end


async def page_of_tasks(
    tx: Tx, project_id: ProjectId, given: TaskFilter, sort: TaskSort, after: Key | None, limit: int
) -> tuple[list[ListedTask], Key | None]:
    """Return one page of tasks inside a transaction, and where the next one begins; see `list_tasks`."""
    return await _Walk(tx, project_id, given, sort).page(_FIRST[sort] if after is None else after, limit)


class _Walk:
    """One page in the making."""

    def __init__(self, tx: Tx, project_id: ProjectId, given: TaskFilter, sort: TaskSort) -> None:
        self.tx, self.given, self.sort = tx, given, sort
        self.params: dict[str, Any] = {"project_id": project_id, **vars(given)}

    async def page(self, after: Key, limit: int) -> tuple[list[ListedTask], Key | None]:
        few = await self._few() if self._left_to_filter() else None
        found: list[ListedTask] = []
        keys: dict[int, Key] = {}
        budget = max(WINDOW, limit) + 1
        width = 4 * limit if self._left_to_filter() else limit + 1
        width = width if few is None else budget  # the few are taken all at once
        while True:
            width = min(width, budget)
            walked = await self._walk(after, width, few)
            keys |= {row[0]: row[1:] for row in walked}
            found += await self._matching([row[0] for row in walked], limit + 1 - len(found))
            if len(found) > limit:
                return found[:limit], keys[found[limit - 1].id]
            if len(walked) < width:
                return found, None
            after, budget = walked[-1][1:], budget - width
            if not budget:
                return found, after
            width *= WIDENING

    def _left_to_filter(self) -> bool:
        """Say whether tasks that the walk meets may fail a filter."""
        by_index = {
            TaskSort.POSITION: {"state", "batch_id"},
            TaskSort.PROBABILITY: {"label", "min_probability", "max_probability"},
            TaskSort.COMPLETED: set[str](),
        }[self.sort]
        asked = {name for name, value in vars(self.given).items() if value is not None}
        return bool(asked - by_index)

    # ── the few ──

    async def _few(self) -> list[TaskId] | None:
        """Return the tasks that some filter leaves, if they are few; all that match are among them."""
        for query in await self._narrow():
            ids = await self.tx.fetch_values(query, enough=FEW + 1, **self.params)
            if len(ids) <= FEW:
                return ids
        return None

    async def _narrow(self) -> list[sql.Composable]:
        """Return for each filter that has an index the query of the tasks that it leaves, no more than `FEW` + 1."""
        given = self.given
        queries: list[sql.Composable] = []
        if given.item_id is not None:
            queries.append(_OF_ITEM)
        if given.worker_id is not None and await self._answers_of_worker() <= LONG_HISTORY:
            queries.append(_OF_WORKER)
        if given.reviewed:
            queries.append(_REVIEWED)
        if {given.label, given.min_probability, given.max_probability} != {None}:
            queries.append(_LABELLED.format(self._label_conditions()))
        if given.state is not None:
            queries.append(_IN_STATE)
        return queries

    async def _answers_of_worker(self) -> int:
        answers: int = await self.tx.fetch_value(_ANSWERS_OF_WORKER, **self.params)
        return answers

    def _label_conditions(self) -> sql.Composable:
        given = self.given
        asked = (
            (given.label, "and c.label = %(label)s"),
            (given.min_probability, "and c.probability >= %(min_probability)s::real"),
            (given.max_probability, "and c.probability <= %(max_probability)s::real"),
        )
        return sql.SQL(" ").join(sql.SQL(text) for value, text in asked if value is not None)

    # ── the walk ──

    async def _walk(self, after: Key, width: int, few: list[TaskId] | None) -> list[tuple[Any, ...]]:
        """Return the next tasks in the order, each with its key; `width` of them, or all that are left."""
        start = dict(zip(("after", "after_id"), after, strict=False))
        if few is not None:
            query: sql.Composable = _ORDER_FEW[self.sort]
        elif self.sort is TaskSort.POSITION:
            query = _BY_POSITION.format(sql.SQL("project_id" if self.given.batch_id is None else "batch_id"))
            scope = "project_id" if self.given.batch_id is None else "batch_id"
            start["scope"] = self.params[scope]
            start["states"] = list(TaskState) if self.given.state is None else [self.given.state]
        elif self.sort is TaskSort.PROBABILITY:
            query = _BY_PROBABILITY.format(self._label_conditions())
        else:
            query = _BY_COMPLETION
        return await self.tx.fetch_all(query, tuple[Any, ...], few=few, width=width, **start, **self.params)

    async def _matching(self, ids: Sequence[int], limit: int) -> list[ListedTask]:
        """Return those of these tasks that pass every filter, in their order, at most `limit`."""
        if not ids:
            return []
        given = self.given
        asked = (
            (given.state, "and t.state = %(state)s"),
            (given.batch_id, "and t.batch_id = %(batch_id)s"),
            (given.item_id, "and t.item_id = %(item_id)s"),
            (given.label, "and c.label = %(label)s"),
            (given.min_probability, "and c.probability >= %(min_probability)s::real"),
            (given.max_probability, "and c.probability <= %(max_probability)s::real"),
            (given.reviewed, "and (r.answer is not null) = %(reviewed)s"),
            (given.worker_id, _ANSWERED_BY),
        )
        filters = sql.SQL(" ").join(sql.SQL(text) for value, text in asked if value is not None)
        return await self.tx.fetch_all(
            _MATCHING.format(filters), ListedTask, ids=list(ids), limit=limit, **self.params
        )


# Every OFFSET 0 is a fence: it keeps each subquery a probe of an index for each task, whatever the planner estimates.

_OF_ITEM = sql.SQL(
    "select id from (select id, project_id from tasks where item_id = %(item_id)s offset 0) t "
    "where project_id = %(project_id)s limit %(enough)s"
)
_OF_WORKER = sql.SQL(
    "select distinct task_id from (select task_id, project_id from annotations where worker_id = %(worker_id)s "
    "offset 0) a where project_id = %(project_id)s limit %(enough)s"
)
_ANSWERS_OF_WORKER = sql.SQL(
    "select coalesce(sum(annotations), 0)::int from worker_progress where worker_id = %(worker_id)s"
)
_REVIEWED = sql.SQL("select task_id from reviews where project_id = %(project_id)s limit %(enough)s")
_LABELLED = sql.SQL(
    "select c.task_id from consensus c where c.project_id = %(project_id)s {} limit %(enough)s"
)
_IN_STATE = sql.SQL(
    "select id from tasks where project_id = %(project_id)s and state = %(state)s limit %(enough)s"
)

_ORDER_FEW = {
    TaskSort.POSITION: sql.SQL(
        "select t.id, t.position from unnest(%(few)s::bigint[]) as g (id) "
        "cross join lateral (select id, position from tasks where id = g.id offset 0) t "
        "where t.position > %(after)s::bigint order by t.position limit %(width)s"
    ),
    TaskSort.PROBABILITY: sql.SQL(
        "select c.task_id, c.probability::float8, c.task_id from unnest(%(few)s::bigint[]) as g (id) "
        "cross join lateral (select task_id, probability from consensus where task_id = g.id offset 0) c "
        "where (c.probability, c.task_id) > (%(after)s::real, %(after_id)s::bigint) "
        "order by c.probability, c.task_id limit %(width)s"
    ),
    TaskSort.COMPLETED: sql.SQL(
        "select t.id, t.completed_at, t.id from unnest(%(few)s::bigint[]) as g (id) "
        "cross join lateral (select id, completed_at from tasks where id = g.id offset 0) t "
        "where (t.completed_at, t.id) < (%(after)s::timestamptz, %(after_id)s::bigint) "
        "order by t.completed_at desc, t.id desc limit %(width)s"
    ),
}

_BY_POSITION = sql.SQL(
    "select t.id, t.position from unnest(%(states)s::text[]) as s (state) cross join lateral ("
    "  select id, position from tasks where {} = %(scope)s::bigint and state = s.state and position > %(after)s::bigint"
    "  order by position limit %(width)s) t "
    "order by t.position limit %(width)s"
)
_BY_PROBABILITY = sql.SQL(
    "select c.task_id, c.probability::float8, c.task_id from consensus c where c.project_id = %(project_id)s {} "
    "and (c.probability, c.task_id) > (%(after)s::real, %(after_id)s::bigint) "
    "order by c.probability, c.task_id limit %(width)s"
)
_BY_COMPLETION = sql.SQL(
    "select id, completed_at, id from tasks where project_id = %(project_id)s and completed_at is not null "
    "and (completed_at, id) < (%(after)s::timestamptz, %(after_id)s::bigint) "
    "order by completed_at desc, id desc limit %(width)s"
)

_ANSWERED_BY = (
    "and exists (select from annotations a where a.task_id = g.id and a.worker_id = %(worker_id)s offset 0)"
)
_MATCHING = sql.SQL(
    "select t.id, t.item_id, t.position, t.batch_id, t.state, t.payload ->> 'kind' as kind, "
    "left(coalesce(t.payload ->> 'text', t.payload ->> 'record'), 160) as preview, "
    "coalesce(c.label, left(c.answer::text, 300)) as label, "
    "c.probability::float8 as probability, c.source, coalesce(c.annotations, 0) as annotations, "
    "coalesce(r.answer ->> 'choice', left(r.answer::text, 300)) as review, t.gold, t.is_audit, t.completed_at "
    "from unnest(%(ids)s::bigint[]) with ordinality as g (id, place) "
    "cross join lateral (select * from tasks where id = g.id offset 0) t "
    "left join lateral (select * from consensus where task_id = g.id offset 0) c on true "
    "left join lateral (select answer from reviews where task_id = g.id offset 0) r on true "
    "where true {} order by g.place limit %(limit)s"
)
