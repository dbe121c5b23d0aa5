"""The same tasks on a Ray cluster of two machines, with one killed on the way, give the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.clean.job.conftest import Go, corpus, parts_of
from tests.unit.clean.job.steps import DieOnce, Slow, Trouble
from tests.unit.clean.job.test_job import CHAIN

from groundswell.clean import (
    DropBadConversations,
    DropByRules,
    DropContaminated,
    DropUrlDuplicates,
    IdentifyLanguage,
    InProcess,
    KeepC4Lines,
    Mix,
    RedactPersonal,
    default_recipe,
)
from groundswell.clean.job.executors import Running
from groundswell.errors import InputError, MissingExtra

pytestmark = pytest.mark.slow

HAS_RAY = (
    subprocess.run([sys.executable, "-c", "import ray"], capture_output=True, check=False).returncode == 0
)
needs_ray = pytest.mark.skipif(not HAS_RAY, reason="ray is not installed: pip install 'groundswell[ray]'")

MANY = (
    IdentifyLanguage(),
    RedactPersonal(),
    KeepC4Lines(needs_terminal=False, min_sentences=1),
    DropByRules(()),
    DropContaminated.of({"quiz": ["word1 word2 word3 word4 word5 word6 word7 word8 word9"]}),
    DropBadConversations(),
    DropUrlDuplicates(),
    Mix((("python", 1.0),)),
)


@pytest.fixture(scope="module")
def cluster():
    """A cluster of two machines, of one processor each, on this machine."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, sys.path)
    )  # its processes import what this one does
    import ray
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    made.add_node(num_cpus=1)
    ray.init(address=made.address, log_to_driver=False)
    yield made
    ray.shutdown()
    made.shutdown()


@needs_ray
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("operators", [default_recipe(), CHAIN, MANY], ids=["default", "chain", "many"])
def test_a_cluster_gives_what_one_process_gives(go: Go, cluster, operators) -> None:
    parts = parts_of([f"{text}. And more of it." for text in corpus()], 50)
    executor = Running(on="ray:auto").executor(None)
    assert go(parts, operators, executor, "cluster") == go(parts, operators, InProcess(), "one")


@needs_ray
@pytest.mark.filterwarnings("ignore")
def test_a_worker_that_is_killed_costs_nothing(go: Go, cluster, tmp_path: Path) -> None:
    texts = corpus(60)
    executor = Running(on="ray:auto").executor(None)
    found = go(parts_of(texts, 20), (DieOnce(tmp_path / "note"),), executor)
    assert (found.texts, found.drops) == (texts, [])


@needs_ray
@pytest.mark.filterwarnings("ignore")
def test_the_row_that_kills_is_set_aside(go: Go, cluster) -> None:
    texts = [f"text {place}" + (" poison" if place == 9 else "") for place in range(16)]
    found = go(parts_of(texts, 16), (Trouble("poison", "die"),), Running(on="ray:auto").executor(None))
    assert [(drop.reason, drop.locator) for drop in found.drops] == [("operator:killed", "row 9")]
    assert len(found.texts) == 15


@needs_ray
@pytest.mark.filterwarnings("ignore")
def test_a_machine_that_is_lost_costs_nothing(go: Go, cluster, tmp_path: Path) -> None:
    texts = corpus(400)
    lost = cluster.add_node(num_cpus=1)
    killer = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1.5)"])
    executor = Running(on="ray:auto").executor(None)
    import threading

    def remove() -> None:
        killer.wait()
        cluster.remove_node(lost, allow_graceful=False)

    thread = threading.Thread(target=remove)
    thread.start()
    found = go(parts_of(texts, 20), (Slow(tmp_path, 0.2), *default_recipe()), executor, "cluster")
    thread.join()
    assert found == go(parts_of(texts, 20), (Slow(tmp_path, 0.0), *default_recipe()), InProcess(), "one")


def test_what_is_no_place_is_refused() -> None:
    with pytest.raises((InputError, MissingExtra), match=r"no place to run|pip install 'groundswell\[ray\]'"):
        Running(on="moon").executor(None)
