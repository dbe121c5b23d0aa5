"""Task types by the names that programs call them, one file for each family."""

from groundswell.errors import InputError, Unsupported
from groundswell.label.commissions.asked import TaskType
from groundswell.label.commissions.types.chats import Chat
from groundswell.label.commissions.types.choices import Categorization
from groundswell.label.commissions.types.forms import (
    Comparison,
    DataCollection,
    TextCollection,
    Transcription,
)
from groundswell.label.commissions.types.segments import Segmentation
from groundswell.label.commissions.types.shapes import (
    BoxAnnotation,
    CuboidAnnotation,
    DocumentTranscription,
    ImageAnnotation,
    LineAnnotation,
    PointAnnotation,
    PolygonAnnotation,
)
from groundswell.label.commissions.types.spans import NamedEntities

TYPES: dict[str, TaskType] = {
    name: each
    for each in (
        ImageAnnotation(),
        BoxAnnotation(),
        PolygonAnnotation(),
        LineAnnotation(),
        PointAnnotation(),
        CuboidAnnotation(),
        Segmentation(),
        DocumentTranscription(),
        Categorization(),
        NamedEntities(),
        TextCollection(),
        Transcription(),
        DataCollection(),
        Comparison(),
        Chat(),
    )
    for name in each.names
}

UNSEEN: dict[str, str] = {
    "laneannotation": "lanes",
    "documentmodel": "document models",
    "lidarannotation": "point clouds",
    "lidarlinking": "point clouds",
    "lidarsegmentation": "point clouds",
    "lidartopdown": "point clouds",
    "sensorfusion": "point clouds",
    "videoannotation": "videos",
    "videoboxannotation": "videos",
    "videoplaybackannotation": "videos",
    "videocuboidannotation": "videos",
    "federal2dvideoannotation": "videos",
    "multistage": "several stages in one task",
}
"""Task types that are known and have no screen yet, with what they would need one for."""


def task_type(name: str) -> TaskType:
    """Return a task type by name.

    Raises:
        Unsupported: it needs a screen that there is not.
        InputError: there is none.
    """
    if name in TYPES:
        return TYPES[name]
    if name in UNSEEN:
        raise Unsupported(
            f"Task type {name} is not enabled: there is no screen for {UNSEEN[name]} yet. "
            f"Enabled are {', '.join(sorted(TYPES))}."
        )
    raise InputError(f"{name[:60]!r} is no task type; known are {', '.join(sorted({*TYPES, *UNSEEN}))}.")


def known_type(name: str) -> str:
    """Return the name of a task type that a project may be of, labelled here or not yet.

    Raises:
        InputError: there is none.
    """
    if name not in TYPES and name not in UNSEEN:
        raise InputError(f"{name[:60]!r} is no task type; known are {', '.join(sorted({*TYPES, *UNSEEN}))}.")
    return name


__all__ = ["TYPES", "UNSEEN", "known_type", "task_type"]
