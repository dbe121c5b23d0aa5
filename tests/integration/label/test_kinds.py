"""Every label kind through the whole of labelling: items, tasks, answers, labels, a delivered version."""

import io
import wave

import numpy as np
import pytest
from PIL import Image

from groundswell.app import App, local_member
from groundswell.errors import InputError
from groundswell.label.delivery.service import deliver, labels_of
from groundswell.label.kinds import as_text, label_kinds
from groundswell.label.opening import open_project
from groundswell.label.predictors.rules import Access
from groundswell.label.projects.model import ProjectSpec
from groundswell.label.work.programs import Said, answer_open_tasks
from groundswell.organize import collect
from groundswell.workforce.model import Origin
from groundswell.workforce.service import add_workers

pytestmark = pytest.mark.anyio


@pytest.fixture
def app(db, tmp_path) -> App:
    return App(tmp_path, db, Access([]))


def items_like(shown, folder):
    """Return a collection of one item like that of a kind's specimen."""
    if shown["kind"] == "record":
        return collect([shown["record"]], as_records=True)
    if shown["kind"] == "text":
        return collect([shown["text"]])
    folder.mkdir(parents=True)
    if shown["kind"] == "image":
        file = io.BytesIO()
        Image.fromarray(np.random.default_rng(1).integers(0, 256, (48, 64)).astype(np.uint8)).save(
            file, "PNG"
        )
        (folder / "a.png").write_bytes(file.getvalue())
    else:
        with wave.open(str(folder / "a.wav"), "wb") as writer:
            writer.setparams((1, 1, 8000, 0, "NONE", ""))
            writer.writeframes(bytes(int(8000 * shown["meta"]["duration_seconds"])))
    return collect(folder)


async def open_with(app, kind, tmp_path):
    member, specimen = await local_member(app), kind.specimen
    store = app.datasets(member.org_slug)
    version = items_like(specimen.shown, tmp_path / kind.name).save(kind.name, store=store)
    spec = ProjectSpec(
        name=kind.name,
        kind=kind.name,
        classes=specimen.classes,
        options=specimen.options,
        dataset=version.name,
        dataset_version=version.number,
        answers=3,
    )
    return member.scope(), store, await open_project(app.db, member.scope(), version, spec)


async def test_what_three_people_say_becomes_a_label_of_every_kind(app, tmp_path):
    for number, kind in enumerate(label_kinds().values()):
        scope, store, project_id = await open_with(app, kind, tmp_path)
        workers = await add_workers(app.db, scope, [f"{kind.name} {n}" for n in range(3)], Origin.PROGRAM)
        answer = {one: lambda task, kind=kind: Said(kind.specimen.answer) for one in workers}
        rng = np.random.default_rng(number)
        assert await answer_open_tasks(app.db, scope, project_id, answer, rng=rng) == 3
        await app.learn(scope, project_id)
        (task,) = await labels_of(app.db, scope, project_id)
        assert (task.answer, task.state, task.annotations) == (kind.specimen.answer, "completed", 3)
        assert 0.5 < task.probability <= 1
        row = (await deliver(app.db, scope, store, project_id)).to_table(["label"]).to_pylist()[0]
        assert row["label"] == as_text(kind.specimen.answer)


async def test_an_item_that_a_kind_cannot_show_is_named_before_anybody_is_asked(app):
    member = await local_member(app)
    version = collect([{"prompt": "Why?", "responses": ["So."]}], as_records=True).save(
        "pairs", store=app.datasets(member.org_slug)
    )
    spec = ProjectSpec("pairs", "preference", (), version.name, version.number)
    with pytest.raises(InputError, match=r"item [0-9a-f]{12} cannot be labelled: .*`responses` with 2 to 8"):
        await open_project(app.db, member.scope(), version, spec)


async def test_an_answer_that_does_not_fit_its_item_is_refused_and_the_task_stays_open(app, tmp_path):
    kind = label_kinds()["text_spans"]
    scope, _, project_id = await open_with(app, kind, tmp_path)
    (worker,) = await add_workers(app.db, scope, ["a"], Origin.PROGRAM)
    beyond = {"spans": [{"start": 0, "end": 999, "label": "person"}], "relations": []}
    with pytest.raises(InputError, match="ends at 999, but the text has 38 characters"):
        await answer_open_tasks(
            app.db, scope, project_id, {worker: lambda task: Said(beyond)}, rng=np.random.default_rng(1)
        )
    (task,) = await labels_of(app.db, scope, project_id)
    assert (task.state, task.answer) == ("pending", None)
