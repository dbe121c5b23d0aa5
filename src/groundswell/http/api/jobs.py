"""Background work of the organization."""

from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.wire import jobs as wire
from groundswell.store import jobs_of, retry_failed_job
from groundswell.tenancy.model import Role


async def list_jobs(call: Call) -> wire.JobList:
    """Background work that waits, runs or gave up, at most 100 jobs; managers and admins only."""
    call.scope.require(Role.MANAGER)
    return wire.JobList([wire.JobOut.of(job) for job in await jobs_of(call.app.db, call.scope.org_id)])


async def retry_job(call: Call) -> None:
    """Give a job that gave up a fresh start, once its cause is mended; managers and admins only."""
    call.scope.require(Role.MANAGER)
    await retry_failed_job(call.app.db, call.path_id("job_id"), call.scope.org_id)


ENDPOINTS = (
    Endpoint("GET", "/jobs", "List background work", list_jobs, answer=wire.JobList),
    Endpoint("POST", "/jobs/{job_id}/retry", "Give a job that gave up a fresh start", retry_job),
)
