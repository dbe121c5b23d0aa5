"""Commissions as programs read them: over HTTP and in callbacks. Pure."""

from datetime import UTC, datetime
from typing import Any

from groundswell.label.commissions.asked import FileName, attachments_of
from groundswell.label.commissions.links import Links, attached_media
from groundswell.label.commissions.model import Commission, CommissionBatch
from groundswell.label.commissions.rules import SETTINGS
from groundswell.label.commissions.types import task_type

SHORT = ("task_id", "status", "metadata", "project")
"""What a list holds of each task where it is asked to be short."""


KNOWN_STATES = {"paused": "in_progress", "cancelled": "completed"}
"""States of batches that only the second version of the API knows, and as what the first one shows them."""


def task_object(
    commission: Commission, *, is_test: bool, links: Links | None = None, attachments: bool = False
) -> dict[str, Any]:
    """Return a commission as an object of a task.

    What is not set is left out, as programs ask whether it is there.

    Args:
        is_test: whether it was asked for in a sandbox.
        links: makes addresses of the files that its response names; see `links_for`.
        attachments: whether to tell an address of what was attached, where that is an image or a recording.
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
        response = task_type(c.type).response(c.params, c.answer, c.shown)
        task["response"] = linked(response, c, links) if links else response
        task["customer_review_status"] = c.audit_state
        if c.is_audit:
            task[SETTINGS] = {"audit": True}
        task["audits"] = [{"accepted": one["accepted"], "comments": one["comments"]} for one in c.audits]
    if attachments and links and (downloads := _downloads(c, links)):
        task["attachmentS3Downloads"] = downloads
    if c.state == "error":
        task["response"] = {"error": "several people could not answer this task"}
    return task


def _downloads(commission: Commission, links: Links) -> list[dict[str, Any]]:
    """Return where attachments are fetched: each as it came, and as people saw it, which is the same here."""
    media = attached_media(commission)
    addresses = [content for _, content in attachments_of(commission.params)] if media else []
    return [
        {
            "attachmentURL": addresses[medium.place - 1],
            "s3URL": links.to(commission.public_id, name),
            "isConvertedImage": converted,
        }
        for name, medium in media.items()
        for converted in (False, True)
    ]


def linked(value: Any, commission: Commission, links: Links) -> Any:
    """Return a response with the address of each file in the place of its name."""
    if isinstance(value, FileName):
        return links.to(commission.public_id, value)
    if isinstance(value, dict):
        return {name: linked(inner, commission, links) for name, inner in value.items()}
    return [linked(inner, commission, links) for inner in value] if isinstance(value, list) else value


def callback_body(commission: Commission, *, is_test: bool, links: Links | None = None) -> dict[str, Any]:
    """Return what a customer's server is told of a task."""
    task = task_object(commission, is_test=is_test, links=links)
    return {
        "task_id": commission.public_id,
        "status": commission.state,
        "task": task,
        "response": task.get("response", {}),
    }


def batch_object(batch: CommissionBatch) -> dict[str, Any]:
    """Return a batch as an object; states that only later programs know are shown as the nearest that all know."""
    found = {
        "id": f"{batch.id:024x}",
        "name": batch.name,
        "project": batch.project,
        "status": KNOWN_STATES.get(batch.state, batch.state),
        "created_at": instant(batch.created_at),
        "metadata": batch.metadata,
        "calibration_batch": batch.calibration,
        "self_label_batch": batch.self_label,
    }
    optional = {
        "callback": batch.callback_url,
        "completed_at": instant(batch.completed_at) if batch.completed_at else None,
    }
    return found | {name: value for name, value in optional.items() if value is not None}


def batch_body(batch: CommissionBatch) -> dict[str, Any]:
    """Return what a customer's server is told of a batch."""
    return {"batch": batch_object(batch), "status": KNOWN_STATES.get(batch.state, batch.state)}


def instant(moment: datetime) -> str:
    """Return an instant as programs read it, in UTC to the millisecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
