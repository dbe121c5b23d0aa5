"""The socket of `clean`: what an operator is, and what it answers."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean.job.gathered import Gathered
from groundswell.clean.job.work import Work


@dataclass(frozen=True)
class Result:
    """What an operator says of a batch, row by row and in the same order.

    Attributes:
        batch: as many rows as were given, with columns added or replaced.
        drop: a string array: null keeps the row, else the reason code. None keeps all rows.
        detail: a string array: for each dropped row one line for a person. None says nothing.
        kept: a string array: for each row that is dropped as a copy the id of the item that stays.
        likeness: a float64 array: for each of these how alike the two are.
    """

    batch: pa.RecordBatch
    drop: pa.Array | None = None
    detail: pa.Array | None = None
    kept: pa.Array | None = None
    likeness: pa.Array | None = None


class Apply(Protocol):
    """The working half of an operator."""

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Judge each row, by itself.

        It may raise: then the batch is halved until the row that is to blame stands alone. So it must
        leave no trace of a batch on which it raised.
        """
        ...


class Named(Protocol):
    """What every step of a pipeline says of itself."""

    name: ClassVar[str]
    version: ClassVar[str]

    def params(self) -> Mapping[str, Any]:
        """Return the parameters, JSON-compatible."""
        ...


@runtime_checkable
class RowOperator(Named, Apply, Protocol):
    """One cleaning step: keeps, changes or drops an item by itself, and says why.

    An operator is a value: its name, version and parameters say what it does to the same input. It
    passes on rows of kinds that are not its own. Rows that it changes get the id of their new content,
    and the old one in `derived_from`.
    """


@runtime_checkable
class Prepared(Protocol):
    """An operator that needs something costly, such as a model: it is made once in each process."""

    def start(self) -> Apply:
        """Return the working half; it must not remember rows."""
        ...


@dataclass(frozen=True)
class Seen:
    """What an operator notes of a batch, to be brought together with what it notes of others.

    Attributes:
        keys: rows that share a key meet; uint64 `[m]`, any number for a row.
        rows: for each key its row in the batch, `[m]`.
        shelves: byte strings to be looked up later: by name, one for each row of the batch.
        counts: numbers by name, which are added up over the run.
    """

    keys: NDArray[np.uint64]
    rows: NDArray[np.int64]
    shelves: Mapping[str, pa.Array] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


@runtime_checkable
class WholeOperator(Named, Protocol):
    """One cleaning step that judges a row by the others of the run, such as a search for duplicates.

    It goes over the rows twice. `gather` notes what matters of each batch, in any process; `settle`
    brings the notes of all parts together, in as many tasks as it likes; then `judge` says for each part
    what becomes of its rows.
    """

    changes_rows: ClassVar[bool]
    """Whether `judge` changes rows that it keeps."""

    def gather(self, batch: pa.RecordBatch) -> Seen:
        """Note what matters of a batch; it may raise, as `apply` of other operators."""
        ...

    def settle(self, gathered: Gathered, work: Work) -> Any:
        """Bring together what was noted; return what `judge` needs, picklable and small."""
        ...

    def judge(self, gathered: Gathered, settled: Any, part: int) -> Callable[[pa.RecordBatch], Result]:
        """Return what judges the batches of one part; they have the column `ROW`."""
        ...


Operator = RowOperator | WholeOperator
"""One cleaning step: keeps, changes or drops an item, and says why."""


def started(operator: RowOperator) -> Apply:
    """Return what to call `apply` on."""
    return operator.start() if isinstance(operator, Prepared) else operator


def recipe_of(operators: Sequence[Named]) -> list[dict[str, Any]]:
    """Return the pipeline as plain data, to be written beside what it made."""
    return [
        {"name": operator.name, "version": operator.version, "params": dict(operator.params())}
        for operator in operators
    ]


def fingerprint(operators: Sequence[Named]) -> str:
    """Return 64 hexadecimal digits that name a pipeline: equal for equal steps in equal order."""
    canonical = json.dumps(recipe_of(operators), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
