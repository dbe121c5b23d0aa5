"""What a restriction must have before it may be written: pure."""

from datetime import datetime, timedelta

import msgspec

from groundswell.errors import InputError
from groundswell.workforce.restrictions.model import NewRestriction

LONGEST = timedelta(days=365)
"""A restriction ends by itself; one that is to go on is decided anew, with evidence of then."""

EARLIEST = timedelta(minutes=5)
"""How far in the past a restriction may start, for clocks that differ: nobody is restricted after the fact."""

MAX_EVIDENCE_BYTES = 100_000
MAX_APPEAL = 500


def check_restriction(new: NewRestriction, now: datetime) -> None:
    """Refuse a restriction without evidence, an end or somebody to turn to.

    Raises:
        InputError: the message says what is missing.
    """
    if not any(value not in (None, "", [], {}) for value in new.evidence.values()):
        raise InputError(
            "a restriction needs evidence, which the worker will read; give for example a note and task ids"
        )
    size = len(msgspec.json.encode(new.evidence))
    if size > MAX_EVIDENCE_BYTES or "\\u0000" in msgspec.json.encode(new.evidence).decode():
        raise InputError(
            f"evidence has at most {MAX_EVIDENCE_BYTES:,} bytes as JSON and no NUL; it has {size:,}"
        )
    if not new.appeal_to.strip() or len(new.appeal_to) > MAX_APPEAL or not new.appeal_to.isprintable():
        raise InputError(
            f"a restriction needs appeal_to, 1 to {MAX_APPEAL} characters: an address or link to turn to"
        )
    if new.starts_at < now - EARLIEST:
        raise InputError(
            f"a restriction cannot start in the past; {new.starts_at:%Y-%m-%d %H:%M} has gone by"
        )
    if not new.starts_at < new.ends_at <= new.starts_at + LONGEST:
        raise InputError(
            f"a restriction ends after it starts, and at most {LONGEST.days} days later; "
            f"got {new.starts_at:%Y-%m-%d %H:%M} to {new.ends_at:%Y-%m-%d %H:%M}"
        )
