"""Wire types of the workforce."""

from msgspec import Struct

from groundswell.workforce.model import Skill


class SkillOut(Struct):
    """A worker's skill, for managers."""

    worker_id: int
    name: str
    origin: str
    skill: float
    standard_error: float
    annotations: int

    @classmethod
    def of(cls, skill: Skill) -> "SkillOut":
        """Shape a skill."""
        return cls(
            skill.worker_id, skill.name, skill.origin, skill.skill, skill.standard_error, skill.annotations
        )


class SkillPage(Struct):
    """One page of the workers of a project, the busiest first; `next_cursor` fetches the next."""

    items: list[SkillOut]
    next_cursor: str | None
