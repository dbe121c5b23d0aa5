"""The versions of a label schema, and what an answer made under one of them means under another. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from groundswell.errors import NotFound


@dataclass(frozen=True)
class OntologyVersion:
    """One version of a project's classes.

    Attributes:
        made_from: the version that was changed; None for the first.
        restores: the version that this one brings back and means the same as; None for a new one.
        operations: what was changed, as `schema.describe` writes it; empty where a version is restored.
        mapping, inverse: as in `schema.Change`, between `made_from` and this version.
        created_by: the member who changed it, where it was one.
    """

    version: int
    classes: list[str]
    made_from: int | None
    restores: int | None
    operations: list[dict[str, Any]]
    mapping: Mapping[str, str | None]
    inverse: Mapping[str, str | None]
    created_by: UUID | None
    created_at: datetime


@dataclass(frozen=True)
class History:
    """Every version of a project's ontology.

    Changes make a tree: a version that restores another *is* that other, and what is changed next grows
    from there. So an answer goes up the tree through the inverses of changes, to the version that both have
    in common, and down through their mappings. What was merged under the answer's own version cannot be
    told apart again; what was merely renamed, or came before the merge, comes back exactly.
    """

    versions: Sequence[OntologyVersion]

    @property
    def newest(self) -> OntologyVersion:
        """The version that is in force."""
        return max(self.versions, key=lambda version: version.version)

    def version(self, number: int) -> OntologyVersion:
        """Return a version by its number.

        Raises:
            NotFound: there is none of this number; the message names those there are.
        """
        for version in self.versions:
            if version.version == number:
                return version
        raise NotFound(f"there is no ontology version {number}; there are 1 to {self.newest.version}")

    def meant(self, number: int) -> int:
        """Return the version that first meant what this one means: itself, unless it restores another."""
        while (restores := self.version(number).restores) is not None:
            number = restores
        return number

    def equivalents(self, number: int) -> list[int]:
        """Return the versions that mean the same as this one, itself among them."""
        return [v.version for v in self.versions if self.meant(v.version) == self.meant(number)]

    def mapping(self, source: int, target: int) -> dict[str, str | None]:
        """Return what each class of one version means under another; None: it must be asked again."""
        above, down = self._ancestors(source), self._ancestors(target)
        common = next(number for number in above if number in down)
        steps = [self.version(number).inverse for number in above[: above.index(common)]]
        steps += [self.version(number).mapping for number in reversed(down[: down.index(common)])]
        meaning: dict[str, str | None] = {name: name for name in self.version(source).classes}
        for step in steps:
            meaning = {name: None if now is None else step[now] for name, now in meaning.items()}
        return meaning

    def _ancestors(self, number: int) -> list[int]:
        """Return the versions from this one up to the first."""
        found = [self.meant(number)]
        while (above := self.version(found[-1]).made_from) is not None:
            found.append(self.meant(above))
        return found
