"""The one place that wires things: settings become a database, data folders and background work."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from groundswell import clock
from groundswell.errors import DataFolderBusy
from groundswell.feed.exporters import EXPORTERS
from groundswell.ids import ProjectId
from groundswell.label.commissions.attachments import Attachments
from groundswell.label.commissions.callbacks import CallbackRoom
from groundswell.label.commissions.gathering import GatheringRoom
from groundswell.label.commissions.service import CommissionRoom
from groundswell.label.conversations.service import ConversationRoom
from groundswell.label.delivery.exports import ExportRoom
from groundswell.label.handed.service import HandingRoom
from groundswell.label.learning.service import has_unlearnt_answers
from groundswell.label.learning.settler import Settler
from groundswell.label.learning.workshop import Workshop
from groundswell.label.lineage.retraction import RedeliveryRoom
from groundswell.label.lineage.service import versions_in_use
from groundswell.label.predictors.asking import PredictionRoom
from groundswell.label.predictors.rules import Access
from groundswell.label.work.service import Desk
from groundswell.organize import CleanUp, DatasetStore, clean_up
from groundswell.organize.runs import remove_old_runs
from groundswell.organize.saving import runs_of
from groundswell.organize.service import Indexer
from groundswell.settings import Settings
from groundswell.store import BlobStore, Database, migrate, running_dsn, start_postgres
from groundswell.tenancy import service as tenancy
from groundswell.tenancy.model import Member, Role, Scope
from groundswell.tenancy.reception import Reception
from groundswell.workforce.members import MemberWorkers


@dataclass
class App:
    """An opened Groundswell: everything a use case needs, for every organization.

    Attributes:
        home: the data folder; `datasets/<organization>`, `blobs/<organization>` and `exports/<organization>`
            are below it.
        db: the database; each transaction names its organization.
        access: which models of others may be asked.
        quota_bytes: what each organization may keep of datasets and media; None for no limit.
        fetch_hosts: whose addresses programs may attach to tasks.
        callback_hosts: of the operator's own network, which callbacks may go to.
        public_url: where programs reach this service, without a slash at its end; "" for as they have just done.
        max_item_bytes: the largest attachment that is taken.
    """

    home: Path
    db: Database
    access: Access = field(default_factory=Access)
    quota_bytes: int | None = None
    fetch_hosts: tuple[str, ...] = ()
    callback_hosts: tuple[str, ...] = ()
    public_url: str = ""
    max_item_bytes: int = 32 * 1024 * 1024

    def blobs(self, organization: str) -> BlobStore:
        """Return the media store of an organization, by its slug."""
        return BlobStore(self.home / "blobs" / organization)

    def datasets(self, organization: str) -> DatasetStore:
        """Return the dataset store of an organization, by its slug."""
        return DatasetStore(
            self.home / "datasets" / organization, self.blobs(organization), quota_bytes=self.quota_bytes
        )

    def uploads(self, organization: str) -> BlobStore:
        """Return where files lie that programs and people of an organization handed over, by its slug."""
        return BlobStore(self.home / "uploads" / organization)

    def exports(self, organization: str) -> Path:
        """Return where the files of labels of an organization lie, by its slug."""
        return self.home / "exports" / organization

    @cached_property
    def indexer(self) -> Indexer:
        """Where this process makes large versions ready for searching."""
        return Indexer()

    @cached_property
    def desk(self) -> Desk:
        """Where this process takes in rounds of work."""
        return Desk(self.db)

    @cached_property
    def reception(self) -> Reception:
        """Who calls, by key or session, as this process remembers it."""
        return Reception(self.db)

    @cached_property
    def workforce(self) -> MemberWorkers:
        """As which worker each member annotates."""
        return MemberWorkers(self.db)

    @cached_property
    def workshop(self) -> Workshop:
        """What background learning works with."""
        return Workshop(self.db, self.datasets)

    @cached_property
    def export_room(self) -> ExportRoom:
        """Where files of labels are written."""
        return ExportRoom(self.db, self.datasets, self.exports, EXPORTERS)

    @cached_property
    def prediction_room(self) -> PredictionRoom:
        """Where models of others are asked."""
        return PredictionRoom(self.db, self.datasets, self.access)

    @cached_property
    def redelivery_room(self) -> RedeliveryRoom:
        """Where versions are made anew after a retraction."""
        return RedeliveryRoom(self.db, self.datasets, self.learn)

    @cached_property
    def conversation_room(self) -> ConversationRoom:
        """Where conversations go on with models of others."""
        return ConversationRoom(self.db, self.access)

    @cached_property
    def handing_room(self) -> HandingRoom:
        """Where people hand in files."""
        return HandingRoom(self.db, self.uploads, self.datasets)

    @cached_property
    def attachments(self) -> Attachments:
        """Where what programs attach to tasks is looked for."""
        return Attachments(self.db, self.datasets, self.uploads, self.fetch_hosts, self.max_item_bytes)

    @cached_property
    def commission_room(self) -> CommissionRoom:
        """Where programs ask for tasks."""
        return CommissionRoom(self.db, self.attachments, self.callback_hosts)

    @cached_property
    def callback_room(self) -> CallbackRoom:
        """Where customers' servers are told of what they asked for."""
        return CallbackRoom(self.db, self.callback_hosts, self.public_url)

    @cached_property
    def gathering_room(self) -> GatheringRoom:
        """Where items that came one by one are added to their datasets."""
        return GatheringRoom(self.db, self.datasets)

    @cached_property
    def settler(self) -> Settler:
        """What looks at answers as they come in."""
        return Settler(self.db)

    async def tend_datasets(self) -> list[CleanUp]:
        """Remove versions that retention lets go, and old runs, of every organization; what projects need stays."""
        done = []
        for org_id, slug in await tenancy.every_organization(self.db):
            store = self.datasets(slug)
            await asyncio.to_thread(remove_old_runs, runs_of(store), clock.now())
            kept = await versions_in_use(self.db, Scope(org_id, None, Role.ADMIN))
            for name in await asyncio.to_thread(store.names):
                done.append(await asyncio.to_thread(clean_up, store, name, keep=kept.get(name, ())))
        return done

    async def learn(self, scope: Scope, project_id: ProjectId) -> None:
        """Settle what has come in for a project, and learn it, now."""
        await self.settler.settle_project(scope.org_id, project_id)
        await self.workshop.learn(str(scope.org_id), project_id)

    async def learn_what_is_new(self, scope: Scope, project_id: ProjectId) -> None:
        """Learn a project now if answers came in that no job has looked at yet, for example before a delivery."""
        if await has_unlearnt_answers(self.db, scope, project_id):
            await self.learn(scope, project_id)


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
            yield App(
                settings.home,
                db,
                Access(settings.model_hosts, settings.model_key),
                settings.quota_bytes,
                settings.fetch_hosts,
                settings.callback_hosts,
                (settings.public_url or "").rstrip("/"),
                settings.max_item_bytes,
            )


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
