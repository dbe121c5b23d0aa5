"""What is known of files that people hand in."""

from dataclasses import dataclass, field

from groundswell.ids import ProjectId, TaskId, WorkerId
from groundswell.tenancy.model import Scope


@dataclass(frozen=True)
class NewFile:
    """A file that somebody hands in for a task.

    Attributes:
        organization: its slug.
        name: what the file is called on the machine that it comes from.
    """

    scope: Scope
    organization: str
    worker_id: WorkerId
    project_id: ProjectId
    task_id: TaskId
    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class HandedFile:
    """A file that was handed in.

    Attributes:
        digest: SHA-256 of its bytes: what answers name it by.
        media_type: of an image or a recording, which it was read as; application/octet-stream for anything else.
    """

    digest: str
    name: str
    media_type: str
    size_bytes: int
