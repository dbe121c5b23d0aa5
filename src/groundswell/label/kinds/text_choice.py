"""Choose one class for a text."""

from typing import ClassVar

from groundswell.label.kinds.choice import SingleChoice


class TextChoice(SingleChoice):
    """One class for a text: sentiment, topic, intent, language, spam."""

    name: ClassVar[str] = "text_choice"
    item_kind: ClassVar[str] = "text"
