"""Downloads that go on where they broke off, and are compared with their digest."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import httpx


class Open(Protocol):
    """Asks for a file with these headers; its context gives the response, a success or 416."""

    def __call__(self, headers: Mapping[str, str]) -> AbstractContextManager[httpx.Response]:
        """Send the request."""
        ...


class Partial:
    """A file on its way: what has come lies beside its place, under its digest, until it is whole.

    Args:
        path: where the file shall stand.
        sha256: what it must be.
        resume: go on with what an earlier download left behind.
    """

    def __init__(self, path: Path, size_bytes: int, sha256: str, *, resume: bool) -> None:
        self.path, self.size_bytes, self.sha256 = path, size_bytes, sha256
        self.part = path.with_name(f".{path.name[:100]}.{sha256[:16]}.part")
        if not resume:
            self.part.unlink(missing_ok=True)

    @property
    def missing_bytes(self) -> int:
        """How much has not come yet."""
        return self.size_bytes - (self.part.stat().st_size if self.part.exists() else 0)

    def fetch(self, send: Open) -> None:
        """Fetch what is missing; what has come stays when the connection breaks.

        Raises:
            httpx.TransportError: it broke.
        """
        have = self.size_bytes - self.missing_bytes
        headers = {"Range": f"bytes={have}-", "If-Range": f'"{self.sha256}"'} if have else {}
        with send(headers) as response:
            goes_on = response.status_code == httpx.codes.PARTIAL_CONTENT
            with self.part.open("ab" if goes_on else "wb") as file:
                for chunk in response.iter_raw():
                    file.write(chunk)

    def finish(self) -> bool:
        """Put the file in its place if it is what it must be; else throw it away, and return False."""
        with self.part.open("rb") as file:
            right = hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
            os.fsync(file.fileno())
        if right:
            os.replace(self.part, self.path)
        else:
            self.part.unlink()
        return right
