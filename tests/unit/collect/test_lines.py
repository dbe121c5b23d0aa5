"""Lines come one by one, whatever their ends, their length and their packing."""

import gzip
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.collect.lines import read_lines
from groundswell.errors import UnreadableSource


def lines_of(path: Path, data: bytes, max_bytes: int = 1000) -> list[tuple[int, str]]:
    path.write_bytes(data)
    return [(line.number, line.reason or line.text) for line in read_lines(path, max_bytes)]


def test_ends_of_line_and_the_byte_order_mark_are_left_out(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfone\r\ntwo\n\nfour"
    assert lines_of(tmp_path / "a.txt", data) == [(1, "one"), (2, "two"), (3, ""), (4, "four")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\ufeff"), max_size=30)
    )
)
def test_lines_that_were_written_are_read(tmp_path: Path, texts: list[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("".join(f"{text}\n" for text in texts).encode())
    assert [line.text for line in read_lines(path, 1000)] == texts


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_compressed_lines_are_the_same(tmp_path: Path, suffix: str) -> None:
    data = b"one\ntwo\n" * 5000
    packed = gzip.compress(data) if suffix == ".gz" else pa.compress(data, codec="zstd", asbytes=True)
    assert lines_of(tmp_path / f"a.txt{suffix}", packed) == lines_of(tmp_path / "a.txt", data)


def test_bad_utf8_costs_one_line(tmp_path: Path) -> None:
    assert lines_of(tmp_path / "a.txt", b"one\n\xfft\nthree") == [
        (1, "one"),
        (2, "text:encoding"),
        (3, "three"),
    ]


def test_a_line_at_the_limit_is_read_and_one_over_it_is_not(tmp_path: Path) -> None:
    data = b"x" * 10 + b"\r\n" + b"y" * 11 + b"\n" + b"z" * 500 + b"\nlast"
    found = lines_of(tmp_path / "a.txt", data, max_bytes=10)
    assert found == [(1, "x" * 10), (2, "item:too_large"), (3, "item:too_large"), (4, "last")]


def test_a_huge_line_is_never_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(50):
            file.write(b"x" * 1_000_000)
        file.write(b"\nnext\n")
    tracemalloc.start()
    found = [line.reason or line.text for line in read_lines(path, 10_000)]
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == ["item:too_large", "next"]
    assert peak_bytes < 2_000_000


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_truncated_archive_ends_with_a_problem_after_its_good_lines(tmp_path: Path, suffix: str) -> None:
    data = "".join(f"line {number}\n" for number in range(100_000)).encode()
    packed = gzip.compress(data) if suffix == ".gz" else pa.compress(data, codec="zstd", asbytes=True)
    found = lines_of(tmp_path / f"a.txt{suffix}", packed[: len(packed) // 2])
    assert found[0] == (1, "line 0")
    assert found[-1][1] == "file:damaged"
    assert len({reason for _, reason in found if ":" in reason}) == 1


def test_what_only_claims_to_be_compressed_is_a_problem(tmp_path: Path) -> None:
    assert lines_of(tmp_path / "a.gz", b"plain text\n") == [(1, "file:damaged")]
    assert lines_of(tmp_path / "a.zst", b"plain text\n") == [(1, "file:damaged")]


def test_utf16_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="iconv -f utf-16"):
        lines_of(tmp_path / "a.txt", "text".encode("utf-16"))


def test_a_file_that_is_gone_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="cannot be opened"):
        list(read_lines(tmp_path / "gone.txt", 10))
