"""Which version a reference to a dataset means: a number, a tag, the head of a branch, or what was there at a time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

from groundswell.errors import InputError, NotFound, StoreError
from groundswell.organize.manifest import MAIN, REMOVED, Manifest, manifest_file, numbers_in, read_manifest
from groundswell.organize.refs import Ref, RefKind, find_ref, refs_in

At = int | str | datetime
"""Which version is meant: its number; a tag, a branch or a date as text; an instant."""


def split_reference(reference: str) -> tuple[str, str | None]:
    """Split `reviews@gold` into the name of a dataset and what stands for a version; None where nothing does.

    Raises:
        InputError: nothing follows the `@`.
    """
    name, found, at = reference.partition("@")
    if found and not at:
        raise InputError(f"{reference[:80]!r} names no version after the @; write for example {name}@3")
    return name, at if found else None


def number_of(folder: Path, at: At) -> tuple[int, str | None]:
    """Return the number of the version that is meant, and the branch that it was asked for by, if it was.

    A date means the end of that day, UTC; an instant the newest version of the main line that was there then.

    Raises:
        NotFound: there is no such version, tag or branch, or nothing was there at that time.
        InputError: a date that is none.
    """
    numbers, name = numbers_in(folder), folder.name
    if isinstance(at, str) and at.isascii() and at.isdigit():
        at = int(at)
    if isinstance(at, int):
        return _require_number(folder, numbers, at), None
    if isinstance(at, datetime) or at[:1].isdigit():
        instant = at if isinstance(at, datetime) else _instant(at)
        return _newest_until(folder, instant), None
    ref = find_ref(folder, at)
    if at == MAIN or (ref is not None and ref.kind is RefKind.BRANCH):
        head = head_of(folder, at)
        if head is None:
            raise NotFound(f"the branch {at!r} of {name} has no version yet")
        return head, at
    if ref is None:
        known = ", ".join([MAIN, *(each.name for each in refs_in(folder))])
        raise NotFound(f"{name} has no version {at[:80]!r}; it has {_span(numbers)}, and the names {known}")
    return _require_number(folder, numbers, ref.number), None


def head_of(folder: Path, branch: str) -> int | None:
    """Return the number of the newest version of a branch: what it was made from, while it has none of its own."""
    ref = None if branch == MAIN else find_ref(folder, branch)
    since = ref.since if ref is not None else 0
    for manifest in manifests_in(folder):
        if manifest.number <= since:
            break
        if manifest.branch == branch:
            return manifest.number
    return ref.number if ref is not None else None


def heads_in(folder: Path) -> dict[str, int]:
    """Return the number of the newest version of each branch; main is among them if it has a version."""
    branches = [MAIN, *(ref.name for ref in refs_in(folder) if ref.kind is RefKind.BRANCH)]
    return {name: head for name in branches if (head := head_of(folder, name)) is not None}


def require_branch(folder: Path, branch: str) -> int | None:
    """Return the head of a branch that may be written to; None for a main line without versions.

    Raises:
        NotFound: there is no such branch.
    """
    ref = None if branch == MAIN else find_ref(folder, branch)
    if branch != MAIN and (ref is None or ref.kind is not RefKind.BRANCH):
        raise NotFound(f"{folder.name} has no branch {branch[:80]!r}; make it first")
    return head_of(folder, branch)


def manifests_in(folder: Path) -> Iterator[Manifest]:
    """Yield the manifests of the versions that are there, the newest first; one that is removed meanwhile is not."""
    for number in reversed(numbers_in(folder)):
        path = folder / manifest_file(number)
        try:
            yield read_manifest(path)
        except StoreError:
            if path.exists():
                raise


def taken_numbers(folder: Path) -> list[int]:
    """Return all numbers that versions have or had, in no order."""
    return [*numbers_in(folder), *numbers_in(folder / REMOVED)]


def named_by(refs: list[Ref], number: int) -> list[str]:
    """Return the tags of a version, and the branches that begin at it."""
    return [ref.name for ref in refs if ref.number == number]


def _require_number(folder: Path, numbers: list[int], number: int) -> int:
    if number in numbers:
        return number
    if number in numbers_in(folder / REMOVED):
        raise NotFound(
            f"version {number} of {folder.name} was removed, as its retention says; there are {_span(numbers)}"
        )
    raise NotFound(f"dataset {folder.name!r} has no version {number}; it has {_span(numbers)}")


def _span(numbers: list[int]) -> str:
    if not numbers:
        return "none"
    whole = len(numbers) == numbers[-1] - numbers[0] + 1
    return f"{numbers[0]} to {numbers[-1]}" if whole else ", ".join(map(str, numbers[-20:]))


def _newest_until(folder: Path, instant: datetime) -> int:
    if instant.tzinfo is None:
        raise InputError(f"{instant} has no time zone; give an aware datetime")
    for manifest in manifests_in(folder):
        if manifest.branch == MAIN and manifest.created_at <= instant:
            return manifest.number
    raise NotFound(f"{folder.name} had no version at {instant.isoformat()} that is still there")


def _instant(text: str) -> datetime:
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time.max, UTC)
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{text[:80]!r} is no date; write for example 2026-11-29 or 2026-11-29T12:00"
        ) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
