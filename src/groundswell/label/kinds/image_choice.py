"""Choose classes for an image."""

from typing import ClassVar

from groundswell.label.kinds.choice import Choice


class ImageChoice(Choice):
    """Classes for an image: what it shows, whether it is usable, which defect it has."""

    name: ClassVar[str] = "image_choice"
    item_kinds: ClassVar[frozenset[str]] = frozenset({"image"})
