"""The rules that FineWeb adds to those of Gopher and C4.

Source:
    Penedo et al. (2024), The FineWeb Datasets, arXiv:2406.17557; the constants are those of the code that made
    the data set: datatrove 0.10.1, `FineWebQualityFilter`.
"""

from groundswell.clean.heuristics.rules import Rule

FINEWEB_QUALITY = (
    Rule("terminal_lines", 0.12, None, "fineweb"),
    Rule("short_lines", None, 0.67, "fineweb"),
    Rule("repeated_line_characters", None, 0.01, "fineweb"),
    Rule("newlines_per_word", None, 0.3, "fineweb"),
)
