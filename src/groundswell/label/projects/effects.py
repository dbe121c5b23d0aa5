"""What a change of the classes would do: the dry run as a value. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from groundswell.ids import TaskId
from groundswell.label.projects.versions import History, OntologyVersion


@dataclass(frozen=True)
class ClassEffect:
    """What happens to all that says one class.

    Attributes:
        name: the class at present; None: answers that do not count at present.
        becomes: the class afterwards; None: they will not count, and are asked again.
        annotations: answers ever given (every revision).
        labels: consensus labels.
        gold, reviews, predictions: known answers, final verdicts and models' proposals.
    """

    name: str | None
    becomes: str | None
    annotations: int = 0
    labels: int = 0
    gold: int = 0
    reviews: int = 0
    predictions: int = 0


@dataclass(frozen=True)
class AskedAgain:
    """The tasks that a change would ask again.

    Attributes:
        tasks: all of them; `completed` of them are completed now and would be pending.
        answers: that would have to be bought for them, at most: a model may settle some.
        price_cents: of one answer, as it is now.
        examples: the first few tasks.
        leases: tasks in people's hands now; their answers will be accepted whatever class they name.
        state: of the project now; one that is done would be active again.
    """

    tasks: int
    completed: int
    answers: int
    price_cents: int
    state: str
    examples: list[TaskId]
    leases: int

    @property
    def cost_cents(self) -> int:
        """What the answers would cost, at most."""
        return self.answers * self.price_cents

    @property
    def reopens_project(self) -> bool:
        """Whether the project, which is done, would be active again."""
        return self.tasks > 0 and self.state == "done"


@dataclass(frozen=True)
class ChangePlan:
    """What a change would do; nothing was written.

    Attributes:
        before: the version in force, to be given to `apply_change` as the one expected.
        after: the version that there would be.
        effects: of each class, and of each class that answers under older versions would come back to.
        asked_again: the tasks that would have to be asked again.
    """

    before: OntologyVersion
    after: OntologyVersion
    effects: list[ClassEffect]
    asked_again: AskedAgain


@dataclass(frozen=True)
class Meaning:
    """What a class of one version means at present and after a change; None: it must be asked again.

    `exact`: from what it means afterwards one can tell what it was.
    """

    version: int
    class_: str
    present: str | None
    after: str | None
    exact: bool


def meanings(before: History, after: History) -> list[Meaning]:
    """Return what every class of every version of `before` means at present, and under the newest of `after`."""
    now, then = before.newest.version, after.newest.version
    back = after.mapping(then, now)
    found = []
    for version in before.versions:
        present, mapping = before.mapping(version.version, now), after.mapping(version.version, then)
        for name in version.classes:
            new = mapping[name]
            exact = new is not None and back[new] == present[name]
            found.append(Meaning(version.version, name, present[name], new, exact))
    return found


def as_json(given: Iterable[Meaning]) -> str:
    """Return meanings as the SQL of changes takes them."""
    return json.dumps(
        [
            {
                "version": m.version,
                "class": m.class_,
                "present": m.present,
                "after": m.after,
                "exact": m.exact,
            }
            for m in given
        ]
    )


COUNTERS = {"gold": "gold", "consensus": "labels", "review": "reviews", "prediction": "predictions"}
"""The field of `ClassEffect` that counts each sort of label."""


def effects(
    given: Iterable[Meaning],
    order: Iterable[str],
    answers: Mapping[tuple[int, str], int],
    labels: Iterable[Mapping[str, Any]],
) -> list[ClassEffect]:
    """Count what goes from which class to which.

    Args:
        given: what the classes of every version mean.
        order: the classes at present; each has an effect, though nothing says it.
        answers: annotations by version and class.
        labels: rows of `what`, `present`, `after` and `number`.
    """
    order = list(order)
    known = {(m.version, m.class_): m for m in given}
    newest = max(version for version, _ in known)
    counts: dict[tuple[str | None, str | None], dict[str, int]] = {
        (name, known[newest, name].after): {} for name in order
    }
    for key, number in answers.items():
        if key in known:
            _add(counts, (known[key].present, known[key].after), "annotations", number)
    for row in labels:
        _add(counts, (row["present"], row["after"]), COUNTERS[row["what"]], row["number"])
    found = [ClassEffect(name, becomes, **count) for (name, becomes), count in counts.items()]
    place = {name: i for i, name in enumerate(order)}
    return sorted(
        found,
        key=lambda e: (place.get(e.name or "", len(order)), e.becomes is None, e.becomes or ""),
    )


def _add(
    counts: dict[tuple[str | None, str | None], dict[str, int]],
    pair: tuple[str | None, str | None],
    counter: str,
    number: int,
) -> None:
    if pair != (None, None):
        of = counts.setdefault(pair, {})
        of[counter] = of.get(counter, 0) + number
