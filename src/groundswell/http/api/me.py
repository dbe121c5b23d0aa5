"""What a worker sees of himself, and decides for himself."""

from datetime import UTC, date, datetime, time, timedelta

from groundswell.clock import now
from groundswell.errors import InputError
from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.paging import PAGING, cut, page_of
from groundswell.http.wire import me as wire
from groundswell.http.wire.people import KindSkillOut, RestrictionOut, RestrictionPage
from groundswell.ids import WorkerId
from groundswell.workforce import people
from groundswell.workforce.content import service as content
from groundswell.workforce.offers.service import list_offers
from groundswell.workforce.restrictions.service import list_restrictions

SHOWN_DAYS = 30
MOST_DAYS = 366


async def get_work(call: Call) -> wire.OfferPage:
    """The active projects: the price, the content, and whether one may work in each or what is missing."""
    after, limit = page_of(call)
    offers = await list_offers(
        call.app.db, call.scope, await _worker(call), now=now(), after=after or 0, limit=limit + 1
    )
    return wire.OfferPage(*cut([wire.OfferOut.of(offer) for offer in offers], limit))


async def get_skills(call: Call) -> wire.OwnSkills:
    """One's own skill at each kind of label, how sure that is, and what it rests on."""
    skills = await people.skills_of(call.app.db, call.scope, await _worker(call))
    return wire.OwnSkills([KindSkillOut.of(skill) for skill in skills])


async def get_content(call: Call) -> wire.ExposureList:
    """The classes of content that there is work with: what one agreed to, the limits, and what one has seen."""
    found = await content.exposures_of(call.app.db, call.scope, await _worker(call), today=now().date())
    return wire.ExposureList([wire.ExposureOut.of(exposure) for exposure in found])


async def consent(call: Call) -> None:
    """Agree to be shown a class of content; it can be taken back at any time."""
    await content.consent(call.app.db, call.scope, await _worker(call), call.path["content"])


async def revoke_consent(call: Call) -> None:
    """Be shown a class of content no more."""
    await content.revoke_consent(call.app.db, call.scope, await _worker(call), call.path["content"])


async def get_earnings(call: Call) -> wire.EarningsOut:
    """What one earned by project and day, the active seconds behind it, and the rate for an hour."""
    until = _day(call, "until", now().date())
    since = _day(call, "since", until - timedelta(days=SHOWN_DAYS - 1))
    if not since <= until < since + timedelta(days=MOST_DAYS):
        raise InputError(
            f"since must be at most until, and {MOST_DAYS} days before at most; got {since} to {until}"
        )
    days = await people.earned_by_day(
        call.app.db,
        call.scope,
        await _worker(call),
        since=_midnight(since),
        until=_midnight(until) + timedelta(days=1),
    )
    return wire.EarningsOut.of(since, until, days)


async def get_ledger(call: Call) -> wire.LedgerPage:
    """Every answer of one's own with the seconds that were counted and what it earned, the newest first."""
    before, limit = page_of(call)
    lines = await people.ledger_lines(
        call.app.db, call.scope, await _worker(call), before=before, limit=limit + 1
    )
    return wire.LedgerPage(*cut([wire.LedgerLineOut.of(line, call.task_numbers) for line in lines], limit))


async def get_restrictions(call: Call) -> RestrictionPage:
    """One's own restrictions: the reason, the evidence, the end, and whom to turn to; the newest first."""
    before, limit = page_of(call)
    found = await list_restrictions(
        call.app.db, call.scope, worker_id=await _worker(call), before=before, limit=limit + 1
    )
    return RestrictionPage(*cut([RestrictionOut.of(restriction) for restriction in found], limit))


async def _worker(call: Call) -> WorkerId:
    return await call.app.workforce.worker_of(call.member)


def _day(call: Call, name: str, default: date) -> date:
    given = call.query.get(name)
    try:
        return date.fromisoformat(given) if given else default
    except ValueError:
        raise InputError(f"{name} must be a day such as 2026-01-31; got {str(given)[:40]!r}") from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


DAYS = {
    "since": f"the first day (UTC), such as 2026-01-01; {SHOWN_DAYS} days back unless given",
    "until": "the last day (UTC); today unless given",
}

ENDPOINTS = (
    Endpoint("GET", "/me/work", "Work on offer", get_work, answer=wire.OfferPage, query=PAGING),
    Endpoint("GET", "/me/skills", "One's own skills", get_skills, answer=wire.OwnSkills),
    Endpoint("GET", "/me/content", "Content one agreed to", get_content, answer=wire.ExposureList),
    Endpoint("PUT", "/me/content/{content}", "Agree to a class of content", consent),
    Endpoint("DELETE", "/me/content/{content}", "Take a consent back", revoke_consent),
    Endpoint("GET", "/me/earnings", "One's earnings", get_earnings, answer=wire.EarningsOut, query=DAYS),
    Endpoint("GET", "/me/ledger", "Every second and cent", get_ledger, answer=wire.LedgerPage, query=PAGING),
    Endpoint(
        "GET",
        "/me/restrictions",
        "One's restrictions",
        get_restrictions,
        answer=RestrictionPage,
        query=PAGING,
    ),
)
