"""Use cases of predictors: name a model of others for a project, see how far it is, forget it."""

import dataclasses

from groundswell.errors import Conflict, NotFound
from groundswell.ids import ProjectId
from groundswell.label.jobs import ask_to_learn, ask_to_predict
from groundswell.label.predictors.model import Predictor, PredictorSpec
from groundswell.label.predictors.rules import (
    Access,
    check_name,
    check_spec,
    check_use,
    converses,
    version_of,
)
from groundswell.label.projects.changes import hold_classes
from groundswell.label.projects.service import project_of
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

SQL = load_queries(__package__)

MAX_PREDICTORS = 8
"""Of one project; mistakes of models are alike, so that more hardly help."""


async def put_predictor(
    db: Database, scope: Scope, access: Access, project_id: ProjectId, name: str, spec: PredictorSpec
) -> Predictor:
    """Name a model of others for a project, or change what was said of it; managers and admins only.

    It is asked in the background, never here; in conversations, when a worker asks. What it has cost stays on its
    account, and what it has answered stays valid as long as it is asked the same.

    Raises:
        NotAllowed: its host is not one that the operator allows, or none is.
        InputError: a number, name, address or key that is none.
        Conflict: the project takes no models, has nothing to ask them, or has too many.
        NotFound: no such project.
    """
    scope.require(Role.MANAGER)
    of = {"project_id": project_id, "name": name}
    async with db.transaction(scope.org_id) as tx:
        await hold_classes(tx, project_id)
        project = await project_of(tx, project_id)
        check_name(name)
        check_spec(spec, access)
        if project.models == "none":
            raise Conflict(
                f"project {project.name!r} was made with models: none; nothing is asked of models there"
            )
        check_use(spec, project.schema)
        if await tx.fetch_value(SQL["count_predictors"], **of) >= MAX_PREDICTORS:
            raise Conflict(f"a project has at most {MAX_PREDICTORS} predictors; delete one first")
        otherwise = "" if converses(project.schema) else project.instructions
        instructions = otherwise if spec.instructions is None else spec.instructions
        given = {**dataclasses.asdict(spec), "instructions": instructions, "key_name": spec.key}
        del given["key"]
        version = version_of(spec.kind, spec.url, spec.model, instructions, project.classes)
        await tx.execute(SQL["put_predictor"], org_id=scope.org_id, version=version, **of, **given)
        await tx.execute(SQL["forget_unanswered"], **of)
        if project.schema.chooses_class:
            await ask_to_predict(tx, scope.org_id, project_id)
        told = {"kind": spec.kind, "url": spec.url, "model": spec.model, "key": spec.key}
        await audit(
            tx, scope, "predictor.put", str(project_id), name=name, budget_cents=spec.budget_cents, **told
        )
        return await _predictor(tx, project_id, name)


async def list_predictors(db: Database, scope: Scope, project_id: ProjectId) -> list[Predictor]:
    """Return the models of others of a project, by name; managers and admins only.

    Raises:
        NotFound: no such project.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        return await predictors_of(tx, project_id)


async def delete_predictor(db: Database, scope: Scope, project_id: ProjectId, name: str) -> None:
    """Forget a model and all that it answered; managers and admins only. The log keeps what it has cost.

    Raises:
        NotFound: no such project, or no such predictor in it.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        cost = await tx.fetch_value(SQL["delete_predictor"], project_id=project_id, name=name)
        if cost is None:
            raise _none(project_id, name)
        await audit(tx, scope, "predictor.delete", str(project_id), name=name, cost_cents=cost)
        await ask_to_learn(tx, scope.org_id, project_id)


async def predictors_of(tx: Tx, project_id: ProjectId) -> list[Predictor]:
    """Return the models of others of a project inside a transaction, by name."""
    return await tx.fetch_all(SQL["predictors"], Predictor, project_id=project_id)


async def _predictor(tx: Tx, project_id: ProjectId, name: str) -> Predictor:
    for one in await predictors_of(tx, project_id):
        if one.name == name:
            return one
    raise _none(project_id, name)


def _none(project_id: ProjectId, name: str) -> NotFound:
    return NotFound(f"project {project_id} has no predictor {name[:80]!r}")
