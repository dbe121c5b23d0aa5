"""Datasets of items: named, versioned, immutable, each row traceable to where it came from."""

from groundswell.organize.card import Card, card_of
from groundswell.organize.catalogue import Entry, describe, read_entry
from groundswell.organize.collection import Collection, collect, dataset, local_store
from groundswell.organize.difference import Diff, diff
from groundswell.organize.draft import Draft, as_parent
from groundswell.organize.fields import field_types, with_fields
from groundswell.organize.heads import At
from groundswell.organize.leaks import Leak, find_leaks
from groundswell.organize.lineage import ItemTrace, find_item, item_at, may_be_item, trace_item
from groundswell.organize.manifest import MAIN, Parent, require_name
from groundswell.organize.quota import Quota, set_own_limit
from groundswell.organize.refs import Ref, RefKind
from groundswell.organize.report import Report
from groundswell.organize.retention import Retention
from groundswell.organize.splits import Split, split
from groundswell.organize.store import DatasetStore
from groundswell.organize.upkeep import CleanUp, clean_up, clean_up_media
from groundswell.organize.uses import Use, note_use, uses_in
from groundswell.organize.vectors import Embedder, embed
from groundswell.organize.version import Version

__all__ = [
    "MAIN",
    "At",
    "CleanUp",
    "Collection",
    "DatasetStore",
    "Diff",
    "Draft",
    "Entry",
    "Parent",
    "Quota",
    "Ref",
    "RefKind",
    "Report",
    "Retention",
    "Version",
    "as_parent",
    "clean_up",
    "clean_up_media",
    "collect",
    "dataset",
    "describe",
    "diff",
    "field_types",
    "local_store",
    "read_entry",
    "require_name",
    "set_own_limit",
    "ItemTrace",
    "find_item",
    "may_be_item",
    "item_at",
    "trace_item",
    "Use",
    "note_use",
    "uses_in",
    "Leak",
    "find_leaks",
    "Split",
    "split",
    "Card",
    "card_of",
    "with_fields",
    "Embedder",
    "embed",
]
