"""Source: a data set of the Hugging Face hub, read from its files."""

import os
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from groundswell.collect.remote import Object, Remote, first_line
from groundswell.collect.source import one_line
from groundswell.errors import InputError, MissingExtra, SourceNotFound

SCHEME = "hf://"

_SPEC = re.compile(r"hf://datasets/([\w.-]+/[\w.-]+)(?:@([\w./-]+?))?(?:/(.*))?")
_ABOUT_OTHERS = frozenset({"README.md", "LICENSE.md", "CITATION.md", "CHANGELOG.md"})
_QUIET = ("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_PROGRESS_BARS")


@dataclass(frozen=True)
class Hub(Remote):
    """The files of a data set of the hub: `hf://datasets/OWNER/NAME`, with `@REVISION`, a path or a pattern if wanted.

    Each is read as a file of its suffix is, at the commit that was listed; no code of the data set is run. Files
    lie in the hub's own cache, so what was downloaded is not downloaded again. With `HF_HUB_OFFLINE=1` only what is
    there is read, and nothing is asked. A token is taken from where the hub's own tools look for it. Telemetry is off.
    Needs `pip install 'groundswell[hub]'`.
    """

    name: ClassVar[str] = "hub"
    schemes: ClassVar[tuple[str, ...]] = (SCHEME,)

    def describe(self) -> str:
        """Return what is read."""
        return f"files of {one_line(self.place.spec)}"

    def listed(self) -> list[Object]:
        """Return the files of the data set, by name.

        Raises:
            InputError: the address is none of a data set.
            SourceNotFound: it is not there, may not be read, or cannot be reached.
            MissingExtra: huggingface_hub is not installed.
        """
        repo, revision, pattern = _parsed(self.place.spec)
        if _library().constants.HF_HUB_OFFLINE:
            found = _cached(repo, revision)
        else:
            try:
                found = _asked(repo, revision)
            except self.refusals() as error:
                raise _not_listed(self.place.spec, error) from error
        chosen = [each for each in found if _fits(each.path, pattern)]
        if not chosen:
            raise SourceNotFound(f"there is no file of {one_line(self.place.spec)}")
        return sorted(chosen, key=lambda each: each.path)

    def data(self, each: Object) -> bytes:
        """Return the bytes of a file."""
        return self.file(each, Path()).read_bytes()

    def file(self, each: Object, folder: Path) -> Path:
        """Return a file in the hub's cache, downloaded if it is not there yet."""
        repo, _, _ = _parsed(self.place.spec)
        path = _library().hf_hub_download(repo, each.path, repo_type="dataset", revision=each.at)
        return Path(path)

    def refusals(self) -> tuple[type[Exception], ...]:
        """Return what the library raises; no connection is an `OSError`, or an error of its HTTP client."""
        errors = _library().errors
        return (OSError, ValueError, errors.HTTPError)

    def is_about_others(self, each: Object) -> bool:
        """Say whether a file only describes those beside it, as a README does."""
        return each.path in _ABOUT_OTHERS


def _parsed(spec: str) -> tuple[str, str, str]:
    """Return the data set, its revision, and which of its files are meant."""
    found = _SPEC.fullmatch(spec)
    if found is None:
        raise InputError(
            f"{one_line(spec)} names no data set of the hub; write hf://datasets/OWNER/NAME, "
            "with @REVISION and a path or pattern behind it, if you like"
        )
    return found[1], found[2] or "main", (found[3] or "").strip("/")


def _fits(path: str, pattern: str) -> bool:
    return not pattern or path == pattern or path.startswith(f"{pattern}/") or fnmatchcase(path, pattern)


def _asked(repo: str, revision: str) -> list[Object]:
    """Return the files of a data set as the hub lists them."""
    api = _library().HfApi()
    commit = str(api.repo_info(repo, revision=revision, repo_type="dataset").sha)
    tree = api.list_repo_tree(repo, recursive=True, revision=commit, repo_type="dataset")
    return [
        Object(each.path, each.size, each.lfs.sha256 if each.lfs else each.blob_id, commit)
        for each in tree
        if hasattr(each, "size")
    ]


def _cached(repo: str, revision: str) -> list[Object]:
    """Return the files of a data set that lie in the cache; `main` is the newest that was downloaded.

    Raises:
        SourceNotFound: there are none.
    """
    caches = (each for each in _library().scan_cache_dir().repos if each.repo_type == "dataset")
    commits = [each for cache in caches if cache.repo_id == repo for each in cache.revisions]
    named = [each for each in commits if revision in each.refs or each.commit_hash.startswith(revision)]
    chosen = named or (commits if revision == "main" else [])
    if not chosen:
        raise SourceNotFound(
            f"revision {revision} of {repo} was not downloaded before, and HF_HUB_OFFLINE is set"
        )
    newest = max(chosen, key=lambda each: each.last_modified)
    return [_cached_object(each, newest) for each in newest.files]


def _cached_object(file: Any, of: Any) -> Object:
    path = file.file_path.relative_to(of.snapshot_path).as_posix()
    return Object(path, file.size_on_disk, file.blob_path.name, of.commit_hash)


def _not_listed(spec: str, error: Exception) -> SourceNotFound:
    told = first_line(error) or type(error).__name__
    status = getattr(getattr(error, "response", None), "status_code", None)
    remedy = {
        None: "is this machine connected? HF_HUB_OFFLINE=1 reads what was downloaded before",
        401: "check the name; what is private or gated needs a token: hf auth login",
        403: "it is gated: ask for it on its page, then hf auth login",
        404: "check owner, name and revision",
    }.get(status, "try again later")
    return SourceNotFound(f"{one_line(spec)} cannot be listed: {told}; {remedy}")


@cache
def _library() -> Any:
    for name in _QUIET:
        os.environ.setdefault(name, "1")
    try:
        import huggingface_hub
        import huggingface_hub.constants
        import huggingface_hub.errors
    except ImportError as error:
        raise MissingExtra("reading the hub needs huggingface_hub: pip install 'groundswell[hub]'") from error
    huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY = True  # where somebody has imported it before
    return huggingface_hub
