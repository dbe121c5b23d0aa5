"""Spans are whole lines, cover the file, and know the number of their first line."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.collect.lines import read_lines
from groundswell.collect.spans import line_spans


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.binary(max_size=200).map(lambda data: data.replace(b"a", b"\n").replace(b"b", b"\r\n")),
    st.integers(1, 60),
)
def test_the_lines_of_all_spans_are_the_lines_of_the_file(
    tmp_path: Path, data: bytes, part_bytes: int
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff"))
    spans = line_spans(path, part_bytes)
    assert [line for span in spans for line in read_lines(path, 30, span)] == list(read_lines(path, 30))
    assert spans[0].start == 0
    assert spans[-1].end == path.stat().st_size


def test_a_line_longer_than_a_span_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 100 + b"\n" + b"y\n" * 3)
    assert [(span.start, span.end, span.first_line) for span in line_spans(path, 10)] == [
        (0, 101, 1),
        (101, 107, 2),
    ]


@pytest.mark.parametrize("data", [b"", b"no end"])
def test_a_file_without_ends_is_one_span(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    assert len(line_spans(tmp_path / "a.txt", 3)) == 1
