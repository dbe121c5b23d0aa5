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


class LabelKindOut(Struct):
    """A label kind: the kinds of items that it shows, the fewest classes that a project gives (null: it has none), its
    options as JSON Schema, and a small example.
    """

    name: str
    about: str
    items: tuple[str, ...]
    least_classes: int | None
    options: dict[str, Any]
    example: dict[str, Any] | None


class LabelKindsOut(Struct):
    """Every label kind, the usual ones first."""

    items: list[LabelKindOut]


class LabelSchemaBody(Struct, forbid_unknown_fields=True):
    """A label kind with classes and options, to be checked."""

    kind: Annotated[str, Meta(min_length=1, max_length=100)]
    classes: Annotated[list[str], Meta(max_length=MOST_CLASSES)] = []
    options: dict[str, Any] = {}


class LabelSchemaOut(Struct):
    """What may be said in a project: take it into the body of a new one."""

    kind: str
    classes: tuple[str, ...]
    options: dict[str, Any]


class CheckedSchemaOut(Struct):
    """A label schema in its canonical form, or why there is none."""

    schema: LabelSchemaOut | None
    refused: str | None


class ProjectBody(Struct, forbid_unknown_fields=True):
    """A new project over a version of a dataset, the newest unless given; see the glossary for the words.

    `kind` is a label kind; where it is left out, one of `classes` is chosen for each item. `options` are the
    kind's own. `gold` gives known classes, or whole answers, by item id;
    `gold_project` takes the labels of another project for it. `target_probability` makes redundancy
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
    gold_project: Id | None = None
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
        apart = ("dataset_version", "gold_project")
        given = {name: value for name, value in structs.asdict(self).items() if name not in apart}
        return ProjectSpec(dataset_version=dataset_version, **given)
