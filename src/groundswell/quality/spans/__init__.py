"""Spans of text and sequences of tags: comparing answers, and consensus of several.

`consensus_of_spans` takes any spans, overlapping and nested ones too; `consensus_of_sequences` takes one tag for
each token, BIO or any other.
"""

from groundswell.quality.spans.bio import spans_from_tags, tags_from_spans
from groundswell.quality.spans.consensus import FoundSpan, SpanConsensus, SpanWorker, consensus_of_spans
from groundswell.quality.spans.schedule import best_without_overlaps
from groundswell.quality.spans.sequences import SequenceConsensus, consensus_of_sequences
from groundswell.quality.spans.span import Span, span_distance, span_f1, span_overlap

__all__ = [
    "FoundSpan",
    "SequenceConsensus",
    "Span",
    "SpanConsensus",
    "SpanWorker",
    "best_without_overlaps",
    "consensus_of_sequences",
    "consensus_of_spans",
    "span_distance",
    "span_f1",
    "span_overlap",
    "spans_from_tags",
    "tags_from_spans",
]
