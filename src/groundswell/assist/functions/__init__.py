"""Labelling functions: many cheap, fallible opinions on every item, written as code, patterns, SQL or prompts.

Write some, `apply` them, look at the `report`, write better ones, and `combine` what they say. The result proposes
labels to people, and is evidence for their consensus.
"""

from groundswell.assist.functions.apply import Failure, Weak, apply
from groundswell.assist.functions.combine import Combined, Measured, combine
from groundswell.assist.functions.function import (
    LabellingFunction,
    keywords,
    labelling_function,
    matches,
    proposed_by,
)
from groundswell.assist.functions.report import FunctionReport, FunctionRow, ItemConflict, report
from groundswell.assist.functions.where import where

__all__ = [
    "Combined",
    "Failure",
    "FunctionReport",
    "FunctionRow",
    "ItemConflict",
    "LabellingFunction",
    "Measured",
    "Weak",
    "apply",
    "combine",
    "keywords",
    "labelling_function",
    "matches",
    "proposed_by",
    "report",
    "where",
]
