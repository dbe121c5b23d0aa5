"""How much of a class of content one person may see: pure."""

import re

from groundswell.errors import InvalidName

PER_DAY = 200
PER_WEEK = 800
"""Answers on one class of content that a worker may give where the organization has set no limit of its own.

Up to 700 passages a day were reported of the moderators whose harm made exposure a public matter (TIME, 2023):
a day here is under a third of that, a week four such days.
"""


def checked_content(name: str) -> str:
    """Return the name of a content class, or raise `InvalidName`."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
        raise InvalidName(
            f"a content class has 1 to 40 of a-z, 0-9 and _, beginning with a letter; got {name[:40]!r}"
        )
    return name
