"""Choose classes for a text."""

from typing import ClassVar

from groundswell.label.kinds.choice import Choice
from groundswell.label.kinds.kind import Specimen


class TextChoice(Choice):
    """Classes for a text: sentiment, topic, intent, language, spam.

    An answer is `{"choice": "cat"}`; with the option `multiple` it is `{"choices": ["cat", "dog"]}`, in the order of
    the classes. In a tree a class is named by its path, `animal/cat`.
    """

    name: ClassVar[str] = "text_choice"
    item_kinds: ClassVar[frozenset[str]] = frozenset({"text"})
    specimen: ClassVar[Specimen | None] = Specimen(
        shown={"kind": "text", "text": "I waited for an hour.", "media_type": "text/plain", "meta": {}},
        answer={"choice": "complaint"},
        classes=("praise", "complaint"),
        options={},
    )
