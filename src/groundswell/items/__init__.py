"""What flows: the item, its content digest, its provenance, and the Arrow schema that carries many."""

from groundswell.items.item import ITEM_SCHEMA, Item, ItemKind, items_of, to_batch
from groundswell.items.digest import digest_bytes, digest_text

__all__ = ["ITEM_SCHEMA", "Item", "ItemKind", "digest_bytes", "digest_text", "items_of", "to_batch"]
