"""The workforce, for those who manage it: workers, restrictions, limits, tests; and how the organization appears."""

from groundswell.clock import now
from groundswell.errors import InputError
from groundswell.http.endpoint import MAX_ID, Call, Endpoint, whole_number
from groundswell.http.paging import PAGING, cut, page_of
from groundswell.http.wire import people as wire
from groundswell.ids import RestrictionId, TaskId, WorkerId
from groundswell.tenancy import service as tenancy
from groundswell.workforce import people
from groundswell.workforce.content import service as content
from groundswell.workforce.gold import service as gold
from groundswell.workforce.restrictions import service as restrictions


async def list_workers(call: Call) -> wire.WorkerPage:
    """The workers with their skill at each kind of label and what it rests on; managers and admins only."""
    after, limit = page_of(call)
    found = await people.list_workers(call.app.db, call.scope, now=now(), after=after or 0, limit=limit + 1)
    return wire.WorkerPage(*cut([wire.WorkerOut.of(worker, skills) for worker, skills in found], limit))


async def get_worker(call: Call) -> wire.WorkerOut:
    """One worker with the skill at each kind of label; managers and admins only."""
    worker_id = WorkerId(call.path_id("worker_id"))
    return wire.WorkerOut.of(*await people.get_worker(call.app.db, call.scope, worker_id, now=now()))


async def list_restrictions(call: Call) -> wire.RestrictionPage:
    """Restrictions of all workers or of one, the newest first; managers and admins only."""
    before, limit = page_of(call)
    worker = call.query.get("worker_id")
    found = await restrictions.list_restrictions(
        call.app.db,
        call.scope,
        worker_id=WorkerId(whole_number("worker_id", worker, 1, MAX_ID)) if worker else None,
        before=before,
        limit=limit + 1,
    )
    return wire.RestrictionPage(*cut([wire.RestrictionOut.of(each) for each in found], limit))


async def restrict(call: Call) -> wire.RestrictedOut:
    """Keep a worker from new work for a reason and a time; refused without evidence and an end."""
    body: wire.RestrictionBody = call.body
    restriction_id = await restrictions.restrict(call.app.db, call.scope, body.restriction(), now=now())
    return wire.RestrictedOut(restriction_id)


async def lift_restriction(call: Call) -> None:
    """End a restriction before its time; it stays on record. Managers and admins only."""
    restriction_id = RestrictionId(call.path_id("restriction_id"))
    await restrictions.lift_restriction(call.app.db, call.scope, restriction_id, now=now())


async def list_limits(call: Call) -> wire.LimitList:
    """How many answers on each class of content one worker may give; managers and admins only."""
    found = await content.list_limits(call.app.db, call.scope)
    return wire.LimitList([wire.LimitOut.of(limit) for limit in found])


async def set_limit(call: Call) -> None:
    """Set how many answers on a class of content one worker may give; managers and admins only."""
    body: wire.LimitBody = call.body
    await content.set_limit(
        call.app.db, call.scope, call.path["content"], per_day=body.per_day, per_week=body.per_week
    )


async def list_gold(call: Call) -> wire.GoldPage:
    """The tasks of known answer of a project with how skilled workers did on them; managers and admins only."""
    after, limit = page_of(call)
    items = await gold.list_gold(
        call.app.db,
        call.scope,
        call.project_id,
        suspended=_suspended(call),
        after=after or 0,
        limit=limit + 1,
    )
    shaped = [wire.GoldOut.of(item) for item in items]
    return wire.GoldPage(*cut(shaped, limit))


async def decide_gold(call: Call) -> None:
    """Suspend a test, reinstate it or correct its key; workers' evidence follows. Managers and admins only."""
    body: wire.GoldBody = call.body
    task_id = TaskId(call.path_id("gold_task_id"))
    await gold.decide_gold(
        call.app.db, call.scope, call.project_id, task_id, gold=body.gold, suspended=body.suspended
    )


async def get_organization(call: Call) -> wire.OrganizationOut:
    """The organization, with what those who label see of it; managers and admins only."""
    return wire.OrganizationOut.of(await tenancy.get_organization(call.app.db, call.scope))


async def set_appearance(call: Call) -> None:
    """Change what those who label see of the organization; admins only."""
    body: wire.AppearanceBody = call.body
    await tenancy.set_appearance(call.app.db, call.scope, pseudonym=body.pseudonym, show_name=body.show_name)


def _suspended(call: Call) -> bool | None:
    given = call.query.get("suspended")
    if given not in (None, "true", "false"):
        raise InputError(f"suspended must be true or false; got {given[:40]!r}")
    return None if given is None else given == "true"


ONE_WORKER = {**PAGING, "worker_id": "only those of this worker"}
SUSPENDED = {**PAGING, "suspended": "`true`: only what is suspended; `false`: only what is not"}

ENDPOINTS = (
    Endpoint("GET", "/workers", "List workers", list_workers, answer=wire.WorkerPage, query=PAGING),
    Endpoint("GET", "/workers/{worker_id}", "One worker", get_worker, answer=wire.WorkerOut),
    Endpoint(
        "GET",
        "/restrictions",
        "List restrictions",
        list_restrictions,
        answer=wire.RestrictionPage,
        query=ONE_WORKER,
    ),
    Endpoint(
        "POST", "/restrictions", "Restrict a worker", restrict, wire.RestrictionBody, wire.RestrictedOut
    ),
    Endpoint("DELETE", "/restrictions/{restriction_id}", "Lift a restriction", lift_restriction),
    Endpoint("GET", "/content-limits", "List content limits", list_limits, answer=wire.LimitList),
    Endpoint("PUT", "/content-limits/{content}", "Set a content limit", set_limit, wire.LimitBody),
    Endpoint(
        "GET",
        "/projects/{project_id}/gold",
        "Tests and how skilled workers did",
        list_gold,
        answer=wire.GoldPage,
        query=SUSPENDED,
    ),
    Endpoint(
        "POST",
        "/projects/{project_id}/gold/{gold_task_id}",
        "Suspend, reinstate or correct a test",
        decide_gold,
        wire.GoldBody,
    ),
    Endpoint(
        "GET", "/organization", "How the organization appears", get_organization, answer=wire.OrganizationOut
    ),
    Endpoint(
        "PUT", "/organization", "Change how the organization appears", set_appearance, wire.AppearanceBody
    ),
)
