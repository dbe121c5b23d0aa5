"""Use cases of files that people hand in: hand one in, fetch one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from groundswell.errors import Conflict, InputError, NotAllowed, NotFound, TooLarge, UnreadableSource
from groundswell.items.audio import open_audio
from groundswell.items.images import open_image
from groundswell.label.handed.model import HandedFile, NewFile
from groundswell.label.kinds.fields.files import takes_files
from groundswell.label.projects.service import visible_project
from groundswell.organize import DatasetStore
from groundswell.store import BlobStore, Database, Tx, load_queries
from groundswell.tenancy.model import RANK, Role, Scope

SQL = load_queries(__package__)

MOST_FILES, MOST_BYTES = 50, 200 * 1024 * 1024
"""That one person may hand in for one task, together."""

READ_AT_ONCE = 2
"""Files whose content is looked at at the same time: a large image takes 300 MB while it is."""

OTHER = "application/octet-stream"


@dataclass(frozen=True)
class HandingRoom:
    """Where people hand files in.

    Attributes:
        uploads: where the bytes lie, of an organization by its slug; no clean-up of media takes them.
        datasets: the dataset store of an organization, whose quota counts them, too.
    """

    db: Database
    uploads: Callable[[str], BlobStore]
    datasets: Callable[[str], DatasetStore]
    _reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(READ_AT_ONCE), repr=False)

    async def hand_in(self, new: NewFile) -> HandedFile:
        """Keep a file, so that an answer to the task can name it.

        Raises:
            NotFound: no such project, or task in it.
            NotAllowed: the worker neither holds the task nor has answered it, and is no member.
            Conflict: the project asks for no files.
            InputError: the file is empty.
            TooLarge: an image with more pixels than are read, or more than one may hand in for one task.
            OverQuota: the organization keeps all it may.
        """
        if not new.data:
            raise InputError("the file is empty")
        async with self.db.transaction(new.scope.org_id) as tx:
            await _check_may(tx, new)
        async with self._reading:
            media_type = await asyncio.to_thread(_media_type, new.data)
        digest = await asyncio.to_thread(
            put_counted, self.uploads(new.organization), self.datasets(new.organization), new.data
        )
        file = HandedFile(digest, _plain(new.name), media_type, len(new.data))
        of = {"project_id": new.project_id, "task_id": new.task_id, "worker_id": new.worker_id}
        async with self.db.transaction(new.scope.org_id) as tx:
            await tx.execute(SQL["insert_handed"], org_id=new.scope.org_id, **vars(file), **of)
        return file

    async def fetch(self, scope: Scope, worker_id: int, digest: str) -> HandedFile:
        """Return what is known of a file: for members and above of anybody's, for others of their own.

        Raises:
            NotFound: there is none, or none of theirs.
        """
        own = None if _is_member(scope) else worker_id
        async with self.db.transaction(scope.org_id) as tx:
            return await handed_file(tx, digest, worker_id=own)


async def handed_file(tx: Tx, digest: str, *, worker_id: int | None = None) -> HandedFile:
    """Return what is known of a file, inside a transaction.

    Args:
        worker_id: who must have handed it in; None for anybody.

    Raises:
        NotFound: there is none.
    """
    found = await tx.fetch_one(SQL["handed_file"], HandedFile, digest=digest, worker_id=worker_id)
    if found is None:
        raise NotFound(f"no file {digest[:64]!r} was handed in here")
    return found


def put_counted(uploads: BlobStore, datasets: DatasetStore, data: bytes) -> str:
    """Keep an upload where the quota of datasets has room for it; returns its digest.

    Raises:
        OverQuota: it has none.
    """
    quota = datasets.quota
    replace(quota, folders=(*quota.folders, uploads.root)).room().require(0, len(data))
    return uploads.put(data)


def _is_member(scope: Scope) -> bool:
    return RANK[scope.role] >= RANK[Role.MEMBER]


async def _check_may(tx: Tx, new: NewFile) -> None:
    project = await visible_project(tx, new.scope, new.project_id)
    of = {"task_id": new.task_id, "worker_id": new.worker_id}
    may = await tx.fetch_value(SQL["may_hand_in"], project_id=new.project_id, **of)
    if may is None:
        raise NotFound(f"there is no task {new.task_id} in project {new.project_id}")
    if not may and not _is_member(new.scope):
        raise NotAllowed(
            "only who holds a task may hand in a file for it; it is not yours, or its lease is over"
        )
    if not takes_files(project.schema.ontology.options.get("fields", ())):
        raise Conflict(f"project {new.project_id} asks for no files; only forms with a field of kind file do")
    had = await tx.fetch_one(SQL["handed_by"], dict[str, int], **of)
    assert had is not None
    if had["files"] >= MOST_FILES or had["bytes"] + len(new.data) > MOST_BYTES:
        raise TooLarge(
            f"one may hand in {MOST_FILES} files of {MOST_BYTES:,} bytes together for a task; "
            f"{had['files']} of {had['bytes']:,} bytes are here already"
        )


def _media_type(data: bytes) -> str:
    """Return what bytes are, which are read to know it: their names and headers may say anything.

    Raises:
        TooLarge: an image with more pixels, or a recording with more samples, than are read.
    """
    try:
        return open_image(data).get_format_mimetype() or OTHER
    except UnreadableSource:
        pass
    try:
        return open_audio(data).media_type
    except UnreadableSource:
        return OTHER


def _plain(name: str) -> str:
    """Return the name of a file without the folders before it, as it can be shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in last if one.isprintable()).strip()[:200] or "file"
