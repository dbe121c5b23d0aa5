"""Requests that wait at the same time are done together."""

import asyncio

import pytest

from groundswell.store.batcher import Batcher

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Room:
    """Does requests when it is let; remembers in which batches they came."""

    def __init__(self):
        self.batches: list[list[int]] = []
        self.under_way = 0
        self.most_under_way = 0
        self.gate = asyncio.Event()

    async def together(self, requests):
        self.batches.append(list(requests))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self.gate.wait()
        finally:
            self.under_way -= 1
        return [10 * one if one >= 0 else ValueError(f"own error of {one}") for one in requests]


async def waiting(count):
    """Let everything that can run run; `count` turns of the loop are more than enough."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_who_comes_alone_is_done_at_once_without_any_timer(monkeypatch):
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_later", None)  # whoever waited for a timer would fail
    monkeypatch.setattr(loop, "call_at", None)
    room = Room()
    room.gate.set()
    assert await Batcher(room.together).do(7) == 70
    assert room.batches == [[7]]


async def test_who_comes_while_all_turns_are_taken_goes_together_in_the_next_in_the_order_of_coming():
    room = Room()
    batcher = Batcher(room.together, turns=1)
    asked = [asyncio.create_task(batcher.do(1))]
    await waiting(5)
    asked += [asyncio.create_task(batcher.do(n)) for n in (2, 3, 4)]
    await waiting(5)
    assert room.batches == [[1]]
    room.gate.set()
    assert await asyncio.gather(*asked) == [10, 20, 30, 40]
    assert room.batches == [[1], [2, 3, 4]]


async def test_no_batch_is_larger_and_no_more_are_under_way_than_allowed():
    room = Room()
    batcher = Batcher(room.together, turns=2, most=5)
    asked = [asyncio.create_task(batcher.do(n)) for n in range(32)]
    await waiting(10)
    assert len(room.batches) == 2
    room.gate.set()
    assert await asyncio.gather(*asked) == [10 * n for n in range(32)]
    assert room.most_under_way == 2
    assert max(map(len, room.batches)) == 5
    assert [n for batch in room.batches for n in batch] == list(range(32))


async def test_an_error_reaches_only_the_caller_whose_own_it_is():
    room = Room()
    room.gate.set()
    batcher = Batcher(room.together, turns=1)
    results = await asyncio.gather(*(batcher.do(n) for n in (1, -2, 3)), return_exceptions=True)
    assert [results[0], results[2]] == [10, 30]
    assert str(results[1]) == "own error of -2"


async def test_a_batch_that_fails_as_a_whole_tells_all_its_callers_and_the_next_one_runs():
    calls = []

    async def together(requests):
        calls.append(list(requests))
        if len(calls) == 1:
            raise RuntimeError("the database is away")
        return [one for one in requests]

    batcher = Batcher(together, turns=1, most=2)
    results = await asyncio.gather(*(batcher.do(n) for n in range(4)), return_exceptions=True)
    failed = [str(one) for one in results if isinstance(one, RuntimeError)]
    assert failed == ["the database is away"] * len(calls[0])
    assert [one for one in results if not isinstance(one, Exception)] == list(range(len(calls[0]), 4))


async def test_a_caller_who_has_gone_spoils_nothing_for_the_others():
    room = Room()
    batcher = Batcher(room.together, turns=1)
    asked = [asyncio.create_task(batcher.do(n)) for n in (1, 2, 3)]
    await waiting(5)
    asked[0].cancel()  # in a batch that is under way
    asked[1].cancel()  # still waiting
    room.gate.set()
    gone = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(gone[0], asyncio.CancelledError)
    assert isinstance(gone[1], asyncio.CancelledError)
    assert gone[2] == 30
    assert await batcher.do(4) == 40


async def test_results_that_are_too_few_are_an_error_for_the_callers_and_nobody_waits_for_ever():
    async def together(requests):
        return []

    batcher = Batcher(together, turns=1)
    asked = [asyncio.create_task(batcher.do(n)) for n in range(2)]
    done, pending = await asyncio.wait(asked, timeout=1)
    for task in pending:
        task.cancel()
    assert not pending
    assert all(task.exception() is not None for task in done)


async def test_a_batch_that_is_cancelled_cancels_its_callers_and_gives_its_turn_back():
    room = Room()
    batcher = Batcher(room.together, turns=1)
    asked = asyncio.create_task(batcher.do(1))
    await waiting(5)
    for task in list(batcher._running):
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    room.gate.set()
    assert await batcher.do(2) == 20


async def test_a_batch_goes_beside_another_once_a_crowd_waits_and_nobody_is_left_behind():
    room = Room()
    batcher = Batcher(room.together, turns=2, crowd=3)
    tasks = [asyncio.create_task(batcher.do(n)) for n in range(3)]
    await waiting(10)
    assert room.batches == [[0]]  # two wait, which is no crowd
    tasks += [asyncio.create_task(batcher.do(n)) for n in (3, 4)]
    await waiting(10)
    assert room.batches == [[0], [1, 2, 3]]
    room.gate.set()
    assert await asyncio.gather(*tasks) == [0, 10, 20, 30, 40]
    assert room.batches[2:] == [[4]]
