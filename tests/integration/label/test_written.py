"""What people write in a project becomes a dataset: derived from what they were shown, and only what is new."""

import io

import numpy as np
import pytest
from PIL import Image

from groundswell.collect import Options
from groundswell.errors import EmptySource, InputError, NotAllowed
from groundswell.label.delivery.service import labels_of
from groundswell.label.delivery.written import written_in
from groundswell.label.review.service import review
from groundswell.label.work.programs import Said, answer_open_tasks
from groundswell.organize import collect
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import add_member, find_member

pytestmark = pytest.mark.anyio

TEXTS = ["tides", "bread"]
FORM = {
    "kind": "form",
    "classes": (),
    "answers": 2,
    "options": {
        "fields": [{"name": "question", "kind": "text", "required": True}, {"name": "hard", "kind": "flag"}]
    },
}


def asks(number):
    """Return a worker who writes a question about what is shown."""
    return lambda task: Said(
        {"fields": {"question": f"What of {task.payload['text']}? {number}", "hard": True}}
    )


async def write(desk, *numbers):
    workers = await desk.crowd(len(numbers))
    answer = {worker: asks(number) for worker, number in zip(workers, numbers, strict=True)}
    await answer_open_tasks(desk.app.db, desk.scope, desk.project_id, answer, rng=np.random.default_rng(1))
    await desk.learn()
    return workers


def written(desk, scope=None, **options):
    given = Options(desk.app.datasets("local").now(), **options)
    return written_in(
        desk.app.db, scope or desk.scope, desk.project_id, given, desk.app.uploads(desk.member.org_slug)
    )


async def test_each_answer_becomes_an_item_that_knows_its_task_and_its_workers(new_desk):
    desk = await new_desk(TEXTS, **FORM)
    with pytest.raises(EmptySource):
        list((await written(desk)).read())
    workers = await write(desk, 1, 2)
    items = list((await written(desk, text_column="question")).read())
    tasks = {task.task_id: task for task in await labels_of(desk.app.db, desk.scope, desk.project_id)}
    assert sorted(item.text for item in items) == [
        "What of bread? 1",
        "What of bread? 2",
        "What of tides? 1",
        "What of tides? 2",
    ]
    for item in items:
        assert item.derived_from == tasks[item.meta["task"]].item_id
        assert item.meta["workers"] == [workers[int(item.text[-1]) - 1]]
        assert (item.meta["project"], item.meta["hard"]) == ("animals", True)
        assert item.source == "answers of the project animals"
    (record, *_) = (await written(desk)).read()
    assert record.record == {"question": items[0].text, "hard": True}


async def test_images_that_were_handed_in_are_media_of_the_record(new_desk):
    fields = [
        {"name": "photos", "kind": "file", "several": True, "required": True},
        {"name": "of", "kind": "rows", "fields": [{"name": "part", "kind": "file"}]},
    ]
    desk = await new_desk(TEXTS[:1], **{**FORM, "answers": 1, "options": {"fields": fields}})
    picture = io.BytesIO()
    Image.new("RGB", (4, 3)).save(picture, "PNG")
    uploads = desk.app.uploads(desk.member.org_slug)
    image, paper = uploads.put(picture.getvalue()), uploads.put(b"a paper")
    said = {"photos": [image, paper, "https://example.org/a.png"], "of": [{"part": image}]}
    (worker,) = await desk.crowd(1)
    await answer_open_tasks(
        *(desk.app.db, desk.scope, desk.project_id, {worker: lambda task: Said({"fields": said})}),
        rng=np.random.default_rng(1),
    )
    await desk.learn()
    store = desk.app.datasets("local")
    (item,) = collect(await written(desk)).save("photos", store=store).items()
    shown = {"media": image, "media_type": "image/png", "width": 4, "height": 3}
    assert item.record == {"photos": [shown, paper, "https://example.org/a.png"], "of": [{"part": shown}]}
    assert store.blobs.get(image) == picture.getvalue()
    assert paper not in store.blobs


async def test_an_update_brings_what_was_accepted_since_and_what_a_review_has_changed(new_desk):
    desk = await new_desk(TEXTS, **{**FORM, "answers": 1})
    store = desk.app.datasets("local")
    await write(desk, 1)
    first = collect(await written(desk, text_column="question")).save("questions", store=store)
    assert first.rows == 2
    again = collect(await written(desk, text_column="question"))
    assert again.save("questions", store=store, update=True).number == 1
    task = (await labels_of(desk.app.db, desk.scope, desk.project_id))[0]
    better = {"fields": {"question": "Why do tides come twice a day?"}}
    await review(desk.app.db, desk.scope, desk.project_id, [(task.task_id, better)], reviewer="an expert")
    second = collect(await written(desk, text_column="question")).save("questions", store=store, update=True)
    assert (second.number, second.rows) == (2, 3)
    last = list(second.items())[-1]
    assert (last.text, last.locator) == (better["fields"]["question"], f"task {task.task_id} review")
    assert last.meta["workers"] == []


async def test_what_waits_for_a_verdict_is_not_accepted(new_desk):
    desk = await new_desk(TEXTS, **{**FORM, "answers": 1, "review_levels": 1, "review_share": 1.0})
    await write(desk, 1)
    assert (await written(desk)).answers == ()


async def test_labels_are_no_items_and_labelers_may_not_see_whose_they_are(desk):
    with pytest.raises(
        InputError, match=r"nobody writes what could be an item; .*groundswell export animals"
    ):
        await written(desk)
    await add_member(desk.app.db, desk.scope, email="m@example.org", person="M", role=Role.MEMBER)
    member = await find_member(desk.app.db, slug=desk.member.org_slug, email="m@example.org")
    with pytest.raises(NotAllowed):
        await written(desk, member.scope())
