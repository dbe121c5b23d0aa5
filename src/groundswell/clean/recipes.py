"""Ready pipelines, and the operators that there are."""

from importlib.metadata import entry_points

from groundswell.clean.empty import DropEmptyText
from groundswell.clean.exact import DropExactDuplicates
from groundswell.clean.images import DropBadImages
from groundswell.clean.near import DropNearDuplicates
from groundswell.clean.operator import Operator
from groundswell.clean.unicode import NormalizeText

ENTRY_POINTS = "groundswell.operators"
PLUGS: tuple[type[Operator], ...] = (
    NormalizeText,
    DropEmptyText,
    DropBadImages,
    DropExactDuplicates,
    DropNearDuplicates,
)
"""The operators that ship with Groundswell."""


def operators() -> dict[str, type[Operator]]:
    """Return all operators by name: ours, and those that packages offer under `groundswell.operators`."""
    offered = [entry.load() for entry in entry_points(group=ENTRY_POINTS)]
    return {operator.name: operator for operator in (*PLUGS, *offered)}


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
