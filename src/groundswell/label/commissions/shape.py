"""Commissions as programs read them: over HTTP and in callbacks. Pure."""

from datetime import UTC, datetime
from typing import Any

from groundswell.label.commissions.model import Commission
from groundswell.label.commissions.types import task_type

SHORT = ("task_id", "status", "metadata", "project")
"""What a list holds of each task where it is asked to be short."""


def task_object(commission: Commission, *, is_test: bool) -> dict[str, Any]:
    """Return a commission as an object of a task.

    What is not set is left out, as programs ask whether it is there.

    Args:
        is_test: whether it was asked for in a sandbox.
    """
    c = commission
    task: dict[str, Any] = {
        "task_id": c.public_id,
        "created_at": instant(c.created_at),
        "updated_at": instant(c.updated_at),
        "type": c.type,
        "status": c.state,
        "instruction": c.instruction,
        "is_test": is_test,
        "urgency": "standard",
        "metadata": c.metadata,
        "params": c.params,
        "processed_attachments": [],
        "callback_url": c.callback_url or "",
    }
    optional = {
        "project": c.project,
        "batch": c.batch,
        "unique_id": c.unique_id,
        "tags": c.tags,
        "callback_succeeded": c.callback_succeeded,
        "completed_at": instant(c.completed_at) if c.completed_at else None,
    }
    task |= {name: value for name, value in optional.items() if value not in (None, [])}
    if c.state == "completed" and c.answer is not None:
        task["response"] = task_type(c.type).response(c.params, c.answer, c.shown)
        task["customer_review_status"] = c.audit_state
        task["audits"] = [{"accepted": one["accepted"], "comments": one["comments"]} for one in c.audits]
    if c.state == "error":
        task["response"] = {"error": "several people could not answer this task"}
    return task


def callback_body(commission: Commission, *, is_test: bool) -> dict[str, Any]:
    """Return what a customer's server is told of a task."""
    task = task_object(commission, is_test=is_test)
    return {
        "task_id": commission.public_id,
        "status": commission.state,
        "task": task,
        "response": task.get("response", {}),
    }


def instant(moment: datetime) -> str:
    """Return an instant as programs read it, in UTC to the millisecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
