"""Use cases of reviewers: reviews are leased, verdicts decide them, and verdicts are judged in turn."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from groundswell.errors import Conflict, InputError, NotAllowed, NotFound
from groundswell.ids import ProjectId, ReviewId, TaskId
from groundswell.label.jobs import ask_to_learn
from groundswell.label.kinds import Answer, Shown
from groundswell.label.projects.model import Project, ProjectState
from groundswell.label.projects.rules import drawn
from groundswell.label.projects.service import SQL as PROJECTS
from groundswell.label.projects.service import project_of
from groundswell.label.review.model import (
    Decision,
    HeldReview,
    Opinion,
    Review,
    ReviewerRow,
    ReviewerScore,
    Verdict,
    VerdictReceipt,
)
from groundswell.label.review.rules import (
    REJECTIONS_AN_HOUR,
    RETURN_DAYS,
    JudgedAnswer,
    agree,
    check_held,
    check_verdict,
    marks,
)
from groundswell.quality.intervals import wilson
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit
from groundswell.workforce.evidence import Evidence, add_evidence

SQL = load_queries(__package__)

MOST_ACCEPTED = 1_000

MAX_WANT = 20
"""Reviews that one reviewer may hold in a project."""


async def review(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    verdicts: Sequence[tuple[TaskId, Answer]],
    *,
    reviewer: str,
) -> None:
    """Record what a trusted person says is right, for tasks of a project; managers and admins only.

    Such a verdict needs no lease and ends every other review of the task. It overrules the consensus in what is
    delivered. Reviews of the audit share, which is a random sample, are what certificates are made of.

    Raises:
        InvalidAnswer: an answer does not fit the ontology; nothing is stored.
        InputError: a task has two verdicts, or the reviewer's name is not printable.
        NotFound: a task is not of this project.
    """
    scope.require(Role.MANAGER)
    if not reviewer.isprintable():
        raise InputError(f"a reviewer's name must be printable; got {reviewer[:100]!r}")
    final = dict(verdicts)
    if len(final) < len(verdicts):
        raise InputError("a task is given two verdicts at once; give each task one")
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        shown = await shown_to(tx, project, list(final))
        valid = {
            task_id: project.schema.validate(answer, shown.get(task_id)) for task_id, answer in final.items()
        }
        await _finish(tx, scope, project, valid, reviewer)
        await audit(tx, scope, "review", str(project_id), tasks=len(verdicts), reviewer=reviewer)


async def accept_labels(
    db: Database, scope: Scope, project_id: ProjectId, task_ids: Sequence[TaskId], *, reviewer: str
) -> int:
    """Make the labels of these tasks final as they are; managers and admins only. Returns how many became final.

    Tasks without a label are left out, and so are those whose label is final already: it may be called again.

    Raises:
        InputError: too many at once, or the reviewer's name is not printable.
        NotFound: no such project in this organization.
    """
    scope.require(Role.MANAGER)
    if not 1 <= len(task_ids) <= MOST_ACCEPTED:
        raise InputError(f"accept 1 to {MOST_ACCEPTED:,} labels at once; got {len(task_ids):,}")
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        of = {"project_id": project_id, "task_ids": sorted(set(task_ids))}
        rows = await tx.fetch_all(SQL["labels_to_accept"], dict[str, Any], **of)
        final: dict[TaskId, Answer] = {row["task_id"]: row["answer"] for row in rows}
        if final:
            await _finish(tx, scope, project, final, reviewer)
            await audit(tx, scope, "review.accept_all", str(project_id), tasks=len(final), reviewer=reviewer)
    return len(final)


async def shown_to(tx: Tx, project: Project, task_ids: Sequence[TaskId]) -> dict[TaskId, Shown]:
    """Return what is seen of tasks, where answers can only be checked beside it; else nothing."""
    if not project.schema.kind.reads_item:
        return {}
    rows = await tx.fetch_all(SQL["payloads"], dict[str, Any], task_ids=list(task_ids), project_id=project.id)
    return {row["task_id"]: row["payload"] for row in rows}


async def _finish(
    tx: Tx, scope: Scope, project: Project, final: Mapping[TaskId, Answer], reviewer: str
) -> None:
    """Make labels final: they are delivered, nobody need review them, and they are evidence of workers' skill."""
    of = {"project_id": project.id, "task_ids": list(final)}
    judged = await tx.fetch_all(SQL["judged_answers"], JudgedAnswer, **of)
    stored = await tx.execute(
        SQL["save_review"],
        org_id=scope.org_id,
        user_id=scope.user_id,
        reviewer=reviewer,
        answers=[json.dumps(dict(answer)) for answer in final.values()],
        **of,
    )
    if stored < len(final):
        raise NotFound(f"{len(final) - stored} of the tasks are not of project {project.name!r}")
    await tx.execute(SQL["withdraw_reviews"], **of)
    rows = [
        Evidence(worker_id, project.id, "review", total, right)
        for worker_id, total, right in marks(project.schema, judged, final)
    ]
    await add_evidence(tx, scope.org_id, rows)
    if project.models == "decide":  # verdicts on the audit share say whether the model may go on alone
        await ask_to_learn(tx, scope.org_id, project.id)


# ── leasing and deciding ─────────────────────────────────────────────────────────────────────────


async def lease_reviews(db: Database, scope: Scope, project_id: ProjectId, *, want: int = 1) -> list[Review]:
    """Lease tasks to review, for members and above: those held already, as they are now, then new ones.

    Nobody is given a task that he labelled, and nobody judges the same answers twice. A review that was not
    decided within the project's lease time goes to whoever asks next. Repeating the call returns the same
    reviews. A project that is a draft or paused has none to give.

    Args:
        want: how many to hold now, 1 to `MAX_WANT`.

    Raises:
        InputError: `want` is out of range.
        NotFound: no such project in this organization.
    """
    scope.require(Role.MEMBER)
    user_id = _person(scope)
    if not 1 <= want <= MAX_WANT:
        raise InputError(f"want must be 1 to {MAX_WANT}; got {want}")
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        if project.state not in (ProjectState.ACTIVE, ProjectState.DONE):
            return []
        await tx.execute(SQL["one_at_a_time"], user_id=user_id)
        await tx.execute(SQL["lapse_returns"], project_id=project_id, days=RETURN_DAYS)
        ids = await tx.fetch_values(
            SQL["lease_reviews"],
            project_id=project_id,
            user_id=user_id,
            want=want,
            lease_seconds=project.lease_seconds,
        )
        return await tx.fetch_all(SQL["shown_reviews"], Review, review_ids=ids)


async def decide(db: Database, scope: Scope, project_id: ProjectId, verdict: Verdict) -> VerdictReceipt:
    """Decide a review that is leased to this member; for members and above.

    - accept: the label goes to the next level of review, or is final at the last.
    - fix: the answer given is the final label, at any level.
    - reject: the answers named go back to their workers, with the reason and, where it was given, the answer
      that they should have been. Once they are answered, review of the task begins anew.

    A final label overrules the consensus and is evidence of the skill of everybody who answered the task. A share
    of the verdicts is repeated blindly by another reviewer; such a repetition changes no label. Repeating a
    verdict with its idempotency key returns the same receipt.

    Raises:
        InvalidAnswer: an answer does not fit the ontology.
        InputError: the verdict lacks what its decision needs, such as the evidence of a rejection.
        NotFound: no such review in this project.
        NotAllowed: the reviewer labelled the task himself.
        Conflict: the review is not leased to this member, is decided, or is not as it was shown any more; or
            the reviewer has rejected too many answers of one worker within the hour.
    """
    scope.require(Role.MEMBER)
    user_id = _person(scope)
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        await tx.execute(SQL["one_at_a_time"], user_id=user_id)
        held = await _held(tx, project_id, verdict.review_id, user_id)
        shown = await shown_to(tx, project, [held.task_id])
        verdict = check_verdict(verdict, project.schema, shown.get(held.task_id))
        if held.said is not None and (held.reviewer, held.said_key) == (user_id, verdict.idempotency_key):
            return VerdictReceipt(verdict.idempotency_key, held.review_id, held.said)
        check_held(verdict, held, user_id)
        too_many = await _is_over_limit(tx, scope, verdict, held, user_id)
        if not too_many:
            await _store(tx, scope, project, verdict, held, user_id)
    if too_many:  # raised out here, so that the alarm in the audit log stays
        raise Conflict(
            f"you have rejected {REJECTIONS_AN_HOUR} answers of one worker within an hour; fix the labels "
            "instead, or talk to a manager about this worker"
        )
    return VerdictReceipt(verdict.idempotency_key, verdict.review_id, verdict.decision)


def _person(scope: Scope) -> UUID:
    if scope.user_id is None:
        raise NotAllowed("a review needs a person: sign in as a member of the organization")
    return scope.user_id


async def _held(tx: Tx, project_id: ProjectId, review_id: ReviewId, user_id: UUID) -> HeldReview:
    held = await tx.fetch_one(
        SQL["held_review"], HeldReview, review_id=review_id, project_id=project_id, user_id=user_id
    )
    if held is None:
        raise NotFound(f"there is no review {review_id} in project {project_id}")
    return held


async def _is_over_limit(tx: Tx, scope: Scope, verdict: Verdict, held: HeldReview, user_id: UUID) -> bool:
    """Say whether a rejection would be one too many, and then leave word of it for whoever manages."""
    if verdict.decision is not Decision.REJECT or held.rereview_of is not None:
        return False
    rejected = list(verdict.rejected)
    so_far = await tx.fetch_value(SQL["rejections_within_an_hour"], user_id=user_id, rejected=rejected)
    if (so_far or 0) < REJECTIONS_AN_HOUR:
        return False
    await audit(tx, scope, "review.too_many_rejections", str(held.task_id), rejected=rejected)
    return True


async def _store(
    tx: Tx, scope: Scope, project: Project, verdict: Verdict, held: HeldReview, user_id: UUID
) -> None:
    """Write a verdict and everything that follows from it."""
    answer = None if verdict.answer is None else json.dumps(dict(verdict.answer))
    stored = await tx.fetch_value(
        SQL["insert_verdict"],
        org_id=scope.org_id,
        project_id=project.id,
        review_id=held.review_id,
        task_id=held.task_id,
        user_id=user_id,
        decision=verdict.decision.value,
        answer=answer,
        reason=verdict.reason,
        rejected=list(verdict.rejected),
        idempotency_key=verdict.idempotency_key,
    )
    if stored is None:
        raise Conflict("this idempotency key was used for another verdict; make a new one for each")
    await tx.execute(SQL["end_review"], review_id=held.review_id)
    if held.rereview_of is None:
        await _follow_up(tx, scope, project, verdict, held, user_id)
        key = await tx.fetch_value(PROJECTS["review_key"], project_id=project.id)
        if drawn(key, f"verdict {held.review_id}", project.rereview_share):
            await tx.execute(SQL["ask_rereview"], review_id=held.review_id)
    detail = {"review": held.review_id, "level": held.level, "rejected": list(verdict.rejected)}
    await audit(tx, scope, f"review.{verdict.decision.value}", str(held.task_id), **detail)


async def _follow_up(
    tx: Tx, scope: Scope, project: Project, verdict: Verdict, held: HeldReview, user_id: UUID
) -> None:
    """Do what a verdict says: on to the next level, final, or back to the workers."""
    if verdict.decision is Decision.REJECT:
        should_be = None if verdict.answer is None else json.dumps(dict(verdict.answer))
        await tx.execute(
            SQL["return_answers"],
            review_id=held.review_id,
            task_id=held.task_id,
            user_id=user_id,
            reason=verdict.reason,
            rejected=list(verdict.rejected),
            should_be=should_be,
        )
    elif verdict.decision is Decision.ACCEPT and held.level < project.review_levels:
        await tx.execute(SQL["next_level"], review_id=held.review_id)
    else:
        label = held.label if verdict.decision is Decision.ACCEPT else verdict.answer
        assert label is not None
        name: str = await tx.fetch_value(SQL["user_name"], user_id=user_id)
        await _finish(tx, scope, project, {held.task_id: label}, name)


# ── reviewers ────────────────────────────────────────────────────────────────────────────────────


async def list_reviewers(db: Database, scope: Scope, project_id: ProjectId) -> list[ReviewerScore]:
    """Return the reviewers of a project with their scores, the busiest first; managers and admins only.

    A reviewer's score is the share of his verdicts that agreed with those of somebody else who saw the same
    and did not know of it. Where two differ, both are compared and neither is taken to be right.

    Raises:
        NotFound: no such project in this organization.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        reviewers = await tx.fetch_all(SQL["reviewer_counts"], ReviewerRow, project_id=project_id)
        pairs = await tx.fetch_all(SQL["compared_verdicts"], dict[str, Any], project_id=project_id)
    compared: dict[UUID, list[bool]] = {}
    for pair in pairs:
        one, other = (
            Opinion(pair[f"{who}_user"], pair[f"{who}_decision"], pair[f"{who}_answer"])
            for who in ("one", "other")
        )
        same = agree(project.schema, pair["label"], one, other)
        for opinion in (one, other):
            compared.setdefault(opinion.user_id, []).append(same)
    return [_score(reviewer, compared.get(reviewer.user_id, [])) for reviewer in reviewers]


def _score(reviewer: ReviewerRow, agreements: Sequence[bool]) -> ReviewerScore:
    agreed, total = sum(agreements), len(agreements)
    low, high = wilson(agreed, total)
    return ReviewerScore(
        reviewer.user_id,
        reviewer.name,
        reviewer.accepted,
        reviewer.rejected,
        reviewer.fixed,
        compared=total,
        agreed=agreed,
        score=agreed / total if total else None,
        low=low,
        high=high,
    )
