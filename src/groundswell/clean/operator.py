"""The socket of `clean`: what an operator is, and what it answers."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import pyarrow as pa


@dataclass(frozen=True)
class Result:
    """What an operator says of a batch, row by row and in the same order.

    Attributes:
        batch: as many rows as were given, with columns added or replaced.
        drop: a string array: null keeps the row, else the reason code. None keeps all rows.
        detail: a string array: for each dropped row one line for a person. None says nothing.
    """

    batch: pa.RecordBatch
    drop: pa.Array | None = None
    detail: pa.Array | None = None


class Apply(Protocol):
    """The working half of an operator."""

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Judge each row.

        It may raise: then the batch is halved until the row that is to blame stands alone. So it must
        leave no trace of a batch on which it raised.
        """
        ...


@runtime_checkable
class Operator(Apply, Protocol):
    """One cleaning step: keeps, changes or drops an item, and says why.

    An operator is a value: its name, version and parameters say what it does to the same input. It
    passes on rows of kinds that are not its own. Rows that it changes get the id of their new content,
    and the old one in `derived_from`.
    """

    name: ClassVar[str]
    version: ClassVar[str]

    def params(self) -> Mapping[str, Any]:
        """Return the parameters, JSON-compatible."""
        ...


@runtime_checkable
class Stateful(Protocol):
    """An operator that remembers rows, such as a search for duplicates; the memory is made for each run."""

    def start(self) -> Apply:
        """Return the working half with an empty memory; the operator itself never changes."""
        ...


def started(operator: Operator) -> Apply:
    """Return what to call `apply` on for one run."""
    return operator.start() if isinstance(operator, Stateful) else operator


def recipe_of(operators: Sequence[Operator]) -> list[dict[str, Any]]:
    """Return the pipeline as plain data, to be written beside what it made."""
    return [
        {"name": operator.name, "version": operator.version, "params": dict(operator.params())}
        for operator in operators
    ]


def fingerprint(operators: Sequence[Operator]) -> str:
    """Return 64 hexadecimal digits that name a pipeline: equal for equal steps in equal order."""
    canonical = json.dumps(recipe_of(operators), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
