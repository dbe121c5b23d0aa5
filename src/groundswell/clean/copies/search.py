"""The search for copies: what every operator that drops copies shares."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean.copies.best import Keep, ranks_of
from groundswell.clean.copies.components import PAIR, find_components
from groundswell.clean.copies.first_fit import Likeness, first_fit
from groundswell.clean.job.exchange import Receiver, Sender, Share, shares_of
from groundswell.clean.job.gathered import KEYED, Gathered, Rows, parts_of, within_part
from groundswell.clean.job.parts import ROW
from groundswell.clean.job.shelf import Taken
from groundswell.clean.job.work import Entry, Place, Work
from groundswell.clean.operator import Result, Seen

LOOKS, IDS, LOCATORS, RANKS = "looks", "ids", "locators", "ranks"
"""Shelves: what a comparison needs of a row; its id; where it was read; and how good a copy it is, the
less the better, as int64."""

VERDICT = np.dtype([("row", "<i8"), ("kept", "<i8"), ("likeness", "<f8")])
"""A row that is dropped, the row that it is a copy of, and how alike they are."""

CANDIDATE_LEADERS = 16
"""Rows of one key with which each further row of that key is compared."""

CLUSTER_LEADERS = 64
"""Rows kept of one cluster with which each further row of it is compared."""

RECORD_BYTES = 160
"""Memory that a key takes while the rows that share it are compared."""

MEMBER_BYTES = 240
"""Memory that a row takes while those of its cluster are compared."""

_MOST_PAIRS = 1 << 14
"""Pairs that are compared at once: their looks, 2 kB each, are in memory together."""


Keys = NDArray[np.uint64]

Settled = tuple[Path, ...]
"""The files of verdicts, sent to the part of the row."""


class DropCopies(ABC):
    """What operators that drop copies share; each says what it notes, and when two rows are copies."""

    name: ClassVar[str]
    changes_rows: ClassVar[bool] = False
    keep: Keep

    @abstractmethod
    def compare(self, looks: Taken, one: Rows, other: Rows) -> Likeness:
        """Compare looks `one[i]` and `other[i]`; not-a-number where they are no copies."""

    @abstractmethod
    def verdict(self, likeness: float, kept: str) -> tuple[str, str]:
        """Return the reason and the detail of a drop, where `kept` names the copy that stays."""

    def note(self, batch: pa.RecordBatch, keys: Keys, rows: Rows, looks: pa.Array) -> Seen:
        """Return what is noted of a batch: see `Seen`; `looks` are what `compare` is given."""
        shelves = {LOOKS: looks, IDS: batch["id"], LOCATORS: batch["locator"]}
        if self.keep != "first":
            shelves[RANKS] = ranks_of(batch, self.keep)
        return Seen(keys, rows, shelves)

    def settle(self, gathered: Gathered, work: Work) -> Settled:
        """Find the copies."""
        return settle(self, gathered, work)

    def judge(self, gathered: Gathered, settled: Settled, part: int) -> Callable[[pa.RecordBatch], Result]:
        """Return what drops the copies of one part."""
        return judge(self, gathered, settled, part)


def settle(copies: DropCopies, gathered: Gathered, work: Work) -> Settled:
    """Find which rows are dropped, and which copy stays for each.

    Rows that share a key are compared with the first of them; those that are alike make a graph, whose
    components are the clusters. In a cluster the best copy stays; each other row is dropped if it is like
    a row that stays, else it stays too. So no row is dropped for the sake of one that is dropped itself.
    """
    step, most = gathered.step, max(work.memory_bytes // RECORD_BYTES, 1)
    shares = shares_of(gathered.keys().counts(), most)
    found = work.each(
        f"{step}.pair", pair_share, {share.name: (copies, gathered, share, most) for share in shares}
    )
    pairs = [gathered.path("pairs", share.name) for share in shares]
    count = sum(entry["pairs"] for entry in found)
    clusters = tuple(find_components(work, f"{step}.cluster", pairs, count))
    shares = shares_of(Receiver(clusters, PAIR).counts(), max(work.memory_bytes // MEMBER_BYTES, 1))
    work.each(
        f"{step}.choose", choose_share, {share.name: (copies, gathered, share, clusters) for share in shares}
    )
    return tuple(gathered.path("verdicts", share.name) for share in shares)


def judge(
    copies: DropCopies, gathered: Gathered, settled: Settled, part: int
) -> Callable[[pa.RecordBatch], Result]:
    """Return what drops the rows of one part that are copies of others."""
    verdicts = np.concatenate([np.empty(0, VERDICT), *Receiver(settled, VERDICT).read(part, part)])
    verdicts = verdicts[np.argsort(verdicts["row"])]
    dropped = within_part(verdicts["row"])

    def apply(batch: pa.RecordBatch) -> Result:
        rows = batch[ROW].to_numpy()
        is_dropped = np.isin(rows, dropped)
        if not is_dropped.any():
            return Result(batch)
        ours = verdicts[np.searchsorted(dropped, rows[is_dropped])]
        likeness = ours["likeness"].tolist()
        kept, locators = (texts_at(gathered, shelf, ours["kept"]) for shelf in (IDS, LOCATORS))
        names = [f"{locator} ({item_id})" for locator, item_id in zip(locators, kept, strict=True)]
        told = [copies.verdict(*each) for each in zip(likeness, names, strict=True)]
        reasons, details = zip(*told, strict=True)
        why, detail, stays = (_spread(is_dropped, column, pa.string()) for column in (reasons, details, kept))
        return Result(batch, why, detail, stays, _spread(is_dropped, likeness, pa.float64()))

    return apply


def pair_share(place: Place, copies: DropCopies, gathered: Gathered, share: Share, most: int) -> Entry:
    """Compare the rows that share a key, of the keys in some buckets; write the pairs that are copies."""
    sender = Sender(place.folder, gathered.name("pairs", share.name), PAIR)
    leaders = np.empty(0, KEYED)
    read = pairs = 0
    for keyed in packed(gathered.keys().read(share.first, share.last), most):
        read += len(keyed)
        keyed = in_order(np.concatenate([leaders, keyed]))
        compare = comparing(copies, gathered, keyed["row"])
        joined = first_fit(keyed["key"], compare, most_leaders=CANDIDATE_LEADERS)
        made = np.empty(len(joined.members), PAIR)
        made["node"], made["other"] = keyed["row"][joined.members], keyed["row"][joined.leaders]
        sender.send(np.zeros(len(made), np.int64), made)
        leaders = np.delete(keyed, joined.members)
        pairs += len(made)
    sender.close()
    return {"read": read, "pairs": pairs}


def choose_share(
    place: Place, copies: DropCopies, gathered: Gathered, share: Share, clusters: Settled
) -> Entry:
    """Choose which rows of each cluster stay, of the clusters in some buckets; write the others' verdicts."""
    members = np.concatenate([np.empty(0, PAIR), *Receiver(clusters, PAIR).read(share.first, share.last)])
    rows, places = np.unique(members["node"], return_index=True)
    roots = members["other"][places]
    is_known = parts_of(rows) < gathered.known
    ranks = rows if copies.keep == "first" else _ranks(gathered, rows)
    order = np.lexsort((rows, ranks, ~is_known, roots))
    rows, roots, is_known = rows[order], roots[order], is_known[order]
    compare = comparing(copies, gathered, rows)
    joined = first_fit(roots, compare, most_leaders=CLUSTER_LEADERS, immune=is_known)
    verdicts = np.empty(len(joined.members), VERDICT)
    verdicts["row"], verdicts["kept"] = rows[joined.members], rows[joined.leaders]
    verdicts["likeness"] = joined.likeness
    sender = Sender(place.folder, gathered.name("verdicts", share.name), VERDICT)
    sender.send(parts_of(verdicts["row"]), verdicts)
    sender.close()
    return {"clusters": len(np.unique(roots)), "dropped": len(verdicts)}


def packed(parts: Iterator[NDArray[Any]], most: int) -> Iterator[NDArray[Any]]:
    """Yield the records in arrays of about `most`."""
    waiting: list[NDArray[Any]] = []
    for part in parts:
        waiting.append(part)
        if sum(map(len, waiting)) >= most:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)


def in_order(keyed: NDArray[Any]) -> NDArray[Any]:
    """Return the records by key and row.

    Sorting by key alone is several times faster, and few keys are shared.
    """
    keyed = keyed[np.argsort(keyed["key"])]
    is_same = keyed["key"][1:] == keyed["key"][:-1]
    is_shared = np.concatenate([is_same, [False]]) | np.concatenate([[False], is_same])
    shared = keyed[is_shared]
    keyed[is_shared] = shared[np.lexsort((shared["row"], shared["key"]))]
    return keyed


def comparing(copies: DropCopies, gathered: Gathered, rows: Rows) -> Callable[[Rows, Rows], Likeness]:
    """Return what compares the rows at two lists of places, a bounded number of looks at a time."""

    def some(one: Rows, other: Rows) -> Likeness:
        needed, places = np.unique(np.concatenate([rows[one], rows[other]]), return_inverse=True)
        return copies.compare(gathered.take(LOOKS, needed), *np.split(places, 2))

    def compare(one: Rows, other: Rows) -> Likeness:
        starts = range(0, len(one), _MOST_PAIRS)
        parts = [
            some(one[start : start + _MOST_PAIRS], other[start : start + _MOST_PAIRS]) for start in starts
        ]
        return np.concatenate([np.empty(0), *parts])

    return compare


def _ranks(gathered: Gathered, rows: Rows) -> Rows:
    taken = gathered.take(RANKS, rows)
    return np.asarray(taken.data.view(np.int64)[taken.starts // 8])


def texts_at(gathered: Gathered, shelf: str, rows: Rows) -> list[str]:
    """Return what a shelf of texts holds for rows, in any order and with repeats."""
    needed, places = np.unique(rows, return_inverse=True)
    taken = gathered.take(shelf, needed)
    return [taken.text(place) for place in places.tolist()]


def _spread(is_dropped: NDArray[np.bool_], told: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return a column with a value for each row that is dropped, null for the others."""
    column = np.full(len(is_dropped), None, object)
    column[is_dropped] = told
    return pa.array(column, kind)
