"""What reviews say of people: evidence of workers' skill, and how reviewers do themselves."""

import pytest
from psycopg import sql
from tests.integration.reviewers import (
    CAT,
    DOG,
    a_reviewed_desk,
    give_all_back,
    label_all,
    label_of,
    lease,
    reject,
    reviewer,
    rows,
    say,
)

from groundswell.errors import NotAllowed
from groundswell.label.review.service import list_reviewers, review

pytestmark = pytest.mark.anyio


@pytest.fixture
async def reviewed_desk(new_desk):
    """Twenty texts, labelled by one worker and all drawn into review at one level."""
    return await a_reviewed_desk(new_desk)


# ── what verdicts say of workers ─────────────────────────────────────────────────────────────────


async def review_evidence(desk):
    found = await rows(desk, "select worker_id, total, correct from evidence where source = 'review'")
    return {row["worker_id"]: (row["total"], row["correct"]) for row in found}


async def test_a_final_label_is_evidence_for_everybody_who_answered(new_desk):
    desk = await new_desk(review_levels=1, review_share=1.0, answers=2)
    right, wrong = await desk.crowd(2)
    await label_all(desk, right)
    await label_all(desk, wrong, lambda task: "cat")
    rae = await reviewer(desk, "Rae")
    for held in await lease(desk, rae, 20):
        text = held.payload["text"]
        await say(desk, rae, held, "fix", answer=CAT if "cats" in text else DOG)
    assert await review_evidence(desk) == {right: (20, 20), wrong: (20, 10)}


async def test_a_label_that_an_expert_corrects_moves_the_evidence_and_counts_nobody_twice(new_desk, db):
    desk = await new_desk(review_levels=1, review_share=1.0)
    (worker,) = await desk.crowd(1)
    await label_all(desk, worker, lambda task: "cat")
    rae = await reviewer(desk, "Rae")
    (held,) = await lease(desk, rae)
    await say(desk, rae, held)
    assert await review_evidence(desk) == {worker: (1, 1)}
    for choice, expected in ((DOG, (1, 0)), (DOG, (1, 0)), (CAT, (1, 1))):
        await review(db, desk.scope, desk.project_id, [(held.task_id, choice)], reviewer="an expert")
        assert await review_evidence(desk) == {worker: expected}


# ── reviewers are judged ─────────────────────────────────────────────────────────────────────────


async def test_a_second_look_is_blind_and_changes_no_label(new_desk):
    desk = await a_reviewed_desk(new_desk, rereview_share=1.0)
    rae, tom = await reviewer(desk, "Rae"), await reviewer(desk, "Tom")
    (first,) = await lease(desk, rae)
    fixed = DOG if first.label == CAT else CAT
    await say(desk, rae, first, "fix", answer=fixed)
    assert all(one.task_id != first.task_id for one in await lease(desk, rae, 20)), "never one's own verdict"
    await give_all_back(desk)
    second = next(one for one in await lease(desk, tom, 20) if one.task_id == first.task_id)
    assert (second.label, second.answers, second.level) == (first.label, first.answers, first.level)
    await say(desk, tom, second)
    assert (await label_of(desk, first.task_id)).review == fixed
    assert len(await rows(desk, "select * from review_work where rereview_of is not null")) == 1, (
        "not looked at again"
    )


async def test_a_second_look_sees_what_the_first_saw_even_after_the_answer_was_changed(new_desk):
    desk = await a_reviewed_desk(new_desk, rereview_share=1.0)
    rae, tom = await reviewer(desk, "Rae"), await reviewer(desk, "Tom")
    (first,) = await lease(desk, rae)
    await reject(desk, rae, first)
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL('update consensus set answer = \'{"choice": "x"}\' where task_id = %(id)s'),
            id=first.task_id,
        )
    second = next(one for one in await lease(desk, tom, 20) if one.task_id == first.task_id)
    assert (second.label, second.answers) == (first.label, first.answers)
    await reject(desk, tom, second)
    assert len(await rows(desk, "select * from returned_tasks")) == 1, "the worker is not bothered twice"


async def test_reviewers_are_scored_by_how_often_a_second_look_agrees(new_desk):
    desk = await a_reviewed_desk(new_desk, rereview_share=1.0)
    rae, tom = await reviewer(desk, "Rae"), await reviewer(desk, "Tom")
    for n, held in enumerate(await lease(desk, rae, 8)):
        await (
            say(desk, rae, held)
            if n
            else say(desk, rae, held, "fix", answer=DOG if held.label == CAT else CAT)
        )
    seconds = {
        row["id"] for row in await rows(desk, "select id from review_work where rereview_of is not null")
    }
    for held in await lease(desk, tom, 20):
        if held.review_id in seconds:
            await say(desk, tom, held)
    scores = {one.name: one for one in await list_reviewers(desk.app.db, desk.scope, desk.project_id)}
    assert (scores["Rae"].accepted, scores["Rae"].fixed) == (7, 1)
    for name in ("Rae", "Tom"):
        assert (scores[name].compared, scores[name].agreed, scores[name].score) == (8, 7, 0.875)
        assert 0.5 < scores[name].low < 0.875 < scores[name].high < 1


async def test_without_a_second_look_a_score_is_unknown(reviewed_desk):
    rae = await reviewer(reviewed_desk, "Rae")
    (held,) = await lease(reviewed_desk, rae)
    await say(reviewed_desk, rae, held)
    (score,) = await list_reviewers(reviewed_desk.app.db, reviewed_desk.scope, reviewed_desk.project_id)
    assert (score.compared, score.score, score.low, score.high) == (0, None, 0.0, 1.0)


async def test_only_managers_see_how_reviewers_do(reviewed_desk):
    with pytest.raises(NotAllowed):
        await list_reviewers(
            reviewed_desk.app.db, await reviewer(reviewed_desk, "Rae"), reviewed_desk.project_id
        )
