"""Truth inference, agreement, calibration, certificates: pure arrays, no database.

`consensus` is the front door. Everything else is for those who want to choose.
"""

from groundswell.quality.agreement import (
    Agreement,
    AgreementReport,
    ConfusedClasses,
    PairAgreement,
    Reason,
    WorkerAgreement,
    agreement,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
)
from groundswell.quality.blend import blend
from groundswell.quality.calibration import (
    Scaling,
    Temperature,
    expected_calibration_error,
    fit_scaling,
    fit_temperature,
)
from groundswell.quality.certificate import Certificate, audits_needed, certify
from groundswell.quality.communities import Communities, communities
from groundswell.quality.crowd_errors import find_crowd_errors, vote_scores
from groundswell.quality.dawid_skene import dawid_skene
from groundswell.quality.dependence import Dependence, dependence
from groundswell.quality.glad import glad
from groundswell.quality.incremental import Incremental
from groundswell.quality.infer import AGGREGATORS, Aggregator, aggregators, consensus
from groundswell.quality.isotonic import Isotonic, fit_isotonic
from groundswell.quality.label_conflicts import Conflict, find_conflicts
from groundswell.quality.label_errors import LabelError, LabelErrors, Overlap, find_label_errors
from groundswell.quality.majority import majority
from groundswell.quality.number_table import Numbers
from groundswell.quality.numbers import NumberConsensus, NumberWorker, consensus_of_numbers
from groundswell.quality.one_coin import one_coin
from groundswell.quality.ordinal import RatingConsensus, RatingWorker, consensus_of_ratings
from groundswell.quality.outliers import outlier_scores
from groundswell.quality.rankings import (
    Comparisons,
    Orders,
    PreferenceConsensus,
    Ranking,
    WorkerReliability,
    consensus_of_preferences,
    rank_by_comparisons,
    rank_by_orders,
)
from groundswell.quality.result import Consensus, WorkerSkill
from groundswell.quality.shapes import ShapeConsensus, consensus_of_shapes
from groundswell.quality.shrunk import shrunk
from groundswell.quality.signals.find import Finding, Signals, find_signals
from groundswell.quality.spans import (
    FoundSpan,
    SequenceConsensus,
    Span,
    SpanConsensus,
    SpanWorker,
    consensus_of_sequences,
    consensus_of_spans,
    span_distance,
    span_f1,
    span_overlap,
    spans_from_tags,
    tags_from_spans,
)
from groundswell.quality.subtypes import subtypes
from groundswell.quality.texts import (
    Normal,
    TextConsensus,
    TranscriptConsensus,
    Word,
    character_error_rate,
    choose_text,
    combine_transcripts,
    word_error_rate,
)
from groundswell.quality.votes import Votes
from groundswell.quality.weighted import weighted

__all__ = [
    "AGGREGATORS",
    "Aggregator",
    "Agreement",
    "AgreementReport",
    "Certificate",
    "Communities",
    "Comparisons",
    "Conflict",
    "ConfusedClasses",
    "Consensus",
    "Dependence",
    "Finding",
    "FoundSpan",
    "Incremental",
    "Isotonic",
    "LabelError",
    "LabelErrors",
    "Normal",
    "NumberConsensus",
    "NumberWorker",
    "Numbers",
    "Orders",
    "Overlap",
    "PairAgreement",
    "PreferenceConsensus",
    "Ranking",
    "RatingConsensus",
    "RatingWorker",
    "Reason",
    "Scaling",
    "SequenceConsensus",
    "ShapeConsensus",
    "Signals",
    "Span",
    "SpanConsensus",
    "SpanWorker",
    "Temperature",
    "TextConsensus",
    "TranscriptConsensus",
    "Votes",
    "Word",
    "WorkerAgreement",
    "WorkerReliability",
    "WorkerSkill",
    "aggregators",
    "agreement",
    "audits_needed",
    "blend",
    "certify",
    "character_error_rate",
    "choose_text",
    "cohen_kappa",
    "combine_transcripts",
    "communities",
    "consensus",
    "consensus_of_numbers",
    "consensus_of_preferences",
    "consensus_of_ratings",
    "consensus_of_sequences",
    "consensus_of_shapes",
    "consensus_of_spans",
    "dawid_skene",
    "dependence",
    "expected_calibration_error",
    "find_conflicts",
    "find_crowd_errors",
    "find_label_errors",
    "find_signals",
    "fit_isotonic",
    "fit_scaling",
    "fit_temperature",
    "fleiss_kappa",
    "glad",
    "gwet_ac",
    "krippendorff_alpha",
    "majority",
    "one_coin",
    "outlier_scores",
    "rank_by_comparisons",
    "rank_by_orders",
    "shrunk",
    "span_distance",
    "span_f1",
    "span_overlap",
    "spans_from_tags",
    "subtypes",
    "tags_from_spans",
    "vote_scores",
    "weighted",
    "word_error_rate",
]
