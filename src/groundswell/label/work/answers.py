"""Answers in: what workers submit is checked, stored with its price and time, and given a receipt."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from groundswell.errors import InvalidAnswer
from groundswell.ids import AnnotationId, OrgId, ProjectId, TaskId, WorkerId
from groundswell.label.kinds import Answer, Shown
from groundswell.label.work.memory import Memory, Vocabulary
from groundswell.label.work.model import Receipt, ReceiptStatus, Round, Submit
from groundswell.store import Tx, load_queries
from groundswell.workforce.content import count_exposures

SQL = load_queries(__package__)

Key = tuple[WorkerId, uuid.UUID]
"""What makes it the same answer when it comes again."""


@dataclass(frozen=True)
class Checked:
    """An answer that fits a version of its project's ontology."""

    worker_id: WorkerId
    project_id: ProjectId
    submit: Submit
    answer: Answer
    ontology_version: int


@dataclass(frozen=True)
class StoredAnswer:
    """An answer that is in the database; `mine` counts its worker's answers in the project, this one included."""

    id: AnnotationId
    task_id: TaskId
    worker_id: WorkerId
    project_id: ProjectId
    idempotency_key: uuid.UUID
    late: bool
    batch_id: int | None = None
    mine: int | None = None

    def receipt(self) -> Receipt:
        """Return the server's word on it."""
        status = ReceiptStatus.LATE if self.late else ReceiptStatus.STORED
        return Receipt(self.idempotency_key, self.task_id, status, self.id)


@dataclass
class Intake:
    """The answers of some rounds on their way in.

    Attributes:
        checked: what may be stored, once for each key.
        refused: why the rest is not.
    """

    checked: dict[Key, Checked] = field(default_factory=dict)
    refused: dict[Key, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rounds: Sequence[Round],
        vocabularies: Mapping[ProjectId, Vocabulary],
        shown: Mapping[TaskId, Shown],
    ) -> "Intake":
        """Check the answers of rounds against what may be said in their projects, and of their items."""
        intake = cls()
        for each in rounds:
            for submit in each.submits:
                key = (each.worker_id, submit.idempotency_key)
                try:
                    answer, version = vocabularies[each.project_id].understand(
                        submit.answer, shown.get(submit.task_id)
                    )
                except InvalidAnswer as error:
                    intake.refused.setdefault(key, str(error))
                    continue
                one = Checked(each.worker_id, each.project_id, submit, answer, version)
                intake.checked.setdefault(key, one)
        return intake

    def parameters(self) -> dict[str, list[object]]:
        """Return the parameters of `submit`, sorted, so that two transactions lock the same rows in the same order."""
        answers = sorted(self.checked.values(), key=lambda one: (one.submit.task_id, one.worker_id))
        return {
            "worker_ids": [one.worker_id for one in answers],
            "project_ids": [one.project_id for one in answers],
            "task_ids": [one.submit.task_id for one in answers],
            "answers": [json.dumps(dict(one.answer), ensure_ascii=False) for one in answers],
            "active_ms": [one.submit.active_ms for one in answers],
            "keys": [one.submit.idempotency_key for one in answers],
            "proposals_seen": [one.submit.proposal_seen for one in answers],
            "ontology_versions": [one.ontology_version for one in answers],
        }

    async def receipts(
        self, tx: Tx, rounds: Sequence[Round], stored: Sequence[StoredAnswer]
    ) -> list[list[Receipt]]:
        """Return, for each round, one receipt for each submit, in order; of repeated ones, the receipt of the first."""
        found = {(one.worker_id, one.idempotency_key): one.receipt() for one in stored}
        missing = [(key, one) for key, one in self.checked.items() if key not in found]
        if missing:
            earlier = await tx.fetch_all(
                SQL["receipts"],
                StoredAnswer,
                worker_ids=[worker_id for (worker_id, _), _ in missing],
                project_ids=[one.project_id for _, one in missing],
                keys=[key for (_, key), _ in missing],
            )
            found |= {(one.worker_id, one.idempotency_key): one.receipt() for one in earlier}
        return [[self._receipt(each.worker_id, submit, found) for submit in each.submits] for each in rounds]

    def _receipt(self, worker_id: WorkerId, submit: Submit, found: Mapping[Key, Receipt]) -> Receipt:
        key = (worker_id, submit.idempotency_key)
        if key in found:
            return found[key]
        not_held = "this task is not leased to you, or you answered it already; ask for the next task"
        why = self.refused.get(key, not_held)
        return Receipt(submit.idempotency_key, submit.task_id, ReceiptStatus.REFUSED, None, why)


async def note_exposures(tx: Tx, org_id: OrgId, stored: Sequence[StoredAnswer], memory: Memory) -> None:
    """Count what people were exposed to, where batches say that their items expose them to something."""
    met = []
    for one in stored:
        content = memory.exposing.get(one.project_id)
        if content and one.batch_id is not None and one.batch_id in content:
            met.append((one.worker_id, content[one.batch_id]))
    if met:
        await count_exposures(tx, org_id, met)


def given_back(rounds: Sequence[Round]) -> dict[str, list[object]]:
    """Return the parameters of `give_back`: what these rounds skip or release; empty where they do neither."""
    ended: list[tuple[TaskId, WorkerId, str, bool]] = [
        (skip.task_id, each.worker_id, skip.reason[:500].replace("\x00", "\N{REPLACEMENT CHARACTER}"), True)
        for each in rounds
        for skip in each.skips
    ]
    ended += [(task_id, each.worker_id, "released", False) for each in rounds for task_id in each.releases]
    ended.sort(key=lambda one: one[:2])
    return {
        "task_ids": [one[0] for one in ended],
        "worker_ids": [one[1] for one in ended],
        "reasons": [one[2] for one in ended],
        "skipped": [one[3] for one in ended],
    }
