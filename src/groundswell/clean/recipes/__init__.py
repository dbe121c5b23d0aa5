"""Ready pipelines, and the operators that there are."""

import runpy
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from groundswell.clean.audio import DropBadAudio
from groundswell.clean.contamination import DropContaminated
from groundswell.clean.conversations import DropBadConversations, DropBadPreferences
from groundswell.clean.empty import DropEmptyText
from groundswell.clean.exact import DropExactDuplicates
from groundswell.clean.families import GroupNearCopies
from groundswell.clean.heuristics.c4 import KeepC4Lines
from groundswell.clean.heuristics.rules import DropByRules
from groundswell.clean.images import DropBadImages
from groundswell.clean.language import IdentifyLanguage
from groundswell.clean.lines import DropRepeatedLines
from groundswell.clean.models import EmbedTexts, ScoreTexts
from groundswell.clean.near import DropNearDuplicates
from groundswell.clean.operator import Operator
from groundswell.clean.privacy.redact import RedactPersonal
from groundswell.clean.recipes.default import default_recipe
from groundswell.clean.recipes.image_set import image_set
from groundswell.clean.recipes.instructions import instructions
from groundswell.clean.recipes.preferences import preferences
from groundswell.clean.recipes.web_text import web_text
from groundswell.clean.sample import Mix, Sample
from groundswell.clean.semantic import DropSemanticDuplicates
from groundswell.clean.sharpness import DropPoorImages
from groundswell.clean.unicode import NormalizeText
from groundswell.clean.urls import DropUrlDuplicates, DropUrls
from groundswell.errors import InputError

__all__ = [
    "PLUGS",
    "RECIPES",
    "default_recipe",
    "image_set",
    "instructions",
    "operators",
    "preferences",
    "recipe_named",
    "web_text",
]

ENTRY_POINTS = "groundswell.operators"

PLUGS: tuple[type[Operator], ...] = (
    NormalizeText,
    DropEmptyText,
    DropUrls,
    DropUrlDuplicates,
    IdentifyLanguage,
    DropByRules,
    KeepC4Lines,
    DropRepeatedLines,
    DropContaminated,
    RedactPersonal,
    ScoreTexts,
    EmbedTexts,
    DropBadConversations,
    DropBadPreferences,
    DropBadImages,
    DropPoorImages,
    DropBadAudio,
    DropExactDuplicates,
    DropNearDuplicates,
    GroupNearCopies,
    DropSemanticDuplicates,
    Sample,
    Mix,
)
"""The operators that ship with Groundswell."""

RECIPES: dict[str, Callable[[], tuple[Operator, ...]]] = {
    "default": default_recipe,
    "web-text": web_text,
    "instructions": instructions,
    "preferences": preferences,
    "images": image_set,
}
"""Ready pipelines by name."""


def operators() -> dict[str, type[Operator]]:
    """Return all operators by name: ours, and those that packages offer under `groundswell.operators`."""
    offered = [entry.load() for entry in entry_points(group=ENTRY_POINTS)]
    return {operator.name: operator for operator in (*PLUGS, *offered)}


def recipe_named(name: str) -> tuple[Operator, ...]:
    """Return a ready pipeline by name, or the `recipe` of a Python file: a list of operators, or what makes one.

    Raises:
        InputError: there is none of that name, or the file has none.
    """
    if name in RECIPES:
        return RECIPES[name]()
    if not name.endswith(".py"):
        raise InputError(
            f"there is no recipe {name!r}; there are {', '.join(RECIPES)}, or name a Python file"
        )
    if not Path(name).is_file():
        raise InputError(f"there is no file {name}")
    found = runpy.run_path(name).get("recipe")
    return _checked(found() if callable(found) else found, name)


def _checked(found: Any, name: str) -> tuple[Operator, ...]:
    if not isinstance(found, Sequence) or not all(isinstance(each, Operator) for each in found):
        raise InputError(
            f"{name} must set `recipe` to a list of operators, or to a function that returns one"
        )
    return tuple(found)
