import numpy as np
import pytest

from groundswell.quality.texts.slots import COHERENCE, POSSIBLE, Slots, _vote, infer_slots


def slots(table, worker, n_workers, central=None):
    """Slots of one task from `[slot][answer]` of option letters; every slot's options are its letters, sorted."""
    option, answer, slot, is_word = [], [], [], []
    for number, said in enumerate(table):
        letters = sorted(set(said))
        option += [len(slot) + letters.index(letter) for letter in said]
        answer += range(len(said))
        slot += [number] * len(letters)
        is_word += [letter != "-" for letter in letters]
    return Slots(
        *(np.array(column, np.intp) for column in (answer, option, slot)),
        np.array(is_word, bool),
        np.array(worker),
        np.zeros(len(worker)) if central is None else np.array(central),
        n_workers,
    )


def test_the_vote_in_a_slot_by_hand():
    # odds of right to this very slip: 0.9 / (0.1 / 2 / 9) for a word, where slips are no word half the time;
    # each of three counts as 1 / (1 + 0.5 * 2) = 1 / 2
    gain = (0.9 / (0.1 * 0.5 / (POSSIBLE - 1))) ** 0.5
    posterior = _vote(slots(["aab"], [0, 1, 2], 3), np.full(3, 0.9), 0.5)
    total = gain**2 + gain + (POSSIBLE - 2)
    assert posterior.tolist() == pytest.approx([gain**2 / total, gain / total])


def test_a_transcript_that_is_good_as_a_whole_counts_more():
    quality = np.full(2, 0.9)
    posterior = _vote(slots(["ab"], [0, 1], 2, central=[0.2, 0.8]), quality, 0.5)
    assert posterior[1] / posterior[0] == pytest.approx(np.exp(COHERENCE * 0.6))


def test_one_answer_is_as_probable_as_it_is_good():
    # no word as likely a slip as each other: all of the `POSSIBLE` - 1 slips have the same share of 0.1
    posterior = _vote(slots(["a"], [0], 1), np.array([0.9]), 1 / POSSIBLE)
    slip = (1 - 1 / POSSIBLE) / (POSSIBLE - 1)
    assert posterior[0] == pytest.approx(0.9 / (0.9 + 0.1 * slip * (POSSIBLE - 1)))
    assert posterior[0] == pytest.approx(0.9, abs=0.01)


def test_people_who_agree_are_good_and_who_stands_apart_is_not():
    belief = infer_slots(slots(["aab"] * 30, [0, 1, 2], 4))
    assert belief.converged
    assert belief.posterior.reshape(-1, 2)[:, 0].min() > 0.99
    assert belief.skill[0] == pytest.approx(belief.skill[1])
    assert belief.skill[0] > belief.skill[3] > belief.skill[2]  # the fourth has no answer
    assert belief.quality[0] > belief.quality[2]


def test_tasks_with_one_answer_teach_nothing():
    belief = infer_slots(slots(["a"] * 30, [0], 1))
    assert belief.skill[0] == pytest.approx(0.75)
    assert belief.posterior.max() < 0.9


def test_no_slot_at_all_is_fine():
    belief = infer_slots(slots([], [0, 1], 2))
    assert belief.posterior.tolist() == []
    assert belief.skill.tolist() == [0.75, 0.75]
