"""Operator: lines and paragraphs that many texts have."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean import kernels
from groundswell.clean.changes import with_texts
from groundswell.clean.hashing import mixed
from groundswell.clean.job.exchange import Receiver, Sender, Share, shares_of
from groundswell.clean.job.gathered import KEYED, Gathered, parts_of, within_part
from groundswell.clean.job.parts import ROW
from groundswell.clean.job.work import Entry, Place, Work
from groundswell.clean.operator import Result, Seen
from groundswell.items import ItemKind

_RECORD_BYTES = 96

Pairs = NDArray[np.uint64]
Settled = tuple[Path, ...]


@dataclass(frozen=True)
class DropRepeatedLines:
    """Take lines or paragraphs out of texts that too many texts have: menus, licences, notices.

    Two lines are the same if they have the same words; case, spaces and punctuation do not count. A text of
    which nothing is left is dropped.

    Attributes:
        unit: what is taken out.
        most_texts: a line that more texts have than this goes.
        keeps_first: whether it stays in the first text that has it.
        min_characters: shorter lines stay: `yes` and `Table of contents` say little about where they are from.
    """

    unit: Literal["line", "paragraph"] = "line"
    most_texts: int = 1
    keeps_first: bool = True
    min_characters: int = 20
    name: ClassVar[str] = "lines"
    version: ClassVar[str] = "1"
    changes_rows: ClassVar[bool] = True

    def params(self) -> dict[str, Any]:
        """Return the limits."""
        return asdict(self)

    def gather(self, batch: pa.RecordBatch) -> Seen:
        """Note the lines of each text, each once."""
        counts, hashes = self._hashes(batch)
        rows = np.repeat(np.arange(batch.num_rows), counts)
        order = np.lexsort((hashes, rows))
        rows, hashes = rows[order], hashes[order]
        is_new = np.ones(len(rows), np.bool_)
        is_new[1:] = (rows[1:] != rows[:-1]) | (hashes[1:] != hashes[:-1])
        is_new &= hashes != 0
        return Seen(hashes[is_new], rows[is_new])

    def settle(self, gathered: Gathered, work: Work) -> Settled:
        """Find the lines that too many texts have."""
        shares = shares_of(gathered.keys().counts(), max(work.memory_bytes // _RECORD_BYTES, 1))
        work.each(
            f"{gathered.step}.count", count_share, {share.name: (self, gathered, share) for share in shares}
        )
        return tuple(gathered.path("repeated", share.name) for share in shares)

    def judge(self, gathered: Gathered, settled: Settled, part: int) -> Callable[[pa.RecordBatch], Result]:
        """Return what takes lines out of the texts of one part."""
        repeated = np.concatenate([np.empty(0, KEYED), *Receiver(settled, KEYED).read(part, part)])
        gone = np.sort(_pairs(within_part(repeated["row"]), repeated["key"]))
        return lambda batch: self._without(batch, gone)

    def _without(self, batch: pa.RecordBatch, gone: Pairs) -> Result:
        counts, hashes = self._hashes(batch)
        rows = np.repeat(batch[ROW].to_numpy(), counts)
        keeps = ~np.isin(_pairs(rows, hashes), gone)
        if keeps.all():
            return Result(batch)
        is_paragraph = self.unit == "paragraph"
        texts = kernels.keep_pieces(kernels.Texts.of(batch["text"]), keeps, is_paragraph=is_paragraph)
        is_less = np.zeros(batch.num_rows, np.bool_)
        is_less[np.repeat(np.arange(batch.num_rows), counts)[~keeps]] = True
        is_empty = [less and not text.strip() for less, text in zip(is_less, texts.to_pylist(), strict=True)]
        reasons = pa.array(["lines:all_repeated" if empty else None for empty in is_empty], pa.string())
        return Result(with_texts(batch, texts, is_less & ~np.array(is_empty, np.bool_)), reasons)

    def _hashes(self, batch: pa.RecordBatch) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        is_other = np.array(batch["kind"].to_pylist()) != ItemKind.TEXT
        counts, hashes = kernels.piece_hashes(
            kernels.Texts.of(batch["text"]),
            is_paragraph=self.unit == "paragraph",
            min_characters=self.min_characters,
        )
        hashes[np.repeat(is_other, counts)] = 0
        return counts, hashes


def count_share(place: Place, lines: DropRepeatedLines, gathered: Gathered, share: Share) -> Entry:
    """Write the lines of some buckets that go, with the texts that they go from."""
    read = gathered.keys().read(share.first, share.last)
    keyed = np.concatenate([np.empty(0, KEYED), *read])
    keyed = keyed[np.lexsort((keyed["row"], keyed["key"]))]
    _, starts, counts = np.unique(keyed["key"], return_index=True, return_counts=True)
    goes = np.repeat(counts > lines.most_texts, counts)
    if lines.keeps_first:
        goes[starts] = False
    goes &= parts_of(keyed["row"]) >= gathered.known
    sender = Sender(place.folder, gathered.name("repeated", share.name), KEYED)
    sender.send(parts_of(keyed["row"][goes]), keyed[goes])
    sender.close()
    return {"repeated": int(np.count_nonzero(goes))}


def _pairs(rows: NDArray[np.int64], hashes: NDArray[np.uint64]) -> Pairs:
    """Return a number for each pair of a row and a line, which no other pair has but by one chance in 10^10."""
    return mixed(hashes + mixed(rows.astype(np.uint64) + np.uint64(1)))
