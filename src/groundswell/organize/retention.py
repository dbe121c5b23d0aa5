"""Which versions may go: a policy, and what it never touches. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from groundswell.errors import InputError
from groundswell.organize.manifest import Manifest


@dataclass(frozen=True)
class Retention:
    """How long versions of a dataset are kept; what both limits let go is removed.

    Newest versions of branches and versions with a tag are kept for ever, and so is what a project labels.

    Attributes:
        keep_last: so many of the newest versions of each branch are kept; None keeps all.
        keep_days: versions are kept for so many days; None puts no limit to what `keep_last` lets go.
    """

    keep_last: int | None = None
    keep_days: float | None = None

    def __post_init__(self) -> None:
        if self.keep_last is not None and self.keep_last < 1:
            raise InputError(
                f"keep_last is at least 1, got {self.keep_last}: the newest version is never removed"
            )
        if self.keep_days is not None and not self.keep_days >= 0:
            raise InputError(f"keep_days is a number of days from 0, got {self.keep_days}")

    @property
    def keeps_all(self) -> bool:
        """Whether no version is ever removed."""
        return self.keep_last is None and self.keep_days is None


def to_remove(
    manifests: Sequence[Manifest], policy: Retention, kept: Collection[int], now: datetime
) -> list[Manifest]:
    """Return the versions that a policy lets go, the oldest first.

    Args:
        manifests: all versions of a dataset that are there, in any order.
        policy: what its owner wants.
        kept: numbers that must stay: heads of branches, tags, what projects label.
        now: aware.
    """
    if policy.keeps_all:
        return []
    recent = _newest_of_each_branch(manifests, policy.keep_last)
    return [
        manifest
        for manifest in sorted(manifests, key=lambda each: each.number)
        if manifest.number not in kept
        and manifest.number not in recent
        and (policy.keep_days is None or manifest.created_at < now - timedelta(days=policy.keep_days))
    ]


def _newest_of_each_branch(manifests: Sequence[Manifest], keep_last: int | None) -> set[int]:
    """Return the numbers of the newest versions of each branch; none where only their age counts."""
    if keep_last is None:
        return set()
    branches: dict[str, list[int]] = {}
    for manifest in manifests:
        branches.setdefault(manifest.branch, []).append(manifest.number)
    return {number for numbers in branches.values() for number in sorted(numbers)[-keep_last:]}
