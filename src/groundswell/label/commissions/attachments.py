"""From what a program attaches to an item: uploads, texts as they are, and addresses that may be asked."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groundswell.collect.urls import fetch
from groundswell.errors import InputError, TooLarge, UnreadableSource
from groundswell.hosts import AllowedHosts, allowed_for
from groundswell.ids import ItemId
from groundswell.items import ItemKind, digest_text
from groundswell.items.audio import open_audio
from groundswell.items.images import open_image
from groundswell.label.commissions.asked import Content
from groundswell.label.commissions.model import StoredFile
from groundswell.label.commissions.projects import SQL
from groundswell.label.commissions.rules import check_storable, check_text, new_public_id
from groundswell.label.handed.service import put_counted
from groundswell.label.kinds import Shown
from groundswell.organize import DatasetStore
from groundswell.store import BlobStore, Database
from groundswell.tenancy.model import Role, Scope

SCHEME = "scaledata://"
FETCH_SECONDS = 15.0
MAX_ADDRESS = 2000


@dataclass(frozen=True)
class Found:
    """What is to be labelled: the id of its item, and what people see of it."""

    item_id: ItemId
    shown: Shown


@dataclass(frozen=True)
class Attachments:
    """Where attachments are looked for.

    Args:
        datasets: the dataset store of an organization, by its slug; its media are where items have theirs.
        uploads: where files lie that a program handed over; no clean-up of media takes them.
        hosts: that may be asked for attachments; see `allowed_for`.
        max_bytes: the largest attachment that is read.
    """

    db: Database
    datasets: Callable[[str], DatasetStore]
    uploads: Callable[[str], BlobStore]
    hosts: Sequence[str] = ()
    max_bytes: int = 32 * 1024 * 1024

    async def find(self, scope: Scope, organization: str, content: Content, *, unseen: bool = False) -> Found:
        """Return what a task is about.

        Args:
            unseen: nobody will look at it, as in a sandbox: nothing is fetched, and addresses stand for anything.

        Raises:
            InputError: an attachment cannot be read, is of another kind, or may not be fetched.
        """
        if content.text is not None:
            return _text(content.text)
        if content.record is not None:
            return _record(content.record)
        if content.parts:
            parts = [await self.find(scope, organization, one, unseen=unseen) for one in content.parts]
            return _record({f"attachment {place}": _part(one) for place, one in enumerate(parts, 1)})
        assert content.reference is not None
        address, digest = content.reference, None
        if address.startswith(SCHEME):
            stored = await self.stored(scope, organization, address)
            address, digest = stored.address or address, stored.digest
        if digest is None and unseen:
            return _unseen(address, content.kinds)
        data = await asyncio.to_thread(self._bytes, organization, address, digest)
        return await asyncio.to_thread(self._media, organization, data, content)

    def _bytes(self, organization: str, address: str, digest: str | None) -> bytes:
        return self._fetched(address) if digest is None else self.uploads(organization).get(digest)

    def _door(self, address: str) -> AllowedHosts:
        door = allowed_for(address, self.hosts)
        if door is None:
            raise InputError(
                f"attachment {address[:200]!r} may not be fetched: its host is not among those that the operator of "
                "this service allows by GROUNDSWELL_FETCH_HOSTS; upload the file and name its attachment_url instead"
            )
        return door

    def _fetched(self, address: str) -> bytes:
        door = self._door(address)
        try:
            return fetch(address, door, max_bytes=self.max_bytes, timeout_seconds=FETCH_SECONDS)
        except (TooLarge, UnreadableSource) as error:
            raise InputError(f"attachment cannot be read: {error}") from error

    def _media(self, organization: str, data: bytes, content: Content) -> Found:
        shown = _read(data, content.kinds)
        if shown["kind"] == ItemKind.TEXT:
            return _text(shown["text"])
        store = self.datasets(organization)
        store.quota.room().require(0, len(data))
        return Found(store.blobs.put(data), shown)

    # ── uploads ──

    async def upload(
        self, scope: Scope, organization: str, data: bytes, *, name: str, fields: Mapping[str, Any]
    ) -> StoredFile:
        """Keep the bytes of a file that a program hands over.

        Raises:
            InputError: it is empty.
            TooLarge: it is over the limit.
            OverQuota: the organization keeps all it may.
        """
        scope.require(Role.MANAGER)
        if not data:
            raise InputError("the file is empty")
        if len(data) > self.max_bytes:
            raise TooLarge(f"the file has {len(data):,} bytes; at most {self.max_bytes:,} are taken")
        digest = await asyncio.to_thread(
            put_counted, self.uploads(organization), self.datasets(organization), data
        )
        return await self._keep(scope, digest=digest, address=None, name=name, fields=fields)

    async def keep_address(
        self, scope: Scope, address: str, *, fields: Mapping[str, Any], unseen: bool = False
    ) -> StoredFile:
        """Keep the address of a file; it is fetched when a task names it, or never where it is `unseen`.

        Raises:
            InputError: it is no address, or one that may not be fetched.
        """
        scope.require(Role.MANAGER)
        check_text("file_url", address, MAX_ADDRESS)
        if not unseen:
            self._door(address).check(address)
        name = address.partition("?")[0].rpartition("/")[2]
        return await self._keep(scope, digest=None, address=address, name=name, fields=fields)

    async def _keep(
        self, scope: Scope, *, digest: str | None, address: str | None, name: str, fields: Mapping[str, Any]
    ) -> StoredFile:
        check_storable([name, dict(fields)])
        file = StoredFile(new_public_id(), digest, address, name[:500])
        async with self.db.transaction(scope.org_id) as tx:
            await tx.execute(SQL["insert_file"], org_id=scope.org_id, fields=dict(fields), **vars(file))
        return file

    async def stored(self, scope: Scope, organization: str, reference: str) -> StoredFile:
        """Return the file that a reference names.

        Raises:
            InputError: the organization has none of this name.
        """
        owner, _, file_id = reference.removeprefix(SCHEME).partition("/")
        async with self.db.transaction(scope.org_id) as tx:
            found = await tx.fetch_one(SQL["file"], StoredFile, id=file_id)
        if found is None or owner != organization:
            raise InputError(f"attachment {reference[:120]!r} is no file that was uploaded here")
        return found


def reference_to(organization: str, file: StoredFile) -> str:
    """Return how tasks name a file."""
    return f"{SCHEME}{organization}/{file.id}"


def _text(text: str) -> Found:
    return Found(digest_text(text), {"kind": "text", "text": text, "media_type": "text/plain", "meta": {}})


def _record(record: Mapping[str, Any]) -> Found:
    text = json.dumps(record, ensure_ascii=False, sort_keys=True)
    shown = {
        "kind": "record",
        "text": None,
        "media_type": "application/json",
        "meta": {},
        "record": dict(record),
    }
    return Found(digest_text(text), shown)


def _part(found: Found) -> Any:
    """Return what was found as it stands within a record: a text, or a reference to a medium."""
    shown = found.shown
    if shown["kind"] == ItemKind.TEXT:
        return shown["text"]
    return {"media": found.item_id, "media_type": shown["media_type"], **shown["meta"]}


def _unseen(address: str, kinds: frozenset[ItemKind]) -> Found:
    """Return what stands for an attachment that nobody looks at: an image if it may be one."""
    shown: dict[str, Any] = {"kind": "text", "text": address, "media_type": "text/plain", "meta": {}}
    if ItemKind.IMAGE in kinds:
        meta = {"width": 1000, "height": 1000}
        shown = {"kind": "image", "text": None, "media_type": "image/png", "meta": meta}
    elif ItemKind.AUDIO in kinds:
        shown = {"kind": "audio", "text": None, "media_type": "audio/wav", "meta": {"duration_seconds": 60.0}}
    return Found(digest_text(address), shown)


def _read(data: bytes, kinds: frozenset[ItemKind]) -> dict[str, Any]:
    """Return what bytes turn out to be, as it is shown.

    Raises:
        InputError: none of the kinds that are wanted.
    """
    why = ""
    if ItemKind.IMAGE in kinds:
        try:
            image = open_image(data)
            meta: dict[str, float] = {"width": image.width, "height": image.height}
            media_type = image.get_format_mimetype() or "application/octet-stream"
            return {"kind": "image", "text": None, "media_type": media_type, "meta": meta}
        except (TooLarge, UnreadableSource) as error:
            why = str(error)
    if ItemKind.AUDIO in kinds:
        try:
            sound = open_audio(data)
            meta = {"duration_seconds": round(sound.seconds, 3)}
            return {"kind": "audio", "text": None, "media_type": sound.media_type, "meta": meta}
        except (TooLarge, UnreadableSource) as error:
            why = why or str(error)
    if ItemKind.TEXT in kinds:
        try:
            text = data.decode()
            check_storable(text)
            return {"kind": "text", "text": text, "media_type": "text/plain", "meta": {}}
        except (UnicodeDecodeError, InputError) as error:
            why = why or str(error)
    raise InputError(f"attachment is no {' or '.join(sorted(kinds))} that can be read: {why}")
