"""From a labelling configuration of Label Studio to a label kind with its classes and options. Pure."""

from typing import Any

from groundswell.label.kinds.label_studio.parsing import MOST_CHARACTERS, read
from groundswell.label.kinds.label_studio.translating import translated

__all__ = ["MOST_CHARACTERS", "from_label_studio"]


def from_label_studio(xml: str) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    """Return the label kind that a labelling configuration asks for, its classes and its options.

    Labels on a text, an image or a recording become spans, shapes or segments, with their per-region controls as
    attributes; one control of the whole item becomes its kind, several become a form. Layout, colours and hotkeys are
    left out, since the workspace has its own.

    Args:
        xml: `<View>...</View>`, at most `MOST_CHARACTERS`.

    Returns:
        kind, classes and options, as a project takes them; they have been checked by the kind.

    Raises:
        InputError: it is not XML, or asks for what no label kind can do; the message names the tag.

    Example:
        >>> from groundswell.label.kinds.label_studio import from_label_studio
        >>> from_label_studio(
        ...     '<View><Text name="t" value="$text"/><Choices name="c" toName="t">'
        ...     '<Choice value="spam"/><Choice value="ham"/></Choices></View>'
        ... )
        ('text_choice', ('spam', 'ham'), {})
    """
    return translated(read(xml))
