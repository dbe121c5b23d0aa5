import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import EmptySource, UnreadableSource
from groundswell.feed.rebatch import rebatch, row_bytes, same_schema


def text_batch(texts: list[str | None]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string())})


def texts_of(batches: list[pa.RecordBatch]) -> list[list[str | None]]:
    return [batch.column("text").to_pylist() for batch in batches]


@given(
    st.lists(st.lists(st.none() | st.text(max_size=9), max_size=8), min_size=1),
    st.integers(1, 6),
    st.integers(1, 40),
)
def test_rows_are_cut_at_the_same_places_however_they_came(
    parts: list[list[str | None]], max_rows: int, max_bytes: int
) -> None:
    whole = text_batch([text for part in parts for text in part])
    limits = {"max_rows": max_rows, "max_bytes": max_bytes}
    cut = texts_of(list(rebatch(map(text_batch, parts), **limits)))
    assert cut == texts_of(list(rebatch([whole], **limits)))
    assert [text for batch in cut for text in batch] == whole.column("text").to_pylist()
    assert all(1 <= len(batch) <= max_rows for batch in cut) or whole.num_rows == 0


def test_a_batch_ends_with_the_row_that_brings_it_to_the_byte_limit() -> None:
    cut = rebatch([text_batch(["aaa", "bbb", "c" * 50, "d", "e"])], max_rows=100, max_bytes=6)
    assert texts_of(list(cut)) == [["aaa", "bbb"], ["c" * 50], ["d", "e"]]


def test_a_stream_without_rows_keeps_its_columns() -> None:
    (only,) = rebatch([text_batch([]), text_batch([])], max_rows=5, max_bytes=5)
    assert (only.num_rows, only.schema.names) == (0, ["text"])


def test_no_batch_at_all_is_an_error() -> None:
    with pytest.raises(EmptySource, match="at least one batch"):
        list(rebatch([], max_rows=1, max_bytes=1))


def test_a_batch_with_other_columns_is_refused_by_name() -> None:
    other = pa.RecordBatch.from_pydict({"text": ["a"], "label": [1]})
    with pytest.raises(UnreadableSource, match="label int64"):
        list(same_schema([text_batch(["a"]), other]))


def test_the_size_of_a_row_counts_texts_bytes_lists_and_numbers() -> None:
    batch = pa.RecordBatch.from_pydict(
        {
            "text": pa.array(["é", None], pa.large_string()),
            "data": pa.array([b"abc", b""], pa.binary()),
            "tokens": pa.array([[1, 2], None], pa.list_(pa.int32())),
            "vector": pa.array([[1.0, 2.0], [3.0, 4.0]], pa.list_(pa.float32(), 2)),
            "label": [1, 2],
        }
    )
    assert row_bytes(batch).tolist() == [2 + 3 + 16 + 16 + 8, 0 + 0 + 0 + 16 + 8]
