"""Background work of predictors: ask models of others about tasks, keep what they say, and account for it."""

import asyncio
import json
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from groundswell.assist.models import Cost, Limits, Predictions, StoppedEarly
from groundswell.clock import now
from groundswell.errors import GroundswellError
from groundswell.ids import OrgId, ProjectId
from groundswell.items import Item, ItemKind
from groundswell.label.jobs import ask_to_learn, ask_to_predict
from groundswell.label.predictors.model import Predictor, PredictorState
from groundswell.label.predictors.rules import (
    BATCH,
    LIMITS,
    Access,
    Outcome,
    is_due,
    opened,
    outcome,
    pause_after,
    shown,
    version_of,
)
from groundswell.label.predictors.service import SQL, predictors_of
from groundswell.label.projects.model import Project, ProjectState
from groundswell.label.projects.service import SQL as PROJECTS
from groundswell.label.projects.service import project_of
from groundswell.organize import DatasetStore, Version
from groundswell.store import Database

log = logging.getLogger(__name__)

_STORED = ("id", "kind", "text", "media_type")

WINDOW = 512
"""Tasks that are looked up at once, so that those that come next are asked next."""

JOB_SECONDS = 60.0
"""After so long a job ends and asks for the next one, so that projects take turns."""

THREADS = 16
"""Models that are waited for at the same time, in threads of their own: learning has others."""


@dataclass(frozen=True)
class _ToAsk:
    id: int
    item_id: str


@dataclass(frozen=True)
class _Asked:
    """A project whose predictors are asked: what does not change while they are."""

    org_id: OrgId
    project: Project
    items: Version
    place: Mapping[str, int]
    until: float

    def question(self, predictor: Predictor) -> dict[str, Any]:
        return {"project_id": self.project.id, "name": predictor.name}


@dataclass
class PredictionRoom:
    """Where models of others are asked.

    Attributes:
        datasets: the dataset store of an organization, by its slug.
        access: what the operator lets managers ask.
        first_pause_seconds: how long a model is left alone that did not answer; doubled each time, to an hour.
        limits: of each call.
    """

    db: Database
    datasets: Callable[[str], DatasetStore]
    access: Access
    first_pause_seconds: float = 30.0
    limits: Limits = LIMITS
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, "model"), repr=False
    )

    async def predict(self, org_id: str, project_id: int) -> None:
        """Ask the predictors of a project about tasks without an answer, side by side, for a minute at most.

        Each batch is one transaction: its answers and its cost are stored together, or neither is. So a run that
        was killed is gone on with where it stood; what it had under way is asked again. Running it twice does no harm.
        """
        org = OrgId(uuid.UUID(org_id))
        asked, predictors = await self._read(org, ProjectId(project_id))
        if asked is None:
            return
        done = await asyncio.gather(*(self._work(asked, one) for one in predictors), return_exceptions=True)
        stored = sum(one[0] for one in done if not isinstance(one, BaseException))
        more = any(one[1] for one in done if not isinstance(one, BaseException))
        resumed = any(one.state == PredictorState.ASKING for one in predictors)
        async with self.db.transaction(org) as tx:
            if stored or resumed:  # a run that was killed could not ask
                await ask_to_learn(tx, org, asked.project.id)
            if more:
                await ask_to_predict(tx, org, asked.project.id)
        for one in done:
            if isinstance(one, BaseException):
                raise one

    async def _read(self, org_id: OrgId, project_id: ProjectId) -> tuple[_Asked | None, list[Predictor]]:
        async with self.db.transaction(org_id) as tx:
            project = await tx.fetch_one(PROJECTS["project"], Project, project_id=project_id)
            if project is None or project.state != ProjectState.ACTIVE or project.models == "none":
                return None, []
            if not project.schema.chooses_class:  # its models are asked when people ask them
                return None, []
            due = [one for one in await predictors_of(tx, project_id) if is_due(one, now())]
            predictors = []
            for one in due:
                version = version_of(one.kind, one.url, one.model, one.instructions, project.classes)
                if version != one.version:
                    of = {"project_id": project_id, "name": one.name, "revision": one.revision}
                    await tx.execute(SQL["begin_version"], version=version, **of)
                predictors.append(replace(one, version=version))
            slug: str = await tx.fetch_value(SQL["organization_slug"])
        if not predictors:
            return None, []
        items = self.datasets(slug).open(project.dataset, project.dataset_version)
        ids = await asyncio.to_thread(items.ids)
        place = {str(item_id): at for at, item_id in enumerate(ids)}
        until = asyncio.get_running_loop().time() + JOB_SECONDS
        return _Asked(org_id, project, items, place, until), predictors

    async def _work(self, asked: _Asked, predictor: Predictor) -> tuple[int, bool]:
        """Ask one predictor until nothing is left or its time is up; return answers, and whether to go on."""
        stored, clock = 0, asyncio.get_running_loop().time
        size = BATCH[predictor.kind]
        while True:
            tasks = await self._next(asked, predictor)
            if not tasks:
                await self._save(asked, predictor, Outcome(PredictorState.UP_TO_DATE, {}, None), Cost())
                return stored, False
            for at in range(0, len(tasks), size):
                if clock() > asked.until:
                    return stored, True
                said, cost = await self._ask(asked, predictor, tasks[at : at + size])
                if not await self._save(asked, predictor, said, cost):
                    return stored, True  # it was put anew or deleted meanwhile
                stored += sum(row is not None for row in said.rows.values())
                predictor = replace(predictor, cost_cents=predictor.cost_cents + cost.cents)
                if said.state != PredictorState.ASKING:
                    return stored, False
                predictor = replace(predictor, failures=0)

    async def _next(self, asked: _Asked, predictor: Predictor) -> list[_ToAsk]:
        of = asked.question(predictor)
        async with self.db.transaction(asked.org_id) as tx:
            return await tx.fetch_all(
                SQL["tasks_to_ask"], _ToAsk, version=predictor.version, limit=WINDOW, **of
            )

    async def _ask(
        self, asked: _Asked, predictor: Predictor, tasks: Sequence[_ToAsk]
    ) -> tuple[Outcome, Cost]:
        """Ask about a batch, in a thread; whatever goes wrong is an outcome."""
        loop = asyncio.get_running_loop()
        try:
            found, stopped = await loop.run_in_executor(self._threads, self._answers, asked, predictor, tasks)
        except GroundswellError as error:
            return Outcome(PredictorState.UNREACHABLE, {}, shown(str(error))), Cost()
        return outcome([task.id for task in tasks], found, stopped), found.cost

    def _answers(
        self, asked: _Asked, predictor: Predictor, tasks: Sequence[_ToAsk]
    ) -> tuple[Predictions, StoppedEarly | None]:
        items = _items(asked, tasks)
        with opened(predictor, self.access, self.limits) as model:
            try:
                return model.predict(items, asked.project.classes, instructions=predictor.instructions), None
            except StoppedEarly as stopped:
                return stopped.predictions, stopped

    async def _save(self, asked: _Asked, predictor: Predictor, said: Outcome, cost: Cost) -> bool:
        """Store answers and cost in one transaction; False if another question is asked by now, or none."""
        of = asked.question(predictor)
        used = {"requests": cost.requests, "tokens_in": cost.tokens_in, "tokens_out": cost.tokens_out}
        async with self.db.transaction(asked.org_id) as tx:
            # Proposals are written as learning writes them; and meanwhile nobody changes the classes.
            await tx.execute(PROJECTS["lock_labels"], project_id=asked.project.id)
            project = await project_of(tx, asked.project.id)
            row = await tx.fetch_one(SQL["book"], dict[str, Any], cents=cost.cents, **used, **of)
            if row is None or (row["revision"], row["version"]) != (predictor.revision, predictor.version):
                return False
            if project.ontology_version != asked.project.ontology_version:
                return False
            rows = [{"task_id": task_id, "p": shares} for task_id, shares in said.rows.items()]
            org = {"org_id": asked.org_id}
            saved = await tx.fetch_one(
                SQL["save_answers"],
                dict[str, Any],
                rows={"rows": rows},
                version=predictor.version,
                **org,
                **of,
            )
            assert saved is not None
            failed = said.state == PredictorState.UNREACHABLE
            failures = predictor.failures + 1 if failed else 0
            await tx.execute(
                SQL["set_progress"],
                state=said.state,
                error=said.error,
                failures=failures,
                retry_at=now() + pause_after(failures, self.first_pause_seconds) if failed else None,
                revision=predictor.revision,
                **saved,
                **of,
            )
            await tx.execute(SQL["propose"], **_proposals(asked.project, said), **org)
        return True


def _items(asked: _Asked, tasks: Sequence[_ToAsk]) -> list[Item]:
    """Read the items of tasks, media with their bytes; in a thread."""
    rows = asked.items.take([asked.place[task.item_id] for task in tasks], _STORED).to_pylist()
    return [
        Item(
            kind=ItemKind(row["kind"]),
            text=row["text"],
            data=None if not ItemKind(row["kind"]).is_media else asked.items.blobs.get(row["id"]),
            media_type=row["media_type"],
            source="",
            locator="",
            collected_at=asked.items.created_at,
        )
        for row in rows
    ]


def _proposals(project: Project, said: Outcome) -> dict[str, list[Any]]:
    known = {task_id: row for task_id, row in said.rows.items() if row is not None}
    best = [int(np.argmax(row)) for row in known.values()]
    return {
        "task_ids": list(known),
        "answers": [json.dumps({"choice": project.classes[code]}) for code in best],
        "probabilities": [max(row) for row in known.values()],
    }


async def ask_again(db: Database) -> None:
    """Ask for what predictors still have to do, or may try again, in every active project."""
    async with db.system_transaction() as tx:
        projects = await tx.fetch_all(SQL["projects_to_ask"], tuple[uuid.UUID, int])
    for org_id, project_id in projects:
        async with db.transaction(OrgId(org_id)) as tx:
            await ask_to_predict(tx, OrgId(org_id), ProjectId(project_id))
