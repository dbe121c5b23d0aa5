import importlib
import importlib.util
import itertools
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from groundswell.errors import Conflict, MissingExtra
from groundswell.feed import Feed, Snapshot, snapshot

has_torch = importlib.util.find_spec("torch") is not None
if has_torch:
    from torch.utils.data import DataLoader

    from groundswell.feed.torch import TorchFeed

needs_torch = pytest.mark.skipif(not has_torch, reason="PyTorch is not installed")


@pytest.fixture
def stored(tmp_path: Path, version: Any) -> Snapshot:
    return snapshot(version, tmp_path / "s", shard_bytes=2000)


def make(stored: Snapshot, **options: Any) -> Feed:
    return Feed(stored, 7, **{"epochs": 2, "seed": 1, **options})


def labels(batches: Any) -> list[list[int]]:
    return [batch["label"].tolist() for batch in batches]


@pytest.mark.skipif(has_torch, reason="PyTorch is installed")
def test_without_pytorch_the_error_holds_the_line_that_installs_it() -> None:
    with pytest.raises(MissingExtra, match="pip install torch"):
        importlib.import_module("groundswell.feed.torch")


@needs_torch
def test_numbers_become_tensors_and_texts_stay(stored: Snapshot) -> None:
    import torch

    batch = next(iter(TorchFeed(make(stored))))
    assert (batch["label"].dtype, batch["label"].shape) == (torch.int16, (7,))
    assert {type(text) for text in batch["text"]} == {str}


@needs_torch
@pytest.mark.filterwarnings("ignore:This DataLoader will create")
@pytest.mark.parametrize(
    ("workers", "context"), [(0, None), (1, "fork"), (2, "fork"), (16, "fork"), (2, "spawn")]
)
def test_workers_change_neither_the_batches_nor_their_order(
    stored: Snapshot, workers: int, context: Any
) -> None:
    fed = labels(TorchFeed(make(stored), num_workers=workers, multiprocessing_context=context))
    assert fed == labels(make(stored))


@needs_torch
@pytest.mark.parametrize("stop", [0, 1, 14, 15, 29, 30])
@pytest.mark.parametrize("workers", [0, 2])
def test_what_workers_prepared_ahead_does_not_count_as_delivered(
    stored: Snapshot, workers: int, stop: int
) -> None:
    whole = labels(make(stored))
    feed = make(stored)
    taken = labels(
        itertools.islice(
            iter(TorchFeed(feed, num_workers=workers, prefetch_factor=2 if workers else None)), stop
        )
    )
    resumed = make(stored)
    resumed.load_state_dict(feed.state_dict())
    assert taken + labels(TorchFeed(resumed, num_workers=2 - workers)) == whole


@needs_torch
def test_an_endless_feed_goes_on_through_workers(stored: Snapshot) -> None:
    stream = iter(TorchFeed(make(stored, epochs=None), num_workers=1))
    fed = labels(itertools.islice(stream, 40))
    assert fed == labels(itertools.islice(iter(make(stored, epochs=None)), 40))


@needs_torch
def test_a_second_loop_over_a_finished_feed_is_an_error(stored: Snapshot) -> None:
    loader = TorchFeed(make(stored))
    assert len(labels(loader)) == len(loader) == 30
    with pytest.raises(Conflict, match="rewind"):
        iter(loader)


@needs_torch
def test_decoded_pixels_are_tensors(stored: Snapshot) -> None:
    from groundswell.feed.samples import TableSamples

    samples = TableSamples(pa.table({"data": pa.array([b"ab", b"cd"], pa.large_binary())}))
    feed = Feed(samples, 2, shuffle=False, decode={"data": list})
    assert next(iter(TorchFeed(feed)))["data"].tolist() == [[97, 98], [99, 100]]


@needs_torch
def test_workers_persist_over_loops_and_a_state_that_is_loaded_in_between_moves_them(
    stored: Snapshot,
) -> None:
    whole = labels(make(stored))
    loader = TorchFeed(make(stored), num_workers=2, persistent_workers=True)
    start = loader.state_dict()
    assert labels(itertools.islice(iter(loader), 5)) == whole[:5]
    loader.load_state_dict({**start, "delivered": 17})
    assert labels(loader) == whole[17:]
    loader.load_state_dict({**start, "delivered": 28})
    assert loader.state_dict()["delivered"] == 28


@needs_torch
@pytest.mark.filterwarnings("ignore:This DataLoader will create")
@pytest.mark.parametrize(("workers", "context"), [(0, None), (3, "fork"), (2, "spawn")])
def test_a_loader_of_somebody_elses_delivers_the_same_and_is_counted(
    stored: Snapshot, workers: int, context: Any
) -> None:
    whole = labels(make(stored))
    data = TorchFeed(make(stored))
    options: dict[str, Any] = {"multiprocessing_context": context, "persistent_workers": workers > 0}
    loader = DataLoader(data, batch_size=None, num_workers=workers, **options)
    assert labels(itertools.islice(data.counted(loader), 11)) == whole[:11]
    assert data.state_dict()["delivered"] == 11
    data.load_state_dict({**data.state_dict(), "delivered": 20})
    assert labels(data.counted(loader)) == whole[20:]


@needs_torch
def test_a_state_that_nobody_counted_is_refused(stored: Snapshot) -> None:
    data = TorchFeed(make(stored))
    next(iter(DataLoader(data, batch_size=None, num_workers=1)))
    with pytest.raises(Conflict, match="nobody knows what was delivered"):
        data.state_dict()


@needs_torch
@pytest.mark.parametrize("workers", [0, 1])
def test_views_of_media_reach_the_trainer_through_any_workers(stored: Snapshot, workers: int) -> None:
    batch = next(iter(TorchFeed(make(stored, views=True, shuffle=False), num_workers=workers)))
    assert [bytes(each) for each in batch["data"]] == [bytes([number]) * number for number in range(7)]


LOOP = """
import sys, torch.multiprocessing as mp
from groundswell.feed import Feed, open_snapshot
from groundswell.feed.torch import TorchFeed
for batch in TorchFeed(Feed(open_snapshot(sys.argv[1]), 7, epochs=None), num_workers=2):
    print(*(child.pid for child in mp.active_children()), flush=True)
"""


@needs_torch
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_no_process_is_left_behind_when_the_trainer_is_stopped(stored: Snapshot, end: int) -> None:
    command = [sys.executable, "-c", LOOP, str(stored.storage)]
    trainer = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert trainer.stdout is not None
    workers = [int(pid) for pid in trainer.stdout.readline().split()]
    assert len(workers) == 2
    trainer.send_signal(end)
    trainer.communicate(timeout=30)
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
