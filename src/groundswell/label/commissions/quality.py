"""Tasks of known answer: hidden tests among live work, and courses that people go through first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.commissions.assignments import locked_project, require
from groundswell.label.commissions.model import NewCommission
from groundswell.label.commissions.ready import Names, prepared
from groundswell.label.commissions.rules import check_storable, new_public_id
from groundswell.label.commissions.service import CommissionRoom
from groundswell.label.commissions.types import task_type
from groundswell.label.kinds import as_text
from groundswell.label.projects.rules import check_spec
from groundswell.tenancy.model import Member
from groundswell.tenancy.service import audit


@dataclass(frozen=True)
class KnownTask:
    """A task whose answer is known, as a program is told of it."""

    id: str
    type: str
    project: str
    params: Mapping[str, Any]
    expected_response: Mapping[str, Any]


async def commission_known(
    room: CommissionRoom, member: Member, new: NewCommission, expected: Any, *, course: bool
) -> KnownTask:
    """Make a task whose answer is known; with an `initial_response`, one that is to be corrected into it.

    Args:
        expected: the response that is right.
        course: whether people go through it before they work in the project, and are told what was right; else it is
            a test that nobody can tell from live work.

    Raises:
        InputError: a project is missing, or the response is none that the task could have.
        Unsupported: its type needs a screen that there is not.
    """
    if new.project is None:
        raise InputError("Please include the project parameter: tests and courses belong to one.")
    if not isinstance(expected, Mapping):
        raise InputError("Please include the expected_response parameter, an object.")
    check_storable(dict(expected))
    scope = member.scope()
    desk, _ = await room.desk_of(scope.org_id)
    where = await desk.named.do(Names(new.project, None))
    ready = await prepared(
        scope,
        member.org_slug,
        room.attachments,
        new,
        where,
        private_hosts=room.private_hosts,
        at_once=False,
        purpose="training" if course else "production",
    )
    gold = _gold(ready.spec, new.type, ready.params, expected, ready.found.shown)
    project_id = await desk.place_known(ready, gold)
    public_id = new_public_id()
    async with room.db.transaction(scope.org_id) as tx:
        if course:
            project = await locked_project(tx, new.project)
            courses = sorted({*project.requirements.get("trainings", ()), int(project_id)})
            await require(tx, project, {"trainings": courses})
        await audit(tx, scope, "commission.known", public_id, project=project_id, course=course)
    return KnownTask(public_id, new.type, new.project, ready.params, expected)


def _gold(spec: Any, kind: str, params: Mapping[str, Any], expected: Mapping[str, Any], shown: Any) -> str:
    schema = check_spec(replace(spec, name=kind))
    try:
        return as_text(schema.validate(task_type(kind).answer(params, expected, shown), shown))
    except InvalidAnswer as error:
        raise InputError(f"the expected_response is none that this task could have: {error}") from error
