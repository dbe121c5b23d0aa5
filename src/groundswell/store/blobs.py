"""Media bytes by digest: the same content is one file, and its name is its proof."""

import os
import re
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from groundswell.errors import NotFound
from groundswell.ids import ItemId
from groundswell.items import digest_bytes

_DIGEST = re.compile(r"[0-9a-f]{64}")
_WRITERS = 16
"""Threads that write at once: the disk merges their flushes, which serial writes wait for one by one."""


class BlobStore:
    """Files named by the SHA-256 of their content, in two levels of folders below `root`.

    A blob is visible only when it is whole and flushed to disk; it never changes. Putting the same
    bytes twice keeps one file. Safe for any number of processes at once.

    Args:
        root: the folder; made when the first blob is put.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def put(self, payload: bytes) -> ItemId:
        """Keep `payload` durably and return its digest."""
        digest = digest_bytes(payload)
        target = self._place(digest)
        if _is_whole(target, len(payload)):
            os.utime(target)  # it is needed again: clean-up leaves alone what is young
        else:
            _make_folder(target.parent, self.root)
            _write_durably(target, payload)
        return digest

    def put_many(self, payloads: Sequence[bytes]) -> list[ItemId]:
        """Keep many payloads durably; the digests come in the same order. Much faster than one by one."""
        with ThreadPoolExecutor(_WRITERS) as pool:
            return list(pool.map(self.put, payloads))

    def get(self, digest: str) -> bytes:
        """Return the bytes of a blob.

        Raises:
            NotFound: there is no such blob, or `digest` is not 64 lower-case hexadecimal digits.
        """
        return self.path(digest).read_bytes()

    def path(self, digest: str) -> Path:
        """Return the file of a blob, for example to serve it without reading it.

        Raises:
            NotFound: as `get`. What is not a digest is never made part of a path.
        """
        if digest not in self:
            raise NotFound(f"no blob {digest[:80]!r}")
        return self._place(digest)

    def __contains__(self, digest: object) -> bool:
        return (
            isinstance(digest, str)
            and _DIGEST.fullmatch(digest) is not None
            and self._place(digest).is_file()
        )

    def _place(self, digest: str) -> Path:
        return self.root / digest[:2] / digest[2:4] / digest


def _is_whole(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _make_folder(folder: Path, root: Path) -> None:
    """Make `folder` and what is missing above it, and flush each new entry."""
    if folder.is_dir():
        return
    if folder != root:
        _make_folder(folder.parent, root)
    folder.mkdir(parents=folder == root, exist_ok=True)
    _flush_folder(folder.parent)


def _write_durably(target: Path, payload: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _flush_folder(target.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
