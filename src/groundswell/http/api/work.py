"""The work itself: answers in, tasks out."""

from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.wire import work as wire
from groundswell.label.work.model import Round
from groundswell.label.work.service import queue_of


async def work(call: Call) -> wire.WorkOut:
    """Store answers, give tasks back and lease the next ones, in one round trip."""
    body: wire.WorkBody = call.body
    numbers = call.task_numbers
    done = await call.app.desk.work(
        Round(
            call.scope,
            call.project_id,
            await call.app.workforce.worker_of(call.member),
            submits=[submit.submit(numbers) for submit in body.submit],
            skips=[skip.skip(numbers) for skip in body.skip],
            releases=[numbers.meant(task_id) for task_id in body.release],
            holding=[numbers.meant(task_id) for task_id in body.holding],
            want=body.want,
        )
    )
    return wire.WorkOut.of(done, numbers)


async def dispatch(call: Call) -> wire.DispatchOut:
    """The project that needs the caller most, among those where he may work."""
    worker_id = await call.app.workforce.worker_of(call.member)
    return wire.DispatchOut(await call.app.desk.project_for(call.scope, worker_id))


async def queue(call: Call) -> wire.QueueOut:
    """How the queue of a project is, and who went without; members and above."""
    return wire.QueueOut.of(await queue_of(call.app.db, call.scope, call.project_id))


WORK = Endpoint(
    "POST",
    "/projects/{project_id}/work",
    "Submit answers and lease tasks",
    work,
    wire.WorkBody,
    wire.WorkOut,
)
"""Where everybody is all day; it has an express lane."""

ENDPOINTS = (
    WORK,
    Endpoint("GET", "/me/project", "Which project to work in now", dispatch, answer=wire.DispatchOut),
    Endpoint("GET", "/projects/{project_id}/queue", "How the queue is", queue, answer=wire.QueueOut),
)
