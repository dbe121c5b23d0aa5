"""Operator: families of items that are nearly the same, step by step; nothing is dropped."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean.changes import with_column
from groundswell.clean.copies.chains import linked
from groundswell.clean.copies.components import PAIR, find_components
from groundswell.clean.copies.search import IDS, RECORD_BYTES, comparing, in_order, packed, texts_at
from groundswell.clean.job.exchange import Receiver, Sender, Share, shares_of
from groundswell.clean.job.gathered import KEYED, Gathered, parts_of, within_part
from groundswell.clean.job.parts import ROW
from groundswell.clean.job.work import Entry, Place, Work
from groundswell.clean.near import DropNearDuplicates
from groundswell.clean.operator import Result, Seen

REACH = 64
"""Rows after it with which each row of a key is compared, where the rows of the key do not all hang together: blank
pictures, for example. Copies are found whatever their number."""

Settled = tuple[Path, ...]


@dataclass(frozen=True)
class GroupNearCopies:
    """Add a column that names the family of each item: all that hang together by near copies.

    An item is nearly the same as another of its family, though the ends of a chain may be unlike. The name is the id of
    the first of them, which stays the same as items come in behind. No two that share a band key and are near copies
    are of two families, unless more than `REACH` rows of that key stand between them which do not all hang together.

    Attributes:
        similar: what counts as a near copy; its `keep` does not matter.
        column: the name of the column.
    """

    similar: DropNearDuplicates = field(default_factory=DropNearDuplicates)
    column: str = "family"
    name: ClassVar[str] = "families"
    version: ClassVar[str] = "1"
    changes_rows: ClassVar[bool] = True

    def params(self) -> dict[str, Any]:
        """Return what counts as a near copy, and the column."""
        return asdict(self)

    def gather(self, batch: pa.RecordBatch) -> Seen:
        """Note the band keys and the look of each text and each image."""
        return self.similar.gather(batch)

    def settle(self, gathered: Gathered, work: Work) -> Settled:
        """Find the families."""
        step, most = gathered.step, max(work.memory_bytes // RECORD_BYTES, 1)
        shares = shares_of(gathered.keys().counts(), most)
        found = work.each(
            f"{step}.link", link_share, {share.name: (self, gathered, share, most) for share in shares}
        )
        links = [gathered.path("links", share.name) for share in shares]
        families = tuple(
            find_components(work, f"{step}.cluster", links, sum(each["pairs"] for each in found))
        )
        shares = shares_of(Receiver(families, PAIR).counts(), most)
        work.each(f"{step}.name", name_share, {share.name: (gathered, share, families) for share in shares})
        return tuple(gathered.path("families", share.name) for share in shares)

    def judge(self, gathered: Gathered, settled: Settled, part: int) -> Callable[[pa.RecordBatch], Result]:
        """Return what adds the column to one part."""
        members = np.concatenate([np.empty(0, PAIR), *Receiver(settled, PAIR).read(part, part)])
        members = members[np.argsort(members["node"])]
        places = within_part(members["node"])

        def apply(batch: pa.RecordBatch) -> Result:
            rows = batch[ROW].to_numpy()
            names = np.array(batch["id"].to_pylist(), object)
            has_kin = np.isin(rows, places)
            if has_kin.any():
                roots = members["other"][np.searchsorted(places, rows[has_kin])]
                names[has_kin] = texts_at(gathered, IDS, roots)
            return Result(with_column(batch, self.column, pa.array(names, pa.string())))

        return apply


def link_share(place: Place, families: GroupNearCopies, gathered: Gathered, share: Share, most: int) -> Entry:
    """Compare the rows that share a key, of the keys in some buckets; write the pairs that make them hang together."""
    sender = Sender(place.folder, gathered.name("links", share.name), PAIR)
    last = np.empty(0, KEYED)
    read = pairs = 0
    for keyed in packed(gathered.keys().read(share.first, share.last), most):
        read += len(keyed)
        keyed = in_order(np.concatenate([last, keyed]))
        links = linked(keyed["key"], comparing(families.similar, gathered, keyed["row"]), reach=REACH)
        made = np.empty(len(links.one), PAIR)
        made["node"], made["other"] = keyed["row"][links.one], keyed["row"][links.other]
        sender.send(np.zeros(len(made), np.int64), made)
        pairs += len(made)
        last = _last_of_each(keyed)
    sender.close()
    return {"read": read, "pairs": pairs}


def name_share(place: Place, gathered: Gathered, share: Share, families: Settled) -> Entry:
    """Send each member of some families, with the family's first row, to the part of the member."""
    members = np.concatenate([np.empty(0, PAIR), *Receiver(families, PAIR).read(share.first, share.last)])
    _, places = np.unique(members["node"], return_index=True)
    sender = Sender(place.folder, gathered.name("families", share.name), PAIR)
    sender.send(parts_of(members["node"][places]), members[places])
    sender.close()
    return {"members": len(places)}


def _last_of_each(keyed: NDArray[Any]) -> NDArray[Any]:
    """Return the last rows of each key, with which those that are read next are still to be compared."""
    ends = np.searchsorted(keyed["key"], keyed["key"], side="right")
    return keyed[ends - np.arange(len(keyed)) <= REACH]
