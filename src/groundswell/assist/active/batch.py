"""The next batch of questions: what a strategy chooses, and a share at random that stays honest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.active.adaptive import adaptive
from groundswell.assist.active.pool import Indices, Pool, Strategy
from groundswell.errors import InputError


@dataclass(frozen=True, eq=False, repr=False)
class Batch:
    """What to ask about next.

    Attributes:
        items: indices into the pool, all different, those of the strategy first, most useful first.
        audit: bool, which of `items` were drawn at random from the open items, before the strategy chose.
    """

    items: Indices
    audit: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return f"Batch({len(self)} items, {int(self.audit.sum())} of them at random for the audit)"

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a row for each item: its index and whether it is for the audit."""
        return [{"item": int(i), "audit": bool(a)} for i, a in zip(self.items, self.audit, strict=True)]


def next_batch(
    pool: Pool,
    n: int,
    rng: np.random.Generator,
    *,
    strategy: Strategy = adaptive,
    audit_share: float = 0.1,
) -> Batch:
    """Choose which items to ask people about next.

    What a strategy chooses says nothing about other items: it is harder or more typical than they are. So a share
    of every batch is drawn first, uniformly from all open items, whatever the strategy. Labels of this share judge the
    model, calibrate it, and estimate its accuracy on what was open at that time; for a certificate of a finished
    version, draw from the finished labels (`certify`), as what was labelled early was not open to later draws.

    Args:
        pool: where things stand.
        n: questions wanted; all open items where there are fewer.
        rng: the only source of chance.
        strategy: chooses the others; see `STRATEGIES`.
        audit_share: share drawn at random, 0 to 1. A fraction of an item is an item with that chance, so that the share
            holds over small batches too. 0 gives up the audit; 1 is random sampling.

    Returns:
        `min(n, len(pool.open))` items.

    Raises:
        InputError: a number is out of its range, or the strategy did not choose open items, each once.
    """
    if n < 0 or not 0 <= audit_share <= 1:
        raise InputError(f"n must be 0 or above and audit_share 0 to 1; found {n} and {audit_share}")
    size = min(n, len(pool.open))
    share = min(int(size * audit_share + rng.random()), size)
    audit = rng.choice(pool.open, share, replace=False)
    rest = pool.asking(audit)
    chosen = np.asarray(strategy(rest, size - share, rng), np.intp) if share < size else audit[:0]
    if (
        len(chosen) != size - share
        or len(np.unique(chosen)) < len(chosen)
        or not np.isin(chosen, rest.open).all()
    ):
        raise InputError(f"a strategy must choose {size - share} different open items; found {chosen}")
    return Batch(np.concatenate([chosen, audit]), np.repeat([False, True], [len(chosen), share]))
