"""Wire types of changes of the classes, and of instructions."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from groundswell.ids import TaskId
from groundswell.label.kinds.kind import MAX_CLASS_LENGTH, MAX_CLASSES
from groundswell.label.projects import schema
from groundswell.label.projects.effects import ChangePlan, ClassEffect
from groundswell.label.projects.guidelines import GuidelineVersion, GuidelineView, ViewLine
from groundswell.label.projects.rules import MAX_INSTRUCTIONS
from groundswell.label.projects.versions import OntologyVersion

ClassName = Annotated[str, Meta(max_length=MAX_CLASS_LENGTH)]
ClassNames = Annotated[tuple[ClassName, ...], Meta(max_length=MAX_CLASSES)]
Version = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class Rename(Struct, tag_field="op", tag="rename", forbid_unknown_fields=True):
    """A class gets another name; its answers stay."""

    old: ClassName
    new: ClassName

    def operation(self) -> schema.Operation:
        """Return it as the service takes it."""
        return schema.Rename(self.old, self.new)


class Merge(Struct, tag_field="op", tag="merge", forbid_unknown_fields=True):
    """Several classes become one; their answers stay."""

    classes: ClassNames
    into: ClassName

    def operation(self) -> schema.Operation:
        """Return it as the service takes it."""
        return schema.Merge(self.classes, self.into)


class Split(Struct, tag_field="op", tag="split", forbid_unknown_fields=True):
    """A class becomes several; its tasks are asked again."""

    old: ClassName
    parts: ClassNames

    def operation(self) -> schema.Operation:
        """Return it as the service takes it."""
        return schema.Split(self.old, self.parts)


class Add(Struct, tag_field="op", tag="add", forbid_unknown_fields=True):
    """A class that was not there; other answers stay."""

    name: ClassName

    def operation(self) -> schema.Operation:
        """Return it as the service takes it."""
        return schema.Add(self.name)


class Remove(Struct, tag_field="op", tag="remove", forbid_unknown_fields=True):
    """A class goes; its tasks are asked again."""

    name: ClassName

    def operation(self) -> schema.Operation:
        """Return it as the service takes it."""
        return schema.Remove(self.name)


AnyOperation = Rename | Merge | Split | Add | Remove


class PlanBody(Struct, forbid_unknown_fields=True):
    """What to try: operations, in their order, or going back to an earlier version."""

    operations: Annotated[list[AnyOperation], Meta(max_length=schema.MAX_OPERATIONS)] = []
    revert_to: Version | None = None


class ChangeBody(Struct, forbid_unknown_fields=True):
    """A change as it was planned; `expected_version` is the `version` of the plan."""

    operations: Annotated[list[AnyOperation], Meta(min_length=1, max_length=schema.MAX_OPERATIONS)]
    expected_version: Version


class RevertBody(Struct, forbid_unknown_fields=True):
    """Going back to a version, the one before the last change unless `to` names another."""

    expected_version: Version
    to: Version | None = None


class OntologyOut(Struct):
    """One version of the classes, and how it came about."""

    version: int
    classes: list[str]
    made_from: int | None
    restores: int | None
    operations: list[dict[str, Any]]
    mapping: dict[str, str | None]
    created_by: UUID | None
    created_at: datetime

    @classmethod
    def of(cls, version: OntologyVersion) -> "OntologyOut":
        """Shape a version."""
        return cls(
            version.version,
            version.classes,
            version.made_from,
            version.restores,
            version.operations,
            dict(version.mapping),
            version.created_by,
            version.created_at,
        )


class OntologyPage(Struct):
    """One page of versions; `next_cursor` fetches the next."""

    items: list[OntologyOut]
    next_cursor: str | None


class EffectOut(Struct):
    """What happens to all that says one class; null: it does not count (before), or is asked again (after)."""

    name: str | None
    becomes: str | None
    annotations: int
    labels: int
    gold: int
    reviews: int
    predictions: int

    @classmethod
    def of(cls, effect: ClassEffect) -> "EffectOut":
        """Shape an effect."""
        return cls(
            effect.name,
            effect.becomes,
            effect.annotations,
            effect.labels,
            effect.gold,
            effect.reviews,
            effect.predictions,
        )


class AskedAgainOut(Struct):
    """The tasks that would be asked again, and what that costs at most."""

    tasks: int
    completed: int
    answers: int
    cost_cents: int
    examples: list[TaskId]


class PlanOut(Struct):
    """What a change would do; nothing was written."""

    version: int
    classes: list[str]
    classes_after: list[str]
    effects: list[EffectOut]
    asked_again: AskedAgainOut
    open_leases: int
    reopens_project: bool

    @classmethod
    def of(cls, plan: ChangePlan) -> "PlanOut":
        """Shape a plan."""
        again = plan.asked_again
        return cls(
            plan.before.version,
            plan.before.classes,
            plan.after.classes,
            [EffectOut.of(effect) for effect in plan.effects],
            AskedAgainOut(again.tasks, again.completed, again.answers, again.cost_cents, again.examples),
            again.leases,
            again.reopens_project,
        )


class GuidelineBody(Struct, forbid_unknown_fields=True):
    """New instructions, in Markdown; `lock` shuts them to all but managers and holders of leased work."""

    body: Annotated[str, Meta(max_length=MAX_INSTRUCTIONS)]
    lock: bool = False


class LockBody(Struct, forbid_unknown_fields=True):
    """Whether the instructions are to be shut."""

    locked: bool


class GuidelineOut(Struct):
    """The instructions in force as this reader is shown them; draw `watermark` across the text."""

    version: int
    body: str
    watermark: str
    locked: bool

    @classmethod
    def of(cls, view: GuidelineView) -> "GuidelineOut":
        """Shape a view."""
        return cls(view.version, view.body, view.watermark, view.locked)


class PublishedOut(Struct):
    """The version of the instructions that is in force now."""

    version: int


class GuidelineVersionOut(Struct):
    """One version of the instructions, as it is listed."""

    version: int
    characters: int
    created_by: UUID | None
    created_at: datetime

    @classmethod
    def of(cls, version: GuidelineVersion) -> "GuidelineVersionOut":
        """Shape a version."""
        return cls(version.version, version.characters, version.created_by, version.created_at)


class GuidelineVersionPage(Struct):
    """One page of versions; `next_cursor` fetches the next."""

    items: list[GuidelineVersionOut]
    next_cursor: str | None


class DiffOut(Struct):
    """What changed between two versions of the instructions, as a unified diff."""

    diff: str


class ViewOut(Struct):
    """One line of the log of views."""

    version: int
    user_id: UUID
    name: str
    email: str
    at: datetime

    @classmethod
    def of(cls, line: ViewLine) -> "ViewOut":
        """Shape a line."""
        return cls(line.version, line.user_id, line.name, line.email, line.at)


class ViewPage(Struct):
    """One page of the log, the newest first; `next_cursor` fetches the next."""

    items: list[ViewOut]
    next_cursor: str | None
