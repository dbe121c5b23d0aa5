"""Verdicts, agreement, evidence and intervals: decisions of review, by hand."""

import uuid
from dataclasses import replace

import pytest

from groundswell.errors import Conflict, InputError, InvalidAnswer, NotAllowed
from groundswell.label.kinds import Schema, label_kind, ontology_of
from groundswell.label.review.model import Decision, HeldReview, Opinion, Verdict
from groundswell.label.review.rules import (
    JudgedAnswer,
    agree,
    check_edit,
    check_held,
    check_note,
    check_verdict,
    marks,
)

PETS = Schema(label_kind("text_choice"), ontology_of(["cat", "dog", "cow"]))
CAT, DOG, COW = {"choice": "cat"}, {"choice": "dog"}, {"choice": "cow"}
ME, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def verdict(decision, **given):
    return Verdict(7, Decision(decision), uuid.uuid4(), **given)


HELD = HeldReview(
    review_id=7,
    task_id=3,
    round=1,
    level=1,
    rereview_of=None,
    state="leased",
    reviewer=ME,
    label=CAT,
    annotation_ids=[10, 11],
    label_now=CAT,
    annotations_now=[10, 11],
    labelled_it=False,
    said=None,
    said_key=None,
)


# ── verdicts ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "given",
    [
        verdict("accept"),
        verdict("fix", answer=DOG),
        verdict("fix", answer=DOG, reason="look at the tail"),
        verdict("reject", reason="no", rejected=(10,)),
        verdict("reject", reason="no", rejected=(10, 11), answer=DOG),
    ],
)
def test_a_verdict_that_has_what_its_decision_needs_is_sound(given):
    assert check_verdict(given, PETS) == given


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (verdict("reject", rejected=(10,)), "needs evidence"),
        (verdict("reject", reason="  ", rejected=(10,)), "needs evidence"),
        (verdict("reject", reason="no"), "needs evidence"),
        (verdict("reject", reason="no", rejected=(10, 10)), "rejected twice"),
        (verdict("fix"), "needs the answer"),
        (verdict("fix", answer=DOG, rejected=(10,)), "only a rejection"),
        (verdict("accept", answer=CAT), "takes the label as it is"),
        (verdict("accept", rejected=(10,)), "only a rejection"),
        (verdict("reject", reason="x" * 2001, rejected=(10,)), "at most 2,000"),
        (verdict("reject", reason="a\x00b", rejected=(10,)), "NUL"),
    ],
)
def test_a_verdict_that_lacks_something_says_what(given, says):
    with pytest.raises(InputError, match=says):
        check_verdict(given, PETS)


def test_a_verdict_with_an_unknown_class_is_refused():
    with pytest.raises(InvalidAnswer, match="'fish' is not a class"):
        check_verdict(verdict("fix", answer={"choice": "fish"}), PETS)


def test_a_note_loses_the_space_around_it():
    assert check_note("a reason", "  look again \n") == "look again"


def test_a_review_that_is_held_and_unchanged_may_be_decided():
    check_held(verdict("accept"), HELD, ME)
    check_held(verdict("reject", reason="no", rejected=(11,)), HELD, ME)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"state": "done"}, "decided already"),
        ({"state": "open", "reviewer": None}, "not leased to you"),
        ({"reviewer": OTHER}, "not leased to you"),
        ({"label_now": DOG}, "has changed since it was shown"),
        ({"annotations_now": [10, 12]}, "has changed since it was shown"),
        ({"label": None, "label_now": None}, "no label that could be accepted"),
    ],
)
def test_a_verdict_on_what_is_not_held_or_not_as_it_was_is_refused(change, says):
    with pytest.raises(Conflict, match=says):
        check_held(verdict("accept"), replace(HELD, **change), ME)


def test_a_verdict_on_ones_own_work_is_refused():
    with pytest.raises(NotAllowed, match="labelled task 3 yourself"):
        check_held(verdict("accept"), replace(HELD, labelled_it=True), ME)


def test_an_answer_that_was_not_shown_cannot_be_rejected():
    with pytest.raises(InputError, match="annotation 12 is not one of the answers"):
        check_held(verdict("reject", reason="no", rejected=(10, 12)), HELD, ME)


def test_a_blind_second_verdict_is_on_what_the_first_reviewer_saw_whatever_has_become_of_it():
    check_held(verdict("accept"), replace(HELD, rereview_of=5, label_now=DOG, annotations_now=[10, 12]), ME)


# ── agreement ────────────────────────────────────────────────────────────────────────────────────

ACCEPT, FIX_DOG, FIX_COW = Opinion(ME, "accept", None), Opinion(ME, "fix", DOG), Opinion(ME, "fix", COW)
REJECT, REJECT_DOG, REJECT_CAT = (Opinion(OTHER, "reject", answer) for answer in (None, DOG, CAT))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (ACCEPT, ACCEPT, True),
        (ACCEPT, FIX_DOG, False),
        (ACCEPT, REJECT, False),
        (ACCEPT, REJECT_CAT, True),
        (FIX_DOG, FIX_DOG, True),
        (FIX_DOG, FIX_COW, False),
        (FIX_DOG, REJECT, True),
        (FIX_DOG, REJECT_DOG, True),
        (FIX_COW, REJECT_DOG, False),
        (REJECT, REJECT, True),
    ],
)
def test_two_verdicts_agree_when_both_hold_the_same_to_be_right(one, other, same):
    assert agree(PETS, CAT, one, other) is same
    assert agree(PETS, CAT, other, one) is same


# ── evidence ─────────────────────────────────────────────────────────────────────────────────────


def test_each_answer_to_a_task_is_marked_by_its_final_label():
    answers = [JudgedAnswer(1, 5, CAT, None), JudgedAnswer(1, 6, DOG, None), JudgedAnswer(2, 5, DOG, None)]
    assert marks(PETS, answers, {1: CAT, 2: DOG}) == [(5, 1.0, 1.0), (6, 1.0, 0.0), (5, 1.0, 1.0)]


def test_a_label_that_is_corrected_moves_the_marks_and_counts_nobody_twice():
    answers = [JudgedAnswer(1, 5, CAT, CAT), JudgedAnswer(1, 6, DOG, CAT), JudgedAnswer(1, 7, COW, CAT)]
    assert marks(PETS, answers, {1: DOG}) == [(5, 0.0, -1.0), (6, 0.0, 1.0), (7, 0.0, 0.0)]


# ── intervals ────────────────────────────────────────────────────────────────────────────────────


FREE = {"state": "completed", "is_final": False, "is_delivered": False, "is_returned": False}


def test_an_answer_may_be_changed_until_its_label_has_gone_its_way():
    check_edit(**FREE)
    check_edit(**{**FREE, "is_delivered": True, "is_returned": True})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"state": "canceled"}, "canceled"),
        ({"is_final": True}, "final by a review"),
        ({"is_final": True, "is_returned": True}, "final by a review"),
        ({"is_delivered": True}, "delivered"),
    ],
)
def test_an_answer_is_not_changed_any_more_once_its_label_has(change, says):
    with pytest.raises(Conflict, match=says):
        check_edit(**{**FREE, **change})
