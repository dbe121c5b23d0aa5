"""Files that people hand in as answers."""

from groundswell.http.endpoint import Call, Download, Endpoint
from groundswell.http.wire import handed as wire
from groundswell.label.handed.model import NewFile
from groundswell.label.handed.service import OTHER


async def hand_in(call: Call) -> wire.HandedOut:
    """Keep the body as a file that an answer to the task can name; for who holds the task, and for members."""
    new = NewFile(
        call.scope,
        call.member.org_slug,
        await call.app.workforce.worker_of(call.member),
        call.project_id,
        call.task_numbers.meant(call.path_id("task_id")),
        call.query.get("name", ""),
        call.body,
    )
    return wire.HandedOut.of(await call.app.handing_room.hand_in(new))


async def fetch_handed(call: Call) -> Download:
    """The file itself, to be saved and never shown in place; one's own, or anybody's for members and above."""
    worker_id = await call.app.workforce.worker_of(call.member)
    file = await call.app.handing_room.fetch(call.scope, worker_id, call.path["digest"])
    path = call.app.uploads(call.member.org_slug).path(file.digest)
    return Download(path, file.name, OTHER, file.digest)


ENDPOINTS = (
    Endpoint(
        "POST",
        "/projects/{project_id}/tasks/{task_id}/files",
        "Hand in a file for a task",
        hand_in,
        bytes,
        wire.HandedOut,
        query={"name": "what the file is called"},
    ),
    Endpoint("GET", "/files/{digest}", "Fetch a file that was handed in", fetch_handed, answer=Download),
)
