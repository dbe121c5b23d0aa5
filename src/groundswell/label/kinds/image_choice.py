"""Choose one class for an image."""

from typing import ClassVar

from groundswell.label.kinds.choice import SingleChoice


class ImageChoice(SingleChoice):
    """One class for an image: what it shows, whether it is usable, which defect it has."""

    name: ClassVar[str] = "image_choice"
    item_kind: ClassVar[str] = "image"
