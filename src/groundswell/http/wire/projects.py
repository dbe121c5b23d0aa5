"""Wire types of projects."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from groundswell.ids import ProjectId
from groundswell.label.projects.model import Project, ProjectCounts


class StateBody(Struct, forbid_unknown_fields=True):
    """The state that a project is to have."""

    state: Literal["active", "paused", "done"]


class PriorityBody(Struct, forbid_unknown_fields=True):
    """Where something stands among others that want work: lower comes first."""

    priority: Annotated[int, Meta(ge=-1000, le=1000)]


class PriceBody(Struct, forbid_unknown_fields=True):
    """What an answer earns whose task is leased from now on."""

    price_cents: Annotated[int, Meta(ge=0, le=1_000_000)]


class DatasetRef(Struct):
    """A dataset version."""

    name: str
    version: int


class ModelOut(Struct):
    """The newest model of a project; accuracy is measured out of fold against people's labels.

    Where models decide, `paused` says why it may not settle tasks alone now: audits show it worse than it claims.
    """

    version: int
    accuracy: float | None
    paused: str | None


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
    options: dict[str, Any]
    instructions: str
    instructions_version: int
    priority: int
    price_cents: int
    models: str
    purpose: str

    @classmethod
    def of(cls, project: Project, counts: ProjectCounts) -> "ProjectDetailOut":
        """Shape a project and its counts."""
        return cls(
            classes=[ClassOut(name) for name in project.classes],
            options=project.options,
            instructions=project.instructions,
            instructions_version=project.guideline_version,
            priority=project.priority,
            price_cents=project.price_cents,
            models=project.models,
            purpose=project.purpose,
            **_project_fields(project, counts),
        )


def _project_fields(project: Project, counts: ProjectCounts) -> dict[str, Any]:
    model = (
        ModelOut(counts.model_version, counts.model_accuracy, counts.model_paused)
        if counts.model_version is not None
        else None
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
