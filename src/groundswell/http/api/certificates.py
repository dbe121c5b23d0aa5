"""How accurate a project's labels are, and how many audits it takes to say so."""

from groundswell.errors import InputError
from groundswell.http.endpoint import MAX_ID, Call, Endpoint, whole_number
from groundswell.http.wire import certificates as wire
from groundswell.label.delivery import certificates

PAGE = 50


async def list_certificates(call: Call) -> wire.CertificatePage:
    """One page of the certificates of a project, the newest first; for members and above."""
    limit = whole_number("limit", call.query.get("limit", str(PAGE)), 1, 500)
    cursor = call.query.get("cursor")
    before = whole_number("cursor", cursor, 1, MAX_ID) if cursor else None
    rows = await certificates.list_certificates(
        call.app.db, call.scope, call.project_id, before=before, limit=limit + 1
    )
    page = [wire.CertificateOut.of(row) for row in rows[:limit]]
    return wire.CertificatePage(page, str(page[-1].id) if len(rows) > limit else None)


async def issue_certificate(call: Call) -> wire.CertificateOut:
    """Certify the labels of a project whose audit share is reviewed, overall and by slice; managers and admins only."""
    body: wire.CertificateBody = call.body
    store = call.app.datasets(call.member.org_slug)
    await certificates.issue_certificate(
        *(call.app.db, call.scope, call.project_id), level=body.level, by=body.by, store=store
    )
    (newest,) = await certificates.list_certificates(call.app.db, call.scope, call.project_id, limit=1)
    return wire.CertificateOut.of(newest)


async def plan_audits(call: Call) -> wire.AuditPlanOut:
    """How many audits it takes for plus or minus `within`; for members and above."""
    accuracy = call.query.get("expected_accuracy")
    plan = await certificates.plan_audits(
        *(call.app.db, call.scope, call.project_id),
        within=_number("within", call.query.get("within", "0.01")),
        expected_accuracy=None if accuracy is None else _number("expected_accuracy", accuracy),
        level=_number("level", call.query.get("level", "0.95")),
    )
    return wire.AuditPlanOut.of(plan)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{name} must be a number, for example 0.01; got {text[:40]!r}") from None


PAGING = {
    "cursor": "where the page begins: `next_cursor` of the page before",
    "limit": "1 to 500, 50 unless given",
}
PLAN = {
    "within": "half the length of the interval; 0.01, plus or minus one point, unless given",
    "expected_accuracy": "a guess, 0 to 1; what the labels claim unless given",
    "level": "confidence level, 0.95 unless given",
}
CERTIFICATES = "/projects/{project_id}/certificates"

ENDPOINTS = (
    Endpoint(
        *("GET", CERTIFICATES, "List the certificates of a project", list_certificates),
        answer=wire.CertificatePage,
        query=PAGING,
    ),
    Endpoint(
        *("POST", CERTIFICATES, "Certify the labels of a project", issue_certificate),
        *(wire.CertificateBody, wire.CertificateOut),
    ),
    Endpoint(
        *("GET", "/projects/{project_id}/audit-plan", "How many audits an interval takes", plan_audits),
        answer=wire.AuditPlanOut,
        query=PLAN,
    ),
)
