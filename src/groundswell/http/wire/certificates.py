"""Wire types of certificates: how accurate a project's labels are, and how many audits that takes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from groundswell.http.wire.common import Id
from groundswell.label.delivery.model import AuditPlan, IssuedCertificate

Level = Annotated[float, Meta(gt=0, lt=1)]
Field = Annotated[str, Meta(min_length=1, max_length=200)]


class CertificateBody(Struct, forbid_unknown_fields=True):
    """What to certify: `by` slices the labels by "label", "source" and fields of the items."""

    level: Level = 0.95
    by: Annotated[list[Field], Meta(max_length=10)] = []


class SliceOut(Struct):
    """The accuracy of some labels: the interval from `low` to `high` holds it in `level` of such statements.

    `estimate` is the best single guess, with the labels' own probabilities; null where nothing was audited. `claimed`
    is the mean of these probabilities.
    """

    low: float
    high: float
    estimate: float | None
    audited: int
    right: int
    population: int
    claimed: float | None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "SliceOut":
        """Shape a certificate, or a part of one."""
        return cls(**{name: body[name] for name in cls.__struct_fields__})


class CertificateOut(Struct):
    """A certificate. It speaks of the labels that `labels_sha256` names, before reviews corrected any."""

    id: Id
    created_at: datetime
    level: float
    method: str
    labels_sha256: str
    all: SliceOut
    slices: dict[str, SliceOut]

    @classmethod
    def of(cls, certificate: IssuedCertificate) -> "CertificateOut":
        """Shape a certificate."""
        body = certificate.body
        return cls(
            id=certificate.id,
            created_at=certificate.created_at,
            level=body["level"],
            method=body["method"],
            labels_sha256=body["labels_sha256"],
            all=SliceOut.of(body),
            slices={name: SliceOut.of(part) for name, part in body["slices"].items()},
        )


class CertificatePage(Struct):
    """One page of certificates, the newest first; `next_cursor` fetches the next."""

    items: list[CertificateOut]
    next_cursor: str | None


class AuditPlanOut(Struct):
    """How many audits an interval of plus or minus `within` takes: `needed`, of which `drawn` are in the audit share.

    `reviewed` of these have their verdict. `expected_accuracy` is what was assumed.
    """

    within: float
    level: float
    expected_accuracy: float
    population: int
    needed: int
    drawn: int
    reviewed: int

    @classmethod
    def of(cls, plan: AuditPlan) -> "AuditPlanOut":
        """Shape a plan."""
        return cls(**vars(plan))
