"""The nouns of commissions: what a program asks for, and what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from groundswell.ids import CallbackId, ItemId, ProjectId, TaskId
from groundswell.label.commissions.asked import Params
from groundswell.label.kinds import Answer, Shown


class AuditState(StrEnum):
    """What the customer has said of a label that was delivered."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    FIXED = "fixed"
    COMMENTED = "commented"
    REJECTED = "rejected"


@dataclass(frozen=True)
class CommissionProject:
    """What tasks have in common, as a program says it; its parameters are the tasks' own unless they say otherwise.

    Attributes:
        type: the task type of its tasks.
        history: every version of its parameters, each with `version` and `created_at`; the last is in force.
        rapid, studio: whether batches of it are finalized before their tasks are given to people.
        dataset: what the program says its tasks belong to; kept and told.
        requirements: of those who label for it, as `workforce` reads them.
    """

    id: int
    name: str
    type: str
    history: Sequence[Mapping[str, Any]]
    rapid: bool
    studio: bool
    dataset: str | None
    requirements: dict[str, Any]
    created_at: datetime

    @property
    def params(self) -> dict[str, Any]:
        """The parameters in force."""
        return {
            name: value for name, value in self.history[-1].items() if name not in ("version", "created_at")
        }

    @property
    def has_staging(self) -> bool:
        """Whether its batches begin in staging."""
        return self.rapid or self.studio


@dataclass(frozen=True)
class CommissionBatch:
    """A group of commissions with a name that is unique in the organization, and how many are in each state.

    Attributes:
        groups: whose members alone are given its tasks; none for everybody.
        staged: whether it began in staging; once it is finalized, no task is added any more.
    """

    id: int
    commission_project_id: int
    project: str
    name: str
    state: str
    callback_url: str | None
    calibration: bool
    self_label: bool
    metadata: dict[str, Any]
    priority: int
    created_at: datetime
    completed_at: datetime | None
    staged: bool
    groups: list[str]
    pending: int
    completed: int
    canceled: int
    error: int


@dataclass(frozen=True)
class Group:
    """People of a project who are given batches together: the workers that they are, and their e-mail addresses."""

    id: int
    name: str
    workers: Mapping[int, str]


@dataclass(frozen=True)
class NewCommission:
    """A task that a program asks for.

    Attributes:
        type: its task type.
        project, batch: where it belongs, by name; None for nowhere. A batch says the project.
        params: what is particular to its type.
        instruction: for those who label; None takes the project's.
        callback_url: who is told of its end; None for nobody.
        unique_id: what the program calls it; no other has it.
    """

    type: str
    project: str | None = None
    batch: str | None = None
    params: Params = field(default_factory=dict)
    instruction: str | None = None
    callback_url: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    tags: Sequence[str] = ()
    unique_id: str | None = None


@dataclass(frozen=True)
class Commission:
    """A task that a program has asked for, and what became of it.

    Attributes:
        public_id: its number as the program knows it, 24 hexadecimal digits.
        state: pending, completed, canceled or error; that of its task.
        callback_succeeded: whether the last callback was taken; None before there was one.
        audits: verdicts of the customer, each with accepted, comments and at.
        answer: its label; None before it is completed.
        shown: what people see of its item.
        item_id: the digest of its item.
        is_audit: whether it is of the share that was drawn to be audited; for managers only, else False.
    """

    id: int
    public_id: str
    type: str
    state: str
    project: str | None
    batch: str | None
    project_id: ProjectId
    task_id: TaskId
    params: dict[str, Any]
    instruction: str
    callback_url: str | None
    callback_succeeded: bool | None
    metadata: dict[str, Any]
    tags: list[str]
    unique_id: str | None
    audit_state: str
    audits: list[dict[str, Any]]
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    answer: Answer | None
    shown: Shown
    item_id: ItemId
    is_audit: bool = False


@dataclass(frozen=True)
class CommissionFilter:
    """Which commissions are wanted; None and () for any.

    Attributes:
        created, completed, updated: from and before when, each None for open.
        tags: all of which it must have.
    """

    project: str | None = None
    batch: str | None = None
    type: str | None = None
    state: str | None = None
    unique_ids: Sequence[str] = ()
    tags: Sequence[str] = ()
    audit_states: Sequence[str] = ()
    created: tuple[datetime | None, datetime | None] = (None, None)
    completed: tuple[datetime | None, datetime | None] = (None, None)
    updated: tuple[datetime | None, datetime | None] = (None, None)

    @property
    def is_counted(self) -> bool:
        """Whether how many there are is kept, and need not be counted."""
        listed = (self.unique_ids, self.tags, self.audit_states)
        spans = (*self.created, *self.completed, *self.updated)
        return not any(listed) and all(end is None for end in spans)


@dataclass(frozen=True)
class StoredFile:
    """A file that a program handed over: its bytes by their digest, or the address where they are."""

    id: str
    digest: str | None
    address: str | None
    name: str


@dataclass(frozen=True)
class Callback:
    """Something that a customer's server is told, and how far that is."""

    id: CallbackId
    url: str
    event: str
    task: str | None
    batch: str | None
    state: str
    attempts: int
    next_at: datetime
    status: int | None
    error: str | None
    created_at: datetime
    ended_at: datetime | None
