"""Forecasts and prices from what happened hour by hour. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from groundswell.label.overview.model import Forecast, Hour, Spend

WEEK = timedelta(days=7)


def forecast(hours: Sequence[Hour], remaining: int, at: datetime) -> Forecast:
    """Say when a project will be done if the last week repeats itself.

    An hour counts as one of work if somebody answered in it, so nights and weekends do not slow the pace; they stretch
    the date, by the share of such hours in the week (or since the project began, if that is less).

    Args:
        hours: the oldest first.
        remaining: tasks that still ask.
        at: the present.
    """
    lately = [one for one in hours if at - one.hour <= WEEK and one.answers]
    completed = sum(one.completed for one in lately)
    if not completed:
        return Forecast(0.0, remaining, None, None)
    per_hour = completed / len(lately)
    working_hours = remaining / per_hour
    since = max(at - WEEK, lately[0].hour)
    share = len(lately) / max(1.0, (at - since) / timedelta(hours=1))
    return Forecast(per_hour, remaining, working_hours, at + timedelta(hours=working_hours / min(1.0, share)))


def spend(people_cents: int, models_cents: float, seconds: float, labels: int) -> Spend:
    """Return what a project has cost, in all and for each task that has a label."""
    each = (people_cents + models_cents) / labels if labels else None
    return Spend(people_cents, models_cents, seconds, each)
