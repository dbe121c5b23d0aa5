"""Which column of a table, or field of a record, holds the text."""

from collections.abc import Iterable, Mapping

from groundswell.errors import MissingColumn

USUAL_NAMES = ("text", "content", "body")

AS_RECORD = "*"
"""Instead of a column: the record as a whole is the payload."""

_RECORDS = (
    {"messages"},
    {"conversations"},
    {"chosen", "rejected"},
    {"instruction", "output"},
    {"instruction", "response"},
    {"prompt", "completion"},
    {"prompt", "responses"},
)
"""Fields by which records of conversations and preferences are known: no one field of them is the text."""


def choose_text_column(columns: Mapping[str, bool], wanted: str | None, source: str) -> str:
    """Return the name of the text column.

    Args:
        columns: every column's name, and whether its values are texts.
        wanted: the column that the user named, or `AS_RECORD`, or None: then the first of `USUAL_NAMES`,
            in any case, that holds texts, else the record as a whole if it is a conversation or a preference,
            else the only column that holds texts.
        source: what is read, for the message.

    Raises:
        MissingColumn: the wanted column does not exist, or there is no single answer.
    """
    if wanted == AS_RECORD:
        return wanted
    if wanted is not None:
        if wanted not in columns:
            raise MissingColumn(
                f"{source} has no column {wanted!r}; it has {_listed(columns)}: name one of these"
            )
        return wanted
    texts = [name for name, is_text in columns.items() if is_text]
    by_usual_name = {name.lower(): name for name in reversed(texts)}
    for usual in USUAL_NAMES:
        if usual in by_usual_name:
            return by_usual_name[usual]
    if any(fields <= columns.keys() for fields in _RECORDS):
        return AS_RECORD
    if len(texts) == 1:
        return texts[0]
    found = "no column of texts" if not texts else f"{len(texts)} columns of texts"
    raise MissingColumn(
        f"{source} has {found} and none is called text, content or body; it has {_listed(columns)}. "
        "Name one: text_column=... (--text-column on the command line)"
    )


def _listed(columns: Iterable[str]) -> str:
    names = [repr(name) for name in columns]
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
