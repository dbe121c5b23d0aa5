"""Operators: what a model says of texts: a score to filter by, or a vector."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from groundswell.clean.changes import with_column
from groundswell.clean.operator import Apply, Result
from groundswell.clean.sentences import SENTENCES, SIZE, sentence_model
from groundswell.errors import InputError
from groundswell.items import ItemKind

Model = Callable[[Sequence[str]], ArrayLike]
"""Takes texts; returns a number for each, `[n]`, or a vector, `[n, d]`."""

MakeModel = Callable[[], Model]
"""Makes the model: called once in each process, so that it is not sent from one to another."""

_MODEL = b"model"
"""In the metadata of a column of vectors: what made them."""


def vector_field(name: str, kind: pa.DataType, model: str) -> pa.Field:
    """Return a column of vectors that says which model has made it."""
    return pa.field(name, kind, metadata={_MODEL: model.encode()})


def vector_model(field: pa.Field) -> str | None:
    """Return which model has made a column of vectors; None where that is not on record."""
    found: bytes | None = (field.metadata or {}).get(_MODEL)
    return None if found is None else found.decode()


@dataclass(frozen=True)
class ScoreTexts:
    """Add what a model says of each text, and drop texts whose score is out of bounds: quality, toxicity.

    Attributes:
        make: makes the model.
        column: the name of the column of scores.
        model: a name with a version, which is written down with what it made.
        least: texts with a lower score go; None for no bound.
        most: texts with a higher score go.
    """

    make: MakeModel
    column: str
    model: str
    least: float | None = None
    most: float | None = None
    name: ClassVar[str] = "score"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return the model's name and the bounds."""
        return {"column": self.column, "model": self.model, "least": self.least, "most": self.most}

    def start(self) -> Apply:
        """Return the operator with its model made."""
        return _Scoring(self, _made(self.make))

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Score one batch by itself."""
        return self.start().apply(batch)


@dataclass(frozen=True)
class EmbedTexts:
    """Add a vector for each text, for `DropSemanticDuplicates` and for search.

    Attributes:
        make: makes the model; `sentence_model` needs no download.
        model: a name with a version, which is written down with what it made.
        size: how many numbers a vector has.
        column: the name of the column of vectors.
    """

    make: MakeModel = sentence_model
    model: str = SENTENCES
    size: int = SIZE
    column: str = "embedding"
    name: ClassVar[str] = "embed"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return the model's name, the size and the column."""
        return {"column": self.column, "model": self.model, "size": self.size}

    def start(self) -> Apply:
        """Return the operator with its model made."""
        return _Embedding(self, _made(self.make))

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Embed one batch by itself."""
        return self.start().apply(batch)


@dataclass(frozen=True)
class _Scoring:
    settings: ScoreTexts
    model: Model

    def apply(self, batch: pa.RecordBatch) -> Result:
        low = -np.inf if self.settings.least is None else self.settings.least
        high = np.inf if self.settings.most is None else self.settings.most
        scores, is_text = _answers(self.model, batch)
        column = pa.array(scores.astype(np.float32), pa.float32(), mask=~is_text)
        reasons = np.select([scores < low, scores > high], ["score:low", "score:high"], "")
        reasons[~is_text] = ""
        told = [reason or None for reason in reasons.tolist()]
        details = [f"{self.settings.column} {score:.4g}" for score in scores.tolist()]
        batch = with_column(batch, self.settings.column, column)
        return Result(batch, pa.array(told, pa.string()), pa.array(details, pa.string()))


@dataclass(frozen=True)
class _Embedding:
    settings: EmbedTexts
    model: Model

    def apply(self, batch: pa.RecordBatch) -> Result:
        size = self.settings.size
        found, is_text = _answers(self.model, batch)
        vectors = found if is_text.any() else np.zeros((batch.num_rows, size))
        if vectors.shape[1:] != (size,):
            raise InputError(
                f"the model answered with {vectors.shape[1:]} numbers a text; {size} were announced"
            )
        values = pa.array(vectors.astype(np.float32).ravel())
        column = pa.FixedSizeListArray.from_arrays(values, size, mask=pa.array(~is_text))
        field = vector_field(self.settings.column, column.type, self.settings.model)
        return Result(with_column(batch, field, column))


def _answers(model: Model, batch: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray]:
    """Return the model's answers, with zeros for what is no text, and which rows are texts.

    Raises:
        InputError: the model answers another number of texts, or with not-a-number.
    """
    is_text = np.array(batch["kind"].to_pylist()) == ItemKind.TEXT
    texts = [text or "" for text in batch["text"].filter(pa.array(is_text)).to_pylist()]
    given = np.asarray(model(texts), np.float64) if texts else np.zeros(0)
    if len(given) != len(texts):
        raise InputError(f"the model answered {len(given)} texts of {len(texts)}")
    if not np.isfinite(given).all():
        raise InputError("the model answered with a number that is not finite")
    answers = np.zeros((batch.num_rows, *given.shape[1:]))
    answers[is_text] = given
    return answers, is_text


@cache
def _made(make: MakeModel) -> Model:
    return make()
