import pytest

from groundswell.errors import StoreError
from groundswell.store.queries import parse_queries

TEXT = """-- ── tasks ──

-- first: the first one
-- with a remark that runs on
select 1;

-- second: 100% of them
select a, -- note: this is no header
       b
-- inner: nor is this, as no empty line goes before it
from t where a like '%%x';
"""


def test_each_query_is_found_by_its_name_with_its_purpose() -> None:
    queries = parse_queries(TEXT, source="x")
    assert list(queries) == ["first", "second"]
    assert queries["second"].purpose == "100% of them"
    assert queries["first"].sql == b"select 1;"


def test_comment_lines_are_no_part_of_the_statement() -> None:
    statement = parse_queries(TEXT, source="x")["second"].sql.decode()
    assert statement.startswith("select a,")
    assert "inner:" not in statement


def test_a_name_that_occurs_twice_is_refused() -> None:
    with pytest.raises(StoreError, match=r"stage/queries\.sql has two queries named 'first'"):
        parse_queries(TEXT + "\n-- first: again\nselect 2;\n", source="stage/queries.sql")


def test_an_empty_query_is_refused() -> None:
    with pytest.raises(StoreError, match="'lonely' is empty"):
        parse_queries(TEXT + "\n-- lonely: nothing follows\n-- but a comment\n", source="x")


@pytest.mark.parametrize("text", ["", "select 1;", "select 1;\n\n-- late: a header\nselect 2;\n"])
def test_a_statement_without_a_header_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match="does not begin with a query header"):
        parse_queries(text, source="x")
