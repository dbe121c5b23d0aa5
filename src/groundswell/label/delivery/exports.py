"""Files of labels: asked for, written in the background, then read as often as anybody likes.

A file is named by its digest, so it never changes: a download that broke off goes on where it was, and two
exports of the same labels are one file.
"""

import asyncio
import logging
import os
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from groundswell.errors import Conflict, GroundswellError, InputError, NotFound, StoreError
from groundswell.ids import ExportId, OrgId, ProjectId
from groundswell.label.delivery.model import Export, ExportState
from groundswell.label.delivery.service import SQL, deliver, labelled_batches
from groundswell.label.jobs import ask_to_export
from groundswell.label.projects.service import project_of
from groundswell.organize import DatasetStore, Version
from groundswell.store import Database
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

log = logging.getLogger(__name__)

NEWEST = 2**63 - 1


class Written(Protocol):
    """What a writer says of the file that it wrote."""

    @property
    def rows(self) -> int:
        """Items in the file."""
        ...

    @property
    def bytes(self) -> int:
        """Its size."""
        ...

    @property
    def sha256(self) -> str:
        """Its digest."""
        ...


class Writer(Protocol):
    """What writes a format; `feed.exporters` has them, which this stage must not know."""

    @property
    def suffix(self) -> str:
        """How its files end, for example `.csv`."""
        ...

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> Written:
        """Write all rows to a file that appears whole or not at all."""
        ...


async def ask_for_export(
    db: Database, scope: Scope, project_id: ProjectId, file_format: str, *, proposals: bool = False
) -> Export:
    """Ask for the labels of a project as a file; it is written in the background. For members and above.

    Args:
        proposals: include items whose only label is a model's proposal.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        export = await tx.fetch_one(
            SQL["insert_export"],
            Export,
            org_id=scope.org_id,
            project_id=project_id,
            format=file_format,
            proposals=proposals,
            created_by=scope.user_id,
        )
        assert export is not None
        await ask_to_export(tx, scope.org_id, project_id, export.id)
        await audit(tx, scope, "export.create", str(export.id), project=project_id, format=file_format)
    return export


async def list_exports(
    db: Database, scope: Scope, project_id: ProjectId, *, before: int | None = None, limit: int = 50
) -> list[Export]:
    """Return the files of a project, the newest first, those with an id under `before`; for members and above."""
    scope.require(Role.MEMBER)
    page = {"project_id": project_id, "before": before or NEWEST, "limit": limit}
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        return await tx.fetch_all(SQL["exports"], Export, **page)


async def get_export(db: Database, scope: Scope, project_id: ProjectId, export_id: ExportId) -> Export:
    """Return one file of a project; for members and above.

    Raises:
        NotFound: the project has no such file.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        export = await tx.fetch_one(SQL["export"], Export, project_id=project_id, export_id=export_id)
    if export is None:
        raise NotFound(f"project {project_id} has no export {export_id}")
    return export


@dataclass(frozen=True)
class ExportRoom:
    """Where exports are written and kept.

    Attributes:
        datasets: the dataset store of an organization, by its slug.
        folder: where its files lie, by its slug.
        writers: by the name of their format.
    """

    db: Database
    datasets: Callable[[str], DatasetStore]
    folder: Callable[[str], Path]
    writers: Mapping[str, Writer]

    def path_of(self, slug: str, export: Export) -> Path:
        """Return where the file of an export lies.

        Raises:
            Conflict: it is not written yet, or will never be.
            NotFound: it was removed from the data folder.
        """
        if export.state != ExportState.READY:
            why = (
                f"has failed: {export.error}"
                if export.error
                else "is still being written; ask again in a second"
            )
            raise Conflict(f"export {export.id} {why}")
        path = self._path(slug, str(export.sha256), self.writers[export.format].suffix)
        if not path.is_file():
            raise NotFound(f"the file of export {export.id} is not in the data folder any more; export again")
        return path

    async def write(self, org_id: str, project_id: int, export_id: int) -> None:
        """Deliver a project's labels and write the file that was asked for; a second time, nothing happens.

        What the labels or the disk do not allow ends the export, with the reason; what may pass by itself is
        raised, so that the job is tried again.
        """
        scope = Scope(OrgId(uuid.UUID(org_id)), None, Role.ADMIN)
        export = await get_export(self.db, scope, ProjectId(project_id), ExportId(export_id))
        if export.state != ExportState.PENDING:
            return
        try:
            done = await self._write(scope, export)
        except (GroundswellError, OSError) as error:
            if isinstance(error, GroundswellError) and error.retryable:
                raise
            log.warning("export %d has failed: %s", export_id, error)
            async with self.db.transaction(scope.org_id) as tx:
                await tx.execute(SQL["fail_export"], export_id=export_id, error=_reason(error))
            return
        async with self.db.transaction(scope.org_id) as tx:
            await tx.execute(SQL["finish_export"], export_id=export_id, **done)

    async def _write(self, scope: Scope, export: Export) -> dict[str, object]:
        async with self.db.transaction(scope.org_id) as tx:
            slug: str = await tx.fetch_value(SQL["organization_slug"])
        store = self.datasets(slug)
        version = await deliver(self.db, scope, store, export.project_id, proposals=export.proposals)
        written = await asyncio.to_thread(self._to_file, slug, export, version)
        return {
            "dataset": version.name,
            "version": version.number,
            "rows": written.rows,
            "bytes": written.bytes,
            "sha256": written.sha256,
        }

    def _to_file(self, slug: str, export: Export, version: Version) -> Written:
        if export.format not in self.writers:
            raise InputError(
                f"nothing writes the format {export.format!r}; there are {', '.join(self.writers)}"
            )
        writer = self.writers[export.format]
        unnamed = self.folder(slug) / f".export-{export.id}{writer.suffix}"
        written = writer.write(labelled_batches(version), unnamed, overwrite=True)
        os.replace(unnamed, self._path(slug, written.sha256, writer.suffix))
        return written

    def _path(self, slug: str, sha256: str, suffix: str) -> Path:
        return self.folder(slug) / f"{sha256}{suffix}"


def _reason(error: Exception) -> str:
    """Say to a customer why there is no file; what the disk says, with paths of this machine, is for the log."""
    if isinstance(error, OSError | StoreError):
        return "the file could not be written; the log of the service says why"
    return str(error)
