"""Source: a folder of images, or one image."""

from dataclasses import dataclass
from typing import ClassVar

from groundswell.collect.each import EachFile
from groundswell.collect.endings import IMAGES
from groundswell.collect.folder import Found
from groundswell.collect.source import Origin, Place
from groundswell.errors import TooLarge, UnreadableSource
from groundswell.items import Drop, Item
from groundswell.items.images import open_image


@dataclass(frozen=True)
class Images(EachFile):
    """The images below a folder, at any depth, in the order of names; or one image file.

    Each image is decoded once, whole: what is broken, over the limits or no image is set aside. The
    item holds the file's own bytes; `meta` has `width` and `height` in pixels, and `folder` where the
    image lies in a folder below the given one.
    """

    name: ClassVar[str] = "images"
    suffixes: ClassVar[tuple[str, ...]] = IMAGES
    what: ClassVar[str] = "image"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a folder with an image in it, and an image file."""
        return place.folder_has(*IMAGES) or place.file_ends_with(*IMAGES)

    def make(self, data: bytes, found: Found, origin: Origin) -> Item | Drop:
        """Return the item of an image."""
        try:
            image = open_image(data)
        except TooLarge as error:
            return origin.failure(found.relative, "image:too_large", str(error))
        except UnreadableSource as error:
            return origin.failure(found.relative, "image:broken", str(error))
        meta: dict[str, object] = {"width": image.width, "height": image.height}
        if "/" in found.relative:
            meta["folder"] = found.relative.rpartition("/")[0]
        media_type = image.get_format_mimetype() or "application/octet-stream"
        return origin.image(data, media_type, found.relative, meta)
