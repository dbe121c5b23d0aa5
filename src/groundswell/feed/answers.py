"""What a label column holds: an answer as JSON, or the name of a class."""

import json
from collections.abc import Mapping
from typing import Any


def answer_of(label: str | None) -> Mapping[str, Any] | None:
    """Return the answer that a label column holds: JSON of an answer, or the name of a class; None if there is none."""
    if label is None:
        return None
    try:
        found = json.loads(label)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"choice": label}
