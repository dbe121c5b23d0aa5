"""Consensus of texts: choose the best answer, or combine transcripts word by word."""

from groundswell.quality.texts.choose import TextConsensus, choose_text
from groundswell.quality.texts.distance import character_error_rate, distance, word_error_rate
from groundswell.quality.texts.normal import Normal
from groundswell.quality.texts.transcripts import TranscriptConsensus, Word, combine_transcripts

__all__ = [
    "Normal",
    "TextConsensus",
    "TranscriptConsensus",
    "Word",
    "character_error_rate",
    "choose_text",
    "combine_transcripts",
    "distance",
    "word_error_rate",
]
