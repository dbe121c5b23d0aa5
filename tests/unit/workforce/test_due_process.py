"""What a restriction must have, and what a class of content may be called."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from groundswell.errors import InputError, InvalidName
from groundswell.workforce.content.rules import checked_content
from groundswell.workforce.restrictions.model import NewRestriction, Reason
from groundswell.workforce.restrictions.rules import LONGEST, check_restriction

NOW = datetime(2030, 1, 1, tzinfo=UTC)
GOOD = NewRestriction(
    worker_id=1,
    project_id=None,
    reason=Reason.QUALITY,
    evidence={"note": "eleven of twelve tests failed", "tasks": [4, 5]},
    appeal_to="people@example.org",
    starts_at=NOW,
    ends_at=NOW + timedelta(days=7),
    idempotency_key=UUID(int=1),
)


def test_a_restriction_with_a_reason_evidence_and_an_end_is_fine():
    check_restriction(GOOD, NOW)
    check_restriction(replace(GOOD, ends_at=NOW + LONGEST), NOW)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"evidence": {}}, "evidence"),
        ({"evidence": {"note": "", "tasks": []}}, "evidence"),
        ({"evidence": {"note": "x" * 200_000}}, "at most"),
        ({"evidence": {"note": "a\x00b"}}, "NUL"),
        ({"appeal_to": "  "}, "appeal_to"),
        ({"appeal_to": "a\nb"}, "appeal_to"),
        ({"ends_at": NOW}, "ends after it starts"),
        ({"ends_at": NOW + LONGEST + timedelta(seconds=1)}, "at most 365 days"),
        ({"starts_at": NOW - timedelta(days=1)}, "in the past"),
    ],
)
def test_a_restriction_that_lacks_something_is_refused_in_words(change, says):
    with pytest.raises(InputError, match=says):
        check_restriction(replace(GOOD, **change), NOW)


@pytest.mark.parametrize("name", ["", "Violence", "1st", "a b", "x" * 41, "a\n"])
def test_a_class_of_content_has_a_plain_name(name):
    with pytest.raises(InvalidName):
        checked_content(name)
    assert checked_content("graphic_violence") == "graphic_violence"
