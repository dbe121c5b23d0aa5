import json

import pyarrow as pa
import pytest

from groundswell.organize import field_types, with_fields


def columns_of(records: list[dict], **others: list) -> dict[str, list]:
    metas = [json.dumps(record) for record in records]
    batch = pa.RecordBatch.from_pydict({**others, "meta": metas})
    return pa.Table.from_batches(with_fields([batch], field_types(metas))).to_pydict()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, None], pa.bool_()),
        ([1, 2], pa.int64()),
        ([1, 2.5], pa.float64()),
        (["a", None], pa.string()),
        ([1, "a"], pa.string()),
        ([True, 1], pa.string()),
        ([[1], {}], pa.string()),
        ([None, None], pa.string()),
        ([-(2**63), 2**63 - 1], pa.int64()),
        ([1, 2**63], pa.string()),
    ],
)
def test_a_field_has_the_type_that_all_its_values_fit(values, kind):
    assert field_types(json.dumps({"field": value}) for value in values) == {"field": kind}


def test_fields_become_columns_in_the_order_of_their_appearance():
    records = [{"stars": 5, "shop": "north"}, {"shop": None, "price": 2}]
    assert list(columns_of(records, text=["a", "b"]).items()) == [
        ("text", ["a", "b"]),
        ("stars", [5, None]),
        ("shop", ["north", None]),
        ("price", [None, 2]),
    ]


def test_what_no_column_type_holds_is_written_as_json():
    found = columns_of([{"tags": ["ü", 1]}, {"tags": "plain"}, {"n": 2**70}])
    assert found == {"tags": ['["ü", 1]', "plain", None], "n": [None, None, str(2**70)]}


def test_no_field_ever_hides_a_column():
    records = [{"label": "theirs", "meta_label": "also theirs"}]
    assert columns_of(records, label=["ours"]) == {
        "label": ["ours"],
        "meta_label": ["theirs"],
        "meta_meta_label": ["also theirs"],
    }
