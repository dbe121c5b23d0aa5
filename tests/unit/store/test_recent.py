"""Values that were used last."""

from groundswell.store.recent import Recent


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_the_value_that_was_not_used_for_longest_is_forgotten():
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert [recent.get(key) for key in "abc"] == [1, None, 3]


def test_memory_stays_bounded_however_many_values_come_by():
    recent: Recent[int, int] = Recent(8)
    for number in range(1_000):
        recent.put(number, number)
    assert sum(recent.get(number) is not None for number in range(1_000)) == 8


def test_a_value_is_good_for_its_time_from_when_it_was_put_however_often_it_is_used():
    clock = Clock()
    recent: Recent[str, int] = Recent(2, seconds=10, clock=clock)
    recent.put("a", 1)
    for clock.now in (4.0, 8.0, 10.0):
        assert recent.get("a") == 1
    clock.now = 10.1
    assert recent.get("a") is None
    recent.put("a", 2)
    assert recent.get("a") == 2


def test_a_value_that_is_put_again_replaces_the_old_one_and_counts_once():
    recent: Recent[str, int] = Recent(2)
    for value in range(5):
        recent.put("a", value)
    recent.put("b", 9)
    assert (recent.get("a"), recent.get("b")) == (4, 9)


def test_forgetting_what_is_not_there_is_no_error():
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.forget("a")
    recent.forget("a")
    assert recent.get("a") is None


def test_nothing_and_false_are_values_like_any_other():
    recent: Recent[str, object] = Recent(2)
    recent.put("a", [])
    recent.put("b", False)
    assert recent.get("a") == []
    assert recent.get("b") is False
