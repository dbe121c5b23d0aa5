"""Choose classes for a text."""

from typing import ClassVar

from groundswell.label.kinds.choice import Choice


class TextChoice(Choice):
    """Classes for a text: sentiment, topic, intent, language, spam."""

    name: ClassVar[str] = "text_choice"
    item_kinds: ClassVar[frozenset[str]] = frozenset({"text"})
