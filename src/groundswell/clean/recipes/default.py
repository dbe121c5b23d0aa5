"""Recipe: any set to be labelled, of texts, images or both."""

from groundswell.clean.empty import DropEmptyText
from groundswell.clean.exact import DropExactDuplicates
from groundswell.clean.images import DropBadImages
from groundswell.clean.near import DropNearDuplicates
from groundswell.clean.operator import Operator
from groundswell.clean.unicode import NormalizeText


def default_recipe() -> tuple[Operator, ...]:
    """Return the steps that suit any set to be labelled, of texts, images or both.

    Cheap steps come first; texts are brought into one form before duplicates are looked for.
    """
    return (
        NormalizeText(),
        DropEmptyText(),
        DropBadImages(),
        DropExactDuplicates(),
        DropNearDuplicates(),
    )
