"""Labels as files: what is in them, what ends one, and that memory does not grow with them."""

import asyncio
import hashlib
import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from psycopg import sql

from groundswell.errors import Conflict, NotAllowed, NotFound
from groundswell.ids import ExportId
from groundswell.label.delivery import exports
from groundswell.label.delivery.service import deliver, labelled_batches
from groundswell.label.work.programs import Said, answer_open_tasks
from groundswell.store.jobs import run_worker
from groundswell.tenancy.model import Role, Scope

pytestmark = pytest.mark.anyio


async def finish(desk):
    (worker,) = await desk.crowd(1)
    answer = {worker: lambda task: Said("cat" if "cats" in task.payload["text"] else "dog")}
    await answer_open_tasks(desk.app.db, desk.scope, desk.project_id, answer, rng=np.random.default_rng(1))
    await desk.learn()


async def ask(desk, file_format="jsonl", **options):
    return await exports.ask_for_export(desk.app.db, desk.scope, desk.project_id, file_format, **options)


async def get(desk, export):
    return await exports.get_export(desk.app.db, desk.scope, desk.project_id, export.id)


async def write(desk, export):
    await desk.app.export_room.write(str(desk.scope.org_id), desk.project_id, export.id)
    return await get(desk, export)


def path_of(desk, export) -> Path:
    return desk.app.export_room.path_of(desk.member.org_slug, export)


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
async def test_a_file_is_what_was_asked_for_and_what_is_said_of_it(desk, file_format):
    await finish(desk)
    export = await write(desk, await ask(desk, file_format))
    data = path_of(desk, export).read_bytes()
    assert (export.state, export.rows, export.error) == ("ready", desk.items, None)
    assert (export.bytes, export.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    delivered = desk.app.datasets("local").open(str(export.dataset), export.version)
    assert delivered.to_table(["label"])["label"].null_count == 0


async def test_a_line_of_a_file_has_the_item_its_label_and_where_it_is_from(desk):
    await finish(desk)
    export = await write(desk, await ask(desk))
    rows = [json.loads(line) for line in path_of(desk, export).read_text().splitlines()]
    assert all(row["label"] == ("cat" if "cats" in row["text"] else "dog") for row in rows)
    assert {row["label_source"] for row in rows} == {"people"}


async def test_the_background_writes_what_was_asked_for(desk):
    await finish(desk)
    export = await ask(desk, "csv")
    worker = asyncio.create_task(run_worker(desk.app.db, {"export": desk.app.export_room.write}))
    try:
        async with asyncio.timeout(20):
            while (await get(desk, export)).state == "pending":
                await asyncio.sleep(0.05)
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    assert path_of(desk, await get(desk, export)).read_text().count("\n") == desk.items + 1


async def test_the_same_labels_are_the_same_file_and_new_labels_leave_the_old_one_alone(desk):
    await finish(desk)
    first = await write(desk, await ask(desk))
    second = await write(desk, await ask(desk))
    assert (first.sha256, first.version) == (second.sha256, second.version)
    before = path_of(desk, first).read_bytes()
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(sql.SQL("""update consensus set answer = '{"choice": "dog"}'"""))
    third = await write(desk, await ask(desk))
    assert third.sha256 != first.sha256
    assert path_of(desk, first).read_bytes() == before


async def test_writing_twice_as_a_job_may_changes_nothing(desk):
    await finish(desk)
    export = await ask(desk)
    done = await write(desk, export)
    assert await write(desk, export) == done


async def test_a_project_without_labels_has_no_file_and_says_why(desk):
    export = await write(desk, await ask(desk))
    assert (export.state, export.sha256) == ("failed", None)
    assert "has no labels yet" in export.error
    with pytest.raises(Conflict, match="has failed: project 'animals' has no labels yet"):
        path_of(desk, export)


async def test_a_disk_that_takes_no_file_ends_the_export_and_says_nothing_of_this_machine(desk, monkeypatch):
    await finish(desk)

    def full(*_):
        raise OSError(28, "No space left on device", "/secret/place")

    monkeypatch.setattr(exports, "labelled_batches", full)
    export = await write(desk, await ask(desk))
    assert (export.state, export.error) == (
        "failed",
        "the file could not be written; the log of the service says why",
    )


async def test_a_file_is_not_read_before_it_is_whole_nor_after_it_was_removed(desk):
    await finish(desk)
    export = await ask(desk)
    with pytest.raises(Conflict, match="still being written"):
        path_of(desk, export)
    done = await write(desk, export)
    path_of(desk, done).unlink()
    with pytest.raises(NotFound, match="export again"):
        path_of(desk, done)


async def test_files_are_listed_the_newest_first_for_members_and_not_for_those_who_label(desk):
    made = [await ask(desk) for _ in range(3)]
    member = Scope(desk.scope.org_id, None, Role.MEMBER)
    listed = await exports.list_exports(desk.app.db, member, desk.project_id, limit=2)
    assert [each.id for each in listed] == [made[2].id, made[1].id]
    rest = await exports.list_exports(desk.app.db, member, desk.project_id, before=listed[-1].id)
    assert [each.id for each in rest] == [made[0].id]
    lee = Scope(desk.scope.org_id, None, Role.LABELER)
    with pytest.raises(NotAllowed):
        await exports.list_exports(desk.app.db, lee, desk.project_id)
    with pytest.raises(NotAllowed):
        await exports.get_export(desk.app.db, lee, desk.project_id, made[0].id)
    with pytest.raises(NotAllowed):
        await exports.ask_for_export(desk.app.db, lee, desk.project_id, "csv")
    with pytest.raises(NotFound):
        await exports.get_export(desk.app.db, desk.scope, desk.project_id, ExportId(999))


async def settle_everything(desk):
    """Give every task a label, as if it had been answered."""
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(sql.SQL("update tasks set state = 'completed', completed_at = now()"))
        await tx.execute(sql.SQL("delete from consensus"))
        await tx.execute(
            sql.SQL(
                "insert into consensus (org_id, task_id, project_id, answer, probability, annotations, source) "
                """select org_id, id, project_id, '{"choice": "cat"}', 0.9, 1, 'people' from tasks"""
            )
        )


async def test_memory_does_not_grow_with_the_number_of_labels(open_desk_on, db, tmp_path):
    """Peaks of what Python holds; Arrow's columns, outside of it, are some 100 bytes an item."""
    peaks = {}
    for size in (2_000, 8_000):
        texts = [f"text number {number} of a large project: {'word ' * 40}" for number in range(size)]
        desk = await open_desk_on(db, tmp_path / str(size), texts, name=f"of {size}")
        await settle_everything(desk)
        tracemalloc.start()
        version = await deliver(desk.app.db, desk.scope, desk.app.datasets("local"), desk.project_id)
        rows = sum(batch.num_rows for batch in labelled_batches(version))
        peaks[size] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert rows == size
    assert peaks[8_000] < 1.5 * peaks[2_000], peaks
