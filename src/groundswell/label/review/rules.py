"""Decisions of review: which verdicts are sound, when two agree, what they say of workers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from groundswell.errors import Conflict, InputError, NotAllowed
from groundswell.ids import TaskId, WorkerId
from groundswell.label.kinds import Answer, Schema, Shown
from groundswell.label.review.model import Decision, HeldReview, Opinion, Verdict

MAX_NOTE = 2000
"""Characters of a reviewer's note or a customer's comment."""

RETURN_DAYS = 14
"""Days that a worker has to answer a rejection, by another answer or by keeping to his own; then the task is
reviewed anew without him."""

REJECTIONS_AN_HOUR = 20
"""Answers of one worker that one reviewer may reject within an hour; a worker who is wrong that often is somebody
to talk to, and a reviewer who clicks that fast does not read."""


def check_note(what: str, note: str) -> str:
    """Return a note without the space around it.

    Raises:
        InputError: it is too long, or holds a NUL.
    """
    if len(note) > MAX_NOTE or "\x00" in note:
        raise InputError(f"{what} has at most {MAX_NOTE:,} characters, none of them NUL")
    return note.strip()


def check_verdict(verdict: Verdict, schema: Schema, shown: Shown | None = None) -> Verdict:
    """Return a verdict in its canonical form, or say what it lacks.

    Raises:
        InvalidAnswer: its answer does not fit the ontology.
        InputError: a rejection without a reason or without the answers it rejects, a fix without the right
            answer, or something that does not belong to its decision.
    """
    verdict = replace(verdict, reason=check_note("a reason", verdict.reason))
    if verdict.answer is not None:
        verdict = replace(verdict, answer=dict(schema.validate(verdict.answer, shown)))
    if verdict.decision is Decision.REJECT:
        if not verdict.reason or not verdict.rejected:
            raise InputError(
                "a rejection needs evidence: a reason, and in `rejected` the answers it is about"
            )
        if len(set(verdict.rejected)) < len(verdict.rejected):
            raise InputError("an answer is rejected twice at once; name each once")
    elif verdict.rejected:
        raise InputError(
            f"only a rejection names answers in `rejected`; this is a verdict to {verdict.decision}"
        )
    if verdict.decision is Decision.FIX and verdict.answer is None:
        raise InputError("a fix needs the answer that is right")
    if verdict.decision is Decision.ACCEPT and verdict.answer is not None:
        raise InputError("a verdict to accept takes the label as it is; to give another answer, fix it")
    return verdict


def check_held(verdict: Verdict, held: HeldReview, user_id: UUID) -> None:
    """Refuse a verdict on a review that is not this reviewer's, or on what is no longer as it was shown.

    A blind second verdict is on what was shown to the first reviewer, whatever has become of it.

    Raises:
        Conflict: the lease ran out and went to another, the review is decided, or the label or the answers
            have changed since.
        NotAllowed: the reviewer has labelled the task himself.
        InputError: an answer is rejected that was not shown.
    """
    review = f"review {held.review_id}"
    if held.state == "done":
        raise Conflict(f"{review} is decided already; ask for the next one")
    if held.state != "leased" or held.reviewer != user_id:
        raise Conflict(f"{review} is not leased to you; its time may have run out: ask for reviews again")
    if held.labelled_it:
        raise NotAllowed(f"you labelled task {held.task_id} yourself; somebody else reviews it")
    strange = set(verdict.rejected) - set(held.annotation_ids or ())
    if strange:
        raise InputError(f"annotation {min(strange)} is not one of the answers that {review} has shown")
    shown, now = (held.label, held.annotation_ids), (held.label_now, held.annotations_now)
    if held.rereview_of is None and shown != now:
        raise Conflict(
            f"task {held.task_id} has changed since it was shown to you; lease it again and look anew"
        )
    if verdict.decision is Decision.ACCEPT and held.label is None:
        raise Conflict(
            f"task {held.task_id} has no label that could be accepted; fix it, or reject its answers"
        )


def agree(schema: Schema, label: Answer | None, one: Opinion, other: Opinion) -> bool:
    """Say whether two verdicts on the same label and answers come to the same.

    They do if both hold the same answer to be right. A rejection that names no right answer holds the label to
    be wrong, and agrees with whatever else does.
    """
    first, second = _right_answer(label, one), _right_answer(label, other)
    if first is not None and second is not None:
        return schema.same(first, second)
    known = first if first is not None else second
    return known is None or label is None or not schema.same(known, label)


def _right_answer(label: Answer | None, opinion: Opinion) -> Answer | None:
    return label if opinion.decision == Decision.ACCEPT else opinion.answer


@dataclass(frozen=True)
class JudgedAnswer:
    """What a worker said of a task before any reviewer spoke to him.

    Attributes:
        before: the final label until now, None where there was none.
    """

    task_id: TaskId
    worker_id: WorkerId
    answer: dict[str, Any]
    before: dict[str, Any] | None


def marks(
    schema: Schema, answers: Sequence[JudgedAnswer], final: Mapping[TaskId, Answer]
) -> list[tuple[WorkerId, float, float]]:
    """Return what final labels say of workers: `(worker, answers, of them right)`, one entry for each answer.

    Right is how near the answer is to the label, 0 to 1. Where a label was final before, only the difference is
    returned, so that an answer never counts twice.
    """
    found = []
    for judged in answers:
        right = 1.0 - schema.distance(judged.answer, final[judged.task_id])
        if judged.before is None:
            found.append((judged.worker_id, 1.0, right))
        else:
            found.append(
                (judged.worker_id, 0.0, right - (1.0 - schema.distance(judged.answer, judged.before)))
            )
    return found


def check_edit(*, state: str, is_final: bool, is_delivered: bool, is_returned: bool) -> None:
    """Refuse to change an answer whose label has gone its way already.

    Raises:
        Conflict: the task is canceled, its label is final by a review, or it is delivered. What a reviewer has
            returned may be answered even after a delivery.
    """
    if state == "canceled":
        raise Conflict("this task is canceled; its answers stay as they are")
    if is_final:
        raise Conflict("the label of this task is final by a review; its answers stay as they are")
    if is_delivered and not is_returned:
        raise Conflict("the answers to this task are delivered; a reviewer can still correct its label")
