"""A project from above: what was answered, by hour, by source, at what price; and one task from near."""

import numpy as np
import pytest
from psycopg import sql

from groundswell.errors import NotAllowed, NotFound
from groundswell.label.delivery.service import task_detail
from groundswell.label.overview.service import overview_of
from groundswell.label.review.service import accept_labels, review
from groundswell.label.work.programs import Said, answer_open_tasks
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import add_member, find_member

pytestmark = pytest.mark.anyio


async def label(desk) -> None:
    """Let one worker answer everything, as it is."""
    (worker,) = await desk.crowd(1)
    says = {worker: lambda task: Said("cat" if "cat" in task.payload["text"] else "dog", 2.0)}
    rng = np.random.default_rng(1)
    await answer_open_tasks(desk.app.db, desk.scope, desk.project_id, says, rng=rng)
    await desk.app.settler.settle()


async def first_task(desk) -> int:
    async with desk.app.db.system_transaction() as tx:
        return await tx.fetch_value(
            sql.SQL("select min(id) from tasks where project_id = %(id)s"), id=desk.project_id
        )


async def test_what_was_answered_is_added_up_with_its_time_and_price(desk):
    await label(desk)
    found = await overview_of(desk.app.db, desk.scope, desk.project_id)
    answers = await desk.answers()
    (hour,) = found.hours
    assert (hour.answers, hour.price_cents) == (sum(answers.values()), 3 * sum(answers.values()))
    assert hour.completed == found.tasks["completed"] == desk.items
    assert found.spend.people_cents == hour.price_cents
    assert found.spend.per_label_cents == pytest.approx(hour.price_cents / desk.items)
    assert found.sources == {"people": desk.items}
    assert sum(labels for _, labels in found.classes) == sum(found.doubt) == desk.items
    assert (found.forecast.remaining, found.flags) == (0, 0)


async def test_the_labelled_project_shows_its_flag_its_certificate_and_its_reviews(labelled):
    found = await overview_of(labelled.app.db, labelled.scope, labelled.project_id)
    assert found.flags == 1
    assert found.certificate is not None
    assert found.review.leased + found.review.waiting > 0
    assert found.review.rejected == found.review.returned == 2


async def test_one_task_tells_managers_who_said_what_and_nobody_else(labelled):
    task_id = await first_task(labelled)
    at = (labelled.app.db, labelled.scope, labelled.project_id)
    found = await task_detail(*at, task_id)
    assert found.label.task_id == task_id
    assert found.answers
    assert all(one.worker and one.answer for one in found.answers)
    with pytest.raises(NotFound, match="has no task 999999"):
        await task_detail(*at, 999_999)
    await add_member(labelled.app.db, labelled.scope, email="mel@example.org", person="Mel", role=Role.MEMBER)
    mel = await find_member(labelled.app.db, slug=labelled.member.org_slug, email="mel@example.org")
    with pytest.raises(NotAllowed):
        await task_detail(labelled.app.db, mel.scope(), labelled.project_id, task_id)


async def test_labels_are_accepted_in_bulk_once_and_what_a_person_said_stays(desk):
    await label(desk)
    task_id = await first_task(desk)
    at = (desk.app.db, desk.scope, desk.project_id)
    said = (await task_detail(*at, task_id)).label.answer
    other = {"choice": "dog" if said == {"choice": "cat"} else "cat"}
    await review(*at, [(task_id, other)], reviewer="Mia")
    tasks = [task_id, task_id + 1, task_id + 1, task_id + 2, 999_999]
    assert await accept_labels(*at, tasks, reviewer="Mia") == 2
    assert await accept_labels(*at, tasks, reviewer="Mia") == 0
    assert (await task_detail(*at, task_id)).label.review == other
    final = (await task_detail(*at, task_id + 1)).label
    assert final.review == final.answer
