"""Cutting a pipeline into stages: what can be done to a row at once, up to a step that needs all rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell.clean.operator import Operator, RowOperator, WholeOperator


@dataclass(frozen=True)
class Stage:
    """One pass over the rows.

    Attributes:
        operators: what is done to each row.
        gathers: whose notes are taken at the end of the pass; None in the last.
        writes: whether the rows that are left are written anew; else only notes are taken.
    """

    operators: tuple[RowOperator, ...]
    gathers: WholeOperator | None
    writes: bool


def stages_of(operators: Sequence[Operator]) -> list[Stage]:
    """Return the stages of a pipeline; the first always writes, since sources are slow to read."""
    stages: list[Stage] = []
    waiting: list[RowOperator] = []
    before: WholeOperator | None = None
    for operator in (*operators, None):
        if operator is None or isinstance(operator, WholeOperator):
            writes = not stages or bool(waiting) or (before is not None and before.changes_rows)
            if operator is not None or writes:
                stages.append(Stage(tuple(waiting), operator, writes))
            waiting, before = [], operator
        else:
            waiting.append(operator)
    return stages
