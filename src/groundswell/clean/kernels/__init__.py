"""Hot loops over texts, compiled: they read Arrow's buffers where they lie and release Python's lock."""

from groundswell.clean.kernels.counts import find_spots, gram_hashes, text_statistics, word_hashes
from groundswell.clean.kernels.line_work import c4_lines, keep_pieces, normalize_texts, piece_hashes
from groundswell.clean.kernels.sketches import compare_sketches, sketch_texts
from groundswell.clean.kernels.texts import Texts

__all__ = [
    "Texts",
    "c4_lines",
    "compare_sketches",
    "find_spots",
    "gram_hashes",
    "keep_pieces",
    "normalize_texts",
    "piece_hashes",
    "sketch_texts",
    "text_statistics",
    "word_hashes",
]
