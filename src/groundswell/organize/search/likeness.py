"""What likeness goes by: a column of vectors where there is one that can tell, else words."""

from groundswell.clean import SENTENCES, sentence_vectors
from groundswell.errors import InvalidQuery, MissingColumn
from groundswell.organize.search.rank import Vector, vector_at, vector_columns
from groundswell.organize.vectors import model_of
from groundswell.organize.version import Version

WORDS = "words"
"""What likeness goes by where it does not go by vectors."""


def column_to_go_by(version: Version, by: str | None) -> str | None:
    """Return the column of vectors that likeness goes by; None for words.

    Args:
        version: where items are looked for.
        by: what was asked for: a column, or `WORDS`; None takes `embedding`, or the first column of vectors.

    Raises:
        MissingColumn: there is no such column.
    """
    if by == WORDS:
        return None
    columns = vector_columns(version)
    if by is None:
        return next(iter(columns), None)
    if by not in columns:
        raise MissingColumn(
            f"{version} has no column {by!r} of vectors; groundswell embed {version.name} adds one"
        )
    return by


def vector_to_go_by(version: Version, column: str, of: int | str, *, is_asked_for: bool) -> Vector | None:
    """Return the vector of a row or of a text; None where only words can tell.

    Args:
        version: where items are looked for.
        column: of vectors.
        of: a row, or a text, of which one is made where the column is of the built-in model.
        is_asked_for: whether words will not do.

    Raises:
        InvalidQuery: there is none, and words will not do.
        MissingExtra: the built-in model is not installed.
    """
    if isinstance(of, int):
        found = vector_at(version, column, of)
        missing = f"the item has no vector in {column!r}; groundswell embed {version.name} adds it"
    else:
        found = sentence_vectors([of])[0] if model_of(version, column) == SENTENCES else None
        missing = (
            f"{column!r} holds vectors of another model than that of sentences; name an item, or go by words"
        )
    if found is None and is_asked_for:
        raise InvalidQuery(missing)
    return found
