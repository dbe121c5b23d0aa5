"""What is looked at every few minutes: what the crowd is like, and whether its tests are right."""

import logging
from dataclasses import dataclass
from typing import Any

from groundswell.errors import GroundswellError
from groundswell.ids import OrgId, ProjectId
from groundswell.label.kinds import Ontology, label_kind
from groundswell.store import Database, load_queries
from groundswell.workforce.crowd import refresh_crowd
from groundswell.workforce.gold.service import judge_gold

SQL = load_queries(__package__)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TestedProject:
    """An active project, and whether it has tasks of known answer."""

    org_id: OrgId
    project_id: ProjectId
    kind: str
    classes: list[str]
    options: dict[str, Any]
    has_gold: bool

    @property
    def has_tests(self) -> bool:
        """Whether it has tests whose answers are simply right or wrong."""
        schema = Ontology(tuple(self.classes), self.options)
        return self.has_gold and label_kind(self.kind).chooses_class(schema)


async def keep_up(db: Database) -> None:
    """Learn anew what is assumed of newcomers, and suspend tests that most skilled workers fail; for everybody."""
    async with db.system_transaction() as tx:
        projects = await tx.fetch_all(SQL["projects_to_keep_up"], TestedProject)
    for org_id, kind in sorted({(one.org_id, one.kind) for one in projects}):
        async with db.transaction(org_id) as tx:
            await refresh_crowd(tx, org_id, kind)
    for one in projects:
        if one.has_tests:
            try:
                async with db.transaction(one.org_id) as tx:
                    await judge_gold(tx, one.org_id, one.project_id)
            except GroundswellError as error:
                log.warning("the tests of project %d were not judged this time: %s", one.project_id, error)
