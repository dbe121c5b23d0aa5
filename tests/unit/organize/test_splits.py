"""Splits: for ever, by groups, and without leaks."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.organize.conftest import image_item, text_item

from groundswell.clean.minhash import jaccard, sketch
from groundswell.errors import InputError, MissingColumn
from groundswell.items import Item, split_of, to_batch
from groundswell.organize import DatasetStore, Version, find_leaks, split

HALVES = {"train": 0.5, "test": 0.5}
SENTENCE = (
    "the {} fox jumps over a lazy dog while seven quick cats watch from the old garden wall near our {} house"
)


def items(texts: Sequence[str], **meta: Sequence[object]) -> list[Item]:
    return [
        replace(text_item(place), text=text, meta={name: values[place] for name, values in meta.items()})
        for place, text in enumerate(texts)
    ]


def parts(version: Version, column: str = "split") -> list[str | None]:
    return version.to_table([column])[column].to_pylist()


def families(count: int) -> list[str]:
    """Return texts of which each three are nearly the same."""
    longer = "topic {} " * 3 + SENTENCE
    return [
        longer.format(*[f"number{place}"] * 3, *[f"x{place}"] * 2) + end
        for place in range(count)
        for end in ("", ".", " indeed")
    ]


def test_an_item_stays_where_a_keyed_hash_puts_it(store: DatasetStore) -> None:
    version = store.write("pets", [to_batch([text_item(place) for place in range(200)])])
    done = split(store, version, HALVES, seed=3, group_by=None)
    assert parts(done.version) == split_of(version.ids(), HALVES, 3).tolist()
    assert sum(done.sizes.values()) == done.groups == 200
    assert done.version.lineage["split"] == {
        "column": "split",
        "fractions": HALVES,
        "seed": 3,
        "group_by": None,
    }


def test_near_copies_stay_together(store: DatasetStore) -> None:
    version = store.write("pets", [to_batch(items(families(30)))])
    done = split(store, version, HALVES)
    found = parts(done.version)
    assert all(len(set(found[at : at + 3])) == 1 for at in range(0, 90, 3))
    assert (done.groups, done.held_out) == (30, 0)
    assert find_leaks(done.version) == []
    apart = split(store, version, HALVES, group_by=None)
    leaks = find_leaks(apart.version)
    assert len(leaks) > 5
    assert all(leak.part != leak.other_part and leak.similarity >= 0.8 for leak in leaks)


def chain(length: int, words: int = 100, step: int = 6) -> list[str]:
    """Return texts of which each is nearly the same as the next, and no two others are."""
    every = [f"word{number}" for number in range(words + step * length)]
    return [" ".join(every[start : start + words]) for start in range(0, step * length, step)]


def test_a_chain_of_near_copies_stays_together_though_its_ends_are_unlike(store: DatasetStore) -> None:
    for turned in (chain(12), chain(12)[::-1], chain(12)[::2] + chain(12)[1::2]):
        done = split(store, store.write("pets", [to_batch(items(turned))]), HALVES)
        assert (done.groups, len(set(parts(done.version)))) == (1, 1)


def test_a_leak_in_the_middle_of_a_chain_is_found(store: DatasetStore) -> None:
    version = store.write("pets", [to_batch(items(chain(4)))])
    ids = version.ids()
    parted = store.add_columns(version, pa.table({"id": ids, "split": ["train", "train", "test", "test"]}))
    (leak,) = find_leaks(parted)
    assert {leak.item, leak.other} == {ids[1], ids[2]}
    assert leak.similarity == pytest.approx(90 / 102)


@pytest.mark.parametrize("seed", range(4))
def test_every_item_that_is_like_one_of_another_part_is_named(store: DatasetStore, seed: int) -> None:
    rng = np.random.default_rng(seed)
    texts = [text for _ in range(3) for text in chain(8, words=60 + int(rng.integers(20)), step=5)]
    texts = [f"{text} {'again ' * int(rng.integers(3))}" for text in texts for _ in range(2)]
    version = store.write("pets", [to_batch(items(list(dict.fromkeys(texts))))])
    parted = rng.choice(["train", "test", "dev"], version.rows).tolist()
    table = pa.table({"id": version.ids(), "split": parted})
    named = {
        item for leak in find_leaks(store.add_columns(version, table)) for item in (leak.item, leak.other)
    }
    sketches = sketch(version.to_table(["text"])["text"].combine_chunks())
    alike = np.array(
        [
            [jaccard(sketches.shingles(a), sketches.shingles(b)) for a in range(version.rows)]
            for b in range(version.rows)
        ]
    )
    elsewhere = np.array(parted)[:, None] != np.array(parted)[None, :]
    close = ((alike >= 0.9) & elsewhere).any(axis=1)
    near = ((alike >= 0.8) & elsewhere).any(axis=1)
    ids = np.array(version.ids())
    assert set(ids[close]) <= named <= set(ids[near])


def test_images_that_are_alike_stay_together(store: DatasetStore) -> None:
    version = store.write("photos", [to_batch([image_item(place) for place in range(12)])])
    assert split(store, version, HALVES).groups == 12


def test_items_of_one_patient_stay_together(store: DatasetStore) -> None:
    texts = [f"note {place} of many" for place in range(60)]
    version = store.write("notes", [to_batch(items(texts, patient=[place % 10 for place in range(60)]))])
    done = split(store, version, HALVES, group_by="patient")
    found = parts(done.version)
    assert all(len({found[at] for at in range(patient, 60, 10)}) == 1 for patient in range(10))
    assert done.groups == 10
    by_column = store.add_columns(version, pa.table({"id": version.ids(), "site": ["a", "b"] * 30}))
    assert split(store, by_column, HALVES, group_by="site").groups == 2
    with pytest.raises(MissingColumn, match="no column or field 'ward'"):
        split(store, version, group_by="ward")


def test_a_dataset_that_grows_moves_nothing(store: DatasetStore) -> None:
    texts = families(20)
    first = split(store, store.write("pets", [to_batch(items(texts[::3]))]), HALVES, seed=1)
    grown = store.append(first.version, [to_batch(items(texts))])
    assert parts(grown).count(None) == 40
    again = split(store, grown, HALVES, seed=1)
    assert parts(again.version)[:20] == parts(first.version)
    of = dict(zip(grown.to_table(["text"])["text"].to_pylist(), parts(again.version), strict=True))
    assert all(of[text] == of[texts[place // 3 * 3]] for place, text in enumerate(texts))
    assert find_leaks(again.version) == []
    other_seed = split(store, grown, HALVES, seed=2)
    assert parts(other_seed.version)[:20] == parts(first.version), "what has a part keeps it"


def test_a_new_item_that_is_like_items_of_two_parts_goes_to_none(store: DatasetStore) -> None:
    words = [f"word{number}" for number in range(60)]
    between = " ".join(words)
    one = " ".join([*words[:-4], *[f"left{n}" for n in range(4)]])
    other = " ".join([*[f"right{n}" for n in range(4)], *words[4:]])
    base = store.write("pets", [to_batch(items([one, other]))])
    table = pa.table({"id": base.ids(), "split": ["train", "test"]})
    grown = store.append(
        store.add_columns(base, table), [to_batch(items([between, "something else entirely"]))]
    )
    done = split(store, grown, HALVES)
    assert parts(done.version)[:3] == ["train", "test", None]
    assert parts(done.version)[3] in HALVES
    assert done.held_out == 1


def test_parts_that_nobody_asked_for_are_named(store: DatasetStore) -> None:
    base = store.write("pets", [to_batch([text_item(1)])])
    table = pa.table({"id": base.ids(), "split": ["dev"]})
    with pytest.raises(InputError, match="has items in 'dev', which is none of train, test"):
        split(store, store.add_columns(base, table), HALVES)
    with pytest.raises(InputError, match="add up to 1"):
        split(store, base, {"train": 0.5})
    assert len(store.versions("pets")) == 2


def test_an_item_that_is_there_twice_has_one_part(store: DatasetStore) -> None:
    version = store.write("pets", [to_batch([text_item(1), text_item(2), text_item(1)])])
    with pytest.raises(InputError, match="more than once"):
        store.add_columns(version, pa.table({"id": version.ids(), "x": [1, 2, 3]}))
    found = parts(split(store, version, HALVES, group_by=None).version)
    assert found[0] == found[2]


def test_what_is_not_split_cannot_leak(store: DatasetStore) -> None:
    version = store.write("pets", [to_batch([text_item(1)])])
    with pytest.raises(MissingColumn, match="split it first: groundswell split pets"):
        find_leaks(version)


def test_a_feed_follows_the_column(store: DatasetStore) -> None:
    from groundswell.feed import feed

    version = store.write("pets", [to_batch([text_item(place) for place in range(40)])])
    table = pa.table({"id": version.ids(), "split": ["train", "test", None, "train"] * 10})
    parted = store.add_columns(version, table)
    for columns in (None, ["text"]):
        fed = [text for batch in feed(parted, 8, split="train", columns=columns) for text in batch["text"]]
        assert sorted(fed) == sorted(f"text {place}" for place in range(40) if place % 4 in (0, 3))
