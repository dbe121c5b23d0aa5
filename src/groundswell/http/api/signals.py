"""Signals that answers deserve a look, for those who manage a project."""

from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.wire import signals as wire
from groundswell.label.signals import service as signals


async def list_signals(call: Call) -> wire.SignalsOut:
    """The workers whose answers deserve a look, with the evidence; managers and admins only, and logged."""
    return wire.SignalsOut.of(await signals.signals_of(call.app.db, call.scope, call.project_id))


ENDPOINTS = (
    Endpoint(
        "GET",
        "/projects/{project_id}/signals",
        "Answers that deserve a look",
        list_signals,
        answer=wire.SignalsOut,
    ),
)
