"""Tags and branches: names that stay, lines that grow, and references that say which version is meant."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from groundswell.errors import Conflict, InputError, InvalidName, NotFound, StoreError
from groundswell.organize import DatasetStore, RefKind
from groundswell.store.blobs import BlobStore

Batches = Callable[..., list[pa.RecordBatch]]


def test_a_tag_stays_with_its_version(store: DatasetStore, batches: Batches) -> None:
    first = store.write("pets", batches(3))
    tag = store.tag(first, "gold", note="what the paper used")
    store.write("pets", batches(4))
    assert store.open("pets@gold") == store.open("pets", "gold") == first
    assert (tag.kind, tag.number, tag.digest, tag.note) == (
        RefKind.TAG,
        1,
        first.digest,
        "what the paper used",
    )
    assert store.refs("pets") == [tag]


def test_a_tag_moves_only_where_that_is_said(store: DatasetStore, batches: Batches) -> None:
    first, second = store.write("pets", batches(3)), store.write("pets", batches(4))
    store.tag(first, "gold")
    with pytest.raises(Conflict, match="'gold' is a tag of version 1 of pets already"):
        store.tag(second, "gold")
    store.tag(second, "gold", move=True)
    assert store.open("pets@gold") == second
    store.untag("pets", "gold")
    with pytest.raises(NotFound, match="has no tag 'gold'; it has: none"):
        store.untag("pets", "gold")


def test_a_branch_grows_beside_the_main_line(store: DatasetStore, batches: Batches) -> None:
    main = store.write("pets", batches(3))
    store.branch(main, "try")
    assert store.open("pets@try") == main
    tried = store.add_columns(store.open("pets@try"), pa.table({"id": main.ids(), "score": [1, 2, 3]}))
    assert (tried.number, tried.branch, tried.manifest.branch) == (2, "try", "try")
    assert store.open("pets") == main
    assert store.open("pets@try") == tried
    more = store.write("pets", batches(4))
    assert (more.number, more.manifest.previous, tried.manifest.previous) == (3, 1, 1)
    assert store.heads("pets") == {"main": 3, "try": 2}
    assert store.write("pets", batches(5), branch="try").manifest.previous == 2


def test_a_branch_that_ended_leaves_its_versions_and_its_name(store: DatasetStore, batches: Batches) -> None:
    main = store.write("pets", batches(3))
    store.branch(main, "try")
    old = store.write("pets", batches(2), branch="try")
    store.end_branch("pets", "try")
    with pytest.raises(NotFound, match="has no branch 'try'; make it first"):
        store.write("pets", batches(2), branch="try")
    assert store.open("pets", old.number) == old
    store.branch(main, "try")
    assert store.open("pets@try") == main, "the new branch does not begin with the versions of the old one"


def test_tags_and_branches_share_their_names(store: DatasetStore, batches: Batches) -> None:
    version = store.write("pets", batches(1))
    store.branch(version, "try")
    for take in (lambda: store.tag(version, "try"), lambda: store.tag(version, "try", move=True)):
        with pytest.raises(Conflict, match="'try' is a branch"):
            take()
    with pytest.raises(NotFound, match="has no tag 'try'"):
        store.untag("pets", "try")
    store.tag(version, "gold")
    with pytest.raises(Conflict, match="'gold' is a tag"):
        store.branch(version, "gold")


@pytest.mark.parametrize("name", ["main", "7", "2026-11-29", "", "../x", "A", "a b", "x" * 65])
def test_a_name_that_means_something_else_is_refused(
    store: DatasetStore, batches: Batches, name: str
) -> None:
    version = store.write("pets", batches(1))
    for give in (store.tag, store.branch):
        with pytest.raises(InvalidName, match="cannot name a tag or branch"):
            give(version, name)


def test_an_experiment_comes_home(store: DatasetStore, batches: Batches) -> None:
    main = store.write("pets", batches(3))
    store.branch(main, "try")
    tried = store.add_columns(store.open("pets@try"), pa.table({"id": main.ids(), "score": [1, 2, 3]}))
    home = store.promote(tried)
    assert (home.branch, home.digest, home.parents[0].number) == ("main", tried.digest, tried.number)
    assert store.open("pets") == home
    back = store.promote(main)
    assert (store.open("pets").digest, back.number, back.lineage) == (
        main.digest,
        4,
        {"promoted": {"version": 1}},
    )


def test_two_who_added_columns_at_once_get_both(store: DatasetStore, batches: Batches) -> None:
    base = store.write("pets", batches(3))
    one = store.add_columns(base, pa.table({"id": base.ids(), "label": ["a", "b", "c"], "x": [1, 1, 1]}))
    other = store.add_columns(base, pa.table({"id": base.ids(), "score": [1, 2, 3]}))
    both = store.merge(one, other)
    assert both.to_table(["label", "x", "score"]).to_pydict() == {
        "label": ["a", "b", "c"],
        "x": [1, 1, 1],
        "score": [1, 2, 3],
    }
    assert [parent.number for parent in both.parents] == [2, 3]
    assert store.merge(both, one).digest == both.digest


def test_of_a_column_that_both_have_the_newer_is_taken(store: DatasetStore, batches: Batches) -> None:
    base = store.write("pets", batches(2))
    old = store.add_columns(base, pa.table({"id": base.ids(), "label": ["a", "a"]}))
    new = store.add_columns(old, pa.table({"id": base.ids(), "label": ["b", "b"], "note": ["x", "x"]}))
    scored = store.add_columns(old, pa.table({"id": base.ids(), "score": [1, 2]}))
    for into, other in ((scored, new), (new, scored)):
        both = store.merge(into, other).to_table(["label", "score", "note"]).to_pydict()
        assert both == {"label": ["b", "b"], "score": [1, 2], "note": ["x", "x"]}


def test_what_does_not_go_together_is_not_merged(store: DatasetStore, batches: Batches) -> None:
    base = store.write("pets", batches(2))
    one = store.add_columns(base, pa.table({"id": base.ids(), "label": ["a", "a"]}))
    other = store.add_columns(base, pa.table({"id": base.ids(), "label": ["b", "b"]}))
    with pytest.raises(Conflict, match="both given label other values"):
        store.merge(one, other)
    with pytest.raises(Conflict, match="have other rows"):
        store.merge(one, store.write("pets", batches(3)))
    with pytest.raises(Conflict, match="of two datasets"):
        store.merge(one, store.write("others", batches(2)))
    assert [version.number for version in store.versions("pets")] == [1, 2, 3, 4]


# ── time travel ──


@pytest.fixture
def moving(tmp_path: Path) -> DatasetStore:
    """Return a store whose clock advances by a day with every look."""
    days = iter(range(1, 29))
    return DatasetStore(
        tmp_path / "d", BlobStore(tmp_path / "b"), now=lambda: datetime(2026, 1, next(days), 12, tzinfo=UTC)
    )


def test_what_was_there_at_a_time_is_there_again(moving: DatasetStore, batches: Batches) -> None:
    first, second = moving.write("pets", batches(1)), moving.write("pets", batches(2))
    assert (first.created_at.day, second.created_at.day) == (1, 2)
    for at in ("2026-01-01", "2026-01-02T11:59", datetime(2026, 1, 2, 11, tzinfo=UTC)):
        assert moving.open("pets", at) == first
    assert moving.open("pets@2026-01-02") == moving.open("pets@2027-01-01T00:00+02:00") == second
    with pytest.raises(NotFound, match="had no version at 2025-12-31"):
        moving.open("pets", "2025-12-31")


def test_an_experiment_is_not_what_was_there(moving: DatasetStore, batches: Batches) -> None:
    main = moving.write("pets", batches(1))
    moving.branch(main, "try")
    moving.write("pets", batches(2), branch="try")
    assert moving.open("pets", datetime(2026, 1, 20, tzinfo=UTC) + timedelta(days=1)) == main


@pytest.mark.parametrize(
    ("reference", "error", "says"),
    [
        ("pets@", InputError, "names no version after the @"),
        ("pets@2026-13-01", InputError, "is no date"),
        ("pets@3", NotFound, "has no version 3; it has 1"),
        ("pets@gone", NotFound, "no version 'gone'; it has 1 to 1, and the names main, gold"),
        ("pets@../../x", NotFound, "no version"),
        ("Pets@1", InvalidName, "cannot name a dataset"),
    ],
)
def test_a_reference_that_leads_nowhere_says_why(
    store: DatasetStore, batches: Batches, reference: str, error: type[Exception], says: str
) -> None:
    store.tag(store.write("pets", batches(1)), "gold")
    with pytest.raises(error, match=says):
        store.open(reference)


def test_a_naive_instant_is_refused(store: DatasetStore, batches: Batches) -> None:
    store.write("pets", batches(1))
    with pytest.raises(InputError, match="no time zone"):
        store.open("pets", datetime(2026, 1, 1))


def test_a_damaged_name_is_noticed(store: DatasetStore, batches: Batches) -> None:
    store.tag(store.write("pets", batches(1)), "gold")
    (store.root / "pets" / "refs" / "gold.json").write_text("{")
    with pytest.raises(StoreError, match="is damaged"):
        store.open("pets@gold")
