"""How much an organization may keep: checked while something is written, so that nothing is half kept."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from groundswell.errors import InputError, OverQuota, StoreError
from groundswell.organize.whole import replace_json

_FILE = "quota.json"


@dataclass(frozen=True)
class Quota:
    """A limit on the bytes below some folders: the files of all datasets and their media, each counted once.

    Two writers who both fit alone may together end over the limit, by what one of them writes.

    Attributes:
        folders: what counts.
        limit_bytes: None for no limit; then nothing is ever counted.
    """

    folders: tuple[Path, ...]
    limit_bytes: int | None = None

    def used_bytes(self) -> int:
        """Return how many bytes are below the folders, as stored; walks them."""
        return sum(size for folder in self.folders for size in _sizes(folder))

    def room(self) -> "Room":
        """Return what is left now, for one writer."""
        return Room(self)


class Room:
    """What one writer may still add: counted when it begins, and again only where it seems to be too much."""

    def __init__(self, quota: Quota) -> None:
        self._quota = quota
        self._before = 0 if quota.limit_bytes is None else quota.used_bytes()

    def require(self, added_bytes: int, coming_bytes: int = 0) -> None:
        """Refuse what would go over the limit.

        Args:
            added_bytes: what the writer has added so far, at most: media that were there already add nothing.
            coming_bytes: what it is about to add.

        Raises:
            OverQuota: with these, more is kept than may be.
        """
        limit = self._quota.limit_bytes
        if limit is None or self._before + added_bytes + coming_bytes <= limit:
            return
        used = self._quota.used_bytes()
        if used + coming_bytes > limit:
            raise OverQuota(
                f"this organization may keep {limit:,} bytes; {used:,} are used, the {added_bytes:,} of this "
                "version among them. Remove old versions with `groundswell versions clean-up`, or raise the limit"
            )
        self._before = used - added_bytes


def own_limit(root: Path) -> int | None:
    """Return the limit that an operator has set for the organization whose datasets are here; None where none is.

    Raises:
        StoreError: the file is damaged.
    """
    path = root / _FILE
    try:
        return int(json.loads(path.read_text("utf-8"))["limit_bytes"])
    except (FileNotFoundError, NotADirectoryError):  # whoever writes there is told
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is damaged ({error}); set the quota anew") from error


def set_own_limit(root: Path, limit_bytes: int | None) -> None:
    """Set the limit of one organization, or with None let that of the installation hold.

    Raises:
        InputError: it is negative.
        StoreError: the folder may not be written.
    """
    if limit_bytes is None:
        (root / _FILE).unlink(missing_ok=True)
        return
    if limit_bytes < 0:
        raise InputError(f"a quota is a number of bytes from 0; got {limit_bytes}")
    replace_json(root / _FILE, {"limit_bytes": limit_bytes})


def _sizes(folder: Path) -> Iterator[int]:
    """Yield the size of each file below a folder; what vanishes meanwhile counts nothing."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _sizes(Path(entry.path))
                else:
                    yield entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return
