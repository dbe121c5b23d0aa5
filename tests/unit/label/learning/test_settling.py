"""What follows at once from the answers that have come in."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.label.learning.pets import PETS

from groundswell.label.learning.heard import UNKNOWN_SKILL, CountedVote, UnsettledTask
from groundswell.label.learning.rules import MAX_SKIPS
from groundswell.label.learning.settling import settle_tasks

FIXED = replace(PETS, max_answers=4)
TARGET = replace(FIXED, target_probability=0.9, max_answers=4)


def task(number=7, state="pending", gold=None, skips=0):
    return UnsettledTask(number, state, gold, skips)


def vote(number, task_id, worker, name, skill=None, late=False):
    return CountedVote(number, task_id, worker, name, {"choice": name}, late, skill)


def votes(said, task_id=7, late=(), skill=None):
    """One vote for each letter of `said` (c or d), by workers 1, 2 ...; `late` names those who came late."""
    names = {"c": "cat", "d": "dog", "x": "no longer a class"}
    return [
        vote(10 * task_id + n, task_id, n, names[letter], skill, n in late)
        for n, letter in enumerate(said, start=1)
    ]


def settled(project, said, *, new=None, late=(), skill=None, **of):
    cast = votes(said, late=late, skill=skill)
    came = {(7, n) for n in (range(1, len(said) + 1) if new is None else new)}
    return settle_tasks(project, [task(**of)], cast, came)


def state_of(found):
    return found.state.item()


# ── how many answers ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "state", "wanted", "undecided"),
    [
        ("", "pending", 2, False),
        ("c", "pending", 2, False),
        ("cc", "completed", 0, False),
        ("cd", "completed", 0, True),
        ("ccc", "completed", 0, False),
    ],
)
def test_without_a_target_a_task_is_complete_with_its_answers_and_undecided_if_not_half_agree(
    said, state, wanted, undecided
):
    found = settled(FIXED, said)
    assert (state_of(found), found.wanted.item(), found.undecided.item()) == (state, wanted, undecided)


@pytest.mark.parametrize(
    ("said", "skill", "state", "wanted"),
    [
        ("cc", 0.8, "completed", 0),  # 0.8² / (0.8² + 0.2²) = 0.94
        ("cc", 0.7, "pending", 3),  # 0.84: in doubt
        ("cd", 0.8, "pending", 3),
        ("ccd", 0.8, "pending", 4),
        ("ccdc", 0.8, "completed", 0),
        ("c", 0.95, "pending", 2),  # sure enough, but fewer than the project asks for
    ],
)
def test_with_a_target_a_task_stops_once_it_is_sure_and_asks_one_more_while_it_is_not(
    said, skill, state, wanted
):
    found = settled(TARGET, said, skill=skill)
    assert (state_of(found), found.wanted.item(), found.undecided.item()) == (state, wanted, False)


def test_a_task_whose_answers_are_spent_in_doubt_ends_undecided_with_its_best_label():
    found = settled(TARGET, "cdcd", skill=0.8)
    assert (state_of(found), found.undecided.item(), found.wanted.item()) == ("completed", True, 0)
    assert found.probability.item() == pytest.approx(0.5)
    surer = settled(TARGET, "cccd", skill=0.7)
    assert (state_of(surer), surer.undecided.item(), surer.label) == ("completed", True, [{"choice": "cat"}])


def test_the_label_follows_the_more_skilful_and_its_probability_is_bayes():
    cast = [vote(1, 7, 1, "cat", 0.9), vote(2, 7, 2, "dog", 0.6)]
    found = settle_tasks(FIXED, [task()], cast, set())
    assert found.label == [{"choice": "cat"}]
    assert found.probability.item() == pytest.approx(0.9 * 0.4 / (0.9 * 0.4 + 0.1 * 0.6))


def test_who_is_not_known_is_taken_for_the_mean_of_the_others_and_for_a_guess_where_nobody_is():
    unknown = settled(FIXED, "c")
    assert unknown.probability.item() == pytest.approx(UNKNOWN_SKILL)
    cast = [
        *votes("c", skill=None),
        vote(9, 8, 5, "cat", 0.9),
        vote(10, 8, 6, "cat", 0.7),
    ]
    found = settle_tasks(FIXED, [task(), task(8)], cast, set())
    assert found.probability[0] == pytest.approx(0.8)


# ── late, skipped, gone ──────────────────────────────────────────────────────────────────────────


def test_a_late_answer_counts_only_where_one_is_missing():
    full = settled(FIXED, "dcc", late={1})
    assert (full.answers.item(), full.label) == (2, [{"choice": "cat"}])
    missing = settled(FIXED, "dc", late={1})
    assert (missing.answers.item(), state_of(missing)) == (2, "completed")


def test_answers_of_a_class_that_is_gone_do_not_count_and_the_task_asks_again():
    found = settled(FIXED, "xc")
    assert (found.answers.item(), state_of(found), found.wanted.item()) == (1, "pending", 2)


def test_a_task_that_several_people_cannot_answer_is_set_aside_and_wants_nothing():
    assert state_of(settled(FIXED, "", skips=MAX_SKIPS - 1)) == "pending"
    aside = settled(TARGET, "", skips=MAX_SKIPS)
    assert (state_of(aside), aside.wanted.item(), aside.undecided.item()) == ("error", 0, False)


def test_a_task_that_has_its_answers_is_complete_however_many_skipped_it():
    assert state_of(settled(FIXED, "cc", skips=MAX_SKIPS)) == "completed"


@pytest.mark.parametrize("state", ["completed", "canceled", "error"])
def test_an_answer_to_a_task_that_asks_no_more_changes_its_label_and_never_its_state(state):
    found = settled(FIXED, "cc", state=state)
    assert (state_of(found), found.wanted.item(), found.undecided.item()) == (state, 0, False)
    assert found.answers.item() == 2
    assert found.evidence == []


# ── what it teaches about people ─────────────────────────────────────────────────────────────────


def evidence_of(found):
    return [(one.source, one.worker_id, one.total, one.correct) for one in found.evidence]


def test_each_new_answer_to_a_known_task_is_compared_with_what_is_right_once():
    found = settled(FIXED, "cdc", new={2, 3}, gold="cat")
    assert evidence_of(found) == [("gold", 2, 1.0, 0.0), ("gold", 3, 1.0, 1.0)]
    assert settled(FIXED, "cdc", new=set(), gold="cat").evidence == []


@pytest.mark.parametrize("project", [FIXED, TARGET])
def test_a_known_task_is_complete_with_its_number_of_answers_and_never_in_doubt(project):
    assert state_of(settled(project, "d", gold="cat")) == "pending"
    found = settled(project, "dd", gold="cat", skill=0.6)
    assert (state_of(found), found.undecided.item(), found.wanted.item()) == ("completed", False, 0)


def test_a_known_task_tests_any_number_of_people_and_what_they_agree_on_teaches_nothing():
    found = settled(FIXED, "c" * 50, gold="dog")
    assert len(found.evidence) == 50
    assert {(one.source, one.total, one.correct) for one in found.evidence} == {("gold", 1.0, 0.0)}


def test_a_known_answer_of_a_class_that_is_gone_tests_nobody():
    assert settled(FIXED, "c", gold="cow").evidence == []


def test_when_a_task_ends_each_answer_is_compared_with_what_the_others_came_to():
    found = settled(replace(FIXED, answers=3), "ccd", skill=0.8)
    told = {one.worker_id: one for one in found.evidence}
    assert {one.source for one in found.evidence} == {"consensus"}
    assert set(told) == {1, 2, 3}
    # Of worker 3 the others say cat twice: 0.64 / 0.68; sure by w = 2 p - 1, and they would be wrong in the rest.
    p = 0.64 / 0.68
    w = 2 * p - 1
    assert told[3].total == pytest.approx(w**2)
    assert told[3].correct == pytest.approx(-w * (1 - p))
    # Of workers 1 and 2 the others say one cat and one dog: nothing is known.
    assert told[1].total == pytest.approx(0)
    assert told[1].correct == pytest.approx(0)


def test_nobody_is_compared_with_himself_nor_while_a_task_still_asks():
    assert settled(replace(FIXED, answers=1), "c").evidence == []
    assert settled(FIXED, "c").evidence == []
    assert settled(TARGET, "cd", skill=0.8).evidence == []


def test_where_the_crowd_says_nothing_agreement_teaches_nothing():
    found = settled(FIXED, "cc", skill=0.5)
    assert [one.total for one in found.evidence] == pytest.approx([0, 0], abs=1e-4)


# ── many at once ─────────────────────────────────────────────────────────────────────────────────


def test_tasks_settled_together_come_to_what_each_comes_to_alone():
    rng = np.random.default_rng(1)
    tasks, cast = [], []
    for number in range(1, 60):
        said = "".join(rng.choice(["c", "d"], rng.integers(0, 5)))
        gold = rng.choice([None, None, "cat"])
        tasks.append(task(number, gold=gold, skips=int(rng.integers(0, 5))))
        cast += votes(said, number, late={int(rng.integers(1, 5))}, skill=0.75)
    new = {(vote.task_id, vote.worker_id) for vote in cast}
    together = settle_tasks(TARGET, tasks, cast, new)
    for place, one in enumerate(tasks):
        alone = settle_tasks(TARGET, [one], [vote for vote in cast if vote.task_id == one.id], new)
        for name in ("state", "label", "answers", "undecided", "wanted"):
            assert getattr(together, name)[place] == getattr(alone, name)[0], name
        assert together.probability[place] == pytest.approx(alone.probability[0])
    assert len(together.evidence) == sum(
        len(settle_tasks(TARGET, [one], [v for v in cast if v.task_id == one.id], new).evidence)
        for one in tasks
    )


def test_no_tasks_settle_to_nothing():
    found = settle_tasks(FIXED, [], [], set())
    assert len(found.state) == len(found.wanted) == 0
    assert found.evidence == []
