"""What reaches training: snapshots of versions, the order of samples, the feed itself, and exporters."""

from groundswell.feed.blocks import BlockOrder
from groundswell.feed.columns import Columns
from groundswell.feed.decode import decode_image
from groundswell.feed.face import feed
from groundswell.feed.loader import Feed
from groundswell.feed.mixture import Mixture
from groundswell.feed.order import Order, Ordering, Tail
from groundswell.feed.packing import Packed, TokenBlocks
from groundswell.feed.proportions import Stage
from groundswell.feed.rows import Batch, Rows, Subset
from groundswell.feed.samples import Samples, TableSamples
from groundswell.feed.snapshot import Snapshot, open_snapshot, snapshot
from groundswell.feed.split import split_of
from groundswell.feed.storage.cache import Cache
from groundswell.feed.threads import in_threads

__all__ = [
    "Batch",
    "BlockOrder",
    "Cache",
    "Columns",
    "Feed",
    "Mixture",
    "Order",
    "Ordering",
    "Packed",
    "Rows",
    "Samples",
    "Snapshot",
    "Stage",
    "Subset",
    "TableSamples",
    "Tail",
    "TokenBlocks",
    "decode_image",
    "feed",
    "in_threads",
    "open_snapshot",
    "snapshot",
    "split_of",
]
