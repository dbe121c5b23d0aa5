"""Tasks of known answer: tests among live work, and courses before it."""

from typing import Any

from groundswell.http.scale.route import Call, Route
from groundswell.http.scale.v1.tasks import TASK, new_task
from groundswell.label.commissions.quality import commission_known

INITIAL = "initial_response"


async def create_evaluation_task(call: Call) -> dict[str, Any]:
    """Make a test that nobody can tell from live work."""
    return await _known(call, course=False)


async def create_training_task(call: Call) -> dict[str, Any]:
    """Make a task of the course that people go through first."""
    return await _known(call, course=True)


async def _known(call: Call, *, course: bool) -> dict[str, Any]:
    body = dict(call.object())
    expected = body.pop("expected_response", None)
    new = new_task(call.path["type"], body)
    made = await commission_known(call.app.commission_room, call.member, new, expected, course=course)
    params = dict(made.params)
    initial = {INITIAL: params.pop(INITIAL)} if INITIAL in params else {}
    return {
        "id": made.id,
        "type": made.type,
        "project": made.project,
        "params": params,
        **initial,
        "expected_response": dict(made.expected_response),
    }


ROUTES = (
    Route(
        "POST",
        "/evaluation_tasks/{type}",
        create_evaluation_task,
        needs=("project", "expected_response"),
        takes=(*TASK, INITIAL),
    ),
    Route(
        "POST",
        "/training_tasks/{type}",
        create_training_task,
        needs=("project", "expected_response"),
        takes=(*TASK, INITIAL),
    ),
)
