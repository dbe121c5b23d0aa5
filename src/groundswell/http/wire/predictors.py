"""Wire types of predictors: models of others."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from groundswell.label.predictors.model import REPLIES_PER_DAY, Predictor, PredictorSpec
from groundswell.label.predictors.proposals import Proposal
from groundswell.label.predictors.rules import MAX_TEXT, MAX_URL, MOST_REPLIES_PER_DAY

Cents = Annotated[float, Meta(ge=0)]
Short = Annotated[str, Meta(max_length=MAX_URL)]


class PredictorBody(Struct, forbid_unknown_fields=True):
    """A model of others. `key` is the name of a secret that the operator holds; prices and the budget are cents.

    In conversations `replies_per_day` says how often one worker may ask it within a day.
    """

    kind: Literal["http", "chat"]
    url: Short
    model: Short = ""
    instructions: Annotated[str, Meta(max_length=MAX_TEXT)] | None = None
    key: Annotated[str, Meta(max_length=64)] | None = None
    per_item: Cents = 0.0
    per_million_in: Cents = 0.0
    per_million_out: Cents = 0.0
    budget_cents: Cents = 0.0
    replies_per_day: Annotated[int, Meta(ge=1, le=MOST_REPLIES_PER_DAY)] = REPLIES_PER_DAY

    def spec(self) -> PredictorSpec:
        """Return it as the service takes it."""
        return PredictorSpec(**{name: getattr(self, name) for name in self.__struct_fields__})


class ProposalBody(Struct, forbid_unknown_fields=True):
    """What a model says of an item, and how sure it is."""

    item_id: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    answer: dict[str, Any]
    probability: Annotated[float, Meta(ge=0, le=1)] = 0.5

    def proposal(self) -> Proposal:
        """Return it as the service takes it."""
        return Proposal(self.item_id, self.answer, self.probability)


class ProposalsBody(Struct, forbid_unknown_fields=True):
    """What a model says of items, to be shown to people; `model` names it in the log."""

    model: Annotated[str, Meta(min_length=1, max_length=200)]
    proposals: Annotated[list[ProposalBody], Meta(min_length=1, max_length=1_000)]


class ProposalsOut(Struct):
    """How many tasks took a proposal; items that are no tasks are left out."""

    tasks: int


class PredictorOut(Struct):
    """A model of others in a project. Its state is waiting, asking, up_to_date, budget_spent or unreachable."""

    name: str
    kind: str
    url: str
    model: str
    instructions: str
    key_name: str | None
    per_item: float
    per_million_in: float
    per_million_out: float
    budget_cents: float
    replies_per_day: int
    version: str
    state: str
    answered: int
    unanswered: int
    requests: int
    tokens_in: int
    tokens_out: int
    cost_cents: float
    last_error: str | None
    retry_at: datetime | None
    updated_at: datetime

    @classmethod
    def of(cls, predictor: Predictor) -> "PredictorOut":
        """Shape a predictor."""
        return cls(**{name: getattr(predictor, name) for name in cls.__struct_fields__})


class PredictorList(Struct):
    """The models of others of a project, by name."""

    items: list[PredictorOut]
