"""Source: a folder of recordings, or one recording."""

from dataclasses import dataclass
from typing import ClassVar

from groundswell.collect.each import EachFile
from groundswell.collect.endings import RECORDINGS
from groundswell.collect.folder import Found
from groundswell.collect.source import Origin, Place
from groundswell.errors import TooLarge, UnreadableSource
from groundswell.items import Drop, Item
from groundswell.items.audio import open_audio


@dataclass(frozen=True)
class Recordings(EachFile):
    """The recordings below a folder, at any depth, in the order of names; or one file.

    Of each the head is read; `DropBadAudio` listens to the rest. The item holds the file's own bytes; `meta`
    has `duration_seconds`, `rate` and `channels`, and `folder` where it lies in a folder below the given one.
    """

    name: ClassVar[str] = "recordings"
    suffixes: ClassVar[tuple[str, ...]] = RECORDINGS
    what: ClassVar[str] = "recording"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a folder with a recording in it, and a file that is one."""
        return place.folder_has(*RECORDINGS) or place.file_ends_with(*RECORDINGS)

    def make(self, data: bytes, found: Found, origin: Origin) -> Item | Drop:
        """Return the item of a recording."""
        try:
            sound = open_audio(data)
        except TooLarge as error:
            return origin.failure(found.relative, "audio:too_large", str(error))
        except UnreadableSource as error:
            return origin.failure(found.relative, "audio:broken", str(error))
        meta: dict[str, object] = {
            "duration_seconds": round(sound.seconds, 3),
            "rate": sound.rate,
            "channels": sound.channels,
        }
        if "/" in found.relative:
            meta["folder"] = found.relative.rpartition("/")[0]
        return origin.audio(data, sound.media_type, found.relative, meta)
