"""Honest crowds are left alone, planted spammers are found, and neither names nor orders matter."""

from dataclasses import replace

import numpy as np
import pytest

from groundswell.errors import InputError
from groundswell.quality import Votes
from groundswell.quality.signals.find import SIGNALS, find_signals
from groundswell.workforce.simulated import SimulatedCrowd


def crowd(seed, *, workers=60, classes=5, items=600, k=5, prior=None, **habits):
    """Votes of an honest crowd with their seconds and times."""
    made = SimulatedCrowd(workers, classes, seed=seed, **{"spammer_share": 0.0} | habits)
    rng = np.random.default_rng(seed + 1000)
    truth = rng.choice(classes, items, p=prior)
    worker = np.concatenate([made.pick_workers(k, rng) for _ in range(items)])
    item = np.repeat(np.arange(items), k)
    label, seconds = made.answers(worker, item, truth[item])
    votes = Votes(item, worker, label, items, workers, classes)
    return votes, seconds, rng.permutation(len(item)).astype(float), truth


def busiest(votes, rank):
    return int(np.argsort(-votes.votes_per_worker, kind="stable")[rank])


def named(found, signal):
    return {finding.worker for finding in found.findings if finding.signal == signal}


def flagged(votes, seconds, when, **options):
    found = find_signals(votes, seconds=seconds, when=when, **options)
    return {(finding.worker, finding.signal) for finding in found.findings}


HONEST = [
    {},
    {"classes": 2, "prior": [0.95, 0.05]},
    {"mean_skill": 0.7, "skill_spread": 0.15},
    {"hard_share": 0.3},
    {"workers": 20, "k": 15, "items": 200},
    {"workers": 15, "k": 8, "classes": 2, "mean_skill": 0.75, "skill_spread": 0.15},
    {"k": 3, "classes": 10, "workers": 30},
]


@pytest.mark.parametrize("habits", HONEST, ids=str)
def test_an_honest_crowd_has_findings_no_more_often_than_the_level(habits):
    """Twenty crowds at a level of 0.2: eight or more with a finding has a chance under 4 % if the level holds."""
    alarms = 0
    for seed in range(20):
        votes, seconds, when, _ = crowd(seed, **habits)
        alarms += bool(find_signals(votes, seconds=seconds, when=when, level=0.2).findings)
    assert alarms < 8


def test_fast_guessers_are_found_and_fast_good_workers_are_not():
    for seed in range(5):
        votes, seconds, when, _ = crowd(seed)
        rng = np.random.default_rng(seed)
        guesser, gifted = busiest(votes, 4), busiest(votes, 8)
        own = votes.worker == guesser
        label = np.where(own, rng.integers(0, 5, len(votes)), votes.label)
        hurried = np.where(own | (votes.worker == gifted), 0.1 * seconds, seconds)
        found = find_signals(replace(votes, label=label), seconds=hurried, when=when)
        assert named(found, "haste") == {guesser}
        numbers = next(f.numbers for f in found.findings if f.signal == "haste")
        assert numbers["times_faster"] > 5
        assert numbers["agreement"] < numbers["usual_agreement"] - 0.3


def test_slow_guessers_are_not_called_fast():
    votes, seconds, when, _ = crowd(1)
    own = votes.worker == busiest(votes, 4)
    label = np.where(own, np.random.default_rng(1).integers(0, 5, len(votes)), votes.label)
    assert not named(find_signals(replace(votes, label=label), seconds=seconds, when=when), "haste")


@pytest.mark.parametrize("prior", [None, [0.9, 0.1]])
def test_constant_answers_are_found_but_not_where_they_are_mostly_right(prior):
    """Everybody says mostly the first class where it is mostly true; only who never says another is found."""
    for seed in range(5):
        votes, seconds, when, _ = crowd(seed, classes=2, prior=prior, items=1500)
        constant = busiest(votes, 3)
        label = np.where(votes.worker == constant, 0, votes.label)
        found = find_signals(replace(votes, label=label), seconds=seconds, when=when)
        assert named(found, "constancy") == {constant}
        finding = next(f for f in found.findings if f.signal == "constancy")
        assert finding.numbers["said_though_untrue"] == finding.numbers["untrue_tasks"]
        assert finding.numbers["longest_run"] == (votes.worker == constant).sum()
        assert finding.numbers["entropy_bits"] == 0


def copied(votes, copyist, source, rng, share=1.0):
    """Let one worker repeat what another said, on a share of the tasks that both answered."""
    answer = dict(
        zip(votes.item[votes.worker == source].tolist(), votes.label[votes.worker == source], strict=True)
    )
    label = votes.label.copy()
    for row in np.flatnonzero(votes.worker == copyist):
        if votes.item[row] in answer and rng.random() < share:
            label[row] = answer[votes.item[row]]
    return replace(votes, label=label)


def test_a_clique_that_copies_is_found_whole_and_nobody_else():
    for seed in range(5):
        votes, seconds, when, truth = crowd(seed, workers=25, k=6, mean_skill=0.75)
        source, one, other = (busiest(votes, rank) for rank in range(3))
        rng = np.random.default_rng(seed)
        votes = copied(copied(votes, one, source, rng), other, source, rng, share=0.8)
        found = find_signals(votes, truth=truth, seconds=seconds, when=when)
        assert named(found, "copying") == {source, one, other}
        first = next(f for f in found.findings if f.worker == one)
        assert set(first.others) == {source, other}
        assert first.numbers["shared"] > 2 * first.numbers["expected"]


def test_two_who_are_always_right_together_are_no_clique():
    votes, seconds, when, truth = crowd(2, workers=25, k=6, mean_skill=0.8, skill_spread=0.1)
    experts = np.isin(votes.worker, [busiest(votes, 0), busiest(votes, 1)])
    votes = replace(votes, label=np.where(experts, truth[votes.item], votes.label).astype(np.int32))
    assert not named(find_signals(votes, truth=truth, seconds=seconds, when=when), "copying")


def test_a_fall_is_found_with_its_moment_and_a_rise_is_not():
    for seed in range(5):
        votes, seconds, when, _ = crowd(seed)
        rng = np.random.default_rng(seed)
        falls, rises = busiest(votes, 2), busiest(votes, 5)
        label = votes.label.copy()
        for worker, part in ((falls, slice(60, None)), (rises, slice(0, 40))):
            own = np.flatnonzero(votes.worker == worker)
            own = own[np.argsort(when[own])][part]
            label[own] = rng.integers(0, 5, len(own))
        found = find_signals(replace(votes, label=label), seconds=seconds, when=when)
        assert named(found, "drift") == {falls}
        numbers = next(f.numbers for f in found.findings if f.signal == "drift")
        assert 50 <= numbers["change_after"] <= 70
        assert numbers["share_before"] > 0.7 > 0.4 > numbers["share_after"]


def test_a_batch_that_is_hard_for_everybody_is_nobodys_drift():
    votes, seconds, when, _ = crowd(3, k=8)
    late = votes.item >= 300
    rng = np.random.default_rng(3)
    label = np.where(late & (rng.random(len(votes)) < 0.45), rng.integers(0, 5, len(votes)), votes.label)
    votes, when = replace(votes, label=label), votes.item + when / len(votes)
    assert not named(find_signals(votes, seconds=seconds, when=when), "drift")


def test_classes_that_come_one_after_the_other_are_nobodys_drift():
    """A worker who never recognises the last class is not said to have changed when it comes."""
    votes, seconds, _, truth = crowd(6, classes=2, k=8)
    blind = busiest(votes, 1)
    label = np.where((votes.worker == blind) & (truth[votes.item] == 1), 0, votes.label)
    when = truth[votes.item] * 1e6 + votes.item
    found = find_signals(replace(votes, label=label), truth=truth, seconds=seconds, when=when)
    assert not named(found, "drift")


def spoilt(seed=4):
    """A crowd with a spammer of each kind."""
    votes, seconds, when, truth = crowd(seed, workers=25, k=6, mean_skill=0.85)
    rng = np.random.default_rng(seed)
    constant, hasty, drifting = (busiest(votes, rank) for rank in (5, 8, 3))
    label, seconds = votes.label.copy(), seconds.copy()
    label[votes.worker == constant] = 1
    own = np.flatnonzero(votes.worker == hasty)
    label[own], seconds[own] = rng.integers(0, 5, len(own)), 0.1 * seconds[own]
    own = np.flatnonzero(votes.worker == drifting)
    own = own[np.argsort(when[own])][len(own) // 2 :]
    label[own] = rng.integers(0, 5, len(own))
    votes = copied(replace(votes, label=label), busiest(votes, 1), busiest(votes, 0), rng)
    return votes, seconds, when, truth


def test_every_signal_finds_its_own_in_one_crowd():
    votes, seconds, when, truth = spoilt()
    found = find_signals(votes, truth=truth, seconds=seconds, when=when)
    assert {signal: len(named(found, signal)) for signal in SIGNALS} == {
        "haste": 1,
        "constancy": 1,
        "copying": 2,
        "drift": 1,
    }
    for finding in found.findings:
        assert 0 <= finding.p_value <= finding.false_discovery_rate <= found.level / 4
        assert 0 < len(finding.examples) <= 5
        own = votes.item[votes.worker == finding.worker]
        assert set(finding.examples) <= set(own.tolist())


def test_the_order_of_rows_changes_nothing():
    votes, seconds, when, truth = spoilt()
    order = np.random.default_rng(0).permutation(len(votes))
    columns = {name: getattr(votes, name)[order] for name in ("item", "worker", "label")}
    shuffled = find_signals(
        replace(votes, **columns), truth=truth, seconds=seconds[order], when=when[order]
    ).findings
    for one, other in zip(
        find_signals(votes, truth=truth, seconds=seconds, when=when).findings, shuffled, strict=True
    ):
        assert one.p_value == pytest.approx(other.p_value, rel=1e-6)
        assert (one.worker, one.signal, one.words, one.examples) == (
            other.worker,
            other.signal,
            other.words,
            other.examples,
        )


@pytest.mark.parametrize("what", ["label", "worker", "item"])
def test_other_codes_give_the_same_findings_under_their_new_names(what):
    votes, seconds, when, truth = spoilt()
    expected = flagged(votes, seconds, when, truth=truth)
    rng = np.random.default_rng(1)
    new = rng.permutation({"label": 5, "worker": 25, "item": 600}[what]).astype(np.int32)
    renamed = replace(votes, **{what: new[getattr(votes, what)]})
    if what == "label":
        truth = new[truth]
    if what == "item":
        truth = truth[np.argsort(new)]
    if what == "worker":
        expected = {(int(new[worker]), signal) for worker, signal in expected}
    assert flagged(renamed, seconds, when, truth=truth) == expected


def test_one_answer_to_each_task_tells_nothing():
    votes = Votes(np.arange(200), np.arange(200) % 10, np.zeros(200, np.int32), 200, 10, 3)
    found = find_signals(votes, seconds=np.ones(200), when=np.arange(200))
    assert found.findings == ()
    assert found.judged == 0


@pytest.mark.parametrize("n", [0, 1, 3])
def test_next_to_nothing_gives_no_finding_and_no_error(n):
    votes = Votes(np.zeros(n, np.int32), np.arange(n), np.arange(n) % 2, 1, max(n, 1), 2)
    found = find_signals(votes, seconds=np.full(n, np.nan), when=np.arange(n))
    assert (found.findings, found.tested["haste"], found.tested["drift"]) == ((), 0, 0)


def test_seconds_and_times_are_not_needed():
    votes, _, _, truth = spoilt()
    found = find_signals(votes, truth=truth)
    assert {finding.signal for finding in found.findings} == {"constancy", "copying"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"level": 0.0}, "level"),
        ({"level": 1.0}, "level"),
        ({"seconds": [1.0]}, "seconds must have one entry a vote"),
        ({"when": np.zeros((3, 2))}, "when must have one entry a vote"),
        ({"truth": [7]}, "one integer code an item"),
    ],
)
def test_what_does_not_fit_is_refused(options, says):
    votes = Votes(np.array([0, 1, 2]), np.array([0, 0, 1]), np.array([0, 1, 1]), 3, 2, 2)
    with pytest.raises(InputError, match=says):
        find_signals(votes, **options)
