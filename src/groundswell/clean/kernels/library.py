"""Loads the compiled kernels: those of the wheel, or else compiled now, once for each machine."""

import ctypes
import os
from functools import cache
from pathlib import Path

from groundswell.clean.kernels.build import BuildFailed, build, library_name
from groundswell.errors import MissingExtra

_HERE = Path(__file__).parent


@cache
def library() -> ctypes.CDLL:
    """Return the library of kernels.

    A wheel brings it. From a bare checkout, or after the sources have changed, it is compiled into the
    user's cache, which takes about two seconds once.

    Raises:
        MissingExtra: it is not there, and this machine has no C compiler.
    """
    name = library_name()
    places = [_HERE / name, _cache() / name]
    found = next((place for place in places if place.is_file()), None)
    return ctypes.CDLL(str(found or _built(_cache())))


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "groundswell"


def _built(folder: Path) -> Path:
    try:
        return build(folder)
    except (BuildFailed, OSError) as error:
        raise MissingExtra(
            f"cleaning needs its compiled kernels, and they cannot be built here: {error}"
        ) from error
