"""Wire types of setting a project up."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, structs

from groundswell.http.wire.common import Id
from groundswell.label.kinds.label_studio import MOST_CHARACTERS
from groundswell.label.projects.model import ProjectSpec

MOST_CLASSES = 1000
MOST_GOLD = 100_000
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Share = Annotated[float, Meta(ge=0, le=1)]


class LabelStudioBody(Struct, forbid_unknown_fields=True):
    """A labelling configuration of Label Studio: `<View>...</View>`."""

    xml: Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS)]


class LabelSchemaOut(Struct):
    """What may be said in a project: take it into the body of a new one."""

    kind: str
    classes: tuple[str, ...]
    options: dict[str, Any]


class ProjectBody(Struct, forbid_unknown_fields=True):
    """A new project over a version of a dataset, the newest unless given; see the glossary for the words.

    `kind` is a label kind; where it is left out, one of `classes` is chosen for each item. `options` are the
    kind's own. `gold` gives known classes, or whole answers, by item id. `target_probability` makes redundancy
    adaptive, with `models` deciding where they have proven themselves. A `qualification` or `training` asks tasks of
    known answer, of everybody; `requirements` names those that must have been passed, for example
    `{"qualifications": [7], "min_skill": 0.8}`.
    """

    name: Name
    dataset: Name
    classes: Annotated[list[str], Meta(max_length=MOST_CLASSES)] = []
    kind: Annotated[str, Meta(max_length=100)] = ""
    options: dict[str, Any] = {}
    dataset_version: Id | None = None
    instructions: Annotated[str, Meta(max_length=100_000)] = ""
    answers: Annotated[int, Meta(ge=1, le=100)] = 1
    max_answers: Annotated[int, Meta(ge=1, le=100)] = 7
    target_probability: Annotated[float, Meta(gt=0.5, lt=1)] | None = None
    audit_share: Share = 0.0
    gold: Annotated[dict[str, str | dict[str, Any]], Meta(max_length=MOST_GOLD)] = {}
    lease_seconds: Annotated[int, Meta(ge=1, le=2_592_000)] = 900
    price_cents: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    review_levels: Annotated[int, Meta(ge=0, le=3)] = 0
    review_share: Share = 0.0
    rereview_share: Share = 0.0
    priority: Annotated[int, Meta(ge=-1000, le=1000)] = 0
    models: Literal["decide", "propose", "none"] | None = None
    purpose: Literal["production", "qualification", "training"] = "production"
    requirements: dict[str, Any] = {}

    def spec(self, dataset_version: int) -> ProjectSpec:
        """Return it as the service takes it."""
        given = {name: value for name, value in structs.asdict(self).items() if name != "dataset_version"}
        return ProjectSpec(dataset_version=dataset_version, **given)
