import csv
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError, NoVotes
from groundswell.quality.number_model import fit_numbers
from groundswell.quality.number_table import Numbers
from groundswell.quality.numbers import consensus_of_numbers

CROWDS = Path(os.environ.get("TEST_DATA_DIR", "no such folder")) / "crowd"

TABLES = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from("abcd"), st.integers(-50, 50)),
    min_size=2,
    max_size=25,
    unique_by=lambda row: row[:2],
)


def crowd(rng, *, items=150, workers=20, each=4, bias=0.0, spread=10.0):
    """Rows of workers with their own bias and spread, the true values, biases and spreads."""
    truth = rng.normal(50, 20, items)
    biases = np.broadcast_to(bias, workers) * rng.normal(size=workers)
    spreads = np.broadcast_to(spread, workers)
    rows = []
    for item in range(items):
        for worker in rng.choice(workers, each, replace=False):
            rows.append((item, int(worker), truth[item] + rng.normal(biases[worker], spreads[worker])))
    return rows, truth, biases, spreads


def in_order(result):
    """Values and errors in the order of the tasks' names."""
    order = np.argsort(result.answers.item_names)
    return result.value[order], result.error[order]


def off(result, truth):
    return float(np.sqrt(np.mean((in_order(result)[0] - truth) ** 2)))


def test_mean_and_median_are_what_one_computes_by_hand():
    rows = [("t", "ann", 1), ("t", "bob", 2), ("t", "eve", 6), ("u", "ann", 4)]
    mean = consensus_of_numbers(rows, method="mean")
    assert mean.values == {"t": 3.0, "u": 4.0}
    # Around 3 the squares are 4 + 1 + 9, with two degrees of freedom in all: a variance of 7.
    assert mean.error == pytest.approx([np.sqrt(7 / 3), np.sqrt(7)])
    assert mean.weight.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1])
    median = consensus_of_numbers(rows, method="median")
    assert median.values == {"t": 2.0, "u": 4.0}
    assert median.error == pytest.approx([np.sqrt(7 / 3 * np.pi / 2), np.sqrt(7)])
    assert median.workers == ()


def test_values_are_the_exact_solution_of_the_model_with_the_precisions_that_it_found():
    """Values and biases maximise a quadratic form: solve it densely, with the variances that the values imply."""
    rows, *_ = crowd(np.random.default_rng(0), items=30, workers=6, each=3, bias=8.0)
    answers = Numbers.from_table(rows)
    answers = replace(answers, value=(answers.value - 50) / 50)
    fit = fit_numbers(answers, np.full(30, np.nan), tol=1e-12, max_iter=5000)
    assert fit.converged
    design = np.zeros((len(answers), 36))
    design[np.arange(len(answers)), answers.item] = 1
    design[np.arange(len(answers)), 30 + answers.worker] = 1
    weighed = design * fit.weight[:, None]
    off_value = weighed.T @ (answers.value - fit.value[answers.item] - fit.bias[answers.worker])
    # At the optimum, each pull of the answers is balanced by its prior: proportional to value - mean, and to bias.
    value_pull, bias_pull = off_value[:30], off_value[30:]
    assert np.corrcoef(value_pull, fit.value - fit.value.mean())[0, 1] == pytest.approx(1, abs=1e-6)
    assert np.corrcoef(bias_pull, fit.bias)[0, 1] == pytest.approx(1, abs=1e-6)
    prior = (
        1 / np.r_[np.full(30, np.polyfit(value_pull, fit.value - fit.value.mean(), 1)[0]), np.full(6, 1e9)]
    )
    prior[30:] = 1 / np.polyfit(bias_pull, fit.bias, 1)[0]
    exact = np.linalg.inv(design.T @ weighed + np.diag(prior))
    assert fit.error == pytest.approx(np.sqrt(np.diag(exact)[:30]), rel=0.15)
    assert fit.bias_error == pytest.approx(np.sqrt(np.diag(exact)[30:]), rel=0.25)


@settings(max_examples=6, deadline=None)
@given(rows=TABLES, seed=st.integers(0, 100))
def test_the_order_of_rows_and_the_names_do_not_matter(rows, seed):
    rng = np.random.default_rng(seed)
    result = consensus_of_numbers(rows)
    shuffled = [rows[place] for place in rng.permutation(len(rows))]
    renamed = [(f"task {task}", f"worker {worker}", value) for task, worker, value in shuffled]
    other = consensus_of_numbers(renamed)
    for task, value in result.values.items():
        assert other.values[f"task {task}"] == pytest.approx(value, abs=1e-6)


@settings(max_examples=6, deadline=None)
@given(rows=TABLES, factor=st.sampled_from([0.001, 3.0, 1000.0]), plus=st.integers(-1000, 1000))
def test_another_unit_gives_the_same_in_that_unit(rows, factor, plus):
    result = consensus_of_numbers(rows)
    other = consensus_of_numbers([(task, worker, factor * value + plus) for task, worker, value in rows])
    assert other.value == pytest.approx(factor * result.value + plus, rel=1e-5, abs=1e-3 * factor)
    assert other.error == pytest.approx(factor * result.error, rel=1e-3, nan_ok=True)


@settings(max_examples=6, deadline=None)
@given(rows=TABLES)
def test_values_stay_within_what_was_answered_or_nearly_and_every_error_is_above_zero(rows):
    result = consensus_of_numbers(rows)
    given_values = [value for _, _, value in rows]
    reach = max(given_values) - min(given_values)
    assert (result.value >= min(given_values) - reach).all()
    assert (result.value <= max(given_values) + reach).all()
    assert reach == 0 or (result.error > 0).all()


def test_a_perfect_crowd_is_reproduced():
    truth = np.random.default_rng(1).normal(0, 100, 40)
    rows = [(task, worker, truth[task]) for task in range(40) for worker in range(3)]
    result = consensus_of_numbers(rows)
    assert result.value == pytest.approx(truth, abs=0.05)
    assert [worker.bias for worker in result.workers] == pytest.approx([0, 0, 0], abs=0.5)


def test_biases_are_found_and_taken_off():
    rows, truth, biases, _ = crowd(np.random.default_rng(2), bias=20.0, spread=4.0, each=3)
    result = consensus_of_numbers(rows)
    assert off(result, truth) < 0.5 * off(consensus_of_numbers(rows, method="mean"), truth)
    found = {worker.worker: worker for worker in result.workers}
    gaps = [found[code].bias - bias for code, bias in enumerate(biases)]
    assert np.abs(np.array(gaps) - np.mean(gaps)).max() < 6
    assert np.mean([abs(gap) < 2 * found[code].bias_error for code, gap in enumerate(gaps)]) > 0.8


def test_careless_workers_count_for_less_and_are_told_from_careful_ones():
    spread = np.where(np.arange(20) < 10, 3.0, 40.0)
    rows, truth, *_ = crowd(np.random.default_rng(3), spread=spread)
    result = consensus_of_numbers(rows)
    assert np.isfinite(result.pull)
    assert off(result, truth) < 0.5 * off(consensus_of_numbers(rows, method="mean"), truth)
    found = {worker.worker: worker.spread for worker in result.workers}
    assert max(found[code] for code in range(10)) < min(found[code] for code in range(10, 20))


def test_where_all_are_equal_all_weigh_the_same():
    rows, truth, *_ = crowd(np.random.default_rng(4))
    result = consensus_of_numbers(rows)
    assert result.pull == np.inf
    assert not result.robust
    assert off(result, truth) < off(consensus_of_numbers(rows, method="mean"), truth)


def test_typing_errors_do_no_harm():
    rows, truth, *_ = crowd(np.random.default_rng(5))
    clean = off(consensus_of_numbers(rows), truth)
    broken = [(*row[:2], row[2] * 1000 if place % 60 == 7 else row[2]) for place, row in enumerate(rows)]
    result = consensus_of_numbers(broken)
    assert result.robust
    assert off(result, truth) < 1.3 * clean
    assert off(consensus_of_numbers(broken, method="mean"), truth) > 100 * clean


def test_intervals_hold_what_they_promise():
    shares, spread = [], np.linspace(3, 20, 20)
    for seed in range(5):
        rows, truth, *_ = crowd(np.random.default_rng(seed), each=3, bias=5.0, spread=spread)
        value, error = in_order(consensus_of_numbers(rows))
        shares.append(np.mean(np.abs(value - truth) <= 1.96 * error))
    assert 0.92 < np.mean(shares) < 0.98


def test_a_wider_interval_for_a_higher_level():
    rows, *_ = crowd(np.random.default_rng(6), items=10)
    result = consensus_of_numbers(rows)
    low, high = result.interval(0.5)
    assert (high - low) / 2 == pytest.approx(0.6745 * result.error, rel=1e-3)
    with pytest.raises(InputError, match="between 0 and 1"):
        result.interval(95)


def test_a_bias_that_all_share_is_seen_with_gold_only():
    rng = np.random.default_rng(7)
    rows, truth, *_ = crowd(rng, spread=5.0)
    high = [(task, worker, value + 30) for task, worker, value in rows]
    without = consensus_of_numbers(high)
    with_gold = consensus_of_numbers(high, gold={task: truth[task] for task in range(20)})
    assert off(without, truth) > 25
    assert off(with_gold, truth) < 5
    assert [with_gold.values[task] for task in range(20)] == truth[:20].tolist()
    assert (
        with_gold.error[[with_gold.answers.item_names.index(task) for task in range(20)]].tolist() == [0] * 20
    )


def test_gold_may_be_an_array_may_name_new_tasks_and_may_contradict_everybody():
    rows = [("t", "ann", 1), ("t", "bob", 2), ("u", "ann", 3), ("u", "bob", 3)]
    by_array = consensus_of_numbers(rows, gold=np.array([np.nan, 900.0]))
    assert by_array.values["u"] == 900
    by_name = consensus_of_numbers(rows, gold={"u": 900, "new": 5})
    assert by_name.values["new"] == 5
    assert np.isfinite(by_name.value).all()
    assert consensus_of_numbers(rows, gold={"u": 900}, method="mean").values == {"t": 1.5, "u": 900}


@pytest.mark.parametrize("gold", [{"t": "high"}, {"t": float("nan")}, [1.0, 2.0], [np.inf], ["1"]])
def test_gold_that_is_no_number_a_task_is_refused(gold):
    with pytest.raises(InputError, match="gold"):
        consensus_of_numbers([("t", "ann", 1)], gold=gold)


def test_a_worker_with_one_answer_is_like_the_crowd_and_one_without_is_too():
    rows, *_ = crowd(np.random.default_rng(8), spread=10.0)
    result = consensus_of_numbers([*rows, (0, 98, rows[0][2]), (0, 99, None)])
    found = {worker.worker: worker for worker in result.workers}
    usual = np.median([found[code].spread for code in range(20)])
    assert found[98].spread == pytest.approx(usual, rel=0.35)
    assert found[99].spread == pytest.approx(usual, rel=0.35)
    assert (found[99].bias, found[99].answers) == (pytest.approx(0, abs=0.5), 0)
    assert found[99].bias_error >= max(found[code].bias_error for code in range(20))


def test_a_task_without_answers_has_the_mean_of_all_and_a_wide_error():
    rows, *_ = crowd(np.random.default_rng(9))
    result = consensus_of_numbers([*rows, ("unseen", 0, None)])
    value, error = result.value[-1], result.error[-1]
    assert value == pytest.approx(result.value[:-1].mean(), abs=1)
    assert error > 2 * result.error[:-1].max()


def test_one_answer_a_task_returns_about_that_answer():
    values = np.linspace(0, 100, 30)
    result = consensus_of_numbers([(task, task % 3, value) for task, value in enumerate(values)])
    assert np.corrcoef(result.value, values)[0, 1] > 0.99
    assert (result.error > 1).all()


@pytest.mark.parametrize("method", ["weighed", "mean", "median"])
def test_where_no_two_answers_differ_the_error_is_unknown(method):
    result = consensus_of_numbers([("t", "ann", 5), ("u", "bob", 5), ("t", "bob", 5)], method=method)
    assert result.values == {"t": 5.0, "u": 5.0}
    assert np.isnan(result.error).all()
    assert "NumberConsensus(2 tasks from 3 answers of 2 workers" in repr(result)


def test_rows_for_a_table():
    result = consensus_of_numbers([("t", "ann", 1.0), ("t", "bob", 3.0)], method="mean")
    (row,) = result.to_rows()
    assert row == {
        "task": "t",
        "value": 2.0,
        "error": pytest.approx(1.0),
        "low": pytest.approx(0.04, abs=0.001),
        "high": pytest.approx(3.96, abs=0.001),
        "answers": 2,
    }


def test_nothing_and_unknown_methods_are_refused():
    with pytest.raises(NoVotes):
        consensus_of_numbers([])
    with pytest.raises(InputError, match="there are weighed, mean, median"):
        consensus_of_numbers([("t", "ann", 1)], method="mode")


def read(name):
    with (CROWDS / name / "answers.csv").open(newline="") as file:
        rows = [(row["task"], row["worker"], float(row["label"])) for row in csv.DictReader(file)]
    with (CROWDS / name / "truth.csv").open(newline="") as file:
        return rows, {row["task"]: float(row["truth"]) for row in csv.DictReader(file)}


@pytest.mark.skipif(not CROWDS.is_dir(), reason="set TEST_DATA_DIR to a folder with crowd/<set>/answers.csv")
@pytest.mark.parametrize(("name", "most"), [("num_anger", 0.95), ("num_joy", 1.05), ("num_valence", 1.08)])
def test_on_real_crowds_it_is_never_far_from_the_mean(name, most):
    rows, truth = read(name)

    def error(method):
        values = consensus_of_numbers(rows, method=method).values
        return np.sqrt(np.mean([(values[task] - true) ** 2 for task, true in truth.items()]))

    assert error("weighed") < most * error("mean")
    # Where most say 0, likelihood would follow those who always do; the median shows how far off that is.
    assert error("weighed") < 0.9 * error("median")
