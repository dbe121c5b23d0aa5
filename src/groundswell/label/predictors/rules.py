"""What may be asked of a model of others, and what its answers mean for its row; pure."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from groundswell.assist.models import (
    AllowedHosts,
    Budget,
    BudgetSpent,
    ChatPredictor,
    HttpPredictor,
    Limits,
    Predictions,
    Price,
    StoppedEarly,
)
from groundswell.assist.models.remote import RemotePredictor
from groundswell.errors import Conflict, InputError, InvalidName, NotAllowed
from groundswell.hosts import allowed_for
from groundswell.label.kinds import Schema
from groundswell.label.kinds.chat import Chat, mode_of
from groundswell.label.predictors.model import Predictor, PredictorSpec, PredictorState

BATCH = {"http": 64, "chat": 16}
"""Tasks that a model is asked about at once: what is lost at most when a process is killed."""

LIMITS = Limits(timeout_seconds=30.0, attempts=3, longest_wait_seconds=30.0, at_once=4)

LEAST_TELLING = 8
"""So many tasks of which a model answers none say that it does not work, not that they are hard."""

LONGEST_PAUSE_SECONDS = 3600.0

MOST_REPLIES_PER_DAY = 100_000

MAX_ERROR = 500
MAX_URL = 2_000
MAX_TEXT = 100_000

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_KEY = re.compile(r"[A-Z0-9_]{1,64}")


@dataclass(frozen=True)
class Access:
    """What the operator lets managers ask.

    Attributes:
        hosts: `api.example.org` is asked by https at public addresses only; `http://10.0.0.5:8000` may be inside the
            operator's own network, and without https. Without any, models of others are off.
        keys: by the name that a manager gives, the host that a secret is for and, after a space, the secret: it is
            sent to no other host. Never shown or stored.
    """

    hosts: Sequence[str] = ()
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    def allowed(self, url: str) -> AllowedHosts:
        """Return the hosts among which an address is.

        Raises:
            NotAllowed: the operator has allowed none, or not this one.
            InputError: not a URL.
        """
        if not self.hosts:
            raise NotAllowed(
                "models of others are off in this service; its operator allows hosts by GROUNDSWELL_MODEL_HOSTS"
            )
        given = _parsed(url)
        if (allowed := allowed_for(url, self.hosts)) is not None:
            return allowed
        raise NotAllowed(
            f"{given.host}:{_port(given)} is not among the hosts that the operator of this service allows by "
            "GROUNDSWELL_MODEL_HOSTS"
        )

    def key(self, name: str | None, url: str) -> str | None:
        """Return the secret of this name for an address; None for no name.

        Raises:
            InputError: not a name, or the operator has given no secret of this name.
            NotAllowed: the secret is for another host.
        """
        if name is None:
            return None
        if not _KEY.fullmatch(name):  # perhaps a key itself, which no message repeats
            raise InputError(
                "`key` is the name of a secret that the operator holds (A-Z, 0-9, _), never a key itself"
            )
        if name not in self.keys:
            raise InputError(
                f"there is no key {name!r}; the operator of this service gives it as GROUNDSWELL_MODEL_KEY_{name}"
            )
        host, _, secret = self.keys[name].partition(" ")
        given, bound = _parsed(url), _parsed(host if "://" in host else f"https://{host}")
        if not secret.strip() or (given.host, _port(given)) != (bound.host, _port(bound)):
            raise NotAllowed(
                f"the key {name!r} is for another host; GROUNDSWELL_MODEL_KEY_{name} is a host, a space and its secret"
            )
        return secret.strip()


def check_name(name: str) -> None:
    """Raise `InvalidName` unless a predictor may be called so."""
    if not _NAME.fullmatch(name):
        raise InvalidName(
            f"a predictor is called by 1 to 64 of a-z, 0-9, '.', '_' and '-', such as 'spam-7'; got {name[:80]!r}"
        )


def check_spec(spec: PredictorSpec, access: Access) -> None:
    """Refuse what could never be asked.

    Raises:
        InputError: a price or budget below 0, no model, an address with a query, or an unknown key.
        NotAllowed: a host that the operator does not allow.
    """
    numbers = (spec.per_item, spec.per_million_in, spec.per_million_out, spec.budget_cents)
    if not all(0 <= number < float("inf") for number in numbers):
        raise InputError("prices and the budget are cents, 0 or more")
    if not 1 <= spec.replies_per_day <= MOST_REPLIES_PER_DAY:
        raise InputError(f"replies_per_day is 1 to {MOST_REPLIES_PER_DAY:,}; got {spec.replies_per_day}")
    if spec.kind not in BATCH:
        raise InputError(f"a predictor is of kind {' or '.join(BATCH)}; got {spec.kind[:40]!r}")
    if spec.kind == "chat" and not spec.model.strip():
        raise InputError("a chat predictor needs `model`, its name at the server")
    if any("\x00" in text for text in (spec.url, spec.model, spec.instructions or "")):
        raise InputError("the address, model and instructions of a predictor hold no NUL character")
    if len(spec.url) > MAX_URL or len(spec.model) > MAX_URL or len(spec.instructions or "") > MAX_TEXT:
        raise InputError("the address, model or instructions of a predictor are too long")
    if _parsed(spec.url).query:
        raise InputError(
            "the address of a predictor has no query: addresses are shown, and a query may be secret"
        )
    access.allowed(spec.url).check(spec.url)
    access.key(spec.key, spec.url)


def converses(schema: Schema) -> bool:
    """Say whether models reply in the conversations of a project, in the place of choosing classes."""
    return isinstance(schema.kind, Chat) and mode_of(schema.ontology) == "continue"


def check_use(spec: PredictorSpec, schema: Schema) -> None:
    """Refuse a model that could never be asked anything in a project.

    Raises:
        Conflict: the project chooses no classes and has no conversations to go on with, or has conversations and
            the model knows classes only.
    """
    if converses(schema):
        if spec.kind != "chat":
            raise Conflict("conversations go on with predictors of kind chat; http ones know classes only")
    elif not schema.chooses_class:
        raise Conflict(
            f"models of others are asked for one class of each item, or for replies in chat of mode continue; "
            f"this project is of kind {schema.kind.name}. Bring their answers as proposals instead: "
            "POST /projects/{id}/proposals"
        )


def version_of(kind: str, url: str, model: str, instructions: str, classes: Sequence[str]) -> str:
    """Return the digest of all that decides an answer but the item."""
    asked = json.dumps([kind, url, model, instructions, list(classes)])
    return hashlib.sha256(asked.encode()).hexdigest()[:12]


def is_due(predictor: Predictor, at: datetime) -> bool:
    """Say whether a predictor may be asked now."""
    if predictor.state == PredictorState.BUDGET_SPENT:
        return False
    return predictor.retry_at is None or predictor.retry_at <= at


def pause_after(failures: int, first_seconds: float) -> timedelta:
    """Return how long an unreachable model is left alone after so many rounds in vain; an hour at most."""
    return timedelta(seconds=min(first_seconds * 2.0 ** min(failures - 1, 30), LONGEST_PAUSE_SECONDS))


def opened(predictor: Predictor, access: Access, limits: Limits = LIMITS) -> RemotePredictor:
    """Return the connection to a model, with what is left of its budget. Close it.

    Raises:
        InputError, NotAllowed: its host or key is not allowed any more.
    """
    price = Price(predictor.per_million_in, predictor.per_million_out, predictor.per_item)
    allowed, key = access.allowed(predictor.url), access.key(predictor.key_name, predictor.url)
    budget = Budget(max(predictor.budget_cents - predictor.cost_cents, 0.0))
    if predictor.kind == "chat":
        return ChatPredictor(
            predictor.url,
            predictor.model,
            allowed=allowed,
            key=key,
            limits=LIMITS,
            price=price,
            budget=budget,
        )
    name = predictor.model or predictor.name
    return HttpPredictor(
        predictor.url, name=name, allowed=allowed, key=key, limits=limits, price=price, budget=budget
    )


@dataclass(frozen=True)
class Outcome:
    """What one batch has come to.

    Attributes:
        state: of the predictor afterwards; `asking` where it goes on.
        rows: of each task to be stored, in the order asked: probabilities, None for one that it could not answer,
            or missing where it is to be asked again.
        error: the last thing that went wrong, in words for a manager.
    """

    state: PredictorState
    rows: Mapping[int, list[float] | None]
    error: str | None


def outcome(task_ids: Sequence[int], found: Predictions, stopped: StoppedEarly | None) -> Outcome:
    """Say what is stored of a batch, and how the predictor goes on.

    A task that the model itself could not answer is not asked again in this version. One that failed because the
    model was down is, and so are those of a batch of which nothing was answered at all.

    Args:
        task_ids: in the order of `found.items`.
        found: what the model said.
        stopped: what ended the batch early, if anything did.
    """
    reasons = {one.item: one for one in found.unanswered}
    error = shown(found.unanswered[-1].reason) if found.unanswered else None
    down = [one.reason for one in found.unanswered if one.passing]
    rows: dict[int, list[float] | None] = {}
    for task_id, item, row in zip(task_ids, found.items, found.probabilities.tolist(), strict=True):
        if item not in reasons:
            rows[task_id] = row
        elif not reasons[item].passing and stopped is None:
            rows[task_id] = None
    if isinstance(stopped, BudgetSpent):
        return Outcome(PredictorState.BUDGET_SPENT, rows, shown(str(stopped)))
    nothing = not found.answered.any()
    if stopped is None and nothing and len(task_ids) >= LEAST_TELLING:
        return Outcome(PredictorState.UNREACHABLE, {}, error)
    if stopped is not None or down:
        return Outcome(PredictorState.UNREACHABLE, rows, shown(str(stopped or down[-1])))
    return Outcome(PredictorState.ASKING, rows, error)


def shown(message: str) -> str:
    """Return a message as it can be stored and shown: short, and without what no database takes."""
    clean = message.encode("utf-8", "replace").decode().replace("\x00", "")
    return clean[:MAX_ERROR]


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError) as error:
        raise InputError(f"the address of a predictor must be a URL: {error}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise InputError("the address of a predictor starts with https:// or http:// and names a host")
    return parsed


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
