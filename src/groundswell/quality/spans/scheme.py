"""Schemes: which tags there are, which may follow which, and what a worker's next step can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.pairs import Codes
from groundswell.quality.spans.bio import OUTSIDE, is_bio, repaired
from groundswell.quality.table import sorted_names

SchemeName = Literal["bio", "plain"]

OUT, SAME, OTHER = range(3)
"""Where a worker stands, seen from the truth: outside a span, in one of the true label, in one of another."""


@dataclass(frozen=True, eq=False)
class Scheme:
    """The tags of sequences and their grammar.

    A worker's tag is read as a step from where the worker stands. In BIO the steps are: leave (`O`), go on with
    the span that the worker is in, or begin one of a label. Going on is right or wrong whatever the label, so
    that steps need far fewer numbers than pairs of tags do.

    Attributes:
        tags: the tags, sorted; in BIO `O`, then `B-x` and `I-x` for each label x.
        name: "bio", or "plain" for tags of which any may follow any.
        outside: code of the tag for "nothing", or -1 where there is none.
        may_follow: bool `[before, after]` over tags.
        may_begin: bool `[tags]`, which may be first.
        place: int32 `[tags + 1, truth]`: where a worker stands who said this tag last (the last row: nothing yet).
        step: int32 `[tags + 1, tags]`: the step that a tag is after another; -1 where it cannot follow.
        right_step: int32 `[truth, places]`: the step that agrees best with the truth from a place.
        n_places: how many places there are.
        n_steps: how many steps.
    """

    tags: tuple[str, ...]
    name: SchemeName
    outside: int
    may_follow: NDArray[np.bool_]
    may_begin: NDArray[np.bool_]
    place: Codes
    step: Codes
    right_step: Codes
    n_places: int
    n_steps: int

    def codes(self, tags: Sequence[str]) -> list[int]:
        """Return the codes of one answer's tags; BIO tags are repaired first."""
        coded = {tag: code for code, tag in enumerate(self.tags)}
        return [coded[tag] for tag in (repaired(tags) if self.name == "bio" else tags)]


def scheme_of(tags: Iterable[str], name: SchemeName | None = None) -> Scheme:
    """Return the scheme of all tags that occur.

    Args:
        tags: the tags, in any order, repeated or not.
        name: "bio" or "plain"; None chooses BIO where every tag is `O`, `B-x` or `I-x` and one is not `O`.

    Raises:
        InputError: no scheme of that name, or tags that BIO does not have.
    """
    found = set(tags) or {OUTSIDE}
    if name not in (None, "bio", "plain"):
        raise InputError(f"scheme must be 'bio' or 'plain', not {name!r}")
    fits = all(is_bio(tag) for tag in found)
    if name == "bio" and not fits:
        odd = sorted_names(tag for tag in found if not is_bio(tag))[0]
        raise InputError(f"BIO tags are 'O', 'B-label' and 'I-label'; found {odd!r}; or use scheme='plain'")
    if name == "plain" or not fits or (name is None and found <= {OUTSIDE}):
        return _plain(tuple(str(tag) for tag in sorted_names(found)))
    return _bio(tuple(sorted({tag[2:] for tag in found if tag != OUTSIDE})))


def _plain(tags: tuple[str, ...]) -> Scheme:
    """Return the scheme in which a step is a tag and all is allowed."""
    size = len(tags)
    return Scheme(
        *(tags, "plain", tags.index(OUTSIDE) if OUTSIDE in tags else -1),
        *(np.ones((size, size), bool), np.ones(size, bool)),
        place=np.zeros((size + 1, size), np.int32),
        step=np.tile(np.arange(size, dtype=np.int32), (size + 1, 1)),
        right_step=np.arange(size, dtype=np.int32)[:, None],
        n_places=1,
        n_steps=size,
    )


def _bio(labels: tuple[str, ...]) -> Scheme:
    """Return the BIO scheme. Tag codes: 0 is `O`, 2x + 1 is `B-x`, 2x + 2 is `I-x`; steps: 0 leave, 1 go on, 2 + x."""
    tags = (OUTSIDE, *(f"{part}-{label}" for label in labels for part in "BI"))
    label = np.array([-1, *np.repeat(np.arange(len(labels)), 2)], np.int32)
    inside = np.arange(len(tags)) % 2 == 0
    inside[0] = False
    goes_on = inside[None, :] & (label[:, None] == label[None, :])
    before = np.append(label, -1)
    place = np.where(before[:, None] == label[None, :], SAME, OTHER)
    place[before < 0] = OUT
    begin = np.where(label >= 0, label + 2, 0)
    step = np.where(inside, np.where(before[:, None] == label[None, :], 1, -1), begin)
    right = np.repeat(begin[:, None], 3, axis=1)
    right[inside, SAME] = 1
    return Scheme(
        *(tags, "bio", 0, goes_on | ~inside[None, :], ~inside),
        place=place.astype(np.int32),
        step=step.astype(np.int32),
        right_step=right.astype(np.int32),
        n_places=3,
        n_steps=len(labels) + 2,
    )
