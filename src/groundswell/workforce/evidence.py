"""How often workers were right, by what their answers were compared with: the ground that skill stands on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from groundswell.ids import OrgId, ProjectId, WorkerId
from groundswell.store import Tx, load_queries

SQL = load_queries(__package__)

Source = Literal["gold", "consensus", "review"]
"""What an answer was compared with: a known answer, what the crowd came to, a reviewer's verdict."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Some answers of a worker in a project that were compared with something.

    Attributes:
        total: how many, or what they weigh: a consensus that is half sure says less; see `agreement`.
        correct: how many of them were right. Negative numbers take back what was said before.
    """

    worker_id: WorkerId
    project_id: ProjectId
    source: Source
    total: float
    correct: float


async def add_evidence(tx: Tx, org_id: OrgId, rows: Sequence[Evidence]) -> None:
    """Add to what is known of workers, in one statement inside the caller's transaction; no rows do nothing.

    Rows of one worker, project and source are added up first, and all are written in one order, so that two callers
    at once can never wait for each other.
    """
    sums: dict[tuple[WorkerId, ProjectId, Source], tuple[float, float]] = {}
    for row in rows:
        key = (row.worker_id, row.project_id, row.source)
        total, correct = sums.get(key, (0.0, 0.0))
        sums[key] = (total + row.total, correct + row.correct)
    if not sums:
        return
    keys = sorted(sums)
    await tx.execute(
        SQL["add_evidence"],
        org_id=org_id,
        worker_ids=[worker_id for worker_id, _, _ in keys],
        project_ids=[project_id for _, project_id, _ in keys],
        sources=[source for _, _, source in keys],
        totals=[sums[key][0] for key in keys],
        corrects=[sums[key][1] for key in keys],
    )
