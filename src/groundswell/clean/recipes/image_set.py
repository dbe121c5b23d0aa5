"""Recipe: images to train or to label."""

from groundswell.clean.exact import DropExactDuplicates
from groundswell.clean.images import DropBadImages
from groundswell.clean.near import DropNearDuplicates
from groundswell.clean.operator import Operator
from groundswell.clean.sharpness import DropPoorImages


def image_set() -> tuple[Operator, ...]:
    """Return the steps for photographs: what is broken, tiny, blank, blurred or of an odd shape goes, and copies.

    Copies are told by what they look like: another size, format or compression does not hide one.
    """
    return (
        DropBadImages(min_side=64),
        DropPoorImages(),
        DropExactDuplicates(),
        DropNearDuplicates(keep="longest"),
    )
