"""What is to be reviewed: how much of a project, and which tasks. The reviews themselves are done in `label/review`."""

from collections.abc import Sequence

from groundswell.ids import ProjectId, TaskId
from groundswell.label.projects.model import Project, ReviewPolicy, ReviewReason
from groundswell.label.projects.rules import check_policy, drawn
from groundswell.label.projects.service import SQL, project_of
from groundswell.store import Database, Tx
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

PAGE = 50_000
"""Completed tasks that are drawn from at once when a project's policy changes."""


async def ask_reviews(tx: Tx, project: Project, task_ids: Sequence[TaskId], reason: ReviewReason) -> int:
    """Ask for reviews of tasks that have just been settled, inside the caller's transaction.

    Call it from settling, with `COMPLETED` for tasks that came to be completed and with `DISAGREEMENT` for
    those whose budget of answers ended without agreement. It applies the project's policy itself: of
    completed tasks it draws the review share, the others are all asked, and without review levels it does
    nothing, not even a query. Calling it again for the same tasks changes nothing: the draw is the same,
    and a task that is or was in review, whose label is final, or that is canceled, is left alone.

    Returns:
        How many reviews were asked for.
    """
    if project.review_levels == 0 or not task_ids:
        return 0
    if reason is ReviewReason.COMPLETED:
        key = await tx.fetch_value(SQL["review_key"], project_id=project.id)
        task_ids = [t for t in task_ids if drawn(key, f"task {t}", project.review_share)]
    if not task_ids:
        return 0
    return await tx.execute(
        SQL["ask_reviews"], project_id=project.id, task_ids=list(task_ids), reason=reason.value
    )


async def set_review_policy(db: Database, scope: Scope, project_id: ProjectId, policy: ReviewPolicy) -> int:
    """Change how much of a project is reviewed; managers and admins only.

    It holds for what was completed before, too: a greater share draws more of the same tasks. Reviews that
    were asked for already stay.

    Returns:
        How many reviews of completed tasks were asked for now.

    Raises:
        InputError: a number is out of its range.
        NotFound: no such project in this organization.
    """
    scope.require(Role.MANAGER)
    check_policy(policy)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        await tx.execute(
            SQL["set_review_policy"],
            project_id=project_id,
            levels=policy.levels,
            share=policy.share,
            rereview_share=policy.rereview_share,
        )
        asked = await _ask_of_completed(tx, await project_of(tx, project_id))
        await audit(
            tx,
            scope,
            "project.review",
            str(project_id),
            levels=policy.levels,
            share=policy.share,
            rereview_share=policy.rereview_share,
            asked=asked,
        )
    return asked


async def _ask_of_completed(tx: Tx, project: Project) -> int:
    if project.review_levels == 0 or project.review_share == 0:
        return 0
    asked, after = 0, 0
    while page := await tx.fetch_values(
        SQL["completed_tasks"], project_id=project.id, after=after, limit=PAGE
    ):
        asked += await ask_reviews(tx, project, page, ReviewReason.COMPLETED)
        after = page[-1]
    return asked
