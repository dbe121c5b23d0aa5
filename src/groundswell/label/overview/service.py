"""The use case of looking at a project from above."""

from typing import Any

from groundswell.clock import now
from groundswell.ids import ProjectId
from groundswell.label.overview.model import Hour, Overview, ReviewCounts
from groundswell.label.overview.rules import forecast, spend
from groundswell.label.projects.service import project_of
from groundswell.store import Database, load_queries
from groundswell.tenancy.model import Role, Scope

SQL = load_queries(__package__)

DAYS = 14
"""Days of hours that are shown."""

MOST_CLASSES = 100


async def overview_of(db: Database, scope: Scope, project_id: ProjectId) -> Overview:
    """Return a project at a glance; for members and above.

    Counts are those of settling, a second or two old. It reads sums, never answers, so it costs about the same
    whatever the size of the project.

    Raises:
        NotFound: no such project in this organization.
    """
    scope.require(Role.MEMBER)
    of = {"project_id": project_id}
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        states = await tx.fetch_one(SQL["task_states"], dict[str, int], **of)
        sources = await tx.fetch_all(SQL["label_sources"], tuple[str, int], **of)
        classes = await tx.fetch_all(SQL["label_classes"], tuple[str, int], limit=MOST_CLASSES, **of)
        doubt = dict(await tx.fetch_all(SQL["label_doubt"], tuple[int, int], **of))
        hours = await tx.fetch_all(SQL["hours"], Hour, days=DAYS, **of)
        totals = await tx.fetch_one(SQL["totals"], dict[str, Any], **of)
        review = await tx.fetch_one(SQL["review_counts"], ReviewCounts, **of)
        certificate = await tx.fetch_value(SQL["certificate"], **of)
        flags = await tx.fetch_value(SQL["open_flags"], **of)
    assert states is not None
    assert totals is not None
    assert review is not None
    return Overview(
        tasks=states,
        sources=dict(sources),
        classes=classes,
        doubt=[doubt.get(place, 0) for place in range(10)],
        hours=hours,
        forecast=forecast(hours, states["pending"], now()),
        spend=spend(**totals, labels=sum(number for _, number in sources)),
        review=review,
        certificate=certificate,
        flags=flags,
    )
