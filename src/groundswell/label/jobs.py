"""Names of the background jobs of labelling, and how they are asked for."""

from groundswell.ids import OrgId, ProjectId
from groundswell.store import Tx
from groundswell.store.jobs import defer

LEARN = "learn"


async def ask_to_learn(tx: Tx, org_id: OrgId, project_id: ProjectId) -> None:
    """Ask for a project to be learnt anew once this transaction commits; asking twice is asking once."""
    await defer(tx, LEARN, key=f"learn:{project_id}", org_id=str(org_id), project_id=project_id)
