"""Models of others: name one for a project, see what it has said and cost, forget it."""

from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.wire import predictors as wire
from groundswell.label.predictors import proposals, service


async def put_predictor(call: Call) -> wire.PredictorOut:
    """Name a model of others for a project, or change it; managers and admins only. It is asked in the background.

    Its host must be one that the operator allows, and a key is given by the name of a secret that the operator holds.
    """
    body: wire.PredictorBody = call.body
    found = await service.put_predictor(
        call.app.db, call.scope, call.app.access, call.project_id, call.path["predictor"], body.spec()
    )
    return wire.PredictorOut.of(found)


async def list_predictors(call: Call) -> wire.PredictorList:
    """The models of others of a project: how far each is, and what it has cost; managers and admins only."""
    found = await service.list_predictors(call.app.db, call.scope, call.project_id)
    return wire.PredictorList([wire.PredictorOut.of(one) for one in found])


async def delete_predictor(call: Call) -> None:
    """Forget a model of others and all that it has answered; managers and admins only."""
    await service.delete_predictor(call.app.db, call.scope, call.project_id, call.path["predictor"])


async def put_proposals(call: Call) -> wire.ProposalsOut:
    """Propose answers to tasks: people see them, marked as a model's, and correct them. Managers and admins only."""
    body: wire.ProposalsBody = call.body
    given = [one.proposal() for one in body.proposals]
    taken = await proposals.put_proposals(call.app.db, call.scope, call.project_id, body.model, given)
    return wire.ProposalsOut(taken)


PREDICTORS = "/projects/{project_id}/predictors"
ONE = PREDICTORS + "/{predictor}"

ENDPOINTS = (
    Endpoint("GET", PREDICTORS, "List models of others", list_predictors, answer=wire.PredictorList),
    Endpoint("PUT", ONE, "Name a model of others", put_predictor, wire.PredictorBody, wire.PredictorOut),
    Endpoint("DELETE", ONE, "Forget a model of others", delete_predictor),
    Endpoint(
        "POST",
        "/projects/{project_id}/proposals",
        "Propose answers",
        put_proposals,
        wire.ProposalsBody,
        wire.ProposalsOut,
    ),
)
