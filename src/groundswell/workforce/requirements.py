"""What a project asks of those who work in it, as it is stored with the project."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from groundswell.errors import InputError
from groundswell.workforce.model import Origin

_Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
_Ids = Annotated[tuple[_Id, ...], Meta(max_length=20)]
_Workers = Annotated[tuple[_Id, ...], Meta(max_length=10_000)]


class Requirements(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who may work in a project; and for a qualification or training project, how long it is and what passes.

    Attributes:
        qualifications: projects whose test must have been passed.
        trainings: projects that must have been gone through, however well.
        min_skill: the least estimated skill at this kind of label. A newcomer is taken for an average worker.
        origins: what workers may be; None for all.
        workers: the only ones who may work here; None for everybody.
        test_size: known answers of this qualification or training after which it counts as done.
        pass_mark: the least share of them that passes, of this qualification.
    """

    qualifications: _Ids = ()
    trainings: _Ids = ()
    min_skill: Annotated[float, Meta(gt=0, lt=1)] | None = None
    origins: Annotated[tuple[Origin, ...], Meta(min_length=1)] | None = None
    workers: _Workers | None = None
    test_size: Annotated[int, Meta(ge=1, le=1000)] = 20
    pass_mark: Annotated[float, Meta(gt=0, le=1)] = 0.9

    @property
    def entries(self) -> tuple[int, ...]:
        """The projects to go through first, tests and trainings, each once."""
        return tuple(dict.fromkeys(self.qualifications + self.trainings))


def requirements_of(given: Mapping[str, Any]) -> Requirements:
    """Read the requirements of a project from JSON, for example ``{"qualifications": [7], "min_skill": 0.8}``.

    Raises:
        InputError: a field is unknown or out of range; the message names it.
    """
    try:
        return msgspec.convert(dict(given), Requirements)
    except msgspec.ValidationError as error:
        fields = ", ".join(Requirements.__struct_fields__)
        raise InputError(
            f"the requirements of a project are not valid: {error}; known are {fields}"
        ) from None
