"""The present moment, asked for at the edges and passed inwards, so that rules stay pure."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)
