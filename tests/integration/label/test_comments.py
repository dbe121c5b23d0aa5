"""What people say of tasks: who may, who reads it, and what a flag asks for."""

import pytest
from psycopg import sql

from groundswell.errors import InputError, NotAllowed, NotFound
from groundswell.label.comments.service import add_comment, list_comments, resolve_flag, thread_of
from groundswell.label.work.service import work
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import add_member, find_member

pytestmark = pytest.mark.anyio


class Person:
    """Somebody who labels at the desk, with a task in hands."""

    def __init__(self, desk, member, worker_id, task_id):
        self.desk, self.member, self.worker_id, self.task_id = desk, member, worker_id, task_id

    @classmethod
    async def come(cls, desk, name, role=Role.LABELER):
        await add_member(desk.app.db, desk.scope, email=f"{name}@example.org", person=name, role=role)
        member = await find_member(desk.app.db, slug=desk.member.org_slug, email=f"{name}@example.org")
        worker_id = await desk.app.workforce.worker_of(member)
        leased = await work(desk.app.db, member.scope(), desk.project_id, worker_id, want=1)
        return cls(desk, member, worker_id, leased.tasks[0].task_id)

    async def say(self, words, task_id=None, *, is_flag=False):
        at = (self.desk.app.db, self.member.scope(), self.desk.project_id, task_id or self.task_id)
        return await add_comment(*at, self.worker_id, words, is_flag=is_flag)

    async def read(self, task_id):
        at = (self.desk.app.db, self.member.scope(), self.desk.project_id, task_id)
        return await thread_of(*at, self.worker_id)


async def test_who_labels_speaks_of_the_tasks_that_he_has_and_of_no_others(desk):
    ann, bob = await Person.come(desk, "ann"), await Person.come(desk, "bob")
    (said,) = await ann.say("  Is a lynx a cat?  ")
    assert (said.body, said.is_flag, said.author) == ("Is a lynx a cat?", False, "ann")
    async with desk.app.db.system_transaction() as tx:
        other = await tx.fetch_value(
            sql.SQL("select max(id) from tasks where project_id = %(id)s"), id=desk.project_id
        )
    assert other not in (ann.task_id, bob.task_id)
    for act in (ann.say("mine?", other), ann.read(other), ann.say("none", 999_999)):
        with pytest.raises(NotFound, match="no such task"):
            await act


async def test_of_other_labelers_one_reads_the_words_and_not_the_names(desk):
    ann = await Person.come(desk, "ann")
    await ann.say("Is a lynx a cat?")
    mia = await Person.come(desk, "mia", Role.MEMBER)
    await mia.say("Yes.", ann.task_id)
    assert [one.author for one in await mia.read(ann.task_id)] == ["ann", "mia"]
    assert [one.author for one in await ann.read(ann.task_id)] == ["ann", None]


async def test_a_flag_is_listed_until_somebody_has_looked(desk):
    ann = await Person.come(desk, "ann")
    await ann.say("Only a remark")
    (_, flag) = await ann.say("This is broken", is_flag=True)
    at = (desk.app.db, desk.scope, desk.project_id)
    assert [one.id for one in await list_comments(*at, only_open=True)] == [flag.id]
    await resolve_flag(*at, flag.id)
    await resolve_flag(*at, flag.id)
    assert await list_comments(*at, only_open=True) == []
    assert len(await list_comments(*at)) == 2
    with pytest.raises(NotFound, match="has no flag"):
        await resolve_flag(*at, flag.id - 1)
    with pytest.raises(NotAllowed):
        await resolve_flag(desk.app.db, ann.member.scope(), desk.project_id, flag.id)


@pytest.mark.parametrize("words", ["", "   ", "x" * 4001, "a\x00b"])
async def test_nothing_or_too_much_is_not_said(desk, words):
    ann = await Person.come(desk, "ann")
    with pytest.raises(InputError, match="1 to 4,000 characters"):
        await ann.say(words)
