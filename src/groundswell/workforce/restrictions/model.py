"""The nouns of restrictions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from groundswell.ids import ProjectId, RestrictionId, WorkerId


class Reason(StrEnum):
    """Why somebody may be kept from work."""

    QUALITY = "quality"
    SPAM = "spam"
    ACCOUNT_SHARING = "account_sharing"
    CONFIDENTIALITY = "confidentiality"
    CONDUCT = "conduct"


@dataclass(frozen=True)
class NewRestriction:
    """What a person decided about a worker.

    Attributes:
        project_id: where the worker may not work; None: in no project.
        reason: why, as a code.
        evidence: what it rests on, such as task ids and a note; never empty, and the worker reads it.
        appeal_to: to whom the worker may turn: an address or a link.
        ends_at: when it ends by itself, at most a year after it starts.
        idempotency_key: made by the client; the same key restricts once.
    """

    worker_id: WorkerId
    project_id: ProjectId | None
    reason: Reason
    evidence: Mapping[str, Any]
    appeal_to: str
    starts_at: datetime
    ends_at: datetime
    idempotency_key: UUID


@dataclass(frozen=True)
class Restriction:
    """A restriction as it stands; it holds from `starts_at` to `ends_at` unless it was lifted."""

    id: RestrictionId
    worker_id: WorkerId
    worker_name: str
    project_id: ProjectId | None
    project_name: str | None
    reason_code: str
    evidence: dict[str, Any]
    appeal_to: str
    starts_at: datetime
    ends_at: datetime
    lifted_at: datetime | None
    lifted_by: UUID | None
    created_by: UUID | None
    created_at: datetime
