"""Conversations for language models: from labelled items to rendered texts, loss masks and preference pairs."""

from groundswell.feed.chat.conversations import Pair, conversation_of, pairs_of
from groundswell.feed.chat.rendering import Rendered, render
from groundswell.feed.chat.templates import TEMPLATES
from groundswell.feed.chat.tokenizing import Tokenized, tokens_and_mask

__all__ = [
    "TEMPLATES",
    "Pair",
    "Rendered",
    "Tokenized",
    "conversation_of",
    "pairs_of",
    "render",
    "tokens_and_mask",
]
