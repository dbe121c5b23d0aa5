"""Source: a folder of images, or one image."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from groundswell.collect.folder import Found, walk
from groundswell.collect.good import require_good
from groundswell.collect.source import Options, Origin, Place, printable
from groundswell.errors import TooLarge, UnreadableSource
from groundswell.items import Drop, Item
from groundswell.items.images import open_image

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff")


@dataclass(frozen=True)
class Images:
    """The images below a folder, at any depth, in the order of names; or one image file.

    Each image is decoded once, whole: what is broken, over the limits or no image is set aside. The
    item holds the file's own bytes; `meta` has `width` and `height` in pixels, and `folder` where the
    image lies in a folder below the given one.
    """

    place: Place
    options: Options
    name: ClassVar[str] = "images"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a folder with an image in it, and an image file."""
        return place.folder_has(*SUFFIXES) or place.file_ends_with(*SUFFIXES)

    @classmethod
    def open(cls, place: Place, options: Options) -> "Images":
        """Return the source."""
        return cls(place, options)

    def read(self) -> Iterator[Item | Drop]:
        """Yield an item for each image."""
        origin = Origin(printable(self.place.spec), self.name, self.options)
        return require_good((self._record(found, origin) for found in self._files()), origin.source)

    def describe(self) -> str:
        """Return what is read."""
        return f"images in {printable(self.place.spec)}"

    def size_bytes(self) -> int:
        """Return the size of all files in the folder."""
        return self.place.size_bytes

    def _files(self) -> Iterator[Found]:
        path = self.place.path
        if self.place.kind == "file":
            return iter([Found(path, printable(path.name), self.place.size_bytes)])
        return walk(path)

    def _record(self, found: Found, origin: Origin) -> Item | Drop:
        if found.reason:
            return found.set_aside(origin)
        if found.suffix not in SUFFIXES:
            return origin.refusal(
                found.relative, "file:unsupported", f"{found.suffix or 'no suffix'}: no image"
            )
        limit = self.options.max_item_bytes
        if found.size_bytes > limit:
            detail = f"{found.size_bytes:,} bytes; the limit is {limit:,}"
            return origin.failure(found.relative, "item:too_large", detail)
        return _decoded(found, origin)


def _decoded(found: Found, origin: Origin) -> Item | Drop:
    try:
        data = read_at_most(found.path, origin.options.max_item_bytes)
        image = open_image(data)
    except OSError as error:
        return origin.failure(found.relative, "file:unreadable", error.strerror or str(error))
    except TooLarge as error:
        return origin.failure(found.relative, "image:too_large", str(error))
    except UnreadableSource as error:
        return origin.failure(found.relative, "image:broken", str(error))
    meta: dict[str, object] = {"width": image.width, "height": image.height}
    if "/" in found.relative:
        meta["folder"] = found.relative.rpartition("/")[0]
    return origin.image(data, image.get_format_mimetype() or "application/octet-stream", found.relative, meta)


def read_at_most(path: Path, limit: int) -> bytes:
    """Return a file's bytes.

    Raises:
        TooLarge: it holds more than `limit` bytes, for example because it grew since it was listed.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(f"over {limit:,} bytes")
    return data
