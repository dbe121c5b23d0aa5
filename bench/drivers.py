"""Which PostgreSQL driver? psycopg 3, plain and in pipeline mode, beside asyncpg, on the hot path.

One operation is what one annotator's request costs: an answer stored and the next task leased. As in
the service, a transaction does a whole micro-batch of them with two set-based statements, and commits
durably. Two connections work at once. Rounds interleave the drivers, so that other load on the machine
meets all of them alike; CPU time per operation is the steadier figure.

    pip install asyncpg
    python -m bench.drivers

See docs/decisions/0001-driver.md for what was decided from it.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import psycopg
import uvloop

from groundswell.store.postgres import start_postgres

BATCHES = (1, 20, 100)
CONNECTIONS = 2
TASKS = 60_000
BEGIN = f"begin; select set_config('bench.org_id', '{uuid.uuid4()}', true)"

SCHEMA = """
create table tasks (id bigint primary key, payload jsonb not null);
insert into tasks
  select i, jsonb_build_object('text', repeat('word ', 20), 'n', i) from generate_series(1, %d) i;
create table ready (seq bigint primary key, task_id bigint not null);
create table leases (task_id bigint, worker_id int, expires_at timestamptz not null,
                     primary key (task_id, worker_id));
create table answers (task_id bigint, worker_id int, answer jsonb not null,
                      at timestamptz not null default now(), primary key (task_id, worker_id));
"""
REFILL = """
truncate ready, leases, answers;
insert into ready select i, i from generate_series(1, %d) i;
vacuum analyze ready;
checkpoint;
"""
SUBMIT = """
with given as (select * from unnest($1::bigint[], $2::int[], $3::text[]) g (task_id, worker_id, answer)),
ended as (delete from leases l using given g
          where (l.task_id, l.worker_id) = (g.task_id, g.worker_id) returning g.task_id, g.worker_id, g.answer)
insert into answers (task_id, worker_id, answer) select task_id, worker_id, answer::jsonb from ended
on conflict do nothing returning task_id, worker_id, at
"""
LEASE = """
with free as (select q.*, row_number() over () as n from (
                select seq, task_id from ready order by seq limit cardinality($1::int[])
                for update skip locked) q),
given as (select f.*, w.worker_id
          from free f join unnest($1::int[]) with ordinality w (worker_id, n) using (n)),
leased as (insert into leases select task_id, worker_id, now() + interval '10 min' from given
           on conflict do nothing returning task_id, worker_id, expires_at),
taken as (delete from ready r using given g, leased l where r.seq = g.seq and l.task_id = g.task_id)
select l.task_id, l.worker_id, l.expires_at, t.payload from leased l join tasks t on t.id = l.task_id
"""

Leases = list[tuple[Any, ...]]


class Cycle(Protocol):
    """One transaction of a driver: store the answers, lease for the workers."""

    async def __call__(self, answers: Leases, workers: list[int]) -> Leases: ...


def _columns(answers: Leases) -> tuple[list[int], list[int], list[str]]:
    texts = [json.dumps({"choice": "cat"})] * len(answers)
    return [row[0] for row in answers], [row[1] for row in answers], texts


@asynccontextmanager
async def asyncpg_driver(dsn: str) -> AsyncIterator[Cycle]:
    connection = await asyncpg.connect(dsn)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)

    async def cycle(answers: Leases, workers: list[int]) -> Leases:
        await connection.execute(BEGIN)
        await connection.fetch(SUBMIT, *_columns(answers))
        leased = await connection.fetch(LEASE, workers)
        await connection.execute("commit")
        return [tuple(row) for row in leased]

    yield cycle
    await connection.close()


def _for_psycopg(text: str) -> str:
    return text.replace("$1", "%(a)s").replace("$2", "%(b)s").replace("$3", "%(c)s")


@asynccontextmanager
async def psycopg_driver(dsn: str) -> AsyncIterator[Cycle]:
    connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
    submit, lease = _for_psycopg(SUBMIT), _for_psycopg(LEASE)

    async def cycle(answers: Leases, workers: list[int]) -> Leases:
        await connection.execute(BEGIN)
        tasks, by, texts = _columns(answers)
        stored = await connection.execute(submit, {"a": tasks, "b": by, "c": texts}, prepare=True)
        await stored.fetchall()
        leased = await connection.execute(lease, {"a": workers}, prepare=True)
        rows = await leased.fetchall()
        await connection.execute("commit")
        return rows

    yield cycle
    await connection.close()


@asynccontextmanager
async def pipeline_driver(dsn: str) -> AsyncIterator[Cycle]:
    connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
    submit, lease = _for_psycopg(SUBMIT), _for_psycopg(LEASE)
    begin, context = BEGIN.split("; ")

    async def cycle(answers: Leases, workers: list[int]) -> Leases:
        async with connection.pipeline():
            await connection.execute(begin)
            await connection.execute(context)
            tasks, by, texts = _columns(answers)
            stored = await connection.execute(submit, {"a": tasks, "b": by, "c": texts}, prepare=True)
            leased = await connection.execute(lease, {"a": workers}, prepare=True)
            await stored.fetchall()
            rows = await leased.fetchall()
            await connection.execute("commit")
        return rows

    yield cycle
    await connection.close()


DRIVERS = {"asyncpg": asyncpg_driver, "psycopg": psycopg_driver, "psycopg pipeline": pipeline_driver}


async def measure(name: str, dsn: str, batch: int, seconds: float) -> tuple[float, float]:
    """Return operations per second and CPU-milliseconds of this process per operation."""
    workers = itertools.count(1)

    async def connection() -> int:
        done = 0
        async with DRIVERS[name](dsn) as cycle:
            leases: Leases = []
            while time.perf_counter() < deadline:
                leases = await cycle(leases, list(itertools.islice(workers, batch)))
                if len(leases) != batch:
                    raise RuntimeError("the backlog ran dry; raise TASKS")
                done += batch
        return done

    began, cpu = time.perf_counter(), time.process_time()
    deadline = began + seconds
    done = sum(await asyncio.gather(*(connection() for _ in range(CONNECTIONS))))
    return done / (time.perf_counter() - began), (time.process_time() - cpu) / done * 1000


def run(dsn: str, rounds: int, seconds: float) -> dict[tuple[int, str], list[tuple[float, float]]]:
    """Measure every driver at every batch size, `rounds` times, one after the other."""
    figures: dict[tuple[int, str], list[tuple[float, float]]] = {}
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute(SCHEMA % TASKS)  # type: ignore[arg-type]
        for batch, _, name in itertools.product(BATCHES, range(rounds), DRIVERS):
            for statement in (REFILL % TASKS).strip().rstrip(";").split(";"):
                admin.execute(statement)  # type: ignore[arg-type]
            figures.setdefault((batch, name), []).append(uvloop.run(measure(name, dsn, batch, seconds)))
    return figures


def report(figures: dict[tuple[int, str], list[tuple[float, float]]]) -> None:
    print(f"{'batch':>6} {'driver':<18} {'ops/s':>8} {'CPU ms/op':>10} {'CPU, asyncpg = 1':>17}")
    medians = {key: _medians(values) for key, values in figures.items()}
    for (batch, name), (rate, cpu) in medians.items():
        print(f"{batch:>6} {name:<18} {rate:>8.0f} {cpu:>10.4f} {cpu / medians[batch, 'asyncpg'][1]:>17.2f}")
    print(
        json.dumps(
            {
                f"{name} {batch}": {"ops_per_s": round(rate), "cpu_ms_per_op": round(cpu, 4)}
                for (batch, name), (rate, cpu) in medians.items()
            }
        )
    )


def _medians(values: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(v[0] for v in values), statistics.median(v[1] for v in values)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, start_postgres(Path(folder)) as server:
        report(run(server.dsn, arguments.rounds, arguments.seconds))


if __name__ == "__main__":
    main()
