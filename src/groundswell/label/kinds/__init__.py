"""Label kinds: what an answer to a task is, how two answers differ, and how several become one.

A kind is one file here (schema, validation, distance, merge) and one of the same name in `ui/src/kinds`
(the screen). What is filled in (values, attributes, criteria) is in `fields`, what several answers come to in `agreed`.
Third parties add kinds through the entry-point group `groundswell.label_kinds`.
"""

from functools import cache
from importlib.metadata import entry_points

from groundswell.errors import InvalidName
from groundswell.label.kinds.audio_segments import AudioSegments
from groundswell.label.kinds.chat import Chat
from groundswell.label.kinds.choice import ontology_of
from groundswell.label.kinds.form import Form
from groundswell.label.kinds.image_choice import ImageChoice
from groundswell.label.kinds.image_shapes import ImageShapes
from groundswell.label.kinds.inference import Inferred, Said
from groundswell.label.kinds.kind import Answer, LabelKind, Ontology, Shown, as_text, from_text
from groundswell.label.kinds.preference import Preference
from groundswell.label.kinds.rating import Rating
from groundswell.label.kinds.schema import Schema
from groundswell.label.kinds.text_choice import TextChoice
from groundswell.label.kinds.text_spans import TextSpans
from groundswell.label.kinds.transcription import Transcription

BUILT_IN: dict[str, LabelKind] = {
    kind.name: kind
    for kind in (
        TextChoice(),
        ImageChoice(),
        TextSpans(),
        ImageShapes(),
        AudioSegments(),
        Transcription(),
        Preference(),
        Rating(),
        Chat(),
        Form(),
    )
}


@cache
def label_kinds() -> dict[str, LabelKind]:
    """Return every label kind by name: the built-in ones, then those of installed plugins. Looked up once."""
    plugged = {point.name: point.load()() for point in entry_points(group="groundswell.label_kinds")}
    return {**BUILT_IN, **plugged, **BUILT_IN}  # a plugin cannot replace a built-in kind


def label_kind(name: str) -> LabelKind:
    """Return the label kind called `name`.

    Raises:
        InvalidName: there is no such kind; the message lists those there are.
    """
    kinds = label_kinds()
    if name not in kinds:
        raise InvalidName(f"there is no label kind {name!r}; known: {', '.join(sorted(kinds))}")
    return kinds[name]


def kind_for_items(item_kind: str) -> LabelKind:
    """Return the kind that asks for one class of an item of `item_kind`.

    Raises:
        InvalidName: no kind does; the message lists those that show such items.
    """
    name = f"{item_kind}_choice"
    if name in label_kinds():
        return label_kind(name)
    able = sorted(kind.name for kind in label_kinds().values() if item_kind in kind.item_kinds)
    raise InvalidName(f"say how to label items of kind {item_kind}: {', '.join(able)}")


__all__ = [
    "Answer",
    "Inferred",
    "LabelKind",
    "Ontology",
    "Said",
    "Schema",
    "Shown",
    "as_text",
    "from_text",
    "kind_for_items",
    "label_kind",
    "label_kinds",
    "ontology_of",
]
