"""Operators keep, change or drop items, and say why; a pipeline is a list of them."""

from groundswell.clean.empty import DropEmptyText
from groundswell.clean.exact import DropExactDuplicates
from groundswell.clean.images import DropBadImages
from groundswell.clean.job.executors import Running, bytes_of
from groundswell.clean.job.files import RunFolder
from groundswell.clean.job.job import Outcome, run_job
from groundswell.clean.job.local import InProcess
from groundswell.clean.job.parts import OnDrop, OnRead, Part, SourcePart
from groundswell.clean.job.work import Executor, Progress
from groundswell.clean.near import DropNearDuplicates
from groundswell.clean.operator import (
    Apply,
    Operator,
    Prepared,
    Result,
    RowOperator,
    Seen,
    WholeOperator,
    fingerprint,
    recipe_of,
)
from groundswell.clean.recipes import PLUGS, default_recipe, operators
from groundswell.clean.runner import run
from groundswell.clean.unicode import NormalizeText

__all__ = [
    "PLUGS",
    "Apply",
    "DropBadImages",
    "DropEmptyText",
    "DropExactDuplicates",
    "DropNearDuplicates",
    "Executor",
    "InProcess",
    "NormalizeText",
    "OnDrop",
    "OnRead",
    "Operator",
    "Outcome",
    "Part",
    "Prepared",
    "Result",
    "Progress",
    "RowOperator",
    "RunFolder",
    "Running",
    "Seen",
    "SourcePart",
    "WholeOperator",
    "bytes_of",
    "default_recipe",
    "fingerprint",
    "operators",
    "recipe_of",
    "run",
    "run_job",
]
