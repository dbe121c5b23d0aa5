"""What is assumed of somebody of whom nothing is known, learnt from everybody else: refreshed in the background."""

from groundswell.ids import OrgId
from groundswell.store import Tx, load_queries
from groundswell.workforce.skill import CONSENSUS_MOST, WEIGHT, Crowd, Prior, prior_of

SQL = load_queries(__package__)


async def refresh_crowd(tx: Tx, org_id: OrgId, kind: str) -> Prior:
    """Learn the prior of a label kind anew from all evidence of the organization, store and return it.

    Two passes over the evidence of the kind, so it belongs in the background, every few minutes at most.
    """
    given = {
        "org_id": org_id,
        "kind": kind,
        "consensus_weight": WEIGHT["consensus"],
        "consensus_most": CONSENSUS_MOST,
    }
    crowd = await tx.fetch_one(SQL["crowd_of_kind"], Crowd, **given)
    assert crowd is not None
    prior = prior_of(crowd)
    await tx.execute(SQL["save_crowd"], right=prior.right, wrong=prior.wrong, **given)
    return prior
