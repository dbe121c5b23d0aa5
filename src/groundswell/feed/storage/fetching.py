"""Fetches a file of a bucket for a process that cannot: `python -m groundswell.feed.storage.fetching URL NAME PATH`."""

import sys
from pathlib import Path

from groundswell.feed.storage.buckets import NOT_FOUND, Bucket
from groundswell.feed.storage.cache import Cache


def main() -> int:
    """Do what the command line says; returns the exit status."""
    url, name, path = sys.argv[1:]
    try:
        Bucket(url, Cache(Path(path).parent)).download(name, Path(path))
    except FileNotFoundError:
        return NOT_FOUND
    return 0


if __name__ == "__main__":
    sys.exit(main())
