"""Decisions about projects: pure functions of values."""

from groundswell.errors import InputError, InvalidName
from groundswell.label.kinds import ontology_of
from groundswell.label.projects.model import ProjectSpec, ProjectState
from groundswell.tenancy.model import RANK, Role

TRANSITIONS: dict[ProjectState, list[str]] = {
    ProjectState.ACTIVE: ["draft", "paused", "done"],
    ProjectState.PAUSED: ["active"],
    ProjectState.DONE: ["active", "paused"],
}
"""For each state, the states from which a project may reach it."""

MAX_INSTRUCTIONS = 100_000

MAX_LEASE_SECONDS = 30 * 24 * 60 * 60

MAX_PRICE_CENTS = 1_000_000


def listed_states(role: Role) -> list[str]:
    """Return the states of the projects that are listed for a role: who only labels is shown what wants labels."""
    return [ProjectState.ACTIVE.value] if RANK[role] < RANK[Role.MEMBER] else list(ProjectState)


def may_see(role: Role, state: str) -> bool:
    """Say whether a role may see a project: a draft concerns those who make it, not those who will label."""
    return state != ProjectState.DRAFT or RANK[role] >= RANK[Role.MEMBER]


def check_spec(spec: ProjectSpec) -> None:
    """Refuse a project spec that is out of range, with the remedy.

    Raises:
        InvalidName: the name or a class is empty, too long or not printable.
        InputError: a number is out of its range, the instructions cannot be kept, or a gold label is no class.
    """
    if not spec.name.strip() or len(spec.name) > 200 or not spec.name.isprintable():
        raise InvalidName(f"a project name has 1 to 200 printable characters; got {spec.name[:200]!r}")
    if len(spec.instructions) > MAX_INSTRUCTIONS or "\x00" in spec.instructions:
        raise InputError(f"instructions have at most {MAX_INSTRUCTIONS:,} characters, none of them NUL")
    for name, value, low, high in (
        ("answers", spec.answers, 1, 100),
        ("max_answers", spec.max_answers, 1, 100),
        ("lease_seconds", spec.lease_seconds, 1, MAX_LEASE_SECONDS),
        ("price_cents", spec.price_cents, 0, MAX_PRICE_CENTS),
        ("audit_share", spec.audit_share, 0, 1),
    ):
        if not low <= value <= high:
            raise InputError(f"{name} must be {low} to {high}; got {value}")
    if spec.target_probability is not None and not 0.5 < spec.target_probability < 1:
        raise InputError(f"the target must lie between 0.5 and 1, exclusive; got {spec.target_probability}")
    classes = ontology_of(spec.classes).classes
    unknown = set(spec.gold.values()) - set(classes)
    if unknown:
        raise InputError(f"gold label {min(unknown)!r} is not one of the classes {', '.join(classes)}")
