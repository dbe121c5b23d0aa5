"""Operators keep, change or drop items, and say why; a pipeline is a list of them."""

from groundswell.clean.empty import DropEmptyText
from groundswell.clean.exact import DropExactDuplicates
from groundswell.clean.images import DropBadImages
from groundswell.clean.near import DropNearDuplicates
from groundswell.clean.operator import (
    Apply,
    Operator,
    Prepared,
    Result,
    RowOperator,
    Seen,
    WholeOperator,
    fingerprint,
    recipe_of,
)
from groundswell.clean.recipes import PLUGS, default_recipe, operators
from groundswell.clean.runner import run
from groundswell.clean.unicode import NormalizeText

__all__ = [
    "PLUGS",
    "Apply",
    "DropBadImages",
    "DropEmptyText",
    "DropExactDuplicates",
    "DropNearDuplicates",
    "NormalizeText",
    "Operator",
    "Prepared",
    "Result",
    "RowOperator",
    "Seen",
    "WholeOperator",
    "default_recipe",
    "fingerprint",
    "operators",
    "recipe_of",
    "run",
]
