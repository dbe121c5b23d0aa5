from itertools import pairwise, product

import numpy as np
import pytest

from groundswell.quality.spans.chains import Layout, best_paths, expected_paths


def chain(rng, states=3):
    start = rng.dirichlet(np.ones(states))
    transition = rng.dirichlet(np.ones(states), states)
    transition[0, 2] = 0.0  # as a grammar would forbid
    return start, transition / transition.sum(axis=1, keepdims=True)


def every_path(seen, start, transition):
    """All paths of one sequence with their joint probabilities, by enumeration."""
    for path in product(range(len(start)), repeat=len(seen)):
        weight = start[path[0]] * seen[0, path[0]]
        for t in range(1, len(path)):
            weight *= transition[path[t - 1], path[t]] * seen[t, path[t]]
        yield path, weight


def test_expected_and_best_paths_are_those_found_by_trying_every_path():
    rng = np.random.default_rng(0)
    start, transition = chain(rng)
    lengths = np.array([3, 0, 5, 1, 3])
    layout = Layout(lengths)
    seen = rng.random((lengths.sum(), 3))
    by_row = np.empty_like(seen)
    by_row[layout.row] = seen
    paths = expected_paths(layout, np.log(by_row), start, transition)
    best = best_paths(layout, np.log(by_row), start, transition)[layout.row]
    pairs, first, at = np.zeros((3, 3)), np.zeros(3), 0
    for length in lengths[lengths > 0]:
        mine = seen[at : at + length]
        found = list(every_path(mine, start, transition))
        total = sum(weight for _, weight in found)
        posterior = np.zeros((length, 3))
        for path, weight in found:
            posterior[np.arange(length), path] += weight / total
            first[path[0]] += weight / total
            for a, b in pairwise(path):
                pairs[a, b] += weight / total
        assert paths.posterior[layout.row][at : at + length] == pytest.approx(posterior)
        assert tuple(best[at : at + length]) == max(found, key=lambda one: one[1])[0]
        at += length
    assert paths.pairs == pytest.approx(pairs)
    assert paths.first == pytest.approx(first)
    assert paths.pairs[0, 2] == 0


def test_a_long_sequence_does_not_underflow():
    rng = np.random.default_rng(1)
    start, transition = chain(rng)
    seen = rng.normal(size=(5000, 3)) * 300 - 1e5
    paths = expected_paths(Layout(np.array([5000])), seen, start, transition)
    assert paths.posterior.sum(axis=1) == pytest.approx(np.ones(5000))
    assert paths.pairs.sum() == pytest.approx(4999)


def test_no_sequences_have_no_paths():
    layout = Layout(np.zeros(2, np.int64))
    start, transition = chain(np.random.default_rng(2))
    assert len(best_paths(layout, np.zeros((0, 3)), start, transition)) == 0
    assert expected_paths(layout, np.zeros((0, 3)), start, transition).pairs.sum() == 0
