"""What flows: the item, its content digest, its provenance, and the Arrow schema that carries many."""

from groundswell.items.bundle import bundle, media_of, unbundle
from groundswell.items.digest import digest_bytes, digest_text
from groundswell.items.drop import DROP_SCHEMA, Drop, drops_of, drops_to_batch
from groundswell.items.item import ITEM_SCHEMA, Item, ItemKind, items_of, to_batch
from groundswell.items.packing import Repacker, packed, repacked
from groundswell.items.references import (
    digests_in,
    is_reference,
    media_in,
    naming_rows,
    reference_of,
    references_in,
)
from groundswell.items.split import split_of

__all__ = [
    "DROP_SCHEMA",
    "ITEM_SCHEMA",
    "Drop",
    "Item",
    "ItemKind",
    "Repacker",
    "bundle",
    "digest_bytes",
    "digest_text",
    "digests_in",
    "drops_of",
    "drops_to_batch",
    "is_reference",
    "media_in",
    "items_of",
    "media_of",
    "naming_rows",
    "packed",
    "reference_of",
    "references_in",
    "repacked",
    "split_of",
    "to_batch",
    "unbundle",
]
