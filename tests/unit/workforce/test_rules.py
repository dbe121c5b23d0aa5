"""Who may work where, how much, and how often they are tested."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.workforce.requirements import requirements_of
from groundswell.workforce.rules import (
    FEWEST_AT_ONCE,
    GOLD_FIRST,
    GOLD_LAST,
    MOST_AT_ONCE,
    Entry,
    ProjectFacts,
    ProjectNeeds,
    WorkerFacts,
    at_once,
    gold_share,
    standing,
)
from groundswell.workforce.skill import Prior, Tally, estimate

TEST, TRAINING, PROJECT = 7, 8, 1
FACTS = ProjectFacts(
    has_gold=True, entries={TEST: Entry("Entry test", 20, 0.9), TRAINING: Entry("First steps", 5, 0.9)}
)
COUNTS = st.floats(0, 1e5)


def needs(purpose="production", **requirements):
    return ProjectNeeds(PROJECT, "text_choice", purpose, requirements)


# ── eligibility ──────────────────────────────────────────────────────────────────────────────────


@given(COUNTS, st.floats(0, 1), st.booleans(), st.booleans())
def test_without_requirements_everybody_may_work_and_always_gets_something(total, share, vouched, has_gold):
    worker = WorkerFacts(vouched=vouched, tally=Tally(total, total * share))
    found = standing(needs(), ProjectFacts(has_gold=has_gold), worker)
    assert found.eligible
    assert found.reason == ""
    assert FEWEST_AT_ONCE <= found.at_once <= MOST_AT_ONCE
    assert (found.gold_share > 0) == has_gold


@pytest.mark.parametrize(
    ("total", "right", "says"),
    [
        (0, 0, "0 of 20 answers"),
        (19, 19, "19 of 20 answers"),
        (20, 17, "17 of 20 were right"),
        (20, 18, ""),
        (21, 19, ""),
        (22, 19, "19 of 22 were right"),
    ],
)
def test_a_test_is_passed_with_enough_answers_of_which_enough_are_right(total, right, says):
    worker = WorkerFacts(results={TEST: Tally(total, right)})
    found = standing(needs(qualifications=[TEST]), FACTS, worker)
    assert found.eligible == (not says)
    assert says in found.reason


def test_a_training_asks_only_that_it_was_gone_through():
    asked = needs(trainings=[TRAINING])
    assert not standing(asked, FACTS, WorkerFacts(results={TRAINING: Tally(4, 4)})).eligible
    assert standing(asked, FACTS, WorkerFacts(results={TRAINING: Tally(5, 0)})).eligible


def test_skill_is_asked_of_the_kind_and_a_newcomer_counts_as_average():
    asked = needs(min_skill=0.8)
    assert standing(asked, replace(FACTS, prior=Prior(9, 1)), WorkerFacts()).eligible
    refused = standing(asked, FACTS, WorkerFacts())
    assert "0.80" in refused.reason
    assert "0.75" in refused.reason
    assert standing(asked, FACTS, WorkerFacts(tally=Tally(40, 38))).eligible


def test_origins_may_be_limited():
    asked = needs(origins=["member"])
    assert standing(asked, FACTS, WorkerFacts(origin="member")).eligible
    assert "program" in standing(asked, FACTS, WorkerFacts(origin="program")).reason


def test_all_that_is_missing_is_told_at_once_and_nothing_is_handed_out():
    worker = WorkerFacts(
        restricted=("quality", datetime(2030, 1, 2, 3, 4, tzinfo=UTC)), hidden=frozenset({"violence"})
    )
    found = standing(needs(qualifications=[TEST], trainings=[TRAINING], min_skill=0.9), FACTS, worker)
    for part in ("2030-01-02 03:04 UTC (quality)", "'Entry test'", "'First steps'", "0.90"):
        assert part in found.reason
    assert (found.eligible, found.at_once, found.gold_share) == (False, 0, 0)
    assert found.hidden_content == {"violence"}


def test_an_entry_that_is_gone_is_named_and_keeps_people_out():
    assert "99" in standing(needs(qualifications=[99]), FACTS, WorkerFacts()).reason


# ── tests and trainings themselves ───────────────────────────────────────────────────────────────


def test_a_test_hands_out_what_is_left_of_it_and_ends_with_its_size():
    asked = needs("qualification", test_size=5)
    left = {
        n: standing(asked, FACTS, WorkerFacts(results={PROJECT: Tally(n, n)})).at_once for n in (0, 3, 5, 6)
    }
    assert left == {0: 5, 3: 2, 5: 0, 6: 0}
    over = standing(asked, FACTS, WorkerFacts(results={PROJECT: Tally(5, 4)}))
    assert "4 of 5 right, not passed" in over.reason


def test_where_every_task_is_a_test_none_is_hidden():
    for purpose in ("qualification", "training"):
        assert standing(needs(purpose), FACTS, WorkerFacts()).gold_share == 0


# ── volume and tests ─────────────────────────────────────────────────────────────────────────────


def test_a_newcomer_gets_the_fewest_leases_and_the_most_tests_whatever_the_crowd_is_like():
    for prior in (Prior(), Prior(99, 1), Prior(1, 1)):
        found = standing(needs(), replace(FACTS, prior=prior), WorkerFacts())
        assert (found.at_once, found.gold_share) == (FEWEST_AT_ONCE, GOLD_FIRST)


def test_somebody_proven_gets_the_most_leases_and_the_fewest_tests():
    found = standing(needs(), FACTS, WorkerFacts(tally=Tally(1000, 970)))
    assert (found.at_once, found.gold_share) == (MOST_AT_ONCE, GOLD_LAST)


def test_somebody_who_guesses_stays_small_however_long():
    assert standing(needs(), FACTS, WorkerFacts(tally=Tally(1000, 500))).at_once == FEWEST_AT_ONCE


def test_staff_need_not_earn_their_volume():
    found = standing(needs(), FACTS, WorkerFacts(vouched=True))
    assert (found.at_once, found.gold_share) == (MOST_AT_ONCE, GOLD_LAST)


@given(COUNTS, COUNTS)
def test_tests_only_get_fewer_as_evidence_grows(one, other):
    few, many = sorted((one, other))
    assert GOLD_LAST <= gold_share(many) <= gold_share(few) <= GOLD_FIRST


@given(st.floats(0, 500), st.floats(0, 1), st.floats(0, 100))
def test_volume_never_falls_by_a_right_answer(total, share, more):
    before = estimate(Tally(total, total * share), Prior())
    after = estimate(Tally(total + more, total * share + more), Prior())
    assert at_once(after) >= at_once(before)


# ── reading requirements ─────────────────────────────────────────────────────────────────────────


def test_no_requirements_are_fine():
    assert requirements_of({}).entries == ()


def test_what_is_asked_twice_is_looked_up_once():
    assert requirements_of({"qualifications": [7, 8], "trainings": [8]}).entries == (7, 8)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"qualification": [7]}, "qualification"),
        ({"qualifications": [0]}, "qualifications"),
        ({"qualifications": "7"}, "qualifications"),
        ({"qualifications": list(range(1, 30))}, "qualifications"),
        ({"min_skill": 1}, "min_skill"),
        ({"min_skill": "high"}, "min_skill"),
        ({"origins": []}, "origins"),
        ({"origins": ["martian"]}, "martian"),
        ({"test_size": 0}, "test_size"),
        ({"pass_mark": 1.1}, "pass_mark"),
    ],
)
def test_requirements_that_cannot_be_meant_are_refused_by_name(given, says):
    with pytest.raises(InputError, match=says):
        requirements_of(given)
