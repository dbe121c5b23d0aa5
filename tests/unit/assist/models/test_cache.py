import threading

import numpy as np
import pytest

from groundswell.assist.models import PredictionCache
from groundswell.assist.models.cache import digest_of
from groundswell.errors import StoreError
from groundswell.items import digest_text


@pytest.fixture
def path(tmp_path):
    return tmp_path / "predictions.db"


def test_what_is_kept_is_found_by_another_process_with_the_same_question_only(path):
    rows = {digest_text("a"): np.array([0.25, 0.75]), digest_text("b"): np.array([1 / 3, 2 / 3])}
    first = PredictionCache(path)
    first.keep("asked", rows)
    second = PredictionCache(path)  # while the first is open
    found = second.find("asked", [*rows, digest_text("c")], 2)
    assert {item: row.tolist() for item, row in found.items()} == {i: r.tolist() for i, r in rows.items()}
    assert second.find("asked otherwise", rows, 2) == {}
    assert second.find("asked", rows, 3) == {}
    assert len(second) == 2
    first.close()
    second.close()


def test_a_later_prediction_takes_the_place_of_an_earlier_one(path):
    cache = PredictionCache(path)
    for value in (0.2, 0.4):
        cache.keep("q", {digest_text("a"): np.array([value, 1 - value])})
    assert cache.find("q", [digest_text("a")], 2)[digest_text("a")].tolist() == [0.4, 0.6]
    assert len(cache) == 1
    cache.close()


def test_it_holds_neither_items_nor_prompts(path):
    cache = PredictionCache(path)
    cache.keep(digest_of({"prompt": "a secret prompt"}), {digest_text("a secret text"): np.array([1.0])})
    cache.close()
    assert b"secret" not in path.read_bytes()


def test_many_threads_may_keep_at_once(path):
    cache = PredictionCache(path)

    def keep(thread):
        for i in range(20):
            cache.keep("q", {digest_text(f"{thread} {i}"): np.array([0.5, 0.5])})

    threads = [threading.Thread(target=keep, args=(one,)) for one in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cache) == 100
    cache.close()


def test_a_batch_is_kept_wholly_or_not_at_all(path):
    cache = PredictionCache(path)
    with pytest.raises(StoreError, match="cannot be used"):
        cache.keep("q", {digest_text("a"): np.array([1.0]), None: np.array([1.0])})
    assert len(cache) == 0
    cache.keep("q", {digest_text("a"): np.array([1.0])})
    assert len(cache) == 1
    cache.close()


def test_a_file_that_is_something_else_is_left_alone(path, tmp_path):
    path.write_bytes(b"my thesis" * 1000)
    with pytest.raises(StoreError, match="not a database; name another file"):
        PredictionCache(path)
    assert path.read_bytes() == b"my thesis" * 1000
    with pytest.raises(StoreError, match="unable to open"):
        PredictionCache(tmp_path / "nowhere" / "cache.db")


def test_the_digest_of_a_question_does_not_depend_on_the_order_of_its_parts():
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1}) != digest_of({"a": 1, "b": [3]})
