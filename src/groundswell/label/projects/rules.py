"""Decisions about projects: pure functions of values."""

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any
from uuid import UUID

from groundswell.errors import InputError, InvalidAnswer, InvalidName
from groundswell.label.kinds import Answer, Schema, as_text, label_kind
from groundswell.label.projects.model import (
    BatchSpec,
    BatchState,
    ProjectSpec,
    ProjectState,
    ReviewPolicy,
    TaskState,
)
from groundswell.tenancy.model import RANK, Role
from groundswell.workforce.requirements import requirements_of

CHOICE = "text_choice"
"""What a spec is checked as whose kind will follow from its items: all kinds of choice check alike."""

TRANSITIONS: dict[ProjectState, list[str]] = {
    ProjectState.ACTIVE: ["draft", "paused", "done"],
    ProjectState.PAUSED: ["active"],
    ProjectState.DONE: ["active", "paused"],
}
"""For each state, the states from which a project may reach it."""

BATCH_TRANSITIONS: dict[BatchState, list[str]] = {
    BatchState.STAGING: [],
    BatchState.IN_PROGRESS: ["staging", "paused"],
    BatchState.PAUSED: ["in_progress"],
    BatchState.COMPLETED: ["in_progress", "paused"],
    BatchState.CANCELLED: ["staging", "in_progress", "paused"],
}
"""For each state, the states from which a batch may reach it when somebody asks for it. A completed batch goes
on by itself when one of its tasks is asked again."""

TASK_TRANSITIONS: dict[TaskState, list[str]] = {
    TaskState.PENDING: ["canceled", "error"],
    TaskState.COMPLETED: [],
    TaskState.CANCELED: ["pending", "error"],
    TaskState.ERROR: [],
}
"""For each state, the states from which a manager may bring a task to it. Answers alone complete a task or set
it aside; a label that is wrong is corrected by a review."""

MAX_INSTRUCTIONS = 100_000

MAX_LEASE_SECONDS = 30 * 24 * 60 * 60

MAX_PRICE_CENTS = 1_000_000

MAX_REVIEW_LEVELS = 3


PURPOSES = ("production", "qualification", "training")

MODELS = ("decide", "propose", "none")

PRIORITIES = (-1000, 1000)

ALL = "all"
"""The batch of the items of a new project whose content needs nobody's consent."""

_CONTENT = re.compile(r"[a-z][a-z0-9_]{0,39}")


def content_of(meta: Mapping[str, Any], item_id: str) -> str | None:
    """Return the class of content that an item's own field `content` names, such as "violence", or None.

    "Graphic violence" and "graphic-violence" are the class `graphic_violence`. What reads as no class is
    refused: an item shown to people who did not consent to it is worse than an item not shown.

    Raises:
        InputError: the field is a text that names no class.
    """
    given = meta.get("content")
    if not isinstance(given, str) or not given.strip():
        return None
    content = re.sub(r"[\s-]+", "_", given.strip().lower())
    if not _CONTENT.fullmatch(content):
        raise InputError(
            f"item {item_id[:12]} has the content {given[:60]!r}; the field `content` names what an item may "
            "expose people to, in letters, digits and _, at most 40: rename it if it means anything else"
        )
    return content


def models_of(spec: ProjectSpec, schema: Schema) -> str:
    """Return what models may do in a new project.

    Where people are tested or taught, a proposal would give the answer away. Where answers are not classes,
    models propose, and people decide.
    """
    if spec.models is not None:
        return spec.models
    if spec.purpose != "production":
        return "none"
    return "decide" if schema.chooses_class and spec.target_probability is not None else "propose"


def listed_states(role: Role) -> list[str]:
    """Return the states of the projects that are listed for a role: who only labels is shown what wants labels."""
    return [ProjectState.ACTIVE.value] if RANK[role] < RANK[Role.MEMBER] else list(ProjectState)


def may_see(role: Role, state: str) -> bool:
    """Say whether a role may see a project: a draft concerns those who make it, not those who will label."""
    return state != ProjectState.DRAFT or RANK[role] >= RANK[Role.MEMBER]


def check_spec(spec: ProjectSpec) -> Schema:
    """Return what may be said in a project, or refuse a spec that is out of range, with the remedy.

    Raises:
        InvalidName: the name or a class is empty, too long or not printable.
        InputError: a number or an option is out of its range, the instructions cannot be kept, or a gold label is no
            answer.
    """
    _check_name("project", spec.name)
    if len(spec.instructions) > MAX_INSTRUCTIONS or "\x00" in spec.instructions:
        raise InputError(f"instructions have at most {MAX_INSTRUCTIONS:,} characters, none of them NUL")
    for name, value, low, high in (
        ("answers", spec.answers, 1, 100),
        ("max_answers", spec.max_answers, 1, 100),
        ("lease_seconds", spec.lease_seconds, 1, MAX_LEASE_SECONDS),
        ("price_cents", spec.price_cents, 0, MAX_PRICE_CENTS),
        ("audit_share", spec.audit_share, 0, 1),
        ("priority", spec.priority, *PRIORITIES),
        ("review_levels", spec.review_levels, 0, MAX_REVIEW_LEVELS),
        ("review_share", spec.review_share, 0, 1),
        ("rereview_share", spec.rereview_share, 0, 1),
    ):
        if not low <= value <= high:
            raise InputError(f"{name} must be {low} to {high}; got {value}")
    if spec.target_probability is not None and not 0.5 < spec.target_probability < 1:
        raise InputError(f"the target must lie between 0.5 and 1, exclusive; got {spec.target_probability}")
    kind = label_kind(spec.kind or CHOICE)
    schema = Schema(kind, kind.ontology(spec.classes, spec.options))
    _check_purpose(spec, schema)
    gold_texts(schema, spec.gold)
    return schema


def gold_texts(schema: Schema, gold: Mapping[str, str | Answer]) -> dict[str, str]:
    """Return known answers as they are stored, by item id.

    Raises:
        InputError: one is no class, or no answer that could be given.
    """
    return {item_id: _gold_text(schema, item_id, known) for item_id, known in gold.items()}


def _gold_text(schema: Schema, item_id: str, known: str | Answer) -> str:
    if isinstance(known, str) and schema.chooses_class:
        if known not in schema.ontology.classes:
            raise InputError(
                f"gold label {known!r} is not one of the classes {', '.join(schema.ontology.classes)}"
            )
        return known
    try:
        return as_text(schema.validate({} if isinstance(known, str) else known))
    except InvalidAnswer as error:
        raise InputError(f"the gold label of item {item_id[:12]} is no answer: {error}") from error


def check_batch(spec: BatchSpec, schema: Schema) -> None:
    """Refuse a batch spec that is out of range, with the remedy.

    Args:
        schema: of the project.

    Raises:
        InvalidName: the name is empty, too long or not printable.
        InputError: the priority is out of range, the content names no class, or a gold label is no class.
    """
    _check_name("batch", spec.name)
    check_priority(spec.priority)
    if spec.content is not None and not _CONTENT.fullmatch(spec.content):
        raise InputError(
            f"a class of content has 1 to 40 small letters, digits and _, such as violence; got {spec.content!r}"
        )
    gold_texts(schema, spec.gold)


def check_priority(priority: int) -> None:
    """Raise `InputError` if a priority is out of range."""
    low, high = PRIORITIES
    if not low <= priority <= high:
        raise InputError(f"priority must be {low} to {high}, lower first; got {priority}")


def check_price(price_cents: int) -> None:
    """Raise `InputError` if a price is out of range."""
    if not 0 <= price_cents <= MAX_PRICE_CENTS:
        raise InputError(f"price_cents must be 0 to {MAX_PRICE_CENTS}; got {price_cents}")


def _check_name(what: str, name: str) -> None:
    if not name.strip() or len(name) > 200 or not name.isprintable():
        raise InvalidName(f"a {what} name has 1 to 200 printable characters; got {name[:200]!r}")


def _check_purpose(spec: ProjectSpec, schema: Schema) -> None:
    requirements_of(spec.requirements)
    if spec.purpose not in PURPOSES:
        raise InputError(f"a project's purpose is {', '.join(PURPOSES)}; got {spec.purpose!r}")
    if models_of(spec, schema) not in MODELS:
        raise InputError(f"what models may do is {', '.join(MODELS)}; got {spec.models!r}")
    if spec.purpose != "production" and (
        models_of(spec, schema) != "none" or spec.target_probability is not None
    ):
        raise InputError(
            f"a {spec.purpose} project asks tasks of known answer; leave out models and the target"
        )
    if models_of(spec, schema) == "decide" and not schema.chooses_class:
        raise InputError(
            f"models may decide only where an answer is one class, not in {spec.kind}; leave models out: they propose"
        )
    if models_of(spec, schema) == "decide" and spec.target_probability is None:
        raise InputError(
            "models may decide only up to a target: give target_probability, or models='propose'"
        )


def check_policy(policy: ReviewPolicy) -> None:
    """Refuse a review policy that is out of range.

    Raises:
        InputError: a number is out of its range.
    """
    for name, value, high in (
        ("levels", policy.levels, MAX_REVIEW_LEVELS),
        ("share", policy.share, 1),
        ("rereview_share", policy.rereview_share, 1),
    ):
        if not 0 <= value <= high:
            raise InputError(f"{name} must be 0 to {high}; got {value}")


def drawn(key: UUID, subject: str, share: float) -> bool:
    """Say whether a subject is in a random share.

    The same key and subject give the same draw, whoever asks and however often, and a greater share holds
    all that a smaller one holds. Without the key nobody can tell beforehand.

    Args:
        key: a secret of the project.
        subject: what is drawn, such as "task 7".
        share: 0 (nothing) to 1 (everything).
    """
    digest = blake2b(subject.encode(), key=key.bytes, digest_size=8).digest()
    return int.from_bytes(digest, "big") < share * 2**64
