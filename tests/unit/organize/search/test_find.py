"""Searching: the right items, in the right order, exactly counted; and clear words where nothing can be found."""

import io
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.unit.organize.search.conftest import REVIEWS, review

from groundswell.errors import InputError, InvalidQuery
from groundswell.items import Item, ItemKind, to_batch
from groundswell.organize import DatasetStore, Retention, Version, clean_up
from groundswell.organize.search import (
    build_index,
    distribution,
    is_indexed,
    matching,
    search,
)
from groundswell.store.blobs import BlobStore

Rows = Callable[[str], list[int]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [0, 1, 2, 3, 4, 5, 6]),
        ("screen", [0, 1, 6]),
        ("SCREEN broken", [0]),
        ("screen OR broken", [0, 1, 3, 6]),
        ("screen -broken", [1, 6]),
        ("broken (screen OR box)", [0, 3]),
        ("cassé", [2]),
        ("casse ecran", [2]),
        ('"the broken"', [3]),
        ('"arrival the"', [3]),
        ('"broken the"', []),
        ('"broken screen"', []),
        ('"is bro"*', [0]),
        ("br*", [0, 1, 3]),
        ("屏幕", [4]),
        ('"幕坏了"', [4]),
        ("nowhere", []),
        ("NOT screen", [2, 3, 4, 5]),
        # columns
        ("label:negative", [0, 2, 4]),
        ("label:negative,positive", [0, 1, 2, 4, 5, 6]),
        ("label:neg*", [0, 2, 4]),
        ("label:none", [3]),
        ("label:any", [0, 1, 2, 4, 5, 6]),
        ("-label:negative", [1, 3, 5, 6]),
        ("label_probability<0.7", [2, 5]),
        ("label_probability:0.7..0.9", [0, 4, 6]),
        ("label_probability:0.9..", [0, 1]),
        ("label_probability:..0.6", [2, 5]),
        ("checked:true", [0, 3, 5]),
        ("checked:none", [2, 6]),
        ("licence:CC0-1.0", [1, 3, 5]),
        ("licence:none screen", [0, 6]),
        ("collected_at:2026-01-02", [1]),
        ("collected_at>2026-01-05", [5, 6]),
        ("collected_at>=2026-01-05", [4, 5, 6]),
        ("collected_at<=2026-01-02", [0, 1]),
        ("collected_at<2026-01-02", [0]),
        ('collected_at>="2026-01-06T12:00" kind:text', [5, 6]),
        ("locator~LINE locator~3", [3]),
        ('locator:"line 3"', [3]),
        # other fields of the records
        ("stars:1", [0, 3, 4]),
        ("stars>=4", [1, 6]),
        ("stars>1 stars<=4.5", [2, 6]),
        ("stars:four", [5]),
        ("stars:1..2", [0, 2, 3, 4]),
        ("lang:en,fr", [0, 1, 2, 3, 5]),
        ("lang:none", [6]),
        ("tags:screen", [0, 1]),
        ("tags:fault tags:screen", [0]),
        ("tags~FAU", [0]),
        ("verified:true", [3]),
        ("verified:false", [6]),
        ("verified:any", [3, 6]),
        ("by.name:Ann", [5]),
        ("by.name>=A by.name<B", [5]),
        ("meta.stars:1 -meta.lang:en", [4]),
        ("lang>=f", [2, 4]),
    ],
)
def test_a_query_finds_what_it_asks_for(rows: Rows, query: str, expected: list[int]) -> None:
    assert rows(query) == expected


def test_an_item_is_found_by_its_id(reviews: Version, rows: Rows) -> None:
    first, second = reviews.ids()[:2]
    assert rows(f"id:{first}") == [0]
    assert rows(f"id:{first[:10]},{second[:10]}") == [0, 1]
    assert rows("id:" + "0" * 10) == []
    with pytest.raises(InvalidQuery, match="first digits"):
        search(reviews, "id:any")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("lable:cat", "no field 'lable'; did you mean label"),
        ("starz>1", "no field 'starz'; did you mean stars"),
        ("qqqqq:1", "there are id, kind, .*stars"),
        ("http://example.org", "put it in quotes"),
        ("text:x", "no field 'text'"),
        ("label_probability:high", "label_probability holds numbers, and 'high' is none"),
        ("checked:maybe", "checked is true or false, not 'maybe'"),
        ("checked>1", "checked is true or false; write checked:true"),
        ("collected_at:soon", "holds instants; write for example"),
        ("label_probability~9", "~ is for texts, and label_probability holds double"),
        ("slice:hard", "reviews has no slice 'hard'; it has: none"),
        ('"..."', "has no letter or digit to look for"),
        ("like:00000000", "has no item '00000000'"),
        ("like:screen", "needs an item or a text in quotes"),
    ],
)
def test_what_makes_no_sense_says_why(reviews: Version, query: str, says: str) -> None:
    with pytest.raises(InvalidQuery, match=says):
        search(reviews, query)


# ── order ──


def test_the_best_fit_comes_first(reviews: Version) -> None:
    found = search(reviews, "broken OR screen")
    assert found.rows.tolist()[0] == 0, "it has both"
    assert found.scores is not None
    assert found.scores.tolist() == sorted(found.scores.tolist(), reverse=True)
    assert search(reviews, "broken").rows.tolist() in ([3, 0], [0, 3])


def test_without_words_items_come_as_they_are_stored(reviews: Version) -> None:
    found = search(reviews, "label:any")
    assert (found.rows.tolist(), found.scores) == ([0, 1, 2, 4, 5, 6], None)


def test_pages_are_parts_of_one_order(reviews: Version) -> None:
    for query, sort in (
        ("screen OR broken OR what", None),
        ("", None),
        ("", "-label_probability"),
        ("", "label"),
    ):
        whole = search(reviews, query, sort=sort).rows.tolist()
        pages = [
            search(reviews, query, sort=sort, limit=2, offset=at).rows.tolist()
            for at in range(0, len(whole), 2)
        ]
        assert [row for page in pages for row in page] == whole
        assert search(reviews, query, sort=sort, limit=0).total == len(whole)


def test_items_are_sorted_by_a_column_with_those_without_a_value_last(reviews: Version) -> None:
    assert search(reviews, sort="label_probability").rows.tolist() == [2, 5, 6, 4, 0, 1, 3]
    assert search(reviews, "screen", sort="-label_probability").rows.tolist() == [1, 0, 6]
    for sort in ("stars", "text", "nothing", ""):
        with pytest.raises(InputError, match="cannot be sorted by"):
            search(reviews, sort=sort)
    with pytest.raises(InputError, match="numbers from 0"):
        search(reviews, limit=-1)


def test_items_that_are_alike_come_first_and_the_item_itself_is_left_out(reviews: Version) -> None:
    broken = reviews.ids()[0]
    found = search(reviews, f"like:{broken}")
    assert found.rows.tolist()[0] in (3, 1)
    assert 0 not in found.rows
    assert found.total == len(found.rows) == 3, "what shares no word is not alike"
    assert search(reviews, f"like:{broken[:8]} label:positive").rows.tolist() == [6, 1]
    assert search(reviews, 'like:"a broken box"').rows.tolist()[0] == 3


@pytest.mark.parametrize("kind", [pa.float32(), pa.float64(), pa.float16()])
def test_vectors_say_what_is_alike_where_there_are_any(
    store: DatasetStore, reviews: Version, kind: pa.DataType
) -> None:
    points = [[1, 0], [0, 1], [0.9, 0.1], None, [-1, 0], [0.5, 0.5], [0, 0]]
    given = [None if point is None else np.array(point, np.float16).tolist() for point in points]
    table = pa.table({"id": reviews.ids(), "embedding": pa.array(given, pa.list_(kind, 2))})
    version = store.add_columns(reviews, table)
    found = search(version, f"like:{version.ids()[0]}")
    assert found.rows.tolist()[:3] == [2, 5, 1]
    assert found.scores is not None
    assert found.scores[0] == pytest.approx(0.9 / np.hypot(0.9, 0.1), abs=1e-3)
    assert search(version, f"like:{version.ids()[0]} label:positive").rows.tolist()[:2] == [5, 1]


def test_likeness_of_images_needs_vectors(store: DatasetStore) -> None:
    file = io.BytesIO()
    Image.new("L", (4, 4)).save(file, "PNG")
    image = replace(
        review(0, "", {}), kind=ItemKind.IMAGE, text=None, data=file.getvalue(), media_type="image/png"
    )
    version = store.write("photos", [to_batch([image])])
    with pytest.raises(InvalidQuery, match="no column of vectors"):
        search(version, f"like:{image.id}")
    assert search(version, "cat").total == 0
    assert search(version, "kind:image").total == 1


# ── how labels are spread ──


def test_a_distribution_counts_values_among_what_was_found(reviews: Version) -> None:
    assert distribution(reviews) == {"negative": 3, "positive": 3, None: 1}
    assert distribution(reviews, query="screen") == {"positive": 2, "negative": 1}
    assert distribution(reviews, "stars") == {1.0: 3, "four": 1, 2.0: 1, 4.5: 1, 5.0: 1}
    assert distribution(reviews, "tags", "lang:en") == {"screen": 2, "fault": 1, None: 2}
    assert distribution(reviews, "verified") == {True: 1, False: 1, None: 5}
    with pytest.raises(InvalidQuery, match="no field 'lable'"):
        distribution(reviews, "lable")


def test_a_distribution_of_too_many_values_adds_the_rest_up(
    reviews: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell.organize.search.find.MOST_VALUES", 2)
    assert distribution(reviews, "lang") == {"en": 4, "fr": 1, "...": 2}


def test_what_was_found_becomes_a_version(store: DatasetStore, reviews: Version) -> None:
    hard = store.select(reviews, mask=matching(reviews, "label_probability<0.7"), name="hard")
    assert hard.to_table(["text"])["text"].to_pylist() == [REVIEWS[2][0], REVIEWS[5][0]]


# ── the index ──


def test_versions_that_share_their_items_share_their_index(store: DatasetStore, reviews: Version) -> None:
    assert not is_indexed(reviews)
    told: list[int] = []
    build_index(reviews, on_progress=told.append)
    assert told == [7]
    assert is_indexed(store.open("reviews", 1))
    grown = store.append(reviews, [to_batch([review(9, "a new screen", {})])])
    assert not is_indexed(grown)
    build_index(grown, on_progress=told.append)
    assert told == [7, 8], "only the new file"
    assert sorted(search(grown, "screen").rows.tolist()) == [0, 1, 6, 7]
    assert len(list((grown.folder / "index").iterdir())) == 2


def test_an_index_goes_with_its_data(store: DatasetStore, reviews: Version) -> None:
    build_index(reviews)
    store.write("reviews", [to_batch([review(0, "only this", {})])])
    (reviews.folder / "index" / ".new-killed").mkdir()
    (reviews.folder / "index" / ".new-killed" / "half").write_bytes(b"x")
    del reviews
    clean_up(store, "reviews", policy=Retention(keep_last=1))
    newest = store.open("reviews")
    assert not [path for path in (newest.folder / "index").rglob("*") if path.is_file()]
    assert search(newest, "only").total == 1


def test_parts_of_few_rows_find_the_same(
    reviews: Version, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell.organize.search.index.PART_ROWS", 2)
    monkeypatch.setattr("groundswell.organize.search.index.PART_BYTES", 30)
    assert rows("screen OR broken") == [0, 1, 3, 6]
    assert rows("stars:1 lang:en,zh") == [0, 3, 4]
    assert search(reviews, "screen OR broken").rows.tolist()[0] == 0
    assert sorted(path.name for path in next((reviews.folder / "index").iterdir()).iterdir()) > [
        "0",
        "1",
        "2",
    ]


def count_screens(root: Path) -> int:
    store = DatasetStore(root / "datasets", BlobStore(root / "blobs"))
    return search(store.open("reviews"), "screen").total


def test_many_who_search_first_at_once_make_one_index(reviews: Version, tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        assert list(pool.map(count_screens, [tmp_path] * 8)) == [3] * 8
    assert len(list((reviews.folder / "index").iterdir())) == 1


def test_an_empty_version_is_searched(store: DatasetStore) -> None:
    empty = store.write("none", [])
    assert search(empty, "screen").total == search(empty, "kind:text").total == search(empty).total == 0
    assert distribution(empty, "kind") == {}


words = st.sampled_from(
    ["red", "green", "blue", "r*", '"red green"', "-blue", "n:1", "n>1", "label:x", "label:none"]
)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(["red", "green", "blue"]), max_size=4), st.integers(0, 3)),
        max_size=8,
    ),
    st.lists(st.lists(words, min_size=1, max_size=3), min_size=3, max_size=5),
)
def test_a_search_finds_what_a_loop_finds(
    tmp_path_factory: pytest.TempPathFactory, given: list[tuple[list[str], int]], asked: list[list[str]]
) -> None:
    home = tmp_path_factory.mktemp("search")
    store = DatasetStore(home / "d", BlobStore(home / "b"))
    items: list[Item] = [
        review(0, f"{' '.join(text)} #{place}", {"n": number}) for place, (text, number) in enumerate(given)
    ]
    version = store.write("x", [to_batch(items)])
    if given:
        labels = ["x" if number % 2 else None for _, number in given]
        version = store.add_columns(version, pa.table({"id": version.ids(), "label": labels}))
    elif any("label" in word for some in asked for word in some) or any(
        word[0] == "n" for s in asked for word in s
    ):
        return

    def fits(word: str, text: list[str], number: int) -> bool:
        if word.startswith("-"):
            return not fits(word[1:], text, number)
        joined = " ".join(text)
        return {
            "r*": any(one.startswith("r") for one in text),
            '"red green"': "red green" in joined,
            "n:1": number == 1,
            "n>1": number > 1,
            "label:x": number % 2 == 1,
            "label:none": number % 2 == 0,
        }.get(word, word in text)

    for number in range(1, len(asked) + 1):
        query = " OR ".join(" ".join(some) for some in asked[:number])
        expected = [
            row
            for row, (text, number_of) in enumerate(given)
            if any(all(fits(word, text, number_of) for word in some) for some in asked[:number])
        ]
        found = search(version, query)
        assert sorted(found.rows.tolist()) == expected
        assert found.total == len(expected)
