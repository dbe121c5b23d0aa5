"""A project that was added to and whose labels are in a file, for the walks over every route and table."""

from typing import Any

import numpy as np
from psycopg import sql

from groundswell.items import digest_text
from groundswell.label.comments.service import add_comment
from groundswell.label.delivery.exports import ask_for_export, list_exports
from groundswell.label.projects.batches import create_batch
from groundswell.label.projects.model import BatchSpec
from groundswell.organize import collect

LATER = ["a later text about cats", "another one about dogs"]


async def leave_batch_and_export(desk: Any) -> None:
    """Add a batch with one task, leave an item that is no task yet, and write the labels to a file."""
    store = desk.app.datasets(desk.member.org_slug)
    project = await desk.project()
    texts = store.open(project.dataset, 1).to_table(["text"])["text"].to_pylist()
    version = collect([*texts, *LATER]).save(project.dataset, store=store)
    spec = BatchSpec("later", items=[digest_text(LATER[0])])
    at = (desk.app.db, desk.scope, desk.project_id)
    await create_batch(*at, spec, version, rng=np.random.default_rng(0))
    await _leave_flag(desk)
    export = await ask_for_export(*at, "csv")
    await desk.app.export_room.write(str(desk.scope.org_id), desk.project_id, export.id)


async def _leave_flag(desk: Any) -> None:
    """Flag the first task, in the name of the desk's own member."""
    worker_id = await desk.app.workforce.worker_of(desk.member)
    task_id = await _value(desk, "select min(id) from tasks where project_id = %(project)s")
    at = (desk.app.db, desk.scope, desk.project_id, task_id)
    await add_comment(*at, worker_id, "Is this one a cat?", is_flag=True)


async def _value(desk: Any, query: str) -> Any:
    async with desk.app.db.system_transaction() as tx:
        return await tx.fetch_value(sql.SQL(query), project=desk.project_id)


async def list_ids(desk: Any) -> dict[str, Any]:
    """Return the ids of the batch, its task, the export and the flag, and what stands for the dataset in paths."""
    async with desk.app.db.system_transaction() as tx:
        task = await tx.fetch_one(
            sql.SQL(
                "select t.id as task, b.id as batch from tasks t "
                "join batches b on b.id = t.batch_id where b.name = 'later'"
            ),
            tuple[int, int],
        )
    assert task is not None
    (export,) = await list_exports(desk.app.db, desk.scope, desk.project_id)
    flag = await _value(desk, "select min(id) from comments where project_id = %(project)s")
    item_id = desk.app.datasets(desk.member.org_slug).open("animals", 1).ids()[0]
    dataset = {
        "dataset": "animals",
        "version": "1",
        "item_id": item_id,
        "slice": "about-cats",
        "tag": "first",
    }
    return {"task_id": task[0], "batch_id": task[1], "export_id": export.id, "comment_id": flag, **dataset}
