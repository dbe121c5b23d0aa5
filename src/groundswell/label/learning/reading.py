"""Which tasks a run of learning looks at."""

from groundswell.label.learning.situation import TaskRow
from groundswell.label.projects.model import Project
from groundswell.store import Tx, load_queries

SQL = load_queries(__package__)

MANY = 20_000
"""Tasks beyond which a run of learning looks at a part of them: those answered last, and those that come next."""

AHEAD = 5_000
"""Tasks of each batch of a large project that models propose answers for before people see them."""


async def learnable_tasks(tx: Tx, project: Project) -> tuple[list[TaskRow], bool]:
    """Return the tasks to learn from, in the order of their items, and whether they are all that the project has."""
    of = {"project_id": project.id}
    everything = project.models == "decide" or not await tx.fetch_value(
        SQL["has_more_tasks_than"], limit=MANY, **of
    )
    tasks = await tx.fetch_all(
        SQL["learnable"],
        TaskRow,
        everything=everything,
        answers=3 * MANY,
        ahead=0 if project.models == "none" else AHEAD,
        **of,
    )
    return tasks, everything
