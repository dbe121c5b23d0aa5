"""Review, returned work, the history of answers, and the customer's audit."""

from groundswell.http.endpoint import MAX_ID, Call, Endpoint, whole_number
from groundswell.http.wire import reviews as wire
from groundswell.http.wire.work import ReceiptOut
from groundswell.ids import AnnotationId, ReturnId, TaskId
from groundswell.label.projects import service as projects
from groundswell.label.projects.reviewing import set_review_policy
from groundswell.label.review import audits, revisions, service

PAGE = 50
MAX_VERSION = 2**31 - 1


async def get_policy(call: Call) -> wire.PolicyOut:
    """How much of a project is reviewed."""
    project, _ = await projects.get_project(call.app.db, call.scope, call.project_id)
    return wire.PolicyOut.of(project)


async def set_policy(call: Call) -> wire.PolicyOut:
    """Change how much of a project is reviewed, what is completed already included; managers and admins only."""
    asked = await set_review_policy(call.app.db, call.scope, call.project_id, call.body.policy())
    project, _ = await projects.get_project(call.app.db, call.scope, call.project_id)
    return wire.PolicyOut.of(project, asked)


async def lease_reviews(call: Call) -> wire.ReviewPage:
    """Lease tasks to review, those that one holds already first; members and above."""
    held = await service.lease_reviews(call.app.db, call.scope, call.project_id, want=call.body.want)
    return wire.ReviewPage([wire.ReviewOut.of(review) for review in held])


async def decide(call: Call) -> wire.VerdictOut:
    """Accept, reject or fix what one has leased; members and above."""
    verdict = call.body.verdict(call.path_id("review_id"))
    return wire.VerdictOut.of(await service.decide(call.app.db, call.scope, call.project_id, verdict))


async def accept_labels(call: Call) -> wire.AcceptedOut:
    """Make the labels of these tasks final as they are; managers and admins only."""
    task_ids = [TaskId(task_id) for task_id in call.body.task_ids]
    accepted = await service.accept_labels(
        call.app.db, call.scope, call.project_id, task_ids, reviewer=call.member.name
    )
    return wire.AcceptedOut(accepted)


async def set_label(call: Call) -> None:
    """Say what is right of a task; it overrules what people and models said. Managers and admins only."""
    verdict = (TaskId(call.path_id("task_id")), call.body.answer)
    await service.review(call.app.db, call.scope, call.project_id, [verdict], reviewer=call.member.name)


async def list_reviewers(call: Call) -> wire.ReviewerPage:
    """The reviewers of a project and how often blind second verdicts agreed; managers and admins only."""
    scores = await service.list_reviewers(call.app.db, call.scope, call.project_id)
    return wire.ReviewerPage([wire.ReviewerOut.of(score) for score in scores])


async def list_returned(call: Call) -> wire.ReturnedPage:
    """One's own answers that reviewers have sent back, of any project, the oldest first."""
    after, limit = _page(call)
    worker_id = await call.app.workforce.worker_of(call.member)
    found = await revisions.returned_of(call.app.db, call.scope, worker_id, after=after, limit=limit + 1)
    page = [wire.ReturnedOut.of(one, call.task_numbers) for one in found[:limit]]
    return wire.ReturnedPage(page, str(page[-1].return_id) if len(found) > limit else None)


async def answer_returned(call: Call) -> ReceiptOut:
    """Answer what was sent back, by another answer or by keeping to one's own."""
    worker_id = await call.app.workforce.worker_of(call.member)
    return_id = ReturnId(call.path_id("return_id"))
    receipt = await revisions.answer_returned(call.app.db, call.scope, worker_id, return_id, call.body.edit())
    return ReceiptOut.of(receipt, call.task_numbers)


async def revise(call: Call) -> ReceiptOut:
    """Change an answer of one's own; what was said before stays on record."""
    worker_id = await call.app.workforce.worker_of(call.member)
    annotation_id = AnnotationId(call.path_id("annotation_id"))
    receipt = await revisions.revise(
        call.app.db, call.scope, call.project_id, worker_id, annotation_id, call.body.edit()
    )
    return ReceiptOut.of(receipt, call.task_numbers)


async def history(call: Call) -> wire.HistoryOut:
    """Every revision of the answers to a task; to a labeler, of one's own answer only."""
    task_id = call.task_numbers.meant(call.path_id("task_id"))
    found = await revisions.history(call.app.db, call.scope, call.project_id, task_id)
    return wire.HistoryOut([wire.RevisionOut.of(revision) for revision in found])


async def record_audits(call: Call) -> None:
    """Record what the customer says of delivered labels; it changes none by itself. Members and above."""
    entries = [verdict.entry() for verdict in call.body.verdicts]
    await audits.record_audits(call.app.db, call.scope, call.project_id, call.body.dataset_version, entries)


async def list_audits(call: Call) -> wire.AuditPage:
    """The customer's verdicts, the oldest first, and the share that was approved; members and above."""
    after, limit = _page(call)
    given = call.query.get("dataset_version")
    version = whole_number("dataset_version", given, 1, MAX_VERSION) if given else None
    found, summary = await audits.list_audits(
        call.app.db, call.scope, call.project_id, dataset_version=version, after=after, limit=limit + 1
    )
    page = [wire.AuditOut.of(audit) for audit in found[:limit]]
    cursor = str(page[-1].audit_id) if len(found) > limit else None
    return wire.AuditPage(page, wire.AuditSummaryOut.of(summary), cursor)


def _page(call: Call) -> tuple[int, int]:
    cursor = call.query.get("cursor")
    after = whole_number("cursor", cursor, 1, MAX_ID) if cursor else 0
    return after, whole_number("limit", call.query.get("limit", str(PAGE)), 1, 200)


PAGING = {
    "cursor": "where the page begins: `next_cursor` of the page before",
    "limit": "1 to 200, 50 unless given",
}
PROJECT = "/projects/{project_id}"

ENDPOINTS = (
    Endpoint("GET", PROJECT + "/review-policy", "How much is reviewed", get_policy, answer=wire.PolicyOut),
    Endpoint(
        "POST",
        PROJECT + "/review-policy",
        "Change how much is reviewed",
        set_policy,
        wire.PolicyBody,
        wire.PolicyOut,
    ),
    Endpoint("POST", PROJECT + "/reviews", "Lease reviews", lease_reviews, wire.LeaseBody, wire.ReviewPage),
    Endpoint(
        "POST",
        PROJECT + "/reviews/{review_id}",
        "Accept, reject or fix",
        decide,
        wire.VerdictBody,
        wire.VerdictOut,
    ),
    Endpoint(
        "POST",
        PROJECT + "/labels/accept",
        "Accept labels in bulk",
        accept_labels,
        wire.AcceptBody,
        wire.AcceptedOut,
    ),
    Endpoint("PUT", PROJECT + "/tasks/{task_id}/label", "Say what is right", set_label, wire.LabelBody),
    Endpoint(
        "GET", PROJECT + "/reviewers", "Reviewers and their scores", list_reviewers, answer=wire.ReviewerPage
    ),
    Endpoint("GET", "/returned", "My returned tasks", list_returned, answer=wire.ReturnedPage, query=PAGING),
    Endpoint(
        "POST", "/returned/{return_id}", "Answer a returned task", answer_returned, wire.EditBody, ReceiptOut
    ),
    Endpoint(
        "POST",
        PROJECT + "/annotations/{annotation_id}/revisions",
        "Change an answer",
        revise,
        wire.EditBody,
        ReceiptOut,
    ),
    Endpoint(
        "GET",
        PROJECT + "/tasks/{task_id}/annotations",
        "The history of a task's answers",
        history,
        answer=wire.HistoryOut,
    ),
    Endpoint("POST", PROJECT + "/audits", "Judge delivered labels", record_audits, wire.AuditBody),
    Endpoint(
        "GET",
        PROJECT + "/audits",
        "The customer's verdicts",
        list_audits,
        answer=wire.AuditPage,
        query={**PAGING, "dataset_version": "only verdicts on this delivery"},
    ),
)
