"""From what a program asks to a commission that is ready to be placed: read, checked, and with its item."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.commissions.asked import Params, TaskType, begun, beside, check_read
from groundswell.label.commissions.attachments import Attachments, Found
from groundswell.label.commissions.model import CommissionBatch, CommissionProject, NewCommission
from groundswell.label.commissions.rules import (
    MAX_UNIQUE_ID,
    SETTINGS,
    callback_door,
    check_metadata,
    check_storable,
    check_tags,
    check_text,
    new_public_id,
    settings_of,
    spec_of,
)
from groundswell.label.commissions.types import TYPES, task_type
from groundswell.label.kinds import Answer, Schema
from groundswell.label.projects.model import BatchState, ProjectSpec
from groundswell.label.projects.rules import check_spec
from groundswell.tenancy.model import Role, Scope

_CHANCE = secrets.SystemRandom()
"""Draws the audit share: nobody can tell beforehand which task is of it."""


@dataclass(frozen=True)
class Names:
    """What one commission names."""

    project: str | None
    batch: str | None


@dataclass(frozen=True)
class Where:
    """What a program named, and where tasks of it go."""

    project: CommissionProject | None
    batch: CommissionBatch | None


@dataclass(frozen=True)
class Ready:
    """A commission that was read and found right.

    Attributes:
        answer: that it has at once, in a sandbox.
        proposal: that people are shown to begin with.
        is_audit: whether it is of the share, drawn at random, whose verdicts certificates are made of.
    """

    scope: Scope
    new: NewCommission
    params: Params
    spec: ProjectSpec
    found: Found
    where: Where
    answer: Answer | None
    proposal: Answer | None
    is_audit: bool = False
    public_id: str = field(default_factory=new_public_id)

    @property
    def project_id(self) -> int | None:
        """The program's project."""
        return self.where.project.id if self.where.project else None

    @property
    def batch_id(self) -> int | None:
        """The program's batch."""
        return self.where.batch.id if self.where.batch else None


def where_of(
    one: Names, projects: Mapping[str, CommissionProject], batches: Mapping[str, CommissionBatch]
) -> Where | Exception:
    """Return the project and batch that a commission names, or why it cannot belong there."""
    batch = batches.get(one.batch) if one.batch else None
    if one.batch and batch is None:
        return InputError(f"Batch {one.batch[:180]} does not exist.")
    name = one.project or (batch.project if batch else None)
    project = projects.get(name) if name else None
    if name and project is None:
        return InputError(f"Project {name[:180]} does not exist.")
    if batch is not None and batch.project != name:
        return InputError(f"Batch {batch.name} belongs to project {batch.project}, not to {name}.")
    if batch is not None and _is_closed(batch):
        return InputError(f"Batch {batch.name} is {batch.state}; no task can be added to it.")
    return Where(project, batch)


def _is_closed(batch: CommissionBatch) -> bool:
    finalized = batch.staged and batch.state != BatchState.STAGING
    return finalized or batch.state == BatchState.CANCELLED


async def prepared(
    scope: Scope,
    organization: str,
    attachments: Attachments,
    new: NewCommission,
    where: Where,
    *,
    private_hosts: Sequence[str],
    at_once: bool,
    purpose: str = "production",
) -> Ready:
    """Return a commission with all that its task needs, or refuse it.

    Raises:
        InputError: something is missing or not right; the message names it.
        Unsupported: its type needs a screen that there is not.
    """
    scope.require(Role.MANAGER)
    kind = task_type(new.type)
    _check_type(new, where.project)
    params, instruction = _all_params(kind, new, where.project)
    new = _checked(new, instruction, private_hosts)
    settings = settings_of(params)
    check_read(params)
    more = {"beside": beside(params, kind), "layers": kind.layers(params)}
    found = await attachments.find(scope, organization, kind.content(params), unseen=at_once)
    found = replace(found, shown={**found.shown, **{name: one for name, one in more.items() if one}})
    wanted = kind.wanted(params, found.shown)
    spec = replace(spec_of(wanted, instruction, settings), purpose=purpose)
    schema = check_spec(replace(spec, name=new.type))
    schema.check_item(found.shown)
    spec = replace(spec, options=schema.ontology.options, classes=schema.ontology.classes)
    answer = None
    if at_once:
        answer = schema.kind.example(schema.ontology, found.shown, _rng_of(found))
    proposal = _proposal(kind, params, schema, found)
    kept = {name: value for name, value in params.items() if name != SETTINGS}
    is_audit = _CHANCE.random() < spec.audit_share
    return Ready(scope, new, kept, spec, found, where, answer, proposal, is_audit)


def _proposal(kind: TaskType, params: Params, schema: Schema, found: Found) -> Answer | None:
    given = begun(params)
    if given is None:
        return None
    name, response = given
    try:
        return schema.validate(kind.answer(params, response, found.shown), found.shown)
    except InvalidAnswer as error:
        raise InputError(f"the {name} is none that this task could have: {error}") from error


def _check_type(new: NewCommission, project: CommissionProject | None) -> None:
    """Refuse a task of another type than its project's; conversations are all one family."""
    if project is None or project.type == new.type:
        return
    if task_type(new.type) is not TYPES.get(project.type):
        raise InputError(
            f"Project {project.name} is of type {project.type}; its tasks cannot be of type {new.type}."
        )


def _rng_of(found: Found) -> np.random.Generator:
    """Return chance that follows from the item, so that a sandbox answers the same each time."""
    return np.random.default_rng(int(found.item_id[:16], 16))


def _all_params(
    kind: TaskType, new: NewCommission, project: CommissionProject | None
) -> tuple[dict[str, Any], str]:
    """Return the parameters of a task over those of its project and type, and its instruction."""
    usual = project.params if project else {}
    instruction = new.instruction if new.instruction is not None else usual.pop("instruction", "")
    usual.pop("instruction", None)
    if not isinstance(instruction, str):
        raise InputError("The instruction parameter must be a text.")
    return {**kind.defaults, **usual, **new.params}, instruction


def _checked(new: NewCommission, instruction: str, private_hosts: Sequence[str]) -> NewCommission:
    check_storable([dict(new.params), dict(new.metadata), instruction])
    if new.callback_url:
        callback_door(new.callback_url, private_hosts)
    if new.unique_id is not None:
        check_text("unique_id", new.unique_id, MAX_UNIQUE_ID)
    return replace(
        new,
        instruction=instruction,
        callback_url=new.callback_url or None,
        metadata=check_metadata(new.metadata),
        tags=check_tags(new.tags),
    )
