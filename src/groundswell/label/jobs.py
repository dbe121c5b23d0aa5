"""Names of the background jobs of labelling, and how they are asked for."""

from datetime import timedelta
from typing import Any

from groundswell.ids import ExportId, OrgId, ProjectId, RetractionId
from groundswell.store import Tx
from groundswell.store.jobs import defer

LEARN = "learn"
EXPORT = "export"
PREDICT = "predict"
REDELIVER = "redeliver"
GATHER = "gather"

MODELS = "models"
"""The queue of jobs that wait for models of others, however slow these are."""


async def ask_to_learn(tx: Tx, org_id: OrgId, project_id: ProjectId) -> None:
    """Ask for a project to be learnt anew once this transaction commits; asking twice is asking once."""
    await defer(tx, LEARN, key=f"learn:{project_id}", org_id=str(org_id), project_id=project_id)


async def ask_to_export(tx: Tx, org_id: OrgId, project_id: ProjectId, export_id: ExportId) -> None:
    """Ask for a file of labels to be written once this transaction commits."""
    about: dict[str, Any] = {"org_id": str(org_id), "project_id": project_id, "export_id": export_id}
    await defer(tx, EXPORT, key=f"export:{export_id}", **about)


async def ask_to_predict(tx: Tx, org_id: OrgId, project_id: ProjectId) -> None:
    """Ask for the predictors of a project to be asked about its tasks; asking twice is asking once."""
    about: dict[str, Any] = {"org_id": str(org_id), "project_id": project_id}
    await defer(tx, PREDICT, key=f"predict:{project_id}", queue=MODELS, **about)


async def ask_to_redeliver(tx: Tx, org_id: OrgId, retraction_id: RetractionId) -> None:
    """Ask for the versions after a retraction, or after its undoing, once this transaction commits."""
    about: dict[str, Any] = {"org_id": str(org_id), "retraction_id": retraction_id}
    await defer(tx, REDELIVER, key=f"redeliver:{retraction_id}", **about)


async def ask_to_gather(tx: Tx, org_id: OrgId, project_id: ProjectId, *, after: timedelta) -> None:
    """Ask for the items of tasks that came one by one to be added to their dataset; asking twice is asking once."""
    about: dict[str, Any] = {"org_id": str(org_id), "project_id": project_id}
    await defer(tx, GATHER, key=f"gather:{project_id}", after=after, **about)
