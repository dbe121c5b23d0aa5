"""Use cases of conversations with models: ask for the next reply, and look at what was replied."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np

from groundswell.assist.models import Limits, Reply
from groundswell.errors import Conflict, GroundswellError, NoReply, NotAllowed
from groundswell.ids import ProjectId
from groundswell.label.conversations.model import LoggedReply, Offer, Offers, Turn
from groundswell.label.conversations.rules import (
    LIMITS,
    LOST_SECONDS,
    can_pay,
    check_converses,
    conversation,
    most_of,
    refusal,
    talking,
)
from groundswell.label.predictors.model import Predictor
from groundswell.label.predictors.rules import Access, shown
from groundswell.label.predictors.service import predictors_of
from groundswell.label.projects.model import Project, ProjectState
from groundswell.label.projects.service import project_of, visible_project
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope

SQL = load_queries(__package__)

THREADS = 32
"""Replies that are waited for at the same time; more wait for a thread."""


@dataclass(frozen=True)
class _Begun:
    """A model that is about to be asked: its row, and the most that was booked for it."""

    id: int
    predictor: Predictor
    held: float


@dataclass
class ConversationRoom:
    """Where workers' conversations go on with models.

    Attributes:
        access: what the operator lets managers ask.
        limits: of each call.
    """

    db: Database
    access: Access
    limits: Limits = LIMITS
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, "talk"), repr=False
    )

    async def reply(self, turn: Turn) -> Offers:
        """Ask the models of a project for the next word in a conversation, for who holds the task.

        The most that replies can cost is booked before they are asked for, so that no budget is ever passed, however
        many workers ask at once. The same key again is answered as before.

        Raises:
            NotFound: no such project for this worker.
            NotAllowed: the worker does not hold the task, now.
            InvalidAnswer, TooLarge: it is no conversation that a model can go on with; see `conversation`.
            Conflict: the project is not active or has no such conversations, or the same call is under way.
            NoModel: the project has no model that replies.
            AllowanceSpent: the budget of the models is spent, or the worker's calls of the day are made.
            NoReply: no model answered; asking again may help.
        """
        async with self.db.transaction(turn.scope.org_id) as tx:
            project, record = await _held_record(tx, turn)
            told = conversation(record, turn.messages, project.schema)
            names = await tx.fetch_values(SQL["lock_talkers"], project_id=turn.project_id)
            before = await _replied_before(tx, turn)
            begun, left, none = ([], None, None) if before else await self._begin(tx, turn, told, names)
        if before:
            return Offers(before, None)
        if none is not None:
            raise none
        replies = await asyncio.gather(*(self._ask(turn, one, told) for one in begun))
        offers = [Offer(one.text, one.cut) for one in replies if one.text is not None]
        if not offers:
            raise _no_reply()
        return Offers(_mixed(offers, turn), left)

    async def _begin(
        self, tx: Tx, turn: Turn, told: Sequence[Mapping[str, str]], names: Sequence[str]
    ) -> tuple[list[_Begun], int | None, Conflict | None]:
        """Book what replies can cost; returns what to ask, the calls that are left, or why there is nothing to ask."""
        of = {"project_id": turn.project_id}
        talkers = [one for one in await predictors_of(tx, turn.project_id) if one.name in names]
        calls = dict(await tx.fetch_all(SQL["asked_today"], tuple[str, int], worker_id=turn.worker_id, **of))
        allowed = [one for one in talkers if calls.get(one.name, 0) < one.replies_per_day]
        begun = []
        for predictor in allowed:
            most = most_of(predictor, told)
            if can_pay(predictor, most):
                begun.append(await _hold(tx, turn, predictor, most))
            else:
                await tx.execute(SQL["set_spent"], name=predictor.name, **of)
        if not begun:
            return [], 0, refusal(talkers, worker_spent=bool(talkers) and not allowed)
        left = min(one.predictor.replies_per_day - calls.get(one.predictor.name, 0) - 1 for one in begun)
        return begun, left, None

    async def _ask(self, turn: Turn, begun: _Begun, told: Sequence[Mapping[str, str]]) -> Reply:
        """Ask one model, in a thread, and book what it did cost; whatever goes wrong is a reason."""
        loop = asyncio.get_running_loop()
        try:
            reply = await loop.run_in_executor(self._threads, self._reply, begun.predictor, told)
        except GroundswellError as error:  # its host or key is not allowed any more
            reply = Reply(None, reason=str(error))
        await asyncio.shield(self._end(turn, begun, reply))
        return reply

    def _reply(self, predictor: Predictor, told: Sequence[Mapping[str, str]]) -> Reply:
        with talking(predictor, self.access, self.limits) as model:
            return model.reply(told)

    async def _end(self, turn: Turn, begun: _Begun, reply: Reply) -> None:
        """Store what a model said and book what it did cost, in one transaction."""
        error = shown(reply.reason) if reply.reason is not None else None
        cost = {
            "cents": reply.cost.cents,
            "tokens_in": reply.cost.tokens_in,
            "tokens_out": reply.cost.tokens_out,
            "error": error,
        }
        async with self.db.transaction(turn.scope.org_id) as tx:
            await tx.execute(SQL["end_reply"], id=begun.id, content=reply.text, cut=reply.cut, **cost)
            await tx.execute(
                SQL["book_reply"],
                project_id=turn.project_id,
                name=begun.predictor.name,
                held=begun.held,
                requests=reply.cost.requests,
                answered=int(reply.text is not None),
                **cost,
            )


async def list_replies(
    db: Database, scope: Scope, project_id: ProjectId, *, before: int, limit: int
) -> list[LoggedReply]:
    """Return what models replied in a project, the newest first; managers and admins only.

    Args:
        before: only those with a smaller id.

    Raises:
        NotFound: no such project.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        return await tx.fetch_all(
            SQL["replies"], LoggedReply, project_id=project_id, before=before, limit=limit
        )


async def _held_record(tx: Tx, turn: Turn) -> tuple[Project, dict[str, Any]]:
    """Return a project and the record that a task of it shows, where its worker may go on with it now."""
    project = await visible_project(tx, turn.scope, turn.project_id)
    of = {"task_id": turn.task_id, "worker_id": turn.worker_id, "project_id": turn.project_id}
    payload = await tx.fetch_value(SQL["held_task"], **of)
    if payload is None:
        raise NotAllowed(
            "only who holds a task may ask a model about it; it is not yours, or its lease is over"
        )
    check_converses(project.schema)
    if project.state != ProjectState.ACTIVE:
        raise Conflict(f"project {project.name!r} is {project.state}; nothing is asked of models there now")
    return project, payload["record"]


async def _replied_before(tx: Tx, turn: Turn) -> list[Offer]:
    """Return what came of the same call before; [] where it is a new one.

    Raises:
        Conflict: it is under way.
        NoReply: no model answered.
    """
    rows = await tx.fetch_all(
        SQL["replies_of_call"],
        dict[str, Any],
        worker_id=turn.worker_id,
        key=turn.key,
        lost=timedelta(seconds=LOST_SECONDS),
    )
    if any(row["under_way"] for row in rows):
        raise Conflict("this reply is being asked for; wait for it")
    offers = [Offer(row["content"], row["cut"]) for row in rows if row["content"] is not None]
    if rows and not offers:
        raise _no_reply()
    return _mixed(offers, turn)


async def _hold(tx: Tx, turn: Turn, predictor: Predictor, most: float) -> _Begun:
    reply_id: int = await tx.fetch_value(
        SQL["begin_reply"],
        org_id=turn.scope.org_id,
        project_id=turn.project_id,
        task_id=turn.task_id,
        worker_id=turn.worker_id,
        predictor=predictor.name,
        model=predictor.model,
        key=turn.key,
        messages=json.dumps(list(turn.messages)),
        cents=most,
    )
    await tx.execute(SQL["hold_cents"], project_id=turn.project_id, name=predictor.name, cents=most)
    return _Begun(reply_id, predictor, most)


def _mixed(offers: Sequence[Offer], turn: Turn) -> list[Offer]:
    """Return offers in an order of this call: a worker who knew which model is first would lean to it or from it."""
    order = np.random.default_rng(turn.key.int % 2**63).permutation(len(offers))
    return [offers[place] for place in order]


def _no_reply() -> NoReply:
    return NoReply("the model did not answer; ask again in a while, or write yourself. Its manager sees why")
