"""Documents as rows of one length: packed without cutting one that fits, or joined and cut."""

from groundswell.feed.packing.documents import Documents
from groundswell.feed.packing.fit import Packing, best_fit, pack_stream
from groundswell.feed.packing.packed import Packed, cumulative_lengths, labels
from groundswell.feed.packing.token_blocks import TokenBlocks

__all__ = [
    "Documents",
    "Packed",
    "Packing",
    "TokenBlocks",
    "best_fit",
    "cumulative_lengths",
    "labels",
    "pack_stream",
]
