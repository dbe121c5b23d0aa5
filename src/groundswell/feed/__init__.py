"""What reaches training: snapshots of versions, the order of samples, the feed itself, and exporters."""

from groundswell.feed.columns import Batch
from groundswell.feed.decode import decode_image
from groundswell.feed.face import feed
from groundswell.feed.loader import Feed
from groundswell.feed.order import Order, Tail
from groundswell.feed.samples import Samples
from groundswell.feed.snapshot import Snapshot, open_snapshot
from groundswell.feed.split import split_of

__all__ = [
    "Batch",
    "Feed",
    "Order",
    "Samples",
    "Snapshot",
    "Tail",
    "decode_image",
    "feed",
    "open_snapshot",
    "split_of",
]
