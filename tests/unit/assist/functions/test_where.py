from datetime import UTC, datetime

import numpy as np
import pyarrow.compute as pc
import pytest

from groundswell.assist.functions import where
from groundswell.errors import InputError
from groundswell.items import Item, ItemKind

ROWS = [{"n": 1, "text": "Grün"}, {"n": 5, "text": "rot"}, {"n": None, "text": None}]


@pytest.mark.parametrize("predicate", ["n > 3", pc.field("n") > 3], ids=["sql", "arrow"])
def test_true_says_one_class_false_another_and_unknown_nothing(predicate):
    assert where(predicate, "big", otherwise="small").label(ROWS) == ["small", "big", None]
    assert where(predicate, "big").label(ROWS) == [None, "big", None]


def test_regexp_and_like_are_there():
    assert where("text REGEXP '^.r.n$'", "x").label(ROWS) == ["x", None, None]
    assert where("text LIKE 'R%'", "x").label(ROWS) == [None, "x", None]


def test_fields_of_an_item_are_columns():
    item = Item(
        *(ItemKind.TEXT, "fine", None, "text/plain", "here", "row 1", datetime(2026, 1, 1, tzinfo=UTC)),
        {"stars": 5, "tags": ["a", "b"]},
    )
    assert where("stars = 5 AND length(text) = 4", "good")(item) == "good"
    assert where("tags ->> '$[1]' = 'b'", "good")(item) == "good"


def test_values_that_sqlite_cannot_hold_are_brought_into_a_form_that_it_can():
    row = {"when": datetime(2026, 3, 1), "huge": 2**70, "yes": True, "odd name": np.int64(1)}
    assert where("\"when\" >= '2026' AND huge = '1180591620717411303424' AND yes AND \"odd name\" = 1", "x")(
        row
    )


def test_a_predicate_that_names_no_column_is_the_same_for_all():
    assert where("1 = 1", "x").label(["a", "b"]) == ["x", "x"]


@pytest.mark.parametrize(
    "predicate",
    [
        "random() > 0",
        "1); DROP TABLE items; --",
        "load_extension('x')",
        "(WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT count(*) FROM c)",
        "missing > 1",
        "count(*) > 1",
        "n >",
    ],
)
def test_what_does_more_than_look_at_a_row_is_refused(predicate):
    with pytest.raises(InputError, match="predicate"):
        where(predicate, "x").label(ROWS)
