"""The counts of a run, in one line."""

from groundswell.items import Drop
from groundswell.organize import Report


def drop(reason: str, *, failed: bool = False) -> Drop:
    return Drop(None, "s", "l", "step", reason, "", failed)


def test_decisions_and_errors_are_counted_apart_the_most_frequent_first() -> None:
    report = Report(collected=1004, kept=1000)
    for each in (drop("a:b"), drop("c:d"), drop("c:d"), drop("e:f", failed=True)):
        report.count(each)
    assert str(report) == "1,004 read, 1,000 kept, 3 dropped (2 c:d, 1 a:b), 1 failed (1 e:f)"


def test_rare_reasons_are_counted_together() -> None:
    report = Report(collected=20)
    for number in range(10):
        report.count(drop(f"a:{number}"))
        report.count(drop("b:c"))
    assert str(report).endswith(
        "20 dropped (10 b:c, 1 a:0, 1 a:1, 1 a:2, 1 a:3, 1 a:4, 1 a:5, 1 a:6, 3 for other reasons)"
    )


def test_a_run_without_drops_says_so_by_silence() -> None:
    assert str(Report(2, 2)) == "2 read, 2 kept"
