"""The nouns of predictors: models of others that a manager has named for a project."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

REPLIES_PER_DAY = 200


class PredictorState(StrEnum):
    """How far a predictor is; `unreachable` is tried again by itself, `budget_spent` waits for a larger budget."""

    WAITING = "waiting"
    ASKING = "asking"
    UP_TO_DATE = "up_to_date"
    BUDGET_SPENT = "budget_spent"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class PredictorSpec:
    """What a manager says of a model of others.

    Attributes:
        kind: `http` for the contract of docs/howto/models.md, `chat` for OpenAI's chat completions.
        url: where it is; for `chat` the base, to which `/chat/completions` is added.
        model: its name at the server; `chat` needs one.
        instructions: what it is told; None: the instructions of the project, as they are now; nothing where it
            replies in conversations.
        key: name of a secret that the operator holds, `GROUNDSWELL_MODEL_KEY_<name>`; None for none.
        per_item, per_million_in, per_million_out: its price, in cents.
        budget_cents: what it may cost in all; a model without a price costs nothing.
        replies_per_day: how often one worker may ask it for a reply within a day, where it replies in conversations.
    """

    kind: str
    url: str
    model: str = ""
    instructions: str | None = None
    key: str | None = None
    per_item: float = 0.0
    per_million_in: float = 0.0
    per_million_out: float = 0.0
    budget_cents: float = 0.0
    replies_per_day: int = REPLIES_PER_DAY


@dataclass(frozen=True)
class Predictor:
    """A model of others in a project, how far it is and what it has cost.

    Attributes:
        version: of the question: another model, text or class is another, and everything is asked anew.
        revision: how often it was put.
        answered, unanswered: tasks that it gave probabilities for in this version, or could not.
        cost_cents: of all versions; a lost answer counts at the most that it can have cost.
        failures: rounds in a row without an answer.
        retry_at: when it is asked again, where it was unreachable.
    """

    name: str
    kind: str
    url: str
    model: str
    instructions: str = field(repr=False)
    key_name: str | None
    per_item: float
    per_million_in: float
    per_million_out: float
    budget_cents: float
    replies_per_day: int
    version: str
    revision: int
    state: str
    answered: int
    unanswered: int
    requests: int
    tokens_in: int
    tokens_out: int
    cost_cents: float
    last_error: str | None
    failures: int
    retry_at: datetime | None
    updated_at: datetime
