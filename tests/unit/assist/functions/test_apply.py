from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from groundswell.assist.functions import apply, keywords, labelling_function, matches, proposed_by, where
from groundswell.errors import InputError
from groundswell.items import Item, ItemKind
from groundswell.organize import collect

SPAM = matches("free|win", "spam", name="offers")
HAM = keywords(["meeting", "lunch"], "ham", name="office")
TEXTS = ["Free lunch", "win a car", "meeting at 3", "hello"]


def said(weak):
    """What each function says of each item, by name."""
    votes = weak.votes
    triples = zip(votes.item, votes.worker, votes.label, strict=True)
    return {(votes.item_names[i], votes.worker_names[w], votes.class_names[c]) for i, w, c in triples}


EXPECTED = {(0, "offers", "spam"), (1, "offers", "spam"), (0, "office", "ham"), (2, "office", "ham")}


def test_functions_are_workers_and_abstaining_is_no_vote():
    weak = apply([SPAM, HAM], TEXTS)
    assert said(weak) == EXPECTED
    assert weak.coverage == 0.75
    assert weak.matrix().tolist() == [[1, 0], [1, -1], [-1, 0], [-1, -1]]


def test_tables_and_rows_are_named_by_their_id():
    rows = [{"id": f"t{place}", "text": text} for place, text in enumerate(TEXTS)]
    expected = {(f"t{place}", function, label) for place, function, label in EXPECTED}
    assert said(apply([SPAM, HAM], rows)) == expected
    assert said(apply([SPAM, HAM], pa.Table.from_pylist(rows))) == expected
    assert said(apply([SPAM, HAM], pa.RecordBatch.from_pylist(rows))) == expected


def test_a_collection_is_read_and_its_items_keep_their_ids():
    items = collect([{"text": text, "stars": place} for place, text in enumerate(TEXTS)])
    weak = apply([SPAM, where("stars >= 2", "ham")], items)
    assert weak.votes.item_names == tuple(item.id for item in items.items())
    assert len(weak.votes) == 4


def test_many_batches_give_the_same_as_one():
    texts = [f"item {place} {'free' if place % 3 == 0 else ''}" for place in range(2500)]
    weak = apply([SPAM], texts)
    assert weak.votes.item.tolist() == list(range(0, 2500, 3))


def test_an_error_loses_one_item_and_says_where_it_was():
    @labelling_function
    def brittle(text):
        return "spam" if text.split()[2] else None

    weak = apply([brittle, SPAM], TEXTS)
    assert weak.failed == {"brittle": 2}
    assert (1, "brittle", "spam") in said(weak)
    assert (1, "offers", "spam") in said(weak)
    first = weak.failures[0]
    assert (first.function, first.item) == ("brittle", 0)
    assert first.error.startswith("IndexError")
    assert "text.split()[2]" in first.trace


def test_a_batch_that_costs_something_is_not_asked_again():
    calls = []

    def broken(items):
        calls.append(len(items))
        raise TimeoutError("no answer")

    weak = apply([proposed_by(broken, name="model"), SPAM], TEXTS)
    assert calls == [4]
    assert weak.failed == {"model": 4}
    assert len(weak.votes) == 2


def test_a_proposer_that_returns_too_few_labels_has_failed():
    weak = apply([proposed_by(lambda items: ["x"], name="model")], TEXTS)
    assert weak.failed == {"model": 4}
    assert "4 items were given and 1 labels returned" in weak.failures[0].error


def test_failures_are_counted_all_and_kept_few():
    weak = apply([labelling_function(name="never")(lambda item: 1 / 0)], range(50))
    assert weak.failed == {"never": 50}
    assert len(weak.failures) == 10
    assert "50 failures" in repr(weak)


def test_a_class_that_is_not_among_those_given_and_a_label_that_is_no_name_are_failures():
    odd = labelling_function(name="odd")(lambda text: "other" if text == "hello" else ["list"])
    weak = apply([odd, SPAM], TEXTS, classes=["ham", "spam"])
    assert weak.failed == {"odd": 4}
    assert weak.votes.class_names == ("ham", "spam")


def test_nan_abstains_and_numpy_scalars_are_plain_classes():
    numbers = labelling_function(name="n")(lambda n: np.nan if n == 0 else np.int64(n))
    assert said(apply([numbers], [0, 2])) == {(1, "n", 2)}


def test_no_items_and_no_votes_are_fine():
    assert len(apply([SPAM], []).votes) == 0
    assert apply([SPAM], ["hello"]).coverage == 0


def test_names_must_be_distinct():
    with pytest.raises(InputError, match="function name"):
        apply([SPAM, SPAM], TEXTS)
    item = Item(ItemKind.TEXT, "a", None, "text/plain", "here", "1", datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(InputError, match="item id"):
        apply([SPAM], [item, item])


@pytest.mark.parametrize("functions", [[], [len]])
def test_what_is_no_labelling_function_is_refused(functions):
    with pytest.raises(InputError, match="labelling function"):
        apply(functions, TEXTS)


@pytest.mark.parametrize("items", ["a text", {"text": "a"}, 3])
def test_what_is_no_list_of_items_is_refused(items):
    with pytest.raises(InputError, match="items must be"):
        apply([SPAM], items)


def test_progress_is_told_and_shown(capsys):
    told = []
    apply([SPAM], ["x"] * 1500, on_progress=told.append, progress=True)
    assert told == [1024, 1500]
    assert capsys.readouterr().out == ""
