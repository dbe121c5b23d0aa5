"""Operators keep, change or drop items, and say why; a pipeline is a list of them."""

from groundswell.clean.audio import DropBadAudio
from groundswell.clean.contamination import DropContaminated
from groundswell.clean.conversations import DropBadConversations, DropBadPreferences
from groundswell.clean.empty import DropEmptyText
from groundswell.clean.exact import DropExactDuplicates
from groundswell.clean.families import GroupNearCopies
from groundswell.clean.heuristics.c4 import KeepC4Lines
from groundswell.clean.heuristics.fineweb import FINEWEB_QUALITY
from groundswell.clean.heuristics.gopher import GOPHER_QUALITY, GOPHER_REPETITION
from groundswell.clean.heuristics.rules import DropByRules, Rule
from groundswell.clean.images import DropBadImages
from groundswell.clean.job.executors import Running, bytes_of
from groundswell.clean.job.files import RunFolder
from groundswell.clean.job.job import Outcome, run_job
from groundswell.clean.job.local import InProcess
from groundswell.clean.job.parts import OnDrop, OnRead, Part, SourcePart
from groundswell.clean.job.work import Executor, Progress
from groundswell.clean.language import IdentifyLanguage
from groundswell.clean.lines import DropRepeatedLines
from groundswell.clean.models import EmbedTexts, ScoreTexts, vector_field, vector_model
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
from groundswell.clean.privacy.redact import RedactPersonal
from groundswell.clean.recipes import (
    PLUGS,
    RECIPES,
    default_recipe,
    image_set,
    instructions,
    operators,
    preferences,
    recipe_named,
    web_text,
)
from groundswell.clean.runner import run
from groundswell.clean.sample import Mix, Sample
from groundswell.clean.semantic import DropSemanticDuplicates
from groundswell.clean.sentences import SENTENCES, Sentences, sentence_model, sentence_vectors
from groundswell.clean.sharpness import DropPoorImages
from groundswell.clean.unicode import NormalizeText
from groundswell.clean.urls import DropUrlDuplicates, DropUrls

__all__ = [
    "Apply",
    "DropBadAudio",
    "DropBadConversations",
    "DropBadImages",
    "DropBadPreferences",
    "DropByRules",
    "DropContaminated",
    "DropEmptyText",
    "DropExactDuplicates",
    "DropNearDuplicates",
    "DropPoorImages",
    "DropRepeatedLines",
    "DropSemanticDuplicates",
    "DropUrlDuplicates",
    "DropUrls",
    "EmbedTexts",
    "Executor",
    "GroupNearCopies",
    "FINEWEB_QUALITY",
    "GOPHER_QUALITY",
    "GOPHER_REPETITION",
    "IdentifyLanguage",
    "InProcess",
    "KeepC4Lines",
    "Mix",
    "NormalizeText",
    "OnDrop",
    "OnRead",
    "Operator",
    "Outcome",
    "PLUGS",
    "Part",
    "Prepared",
    "Progress",
    "RECIPES",
    "RedactPersonal",
    "Result",
    "RowOperator",
    "Rule",
    "SENTENCES",
    "Sentences",
    "sentence_model",
    "sentence_vectors",
    "vector_field",
    "vector_model",
    "RunFolder",
    "Running",
    "Sample",
    "ScoreTexts",
    "Seen",
    "SourcePart",
    "WholeOperator",
    "bytes_of",
    "default_recipe",
    "fingerprint",
    "image_set",
    "instructions",
    "operators",
    "preferences",
    "recipe_named",
    "recipe_of",
    "run",
    "run_job",
    "web_text",
]
