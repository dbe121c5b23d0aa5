"""Conversations as a language model reads them: rendered texts, loss masks, tokens. Needs the extra `llm`."""

from groundswell.feed.chat.rendering import Rendered, render
from groundswell.feed.chat.templates import TEMPLATES
from groundswell.feed.chat.tokenizing import Tokenized, tokens_and_mask

__all__ = ["TEMPLATES", "Rendered", "Tokenized", "render", "tokens_and_mask"]
