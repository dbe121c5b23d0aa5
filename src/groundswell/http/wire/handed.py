"""Wire types of files that people hand in."""

from msgspec import Struct

from groundswell.label.handed.model import HandedFile


class HandedOut(Struct):
    """A file that was handed in: `digest` is what an answer names it by."""

    digest: str
    name: str
    media_type: str
    size_bytes: int

    @classmethod
    def of(cls, file: HandedFile) -> "HandedOut":
        """Shape a file."""
        return cls(file.digest, file.name, file.media_type, file.size_bytes)
