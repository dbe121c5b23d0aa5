"""The one place that wires things: settings become a database, data folders and background work."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from groundswell.errors import DataFolderBusy
from groundswell.ids import ProjectId, WorkerId
from groundswell.label.jobs import LEARN
from groundswell.label.learning.service import has_unlearnt_answers
from groundswell.label.learning.workshop import Workshop
from groundswell.label.work.service import expire_leases
from groundswell.organize import DatasetStore
from groundswell.settings import Settings
from groundswell.store import BlobStore, Database, migrate, run_worker, running_dsn, start_postgres
from groundswell.tenancy import service as tenancy
from groundswell.tenancy.model import Member, Scope
from groundswell.workforce import service as workforce

log = logging.getLogger("groundswell")

EXPIRY_PERIOD_SECONDS = 1.0


@dataclass
class App:
    """An opened Groundswell: everything a use case needs, for every organization.

    Attributes:
        home: the data folder; `datasets/<organization>` and `blobs/<organization>` are below it.
        db: the database; each transaction names its organization.
    """

    home: Path
    db: Database
    _workers: dict[tuple[str, str], WorkerId] = field(default_factory=dict, repr=False)

    def blobs(self, organization: str) -> BlobStore:
        """Return the media store of an organization, by its slug."""
        return BlobStore(self.home / "blobs" / organization)

    def datasets(self, organization: str) -> DatasetStore:
        """Return the dataset store of an organization, by its slug."""
        return DatasetStore(self.home / "datasets" / organization, self.blobs(organization))

    @property
    def workshop(self) -> Workshop:
        """What background learning works with."""
        return Workshop(self.db, self.datasets)

    async def worker_of(self, member: Member) -> WorkerId:
        """Return the worker that a member annotates as; known ones cost nothing."""
        key = (str(member.org_id), str(member.user_id))
        if key not in self._workers:
            self._workers[key] = await workforce.worker_of(self.db, member.scope(), member.name)
        return self._workers[key]

    async def learn_what_is_new(self, scope: Scope, project_id: ProjectId) -> None:
        """Learn a project now if answers came in that no job has looked at yet, for example before a delivery."""
        if await has_unlearnt_answers(self.db, scope, project_id):
            await self.workshop.learn(str(scope.org_id), project_id)


@contextlib.asynccontextmanager
async def open_app(settings: Settings) -> AsyncIterator[App]:
    """Open the data folder and its database, bring the schema up to date, and close all at the end.

    With `settings.database_url` no database is started. If another Groundswell process already runs the
    data folder's database, this one connects to it, so that a command works beside `groundswell up`.

    Raises:
        StoreError: the database or the data folder cannot be used; the message says what to do.
    """
    with contextlib.ExitStack() as stack:
        dsn = settings.database_url or await _started(settings.home, stack)
        await asyncio.to_thread(migrate, dsn)
        async with Database(dsn) as db:
            yield App(settings.home, db)


async def _started(home: Path, stack: contextlib.ExitStack) -> str:
    """Start the embedded database in a thread; if we are cancelled meanwhile, wait, so that `stack` can stop it."""
    starting = asyncio.create_task(asyncio.to_thread(_embedded, home, stack))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting])
        raise


def _embedded(home: Path, stack: contextlib.ExitStack) -> str:
    try:
        return stack.enter_context(start_postgres(home)).dsn
    except DataFolderBusy:
        dsn = running_dsn(home)
        if dsn is None:
            raise
        return dsn


async def local_member(app: App) -> Member:
    """Return the person who works on this machine: admin of the organization `local`."""
    return await tenancy.create_organization(
        app.db,
        slug=tenancy.LOCAL_ORGANIZATION,
        name="Local",
        email=tenancy.LOCAL_EMAIL,
        person="You",
    )


@contextlib.asynccontextmanager
async def background(app: App) -> AsyncIterator[None]:
    """Learn from answers and return expired leases for as long as the context lasts."""
    stopping = asyncio.Event()
    worker = asyncio.create_task(run_worker(app.db, {LEARN: app.workshop.learn}))
    worker.add_done_callback(_report_end)
    sweeper = asyncio.create_task(_expire_leases(app, stopping))
    try:
        yield
    finally:
        stopping.set()  # not a cancellation, which a connection pool may lose up to Python 3.11
        worker.cancel()
        await asyncio.gather(worker, sweeper, return_exceptions=True)


async def _expire_leases(app: App, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        try:
            await expire_leases(app.db)
        except Exception as error:
            log.warning("leases were not swept this time: %s", error)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), EXPIRY_PERIOD_SECONDS)


def _report_end(worker: asyncio.Task[None]) -> None:
    """Say that background work has ended, where nobody asked it to: people still label, but nothing is learnt."""
    if not worker.cancelled() and (error := worker.exception()) is not None:
        log.critical("background work has ended and needs a restart", exc_info=error)
