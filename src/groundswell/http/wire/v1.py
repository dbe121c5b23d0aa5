"""Wire types of `/api/v1`: msgspec structs, validated while they are decoded."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from groundswell.ids import ProjectId, TaskId
from groundswell.label.model import (
    LeasedTask,
    Project,
    ProjectCounts,
    Receipt,
    Skip,
    Submit,
    Work,
)
from groundswell.tenancy.model import ApiKey, Member
from groundswell.workforce.model import Skill

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
MAX_ACTIVE_MS = 24 * 60 * 60 * 1000


class SignInBody(Struct, forbid_unknown_fields=True):
    """A sign-in token, as the link carries it."""

    token: Annotated[str, Meta(min_length=1, max_length=200)]


class StateBody(Struct, forbid_unknown_fields=True):
    """The state that a project is to have."""

    state: Literal["active", "paused", "done"]


class KeyBody(Struct, forbid_unknown_fields=True):
    """A name for a new API key."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]


class SubmitBody(Struct, forbid_unknown_fields=True):
    """One answer."""

    task_id: Id
    answer: dict[str, Any]
    idempotency_key: UUID
    active_ms: Annotated[int, Meta(ge=0, le=MAX_ACTIVE_MS)] = 0
    proposal_seen: bool = False

    def submit(self) -> Submit:
        """Return it as the service takes it."""
        return Submit(
            TaskId(self.task_id), self.answer, self.active_ms, self.idempotency_key, self.proposal_seen
        )


class SkipBody(Struct, forbid_unknown_fields=True):
    """A task given back."""

    task_id: Id
    reason: Annotated[str, Meta(max_length=500)] = ""

    def skip(self) -> Skip:
        """Return it as the service takes it."""
        return Skip(TaskId(self.task_id), self.reason)


class WorkBody(Struct, forbid_unknown_fields=True):
    """One round trip of work: answers in, tasks out.

    `holding` names the tasks that the client still has, so that it is not given them again.
    """

    submit: Annotated[list[SubmitBody], Meta(max_length=100)] = []
    skip: Annotated[list[SkipBody], Meta(max_length=100)] = []
    want: Annotated[int, Meta(ge=0, le=8)] = 0
    holding: Annotated[list[Id], Meta(max_length=100)] = []


class NamedId(Struct):
    """An organization."""

    id: UUID
    name: str


class UserOut(Struct):
    """The signed-in member."""

    id: UUID
    name: str
    email: str
    role: str


class SessionOut(Struct):
    """Who is signed in, and where."""

    organization: NamedId
    user: UserOut

    @classmethod
    def of(cls, member: Member) -> "SessionOut":
        """Shape a member."""
        user = UserOut(member.user_id, member.name, member.email, member.role)
        return cls(NamedId(member.org_id, member.org_name), user)


class DatasetRef(Struct):
    """A dataset version."""

    name: str
    version: int


class ModelOut(Struct):
    """The newest model of a project; accuracy is measured out of fold against people's labels."""

    version: int
    accuracy: float | None


class ClassOut(Struct):
    """A class that may be chosen."""

    name: str


class ProjectOut(Struct):
    """A project in lists."""

    id: ProjectId
    name: str
    kind: str
    state: str
    tasks_total: int
    tasks_completed: int
    annotations: int
    workers: int
    target_probability: float | None
    agreement: float | None
    created_at: datetime
    dataset: DatasetRef
    model: ModelOut | None

    @classmethod
    def of(cls, project: Project, counts: ProjectCounts) -> "ProjectOut":
        """Shape a project and its counts."""
        return cls(**_project_fields(project, counts))


class ProjectDetailOut(ProjectOut):
    """A project as its workspace needs it."""

    classes: list[ClassOut]
    multiple: bool
    instructions: str
    instructions_version: int

    @classmethod
    def of(cls, project: Project, counts: ProjectCounts) -> "ProjectDetailOut":
        """Shape a project and its counts."""
        return cls(
            classes=[ClassOut(name) for name in project.classes],
            multiple=False,
            instructions=project.instructions,
            instructions_version=project.guideline_version,
            **_project_fields(project, counts),
        )


def _project_fields(project: Project, counts: ProjectCounts) -> dict[str, Any]:
    model = (
        ModelOut(counts.model_version, counts.model_accuracy) if counts.model_version is not None else None
    )
    return {
        "id": project.id,
        "name": project.name,
        "kind": project.kind,
        "state": project.state,
        "tasks_total": counts.tasks_total,
        "tasks_completed": counts.tasks_completed,
        "annotations": counts.annotations,
        "workers": counts.workers,
        "target_probability": project.target_probability,
        "agreement": counts.agreement,
        "created_at": project.created_at,
        "dataset": DatasetRef(project.dataset, project.dataset_version),
        "model": model,
    }


class ProjectPage(Struct):
    """One page of projects; `next_cursor` fetches the next."""

    items: list[ProjectOut]
    next_cursor: str | None


class ItemOut(Struct):
    """What the worker is shown."""

    kind: str
    text: str | None
    url: str | None
    meta: dict[str, Any]


class ProposalOut(Struct):
    """A model's proposal, to be shown as such."""

    choice: str
    probability: float
    model_version: int


class TaskOut(Struct):
    """A leased task."""

    task_id: TaskId
    item: ItemOut
    lease_expires_at: datetime
    proposal: ProposalOut | None

    @classmethod
    def of(cls, task: LeasedTask) -> "TaskOut":
        """Shape a leased task."""
        shown = task.payload
        url = None if shown["kind"] == "text" else f"/api/v1/blobs/{task.item_id}"
        proposal = None
        if task.proposal is not None and task.probability is not None and task.model_version is not None:
            proposal = ProposalOut(task.proposal["choice"], task.probability, task.model_version)
        item = ItemOut(shown["kind"], shown["text"], url, shown["meta"])
        return cls(task.task_id, item, task.expires_at, proposal)


class ReceiptOut(Struct):
    """What became of an answer."""

    idempotency_key: UUID
    task_id: TaskId
    status: str
    annotation_id: int | None
    error: str | None

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        """Shape a receipt."""
        return cls(
            receipt.idempotency_key, receipt.task_id, receipt.status, receipt.annotation_id, receipt.error
        )


class ProgressOut(Struct):
    """How far the project is, and how much of it this worker did."""

    completed: int
    total: int
    mine: int


class WorkOut(Struct):
    """The answer to one round trip of work."""

    receipts: list[ReceiptOut]
    tasks: list[TaskOut]
    progress: ProgressOut

    @classmethod
    def of(cls, work: Work) -> "WorkOut":
        """Shape the work."""
        return cls(
            [ReceiptOut.of(receipt) for receipt in work.receipts],
            [TaskOut.of(task) for task in work.tasks],
            ProgressOut(work.progress.completed, work.progress.total, work.progress.mine),
        )


class SkillOut(Struct):
    """A worker's skill, for managers."""

    worker_id: int
    name: str
    origin: str
    skill: float
    standard_error: float
    annotations: int

    @classmethod
    def of(cls, skill: Skill) -> "SkillOut":
        """Shape a skill."""
        return cls(
            skill.worker_id, skill.name, skill.origin, skill.skill, skill.standard_error, skill.annotations
        )


class SkillPage(Struct):
    """The workers of a project."""

    items: list[SkillOut]


class KeyOut(Struct):
    """An API key without its secret; `key` holds the secret only in the answer to its creation."""

    id: UUID | None
    name: str
    prefix: str
    created_at: datetime | None = None
    revoked_at: datetime | None = None
    key: str | None = None

    @classmethod
    def of(cls, key: ApiKey) -> "KeyOut":
        """Shape a key."""
        return cls(key.id, key.name, key.prefix, key.created_at, key.revoked_at)


class KeyPage(Struct):
    """The keys of the organization."""

    items: list[KeyOut]
