"""What others ask about learning."""

from groundswell.ids import ProjectId
from groundswell.store import Database, load_queries
from groundswell.tenancy.model import Scope

SQL = load_queries(__package__)


async def has_unlearnt_answers(db: Database, scope: Scope, project_id: ProjectId) -> bool:
    """Say whether answers are stored that were not there when the project was last learnt."""
    async with db.transaction(scope.org_id) as tx:
        return bool(await tx.fetch_value(SQL["has_unlearnt_answers"], project_id=project_id))
