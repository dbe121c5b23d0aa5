"""Datasets of items: named, versioned, immutable, each row traceable to where it came from."""

from groundswell.organize.collection import Collection, collect, dataset, local_store
from groundswell.organize.draft import Draft, as_parent
from groundswell.organize.fields import field_types, with_fields
from groundswell.organize.manifest import Parent, require_name
from groundswell.organize.report import Report
from groundswell.organize.store import DatasetStore
from groundswell.organize.version import Version

__all__ = [
    "Collection",
    "DatasetStore",
    "Draft",
    "Parent",
    "Report",
    "Version",
    "as_parent",
    "collect",
    "dataset",
    "field_types",
    "local_store",
    "require_name",
    "with_fields",
]
