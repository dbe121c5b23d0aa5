"""Splits as feeds know them: by content, or as a version's column `split` says."""

from groundswell.items.split import FRACTIONS, split_of, unit_hash

__all__ = ["FRACTIONS", "SPLIT_COLUMN", "split_of", "unit_hash"]

SPLIT_COLUMN = "split"
"""Where a version says itself which part an item belongs to, that goes before any hash."""
