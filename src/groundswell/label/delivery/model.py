"""What is known of the label of each task."""

from dataclasses import dataclass
from typing import Any

from groundswell.ids import TaskId


@dataclass(frozen=True)
class TaskLabel:
    """A task with all that is known of its label; `answer` is the consensus, `review` overrules it."""

    task_id: TaskId
    item_id: str
    position: int
    state: str
    is_audit: bool
    gold: str | None
    answer: dict[str, Any] | None
    probability: float | None
    annotations: int | None
    source: str | None
    review: dict[str, Any] | None
    proposal: dict[str, Any] | None
    proposal_probability: float | None
    model_version: int | None
