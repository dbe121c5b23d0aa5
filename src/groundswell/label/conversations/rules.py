"""Who may go on with which conversation, and what of it goes to a model; pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from groundswell.assist.models import Limits, Price, TalkingModel, most_cents
from groundswell.errors import AllowanceSpent, Conflict, InvalidAnswer, NoModel, TooLarge
from groundswell.label.kinds import Schema
from groundswell.label.kinds.chat import MOST_TURNS
from groundswell.label.kinds.checks import is_storable
from groundswell.label.kinds.conversation import messages_of
from groundswell.label.predictors.model import Predictor
from groundswell.label.predictors.rules import Access, converses

LIMITS = Limits(timeout_seconds=60.0, attempts=2, longest_wait_seconds=5.0, most_bytes=2**20, at_once=1)
"""Somebody waits for the reply."""

LOST_SECONDS = 180.0
"""What a model was asked so long ago, and has no end, was lost with its process."""

MOST_CHARACTERS = 300_000
"""Of a conversation that is sent to a model."""


def check_converses(schema: Schema) -> None:
    """Raise `Conflict` unless a project's conversations go on with a model."""
    if not converses(schema):
        raise Conflict(
            "models reply in projects of kind chat with the mode continue; "
            f"this one is of kind {schema.kind.name}, mode {schema.ontology.options.get('mode', 'none')}"
        )


def conversation(
    record: Mapping[str, Any], said: Sequence[Mapping[str, str]], schema: Schema
) -> list[Mapping[str, str]]:
    """Return what a model is to go on with: the messages of the item, and what was said after them.

    Raises:
        InvalidAnswer: the messages do not take turns, somebody but the user spoke last, or all turns are taken.
        TooLarge: it is longer than what is sent to a model.
    """
    options = schema.ontology.options
    begun = messages_of(record)
    changed, rest = (said[:1], said[1:]) if said and said[0]["role"] == "system" else ((), said)
    if changed and not options.get("system"):
        raise InvalidAnswer("the system message may not be changed here")
    if changed and begun and begun[0]["role"] == "system":
        begun = begun[1:]
    whole = [*changed, *begun, *rest]
    _check_turns(begun, rest)
    if not all(one["content"].strip() and is_storable(one["content"]) for one in said):
        raise InvalidAnswer("a message is empty, or holds a character that cannot be kept")
    most = options.get("most_turns", MOST_TURNS)
    if sum(one["role"] == "assistant" for one in rest) >= most:
        raise InvalidAnswer(f"the assistant has answered {most} times, which is as often as it may here")
    if sum(len(one["content"]) for one in whole) > MOST_CHARACTERS:
        raise TooLarge(f"a conversation of more than {MOST_CHARACTERS:,} characters is not sent to a model")
    return [{"role": one["role"], "content": one["content"]} for one in whole]


def _check_turns(begun: Sequence[Mapping[str, str]], rest: Sequence[Mapping[str, str]]) -> None:
    """Refuse messages that do not take turns with each other and the last of the item, up to the user's word."""
    said = [one["role"] for one in rest]
    turns = [*(one["role"] for one in begun[-1:]), *said]
    if turns[-1:] != ["user"]:
        raise InvalidAnswer("a model replies to the user, who must have spoken last")
    if not set(said) <= {"user", "assistant"} or any(one == other for one, other in pairwise(turns)):
        raise InvalidAnswer(f"the user and the assistant speak in turn; got {', '.join(turns)[:80]}")


def talking(predictor: Predictor, access: Access, limits: Limits = LIMITS) -> TalkingModel:
    """Return the connection to a model. Close it.

    Raises:
        InputError, NotAllowed: its host or key is not allowed any more.
    """
    return TalkingModel(
        predictor.url,
        predictor.model,
        allowed=access.allowed(predictor.url),
        key=access.key(predictor.key_name, predictor.url),
        instructions=predictor.instructions,
        limits=limits,
        price=_price(predictor),
    )


def most_of(predictor: Predictor, told: Sequence[Mapping[str, str]]) -> float:
    """Return the most that a model's reply can cost, in cents."""
    return most_cents(told, _price(predictor), instructions=predictor.instructions)


def _price(predictor: Predictor) -> Price:
    return Price(predictor.per_million_in, predictor.per_million_out, predictor.per_item)


def can_pay(predictor: Predictor, cents: float) -> bool:
    """Say whether the budget of a model holds so much more; what costs nothing is always paid."""
    return cents == 0 or predictor.cost_cents + cents <= predictor.budget_cents


def refusal(predictors: Sequence[Predictor], *, worker_spent: bool) -> Conflict:
    """Return the error of a call that no model could be asked for.

    Args:
        predictors: the models of the project that reply.
        worker_spent: whether its worker has made all calls of the day, so that it is not the project's budget.
    """
    if not predictors:
        return NoModel(
            "no model is connected to this project; a manager names one: PUT /projects/{id}/predictors/{name} "
            "with kind chat"
        )
    if worker_spent:
        most = max(one.replies_per_day for one in predictors)
        return AllowanceSpent(
            f"you have asked for {most} replies within a day, which is as many as one person may here; write "
            "yourself, or go on tomorrow"
        )
    return AllowanceSpent(
        "the budget for the model of this project is spent; write yourself, or tell its manager, who can raise it"
    )
