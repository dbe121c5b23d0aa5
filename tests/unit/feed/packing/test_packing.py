import itertools
from bisect import bisect_left, insort

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.feed import Feed, Packed, TableSamples
from groundswell.feed.packing.fit import Packing, best_fit, pack_stream
from groundswell.feed.packing.packed import cumulative_lengths, labels

lengths_lists = st.lists(st.integers(0, 40), max_size=60)


def pieces_of(packing: Packing) -> list[list[tuple[int, int, int]]]:
    """Of each row its pieces: document, start, length."""
    pieces = list(
        zip(packing.documents.tolist(), packing.starts.tolist(), packing.lengths.tolist(), strict=True)
    )
    ends = packing.row_starts.tolist()
    return [pieces[first:last] for first, last in itertools.pairwise(ends)]


def check(rows: list[list[tuple[int, int, int]]], lengths: list[int], size: int) -> None:
    """Every token stands in one row, rows are not overfull, and only a document longer than a row is cut."""
    assert all(0 < sum(length for _, _, length in row) <= size for row in rows)
    found = sorted((document, start, length) for row in rows for document, start, length in row)
    expected = [
        (document, start, min(size, length - start))
        for document, length in enumerate(lengths)
        for start in range(0, length, size)
    ]
    assert found == expected


def rows_by_the_book(lengths: list[int], size: int) -> int:
    """How many rows plain best fit decreasing needs, one document at a time."""
    spaces: list[int] = []
    rows = 0
    pieces = [min(size, length - start) for length in lengths for start in range(0, length, size)]
    for length in sorted(pieces, reverse=True):
        place = bisect_left(spaces, length)
        if place == len(spaces):
            rows += 1
            insort(spaces, size - length)
        else:
            insort(spaces, spaces.pop(place) - length)
    return rows


@settings(max_examples=120, deadline=None)
@given(lengths=lengths_lists, size=st.integers(1, 25))
def test_every_token_has_its_place_and_the_rows_are_those_of_best_fit_decreasing(
    lengths: list[int], size: int
) -> None:
    packing = best_fit(lengths, size)
    check(pieces_of(packing), lengths, size)
    assert packing.rows == rows_by_the_book(lengths, size)


def test_a_small_case_by_hand() -> None:
    packing = best_fit([3, 6, 4, 7, 0, 25], 10)
    assert sorted(sorted(row) for row in pieces_of(packing)) == [
        [(0, 0, 3), (3, 0, 7)],
        [(1, 0, 6), (2, 0, 4)],
        [(5, 0, 10)],
        [(5, 10, 10)],
        [(5, 20, 5)],
    ]
    assert packing.waste == pytest.approx(0.1)


def test_lengths_as_they_are_in_corpora_leave_nearly_no_waste() -> None:
    lengths = np.clip(np.random.default_rng(1).lognormal(6, 0.9, 50_000), 16, 20_000).astype(int)
    packing = best_fit(lengths, 2048)
    assert packing.lengths.sum() == lengths.sum()
    assert packing.waste < 0.001


def test_a_seed_names_which_documents_meet() -> None:
    lengths = [5] * 40
    one, same, other = (pieces_of(best_fit(lengths, 10, seed=seed)) for seed in (1, 1, 2))
    assert one == same != other


def test_nothing_to_pack_makes_no_rows() -> None:
    assert best_fit([0, 0], 5).rows == best_fit([], 5).rows == 0
    assert best_fit([], 5).waste == 0


@settings(max_examples=100)
@given(lengths=lengths_lists, size=st.integers(1, 25), open_rows=st.integers(1, 5))
def test_a_stream_is_packed_without_cutting_what_fits(lengths: list[int], size: int, open_rows: int) -> None:
    check(list(pack_stream(lengths, size, open_rows=open_rows)), lengths, size)


def test_more_open_rows_waste_less() -> None:
    lengths = np.random.default_rng(1).integers(1, 1500, 3000).tolist()
    counts = [len(list(pack_stream(lengths, 2048, open_rows=count))) for count in (1, 16, 64)]
    assert counts == sorted(counts, reverse=True)
    assert counts[2] < 1.02 * sum(lengths) / 2048


@pytest.mark.parametrize("size", [0, -1])
def test_a_row_without_room_is_an_error(size: int) -> None:
    with pytest.raises(InputError, match="at least 1"):
        best_fit([1], size)
    with pytest.raises(InputError, match="at least 1"):
        list(pack_stream([1], size))


# ── as batches ───────────────────────────────────────────────────────────────────────────────────


def documents(lengths: list[int]) -> TableSamples:
    tokens = [
        [100 * (number + 1) + place for place in range(length)] for number, length in enumerate(lengths)
    ]
    masks = [[place % 2 for place in range(length)] for length in lengths]
    table = pa.table(
        {
            "id": [f"d{number}" for number in range(len(lengths))],
            "tokens": pa.array(tokens, pa.large_list(pa.uint16())),
            "loss": pa.array(masks, pa.large_list(pa.uint8())),
        }
    )
    return TableSamples(table, digest="x")


def test_a_batch_says_of_each_token_its_document_its_place_and_whether_it_counts() -> None:
    packed = Packed(documents([3, 2]), 6, padding=9)
    (batch,) = Feed(packed, 1)
    assert batch["tokens"].tolist() == [[100, 101, 102, 200, 201, 9]]
    assert batch["segments"].tolist() == [[1, 1, 1, 2, 2, 0]]
    assert batch["positions"].tolist() == [[0, 1, 2, 0, 1, 0]]
    assert batch["loss"].tolist() == [[0, 1, 1, 0, 1, 0]]
    assert cumulative_lengths(batch).tolist() == [0, 3, 5, 6]
    assert labels(batch).tolist() == [[-100, 101, 102, -100, 201, -100]]
    assert packed.origins(np.array([0])) == [["d0", "d1"]]


def test_a_mask_takes_the_loss_away() -> None:
    (batch,) = Feed(Packed(documents([4]), 5, mask="loss"), 1)
    assert batch["loss"].tolist() == [[0, 1, 0, 1, 0]]


def test_a_document_longer_than_a_row_goes_on_in_another() -> None:
    batches = list(Feed(Packed(documents([7]), 4), 2, shuffle=False))
    assert sorted(batches[0]["tokens"].tolist()) == [[100, 101, 102, 103], [104, 105, 106, 0]]


@settings(max_examples=25, deadline=None)
@given(lengths=st.lists(st.integers(1, 30), min_size=1, max_size=30), batch_size=st.integers(1, 5))
def test_every_token_of_every_document_is_fed_once(lengths: list[int], batch_size: int) -> None:
    samples = documents(lengths)
    fed: list[int] = []
    for batch in Feed(Packed(samples, 12), batch_size, seed=3):
        fed += batch["tokens"][batch["segments"] > 0].tolist()
        starts = cumulative_lengths(batch)
        assert (np.diff(starts) > 0).all()
        assert (batch["positions"].reshape(-1)[starts[:-1]] == 0).all()
    expected = [token for tokens in samples.shard(0)["tokens"].to_pylist() for token in tokens]
    assert sorted(fed) == sorted(expected)


def test_another_packing_is_another_stream() -> None:
    names = {
        Packed(documents([3, 2]), 6, **options).digest for options in ({}, {"seed": 1}, {"mask": "loss"})
    }
    assert len(names) == 3
