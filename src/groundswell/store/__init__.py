"""Where things are kept: PostgreSQL, its schema and queries, transactions, background jobs, blobs."""

from groundswell.store.blobs import BlobStore
from groundswell.store.database import Database, Tx
from groundswell.store.jobs import (
    BackgroundJob,
    FailedJob,
    defer,
    failed_jobs,
    jobs_of,
    retry_failed_job,
    run_worker,
)
from groundswell.store.migrate import migrate
from groundswell.store.postgres import EmbeddedPostgres, running_dsn, start_postgres
from groundswell.store.queries import Query, load_queries

__all__ = [
    "BackgroundJob",
    "BlobStore",
    "Database",
    "EmbeddedPostgres",
    "FailedJob",
    "Query",
    "Tx",
    "defer",
    "failed_jobs",
    "jobs_of",
    "load_queries",
    "migrate",
    "retry_failed_job",
    "run_worker",
    "running_dsn",
    "start_postgres",
]
