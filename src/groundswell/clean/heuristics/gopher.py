"""The rules of Gopher for web text.

Source:
    Rae et al. (2021), Scaling Language Models: Methods, Analysis & Insights from Training Gopher,
    arXiv:2112.11446: appendix A.1.1 for quality, its table A1 for repetition.
"""

from groundswell.clean.heuristics.rules import Rule

GOPHER_QUALITY = (
    Rule("words", 50, 100_000, "gopher"),
    Rule("word_length", 3, 10, "gopher"),
    Rule("hashes_per_word", None, 0.1, "gopher"),
    Rule("ellipses_per_word", None, 0.1, "gopher"),
    Rule("bullet_lines", None, 0.9, "gopher"),
    Rule("ellipsis_lines", None, 0.3, "gopher"),
    Rule("letter_words", 0.8, None, "gopher"),
    Rule("stop_words", 2, None, "gopher"),
)
"""Of English: other languages have other stop words and other lengths of words."""

GOPHER_REPETITION = (
    Rule("repeated_paragraphs", None, 0.30, "repetition"),
    Rule("repeated_paragraph_characters", None, 0.20, "repetition"),
    Rule("repeated_lines", None, 0.30, "repetition"),
    Rule("repeated_line_characters", None, 0.20, "repetition"),
    Rule("top_2_words", None, 0.20, "repetition"),
    Rule("top_3_words", None, 0.18, "repetition"),
    Rule("top_4_words", None, 0.16, "repetition"),
    Rule("repeated_5_words", None, 0.15, "repetition"),
    Rule("repeated_6_words", None, 0.14, "repetition"),
    Rule("repeated_7_words", None, 0.13, "repetition"),
    Rule("repeated_8_words", None, 0.12, "repetition"),
    Rule("repeated_9_words", None, 0.11, "repetition"),
    Rule("repeated_10_words", None, 0.10, "repetition"),
)
