"""Components are right in memory and in rounds, whatever the graph."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.clean import InProcess, RunFolder
from groundswell.clean.copies import components as module
from groundswell.clean.copies.components import PAIR, components, find_components
from groundswell.clean.job.exchange import Receiver, Sender
from groundswell.clean.job.ledger import Ledger
from groundswell.clean.job.work import Work

GRAPHS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda pair: pair[0] != pair[1]), max_size=60
)


def by_hand(pairs: list[tuple[int, int]]) -> dict[int, int]:
    root = {node: node for pair in pairs for node in pair}
    for _ in root:
        for a, b in pairs:
            root[a] = root[b] = min(root[a], root[b])
    return root


@given(GRAPHS)
def test_in_memory(pairs: list[tuple[int, int]]) -> None:
    one, other = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    nodes, roots = components(one, other)
    assert dict(zip(nodes.tolist(), roots.tolist(), strict=True)) == by_hand(pairs)


def found(folder: Path, pairs: list[tuple[int, int]], memory_bytes: int) -> dict[int, int]:
    run = RunFolder(folder, is_temporary=True)
    files = []
    for number in range(3):
        sender = Sender(run, f"pairs-{number}", PAIR)
        mine = np.array([(max(pair), min(pair)) for pair in pairs[number::3]], PAIR)
        sender.send(np.zeros(len(mine), np.int64), mine)
        sender.close()
        files.append(run.path(f"pairs-{number}"))
    work = Work(run, InProcess(), {}, memory_bytes, Ledger(run).keep)
    made = find_components(work, "cluster", files, len(pairs))
    read = np.concatenate([np.empty(0, PAIR), *Receiver(made, PAIR).read(0, 255)])
    return dict(zip(read["node"].tolist(), read["other"].tolist(), strict=True))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(GRAPHS)
def test_in_rounds(tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[int, int]]) -> None:
    folder = tmp_path_factory.mktemp("run")
    assert found(folder, pairs, 1) == by_hand(pairs)


@pytest.mark.parametrize("memory_bytes", [module._PAIR_BYTES * 10, 10**9])
def test_a_long_chain_a_star_and_a_ring_are_one_each(tmp_path: Path, memory_bytes: int) -> None:
    chain = [(place, place + 1) for place in range(60)]
    star = [(1000, 1000 + place) for place in range(1, 60)]
    ring = [(2000 + place, 2000 + (place + 1) % 50) for place in range(50)]
    roots = found(tmp_path, chain + star + ring, memory_bytes)
    assert set(roots.values()) == {0, 1000, 2000}
    assert len(roots) == 61 + 60 + 50
