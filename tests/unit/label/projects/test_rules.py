"""Decisions of labelling, by hand-made examples and as properties."""

from dataclasses import replace

import pytest

from groundswell.errors import InputError, InvalidName
from groundswell.label.projects.model import ProjectSpec, ProjectState
from groundswell.label.projects.rules import TRANSITIONS, check_spec, listed_states, may_see
from groundswell.tenancy.model import Role

SPEC = ProjectSpec(name="pets", kind="text_choice", classes=("cat", "dog"), dataset="pets", dataset_version=1)


def test_a_plain_spec_is_fine():
    check_spec(SPEC)
    check_spec(replace(SPEC, target_probability=0.99, audit_share=1, gold={"x": "cat"}, price_cents=5))


@pytest.mark.parametrize(
    "change",
    [
        {"name": " "},
        {"name": "x" * 201},
        {"name": "a\x00b"},
        {"name": "a\nb"},
        {"classes": ("cat",)},
        {"instructions": "\x00"},
        {"instructions": "x" * 100_001},
        {"answers": 0},
        {"answers": 101},
        {"max_answers": 0},
        {"target_probability": 0.5},
        {"target_probability": 1.0},
        {"target_probability": float("nan")},
        {"audit_share": -0.1},
        {"audit_share": float("nan")},
        {"lease_seconds": 0},
        {"lease_seconds": 2**40},
        {"price_cents": -1},
        {"price_cents": 2**40},
        {"gold": {"x": "fish"}},
    ],
)
def test_what_could_not_be_stored_or_worked_with_is_refused_in_words(change):
    with pytest.raises((InputError, InvalidName)):
        check_spec(replace(SPEC, **change))


def test_gold_may_name_a_class_that_was_given_with_spaces():
    check_spec(replace(SPEC, classes=(" cat", "dog"), gold={"x": "cat"}))


def test_a_project_never_becomes_a_draft_again_and_can_always_be_taken_up():
    assert ProjectState.DRAFT not in TRANSITIONS
    assert set(TRANSITIONS[ProjectState.ACTIVE]) == {"draft", "paused", "done"}


def test_labelers_are_shown_active_projects_and_others_all():
    assert listed_states(Role.LABELER) == ["active"]
    assert set(listed_states(Role.MEMBER)) == set(listed_states(Role.ADMIN)) == set(ProjectState)
    assert not may_see(Role.LABELER, "draft")
    assert may_see(Role.LABELER, "paused")
    assert may_see(Role.MEMBER, "draft")


# ── which answers count ──────────────────────────────────────────────────────────────────────────
