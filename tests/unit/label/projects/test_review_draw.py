"""Which tasks are drawn into review: a keyed hash, so that it can be repeated and not foreseen."""

import uuid

import pytest

from groundswell.errors import InputError
from groundswell.label.projects.model import ReviewPolicy
from groundswell.label.projects.rules import check_policy, drawn

KEY = uuid.UUID("12345678-1234-5678-1234-567812345678")
SUBJECTS = [f"task {number}" for number in range(10_000)]


def draw(share, key=KEY):
    return {subject for subject in SUBJECTS if drawn(key, subject, share)}


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
def test_a_share_draws_about_that_share(share):
    """Within five standard deviations of a fair draw."""
    assert abs(len(draw(share)) - 10_000 * share) < 5 * (10_000 * share * (1 - share)) ** 0.5


def test_the_ends_draw_nothing_and_everything():
    assert draw(0.0) == set()
    assert len(draw(1.0)) == 10_000


def test_the_same_draw_comes_again_and_a_greater_share_holds_the_smaller():
    assert draw(0.2) == draw(0.2)
    assert draw(0.1) < draw(0.2) < draw(0.9)


def test_another_key_draws_others():
    """Two independent draws of a half have about half in common."""
    both = draw(0.5) & draw(0.5, uuid.UUID(int=1))
    assert 2_200 < len(both) < 2_800


@pytest.mark.parametrize("policy", [ReviewPolicy(0), ReviewPolicy(3, 1.0, 1.0), ReviewPolicy(1, 0.05, 0.01)])
def test_a_policy_within_its_ranges_is_taken(policy):
    check_policy(policy)


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (ReviewPolicy(4), "levels must be 0 to 3; got 4"),
        (ReviewPolicy(-1), "levels must be 0 to 3; got -1"),
        (ReviewPolicy(1, 1.5), "share must be 0 to 1; got 1.5"),
        (ReviewPolicy(1, 0.5, float("nan")), "rereview_share must be 0 to 1; got nan"),
    ],
)
def test_a_policy_out_of_its_ranges_is_refused(policy, says):
    with pytest.raises(InputError, match=says):
        check_policy(policy)
