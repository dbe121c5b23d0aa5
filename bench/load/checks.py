"""What the database itself says, once the load is over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import psycopg
from numpy.typing import NDArray

from bench.load.people import Crowd
from groundswell.http.task_numbers import TaskNumbers

STORED = """
copy (
  select ('x' || right(idempotency_key::text, 12))::bit(48)::bigint, worker_id, task_id from annotations
  where idempotency_key between '{prefix}000000000000' and '{prefix}ffffffffffff'
) to stdout (format binary)
"""
DUPLICATES = """
select (select count(*) from (select from annotations group by task_id, worker_id having count(*) > 1) twice)
     + (select count(*) from (select from annotations group by worker_id, idempotency_key having count(*) > 1) twice)
"""
OVER_ASSIGNED = """
select count(*) from (
  select a.task_id from annotations a join projects p on p.id = a.project_id
  where not a.late and a.revision = 1 group by a.task_id, p.answers having count(*) > p.answers
) g join tasks t on t.id = g.task_id where t.gold is null
"""
OVER_ASKED = """
select count(*) from (
  select task_id, project_id from (
    select task_id, project_id from annotations where not late and revision = 1
    union all select task_id, project_id from leases where not for_gold
    union all select task_id, project_id from ready
  ) asked group by task_id, project_id having count(*) > (select answers from projects where id = project_id)
) g join tasks t on t.id = g.task_id where t.gold is null
"""
OF_DIFFERENT_WORKERS = """
select coalesce(bool_and(answers = workers), true) from (
  select count(*) as answers, count(distinct worker_id) as workers from annotations where revision = 1 group by task_id
) g
"""
COUNTS = """
select (select count(*) from annotations), (select count(*) from annotations where late),
       (select count(*) from consensus), (select sum(completed) from progress),
       (select count(*) from unsettled), pg_database_size(current_database())
"""
COUNTED = ("answers", "late", "settled", "completed", "unsettled", "size_bytes")
ROW = np.dtype(
    [("fields", ">i2")]
    + [(f"{name}{n}", t) for n in range(3) for name, t in (("size", ">i4"), ("value", ">i8"))]
)
HEADER_BYTES, TRAILER_BYTES = 19, 2
"""Of COPY's binary format."""


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes:
        acknowledged: answers of this run that got a receipt.
        stored: answers of this run in the table.
        lost: acknowledged answers that are not there, with their worker and their task.
        unseen: stored answers whose receipt never arrived.
        duplicates: workers with two answers to a task, and keys that a worker has twice.
        over_assigned: tasks with more answers in time than they ask for; those of known answer aside.
        over_asked: tasks with more answers in time, leases and open slots than they ask for.
        different_workers: whether the answers to each task are of different people.
        annotators: how many different people got a receipt.
        answers, late, settled, completed, unsettled, size_bytes: of the whole database.
    """

    acknowledged: int
    stored: int
    lost: int
    unseen: int
    duplicates: int
    over_assigned: int
    over_asked: int
    different_workers: bool
    annotators: int
    answers: int
    late: int
    settled: int
    completed: int
    unsettled: int
    size_bytes: int


def check(dsn: str, crowd: Crowd, prefix: str, acknowledged: Path) -> Found:
    """Compare what was acknowledged, key by key, with what is stored, and look for work done twice."""
    with psycopg.connect(dsn) as connection:
        with np.load(acknowledged) as file:
            worker = crowd.worker[file["annotator"]]
            promised = np.stack([file["key"], worker, _meant(connection, worker, file["task"])], axis=1)
        stored = _stored(connection, prefix)
        seen, kept = set(map(tuple, promised.tolist())), set(map(tuple, stored.tolist()))
        return Found(
            acknowledged=len(seen),
            stored=len(kept),
            lost=len(seen - kept),
            unseen=len(kept - seen),
            duplicates=_row(connection, DUPLICATES)[0],
            over_assigned=_row(connection, OVER_ASSIGNED)[0],
            over_asked=_row(connection, OVER_ASKED)[0],
            different_workers=_row(connection, OF_DIFFERENT_WORKERS)[0],
            annotators=len(np.unique(promised[:, 1])),
            **dict(zip(COUNTED, _row(connection, COUNTS), strict=True)),
        )


def _stored(connection: psycopg.Connection[Any], prefix: str) -> NDArray[np.int64]:
    """Return key number, worker and task of each stored answer of this run, `[n, 3]`."""
    with connection.cursor() as cursor, cursor.copy(cast(Any, STORED.format(prefix=prefix))) as copy:
        data = b"".join(map(bytes, copy))
    rows = np.frombuffer(data[HEADER_BYTES : len(data) - TRAILER_BYTES], ROW)
    return np.stack([rows[f"value{n}"].astype(np.int64) for n in range(3)], axis=1)


def _meant(
    connection: psycopg.Connection[Any], worker: NDArray[np.int64], shown: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the tasks that annotators meant by the numbers that they were shown."""
    rows = connection.execute(
        "select w.id, o.task_key from workers w join organizations o on o.id = w.org_id"
    )
    numbers = {worker_id: TaskNumbers(key) for worker_id, key in rows}
    pairs = zip(worker.tolist(), shown.tolist(), strict=True)
    return np.array([numbers[who].meant(task) for who, task in pairs], np.int64)


def _row(connection: psycopg.Connection[Any], statement: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(cast(Any, statement)).fetchone()
    assert row is not None
    return row
