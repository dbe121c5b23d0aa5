"""The bytes of the media that a record names, as they travel beside it in the column `data`."""

import io
import zipfile
from collections.abc import Mapping

from groundswell.errors import InputError
from groundswell.items.digest import digest_bytes
from groundswell.items.item import Item, ItemKind

_FIRST_DATE = (1980, 1, 1, 0, 0, 0)


def bundle(media: Mapping[str, bytes]) -> bytes | None:
    """Return the media of a record as one ZIP file, uncompressed, its entries named by digests; None for none.

    The same media give the same bytes.
    """
    if not media:
        return None
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as file:
        for digest in sorted(media):
            file.writestr(zipfile.ZipInfo(digest, _FIRST_DATE), media[digest])
    return made.getvalue()


def unbundle(data: bytes | None) -> dict[str, bytes]:
    """Return the media of a record by their digests; {} where it has none.

    Raises:
        InputError: it is no bundle, or an entry is compressed or not what its name says.
    """
    if not data:
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            packed = [
                entry.filename for entry in file.infolist() if entry.compress_type != zipfile.ZIP_STORED
            ]
            media = {} if packed else {name: file.read(name) for name in file.namelist()}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"the media of a record are an uncompressed ZIP file: {error}") from error
    wrong = packed or [digest for digest, payload in media.items() if digest_bytes(payload) != digest]
    if wrong:
        raise InputError(
            f"entry {wrong[0][:80]!r} among the media of a record is compressed, or of other bytes"
        )
    return media


def media_of(item: Item) -> dict[str, bytes]:
    """Return the bytes that an item brings, by their digest: its own, those that its record names, or none.

    Raises:
        InputError: `data` of a record is no bundle.
    """
    if item.kind.is_media:
        return {item.id: item.data or b""}
    return unbundle(item.data) if item.kind is ItemKind.RECORD else {}
