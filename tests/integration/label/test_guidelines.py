"""Instructions are read inside the platform: versions, locks, and a log of every view."""

import pytest
from tests.integration.shelf import Shelf, fill_shelf

from groundswell.errors import InputError, NotAllowed, NotFound
from groundswell.label.projects.guidelines import (
    diff_guidelines,
    list_guideline_views,
    list_guidelines,
    lock_guidelines,
    project_for_reader,
    publish_guideline,
    view_guideline,
)
from groundswell.label.projects.model import ProjectState
from groundswell.label.projects.service import set_project_state
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import add_member, find_member

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shelf(new_desk) -> Shelf:
    return await fill_shelf(new_desk)


@pytest.fixture
async def labeler(shelf) -> Scope:
    db = shelf.desk.app.db
    await add_member(db, shelf.desk.scope, email="lee@example.org", person="Lee", role=Role.LABELER)
    return (await find_member(db, slug="local", email="lee@example.org")).scope()


async def test_a_view_carries_its_readers_name_and_is_logged(shelf, labeler):
    db, project_id = shelf.desk.app.db, shelf.desk.project_id
    view = await view_guideline(db, labeler, project_id)
    (line,) = await list_guideline_views(db, shelf.desk.scope, project_id)
    assert (view.version, view.body, view.locked) == (1, "# Look", False)
    assert view.watermark == f"Lee · lee@example.org · {line.at:%Y-%m-%d %H:%M} UTC"
    assert (line.version, line.user_id, line.email) == (1, labeler.user_id, "lee@example.org")


async def test_new_instructions_are_a_new_version_and_the_same_text_is_none(shelf):
    db, scope, project_id = shelf.desk.app.db, shelf.desk.scope, shelf.desk.project_id
    assert await publish_guideline(db, scope, project_id, "# Look\ntwice") == 2
    assert await publish_guideline(db, scope, project_id, "# Look\ntwice") == 2
    versions = await list_guidelines(db, scope, project_id)
    assert [(v.version, v.characters, v.created_by) for v in versions] == [
        (2, 12, scope.user_id),
        (1, 6, scope.user_id),
    ]
    assert (await shelf.desk.project()).guideline_version == 2
    assert await diff_guidelines(db, scope, project_id, 1, 2) == (
        "--- version 1\n+++ version 2\n@@ -1 +1,2 @@\n # Look\n+twice"
    )
    assert await diff_guidelines(db, scope, project_id, 2, 2) == ""
    with pytest.raises(NotFound, match="no version 3 of these instructions; there are 1 to 2"):
        await diff_guidelines(db, scope, project_id, 1, 3)


async def test_instructions_that_cannot_be_kept_are_refused(shelf):
    at = (shelf.desk.app.db, shelf.desk.scope, shelf.desk.project_id)
    for body in ("x" * 100_001, "a\x00b"):
        with pytest.raises(InputError, match="at most 100,000 characters, none of them NUL"):
            await publish_guideline(*at, body)


async def test_locked_instructions_are_shut_at_once_but_not_to_those_who_hold_work(shelf, labeler):
    desk = shelf.desk
    at = (desk.app.db, labeler, desk.project_id)
    await publish_guideline(desk.app.db, desk.scope, desk.project_id, "# Secret", lock=True)
    with pytest.raises(NotAllowed, match="are locked; ask its manager"):
        await view_guideline(*at)
    assert (await view_guideline(desk.app.db, desk.scope, desk.project_id)).locked
    await hold_work(shelf, labeler)
    assert (await view_guideline(*at)).body == "# Secret"
    await shelf.run("update leases set expires_at = now() - interval '1 second'")
    with pytest.raises(NotAllowed):
        await view_guideline(*at)
    await lock_guidelines(desk.app.db, desk.scope, desk.project_id, locked=False)
    assert (await view_guideline(*at)).body == "# Secret"
    views = await list_guideline_views(desk.app.db, desk.scope, desk.project_id)
    assert len(views) == 2, "what one person reads again within the hour is one view"


async def test_instructions_of_a_paused_project_are_for_those_who_hold_its_work(shelf, labeler):
    desk = shelf.desk
    await set_project_state(desk.app.db, desk.scope, desk.project_id, ProjectState.PAUSED)
    with pytest.raises(NotAllowed, match="closed while the project is paused"):
        await view_guideline(desk.app.db, labeler, desk.project_id)
    await hold_work(shelf, labeler)
    assert (await view_guideline(desk.app.db, labeler, desk.project_id)).body == "# Look"


async def test_a_project_is_shown_with_its_instructions_only_to_those_who_may_read_them_and_that_is_logged(
    shelf, labeler
):
    desk = shelf.desk
    at = (desk.app.db, labeler, desk.project_id)
    assert (await project_for_reader(*at))[0].instructions == "# Look"
    await lock_guidelines(desk.app.db, desk.scope, desk.project_id, locked=True)
    assert (await project_for_reader(*at))[0].instructions == ""
    assert (await project_for_reader(desk.app.db, desk.scope, desk.project_id))[0].instructions == "# Look"
    (line,) = await list_guideline_views(desk.app.db, desk.scope, desk.project_id)
    assert line.user_id == labeler.user_id


async def test_a_draft_and_its_instructions_are_not_there_for_labelers(shelf, labeler):
    await shelf.run("update projects set state = 'draft' where id = %(id)s")
    with pytest.raises(NotFound):
        await view_guideline(shelf.desk.app.db, labeler, shelf.desk.project_id)


async def test_nobody_reads_instructions_without_a_name(shelf):
    nobody = Scope(shelf.desk.scope.org_id, None, Role.ADMIN)
    with pytest.raises(NotAllowed, match="read by a person"):
        await view_guideline(shelf.desk.app.db, nobody, shelf.desk.project_id)


async def test_the_log_of_views_is_paged(shelf):
    at = (shelf.desk.app.db, shelf.desk.scope, shelf.desk.project_id)
    for body in "abc":
        await publish_guideline(*at, body)
        await view_guideline(*at)
        await view_guideline(*at)
    newest, second = await list_guideline_views(*at, limit=2)
    (first,) = await list_guideline_views(*at, before=second.id)
    assert newest.id > second.id > first.id


async def hold_work(shelf: Shelf, scope: Scope) -> None:
    await shelf.run(
        "with worker as (insert into workers (org_id, user_id, name, origin) "
        "values (%(org)s, %(user)s, 'Lee', 'member') returning id) "
        "insert into leases (org_id, task_id, worker_id, project_id, batch_id, priority, expires_at) select "
        "t.org_id, t.id, worker.id, t.project_id, t.batch_id, 0, now() + interval '1 hour' "
        "from tasks t, worker where t.id = %(task)s",
        user=scope.user_id,
        task=shelf.tasks[5],
    )
