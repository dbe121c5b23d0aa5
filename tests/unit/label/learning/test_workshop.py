"""What a workshop keeps in memory."""

from groundswell.label.learning.workshop import Recent


def test_the_value_that_was_not_used_for_longest_is_forgotten():
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert [recent.get(key) for key in "abc"] == [1, None, 3]


def test_memory_stays_bounded_however_many_projects_come_by():
    recent: Recent[int, int] = Recent(8)
    for number in range(1_000):
        recent.put(number, number)
    assert sum(recent.get(number) is not None for number in range(1_000)) == 8
