"""What workers may do in a project, for many at once: two queries, whatever their number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from groundswell.clock import now as clock_now
from groundswell.ids import ProjectId, WorkerId
from groundswell.store import Tx, load_queries
from groundswell.workforce.content.rules import PER_DAY, PER_WEEK
from groundswell.workforce.requirements import Requirements, requirements_of
from groundswell.workforce.rules import Entry, ProjectFacts, ProjectNeeds, Standing, WorkerFacts, standing
from groundswell.workforce.skill import Prior, Tally, weighed

__all__ = ["ProjectNeeds", "Requirements", "Standing", "requirements_of", "standings", "standings_of_pairs"]

SQL = load_queries(__package__)


@dataclass(frozen=True)
class WorkerRow:
    """A row of `standing_of_workers`."""

    worker_id: WorkerId
    project_id: ProjectId
    origin: str
    vouched: bool
    checked: float | None
    checked_right: float | None
    agreed: float | None
    agreed_right: float | None
    results: dict[str, tuple[float, float]] | None
    reason_code: str | None
    ends_at: datetime | None
    hidden: list[str] | None

    def facts(self) -> WorkerFacts:
        """Return what the rules need of it."""
        return WorkerFacts(
            origin=self.origin,
            vouched=self.vouched,
            tally=weighed(
                [
                    ("gold", self.checked or 0.0, self.checked_right or 0.0),
                    ("consensus", self.agreed or 0.0, self.agreed_right or 0.0),
                ]
            ),
            results={int(key): Tally(*value) for key, value in (self.results or {}).items()},
            restricted=(self.reason_code, self.ends_at) if self.reason_code and self.ends_at else None,
            hidden=frozenset(self.hidden or ()),
            worker_id=self.worker_id,
        )


async def standings(
    tx: Tx, project: ProjectNeeds, worker_ids: Sequence[WorkerId], *, now: datetime | None = None
) -> dict[WorkerId, Standing]:
    """Say what each of these workers may do in a project, as of `now`.

    Two queries for any number of workers; a worker who is not of this organization is left out. What is said here
    concerns new leases only: a lease that is held may always be answered, and is paid. An exposure budget is as exact
    as what is said here is fresh: keep it some seconds, not minutes.
    """
    pairs = [(worker_id, project) for worker_id in worker_ids]
    found = await standings_of_pairs(tx, pairs, now=now or clock_now())
    return {worker_id: each for (worker_id, _), each in found.items()}


async def standings_of_pairs(
    tx: Tx, pairs: Sequence[tuple[WorkerId, ProjectNeeds]], *, now: datetime
) -> dict[tuple[WorkerId, ProjectId], Standing]:
    """Say what workers may do in several projects at once: two queries for any number of pairs."""
    if not pairs:
        return {}
    needs = {project.project_id: project for _, project in pairs}
    facts = await _project_facts(tx, list(needs.values()))
    rows = await tx.fetch_all(
        SQL["standing_of_workers"],
        WorkerRow,
        worker_ids=[worker_id for worker_id, _ in pairs],
        project_ids=[project.project_id for _, project in pairs],
        now=now,
        today=now.date(),
        per_day=PER_DAY,
        per_week=PER_WEEK,
    )
    return {
        (row.worker_id, row.project_id): standing(needs[row.project_id], facts[row.project_id], row.facts())
        for row in rows
    }


async def _project_facts(tx: Tx, projects: Sequence[ProjectNeeds]) -> dict[ProjectId, ProjectFacts]:
    rows = await tx.fetch_all(
        SQL["standing_of_projects"],
        dict[str, Any],
        project_ids=[project.project_id for project in projects],
        entry_ids=[entry for project in projects for entry in project.asked.entries],
    )
    return {
        ProjectId(row["project_id"]): ProjectFacts(
            has_gold=row["has_gold"],
            prior=Prior() if row["right"] is None else Prior(row["right"], row["wrong"]),
            entries=entries_of(row["entries"] or {}),
        )
        for row in rows
    }


def entries_of(stored: Mapping[str, tuple[str, Mapping[str, Any]]]) -> dict[int, Entry]:
    """Return qualifications and trainings by project, from `{id: [name, requirements]}`."""
    entries = {}
    for project_id, (name, given) in stored.items():
        asked = requirements_of(given)
        entries[int(project_id)] = Entry(name, asked.test_size, asked.pass_mark)
    return entries
