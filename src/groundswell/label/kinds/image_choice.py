"""Choose classes for an image."""

from typing import ClassVar

from groundswell.label.kinds.choice import Choice
from groundswell.label.kinds.kind import Specimen


class ImageChoice(Choice):
    """Classes for an image: what it shows, whether it is usable, which defect it has.

    An answer is `{"choice": "cat"}`; with the option `multiple` it is `{"choices": ["cat", "dog"]}`, in the order of
    the classes. In a tree a class is named by its path, `animal/cat`.
    """

    name: ClassVar[str] = "image_choice"
    item_kinds: ClassVar[frozenset[str]] = frozenset({"image"})
    specimen: ClassVar[Specimen | None] = Specimen(
        shown={"kind": "image", "text": None, "media_type": "image/png", "meta": {"width": 64, "height": 64}},
        answer={"choices": ["cat", "dog"]},
        classes=("cat", "dog", "cow"),
        options={"multiple": True},
    )
