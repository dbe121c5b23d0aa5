"""Addresses of the files of tasks: good for a week, for whoever has them, as other programs fetch without a key.

They are the images that responses name, files that people handed in as answers, and what was attached.

An address says whose file it is and how long it may be fetched, and is signed with the secret of the organization. So
nothing is kept of it, and whoever changes a letter of it gets nothing.
"""

import asyncio
import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, takewhile

from groundswell.errors import NotFound
from groundswell.ids import ItemId, OrgId
from groundswell.items import ItemKind, reference_of
from groundswell.label.commissions.attachments import Attachments
from groundswell.label.commissions.model import Commission
from groundswell.label.commissions.projects import SQL
from groundswell.label.commissions.types import task_type
from groundswell.label.kinds.fields.files import is_digest
from groundswell.label.projects.model import TaskState
from groundswell.store import Database

PATH = "/v1/links/"
DAYS, DAY_SECONDS = 7, 86_400
_PLACE = re.compile(
    r"([0-9a-f]{32})/([0-9a-f]{24})/([0-9]{1,12})/([a-z0-9-]{1,40}\.png|attachment-[0-9]{1,5}|[0-9a-f]{64})"
)


@dataclass(frozen=True)
class LinkedFile:
    """What an address leads to."""

    data: bytes
    media_type: str


@dataclass(frozen=True)
class AttachedMedium:
    """An image or a recording that was attached to a task.

    Attributes:
        place: among the attachments of the task, from 1.
        digest: of its bytes.
        media_type: as `image/png`.
    """

    place: int
    digest: ItemId
    media_type: str


@dataclass(frozen=True)
class Links:
    """Makes addresses of the files of an organization.

    Attributes:
        base: where this service is reached, as `https://labels.example.org`; "" makes paths.
        until: seconds since 1970.
    """

    base: str
    org_id: OrgId
    secret: str = field(repr=False)
    until: int

    def to(self, public_id: str, name: str) -> str:
        """Return the address of a file of a task's response."""
        place = f"{self.org_id.hex}/{public_id}/{self.until}/{name}"
        return f"{self.base}{PATH}{_signature(self.secret, place)}/{place}"


async def links_for(
    db: Database,
    org_id: OrgId,
    base: str,
    commissions: Iterable[Commission],
    now: datetime,
    *,
    attachments: bool = False,
) -> Links | None:
    """Return what makes addresses of the files of some commissions; None where none has files.

    They are the same for a whole day, so that a response is the same when it is asked for again.

    Args:
        attachments: whether what was attached is wanted, too, and not the files of responses alone.
    """
    if not any(_has_files(one) or (attachments and attached_media(one)) for one in commissions):
        return None
    today = int(now.timestamp()) // DAY_SECONDS
    return Links(base, org_id, await secret_of(db, org_id), (today + 1 + DAYS) * DAY_SECONDS)


async def open_link(
    db: Database, attachments: Attachments, signature: str, place: str, now: datetime
) -> LinkedFile:
    """Return the file that an address leads to.

    Args:
        attachments: where media and uploads lie.

    Raises:
        NotFound: it is no address that we have made, its time is over, or the task has no such file any more.
    """
    gone = NotFound("This address leads nowhere, or no longer: ask for the task again, and take its new one.")
    found = _PLACE.fullmatch(place)
    if found is None:
        raise gone
    org_id = OrgId(uuid.UUID(found[1]))
    secret = await _known_secret(db, org_id)
    right = secret is not None and hmac.compare_digest(_signature(secret, place).encode(), signature.encode())
    if not right or int(found[3]) < now.timestamp():
        raise gone
    async with db.transaction(org_id) as tx:
        one = await tx.fetch_one(SQL["commissions"], Commission, ids=[], public_ids=[found[2]])
        slug = await tx.fetch_value(SQL["organization_slug"])
    if one is not None and (medium := attached_media(one).get(found[4])):
        data = await asyncio.to_thread(attachments.datasets(slug).blobs.get, medium.digest)
        return LinkedFile(data, medium.media_type)
    if one is None or one.state != TaskState.COMPLETED or one.answer is None:
        raise gone
    kind = task_type(one.type)
    if is_digest(found[4]):
        if found[4] not in kind.handed(one.params, one.answer):
            raise gone
        data = await asyncio.to_thread(attachments.uploads(slug).get, found[4])
        return LinkedFile(data, "application/octet-stream")
    data = await asyncio.to_thread(kind.file, found[4], one.params, one.answer, one.shown)
    return LinkedFile(data, "image/png")


def _has_files(commission: Commission) -> bool:
    return commission.answer is not None and task_type(commission.type).has_files


def attached_media(commission: Commission) -> dict[str, AttachedMedium]:
    """Return the attached images and recordings, whose bytes lie here, by the names that they have in addresses."""
    shown = commission.shown
    if ItemKind(shown["kind"]).is_media:
        return {"attachment-1": AttachedMedium(1, ItemId(commission.item_id), shown["media_type"])}
    parts = ((place, (shown.get("record") or {}).get(f"attachment {place}")) for place in count(1))
    found = ((place, reference_of(part)) for place, part in takewhile(lambda one: one[1] is not None, parts))
    return {
        f"attachment-{place}": AttachedMedium(place, ItemId(medium["media"]), medium["media_type"])
        for place, medium in found
        if medium
    }


def _signature(secret: str, place: str) -> str:
    """Return what proves that an address is ours; the secret itself is told to customers, so it is not the key."""
    key = hmac.digest(secret.encode(), b"addresses of files", hashlib.sha256)
    return hmac.new(key, place.encode(), hashlib.sha256).hexdigest()[:32]


async def secret_of(db: Database, org_id: OrgId) -> str:
    """Return the secret of an organization, by which customers' servers know us, too; it is made when first needed."""
    found = await _known_secret(db, org_id)
    if found is None:
        async with db.transaction(org_id) as tx:
            await tx.execute(SQL["make_callback_key"], org_id=org_id, secret=secrets.token_urlsafe(32))
        found = await _known_secret(db, org_id)
    assert found is not None
    return found


async def _known_secret(db: Database, org_id: OrgId) -> str | None:
    async with db.transaction(org_id) as tx:
        found: str | None = await tx.fetch_value(SQL["callback_key"], org_id=org_id)
    return found
