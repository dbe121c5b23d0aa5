"""A change of the classes is taken back: votes and labels are what they were."""

import pytest
from tests.integration.shelf import Shelf, fill_shelf

from groundswell.errors import Conflict, InputError, NotFound
from groundswell.label.projects.changes import list_ontologies, plan_revert
from groundswell.label.projects.schema import Add, Merge, Remove, Rename, Split

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shelf(new_desk) -> Shelf:
    return await fill_shelf(new_desk)


CHANGES = {
    "rename": [Rename("cat", "feline")],
    "merge": [Merge(("cat", "dog"), "pet")],
    "merge into one of them": [Merge(("dog",), "cat")],
    "split": [Split("cat", ("lion", "kitten"))],
    "add": [Add("fish")],
    "remove": [Remove("dog")],
    "swap": [Rename("cat", "x"), Rename("dog", "cat"), Rename("x", "dog")],
    "all at once": [Split("cat", ("lion", "kitten")), Merge(("dog", "bird"), "other"), Add("fish")],
}


@pytest.mark.parametrize("operations", CHANGES.values(), ids=CHANGES)
async def test_a_change_that_is_reverted_leaves_votes_and_labels_exactly_as_they_were(shelf, operations):
    votes, labels = await shelf.votes(), await shelf.labels()
    await shelf.change(*operations)
    back = await shelf.revert()
    assert (back.version, back.restores, back.classes) == (3, 1, ["cat", "dog", "bird"])
    assert await shelf.votes() == votes
    assert await shelf.labels() == labels
    assert await shelf.rows("select * from label_origins") == []


async def test_a_project_and_batch_that_a_change_opened_again_are_closed_by_its_reversal(shelf):
    for place in (4, 5):
        await shelf.settle(place, "dog")
    await shelf.run("update projects set state = 'done' where id = %(id)s")
    labels = await shelf.labels()
    await shelf.change(Remove("dog"))
    await shelf.revert()
    assert await shelf.labels() == labels
    assert (await shelf.desk.project()).state == "done"


async def test_two_changes_are_taken_back_by_one_reversal_to_the_version_before_both(shelf):
    votes, labels = await shelf.votes(), await shelf.labels()
    await shelf.change(Merge(("cat", "dog"), "pet"))
    await shelf.change(Split("pet", ("tame", "wild")), expected=2)
    assert (await shelf.revert(expected=3, to=1)).restores == 1
    assert await shelf.votes() == votes
    assert await shelf.labels() == labels


async def test_a_reversal_can_be_reversed(shelf):
    await shelf.change(Merge(("cat", "dog"), "pet"))
    labels = await shelf.labels()
    await shelf.revert()
    assert (await shelf.revert(expected=3)).restores == 2
    assert await shelf.labels() == labels


async def test_what_was_answered_in_between_counts_where_its_class_tells_what_it_would_have_been(shelf):
    await shelf.change(Split("dog", ("puppy", "hound")))
    await shelf.answer(5, "puppy", "hound", version=2)
    await shelf.revert()
    assert [choice for task, _, choice in await shelf.votes() if task == shelf.tasks[5]] == ["dog", "dog"]


async def test_what_was_answered_with_a_merged_class_is_asked_again_after_its_reversal(shelf):
    await shelf.change(Merge(("cat", "dog"), "pet"))
    await shelf.answer(5, "pet", "pet", version=2)
    await shelf.settle(5, "pet")
    plan = await plan_revert(shelf.desk.app.db, shelf.desk.scope, shelf.desk.project_id, to=1)
    found = {(e.name, e.becomes): (e.annotations, e.labels) for e in plan.effects}
    assert found == {
        ("pet", "cat"): (5, 3),
        ("pet", "dog"): (4, 1),
        ("pet", None): (2, 1),
        ("bird", "bird"): (0, 0),
    }
    assert plan.asked_again.examples == [shelf.tasks[5]]
    await shelf.revert()
    states = await shelf.rows("select state from tasks where id = %(task)s", task=shelf.tasks[5])
    assert states == [("pending",)]


async def test_a_label_that_people_gave_since_the_change_is_carried_back_and_not_overwritten(shelf):
    await shelf.change(Split("dog", ("puppy", "hound")))
    await shelf.settle(2, "bird")  # asked again, people now say something else
    await shelf.revert()
    labels = await shelf.rows(
        "select answer ->> 'choice' from consensus where task_id = %(task)s", task=shelf.tasks[2]
    )
    assert labels == [("bird",)]


async def test_the_first_version_cannot_be_reverted_nor_a_version_to_itself(shelf):
    with pytest.raises(Conflict, match="first version"):
        await shelf.revert(expected=1)
    with pytest.raises(InputError, match="means the same as 1 already"):
        await shelf.revert(expected=1, to=1)
    with pytest.raises(NotFound, match="no ontology version 9; there are 1 to 1"):
        await shelf.revert(expected=1, to=9)


async def test_the_history_says_who_changed_what(shelf):
    await shelf.change(Rename("cat", "feline"))
    await shelf.revert()
    at = (shelf.desk.app.db, shelf.desk.scope, shelf.desk.project_id)
    third, second, first = await list_ontologies(*at)
    assert (first.version, first.made_from, first.operations) == (1, None, [])
    assert (second.made_from, second.operations) == (1, [{"op": "rename", "old": "cat", "new": "feline"}])
    assert (third.made_from, third.restores) == (2, 1)
    assert {version.created_by for version in (first, second, third)} == {shelf.desk.scope.user_id}
    assert [v.version for v in await list_ontologies(*at, before=3, limit=1)] == [2]
