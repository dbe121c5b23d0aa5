"""Operator: the line rules of C4."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from groundswell.clean import kernels
from groundswell.clean.changes import with_texts
from groundswell.clean.operator import Result
from groundswell.items import ItemKind

_REASONS = (None, "c4:lorem_ipsum", "c4:curly_bracket", "c4:few_sentences")


@dataclass(frozen=True)
class KeepC4Lines:
    """Keep the lines that are sentences, and drop the texts that have too few of them.

    A line stays if it ends with `.`, `?`, `!` or a quotation mark, but not with `...`; has at least
    `min_words` words, none of over `max_word_length` characters; and speaks neither of JavaScript nor of
    cookies and terms of use. Citations such as `[12]` and `[edit]` are taken out. A text goes if a line that
    stays says `lorem ipsum` or has a curly bracket, or if fewer than `min_sentences` sentences stay.

    Attributes:
        min_words: the fewest words of a line.
        max_word_length: the longest word of a line, in characters.
        min_sentences: the fewest sentences of a text. They are counted by their marks, not by a model as
            in the original, which takes fewer abbreviations for ends.
        needs_terminal: whether a line must end with a mark.

    Source:
        Raffel et al. (2020), Journal of Machine Learning Research 21(140), section 2.2, and the code
        that made C4: tensorflow_datasets, `c4_utils.py`, for long words, policies and citations. Its list of
        bad words is not used.
    """

    min_words: int = 3
    max_word_length: int = 1000
    min_sentences: int = 5
    needs_terminal: bool = True
    name: ClassVar[str] = "c4"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return the limits."""
        return asdict(self)

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Take lines out, and give a reason for each text that goes."""
        is_text = np.array(batch["kind"].to_pylist()) == ItemKind.TEXT
        texts, verdicts = kernels.c4_lines(kernels.Texts.of(batch["text"]), **asdict(self))
        verdicts[~is_text] = 0
        reasons = pa.array([_REASONS[verdict] for verdict in verdicts.tolist()], pa.string())
        return Result(with_texts(batch, texts, is_text & (verdicts == 0)), reasons)
