"""The work itself: answers in, tasks out."""

from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.wire import work as wire
from groundswell.ids import TaskId
from groundswell.label.work import service as work_service


async def work(call: Call) -> wire.WorkOut:
    """Store answers, give tasks back and lease the next ones, in one round trip."""
    body: wire.WorkBody = call.body
    done = await work_service.work(
        call.app.db,
        call.scope,
        call.project_id,
        await call.app.worker_of(call.member),
        submits=[submit.submit() for submit in body.submit],
        skips=[skip.skip() for skip in body.skip],
        want=body.want,
        holding=[TaskId(task_id) for task_id in body.holding],
    )
    return wire.WorkOut.of(done)


ENDPOINTS = (
    Endpoint(
        "POST",
        "/projects/{project_id}/work",
        "Submit answers and lease tasks",
        work,
        wire.WorkBody,
        wire.WorkOut,
    ),
)
