"""Forecasts and prices, worked out by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from groundswell.label.overview.model import Hour
from groundswell.label.overview.rules import forecast, spend

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)


def hours(*completed, ago=24):
    """An hour for each number, beginning `ago` hours before now; None is an hour in which nobody worked."""
    return [
        Hour(NOW - timedelta(hours=ago - n), answers=2 * done, completed=done, seconds=60.0, price_cents=4)
        for n, done in enumerate(completed)
        if done is not None
    ]


def test_a_project_is_done_when_the_rest_takes_as_long_as_the_like_did():
    found = forecast(hours(10, 10, ago=2), remaining=40, at=NOW)
    assert (found.per_hour, found.working_hours) == (10, 4)
    assert found.done_at == NOW + timedelta(hours=4)


def test_hours_without_work_do_not_slow_the_pace_but_stretch_the_date():
    found = forecast(hours(10, None, None, None, 10, None, None, None, ago=8), remaining=40, at=NOW)
    assert (found.per_hour, found.working_hours) == (10, 4)
    assert found.done_at == NOW + timedelta(hours=16)


@pytest.mark.parametrize("lately", [[], hours(0), hours(50, ago=24 * 8)])
def test_nothing_is_foretold_where_nothing_was_completed_lately(lately):
    found = forecast(lately, remaining=40, at=NOW)
    assert (found.per_hour, found.working_hours, found.done_at) == (0, None, None)


def test_what_is_done_is_done_now():
    assert forecast(hours(10, ago=1), remaining=0, at=NOW).done_at == NOW


def test_a_label_costs_what_people_and_models_cost_together():
    assert spend(300, 50.0, 600.0, labels=100).per_label_cents == 3.5
    assert spend(300, 50.0, 600.0, labels=0).per_label_cents is None
