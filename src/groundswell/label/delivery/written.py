"""Source: what people wrote in a project, as items of a dataset of its own: forms, transcripts, conversations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from groundswell.collect import AS_RECORD, Cursor, Known, Options, Origin, Source, cursor_of, require_good
from groundswell.errors import InputError, NotFound, TooLarge, UnreadableSource
from groundswell.ids import ItemId, ProjectId, TaskId, WorkerId
from groundswell.items import Drop, Item, reference_of
from groundswell.items.media import reference_to
from groundswell.label.delivery.service import ROWS_AT_ONCE, SQL
from groundswell.label.kinds.fields.files import with_files
from groundswell.label.projects.service import project_of
from groundswell.store import BlobStore, Database
from groundswell.tenancy.model import Role, Scope

KINDS = ("form", "transcription", "chat")
"""Label kinds whose answers are data by themselves; those of others say something about an item."""


@dataclass(frozen=True)
class Accepted:
    """An answer that counts, to a completed task: as its worker gave it, or as a review has left it.

    Attributes:
        item_id: of the item that was shown.
        payload: the item as it was shown.
        annotation_id: None for the answer of a review.
        worker_ids: who wrote it; of a review all whose answer it left as it was.
    """

    task_id: TaskId
    item_id: str
    payload: Mapping[str, Any]
    annotation_id: int | None
    worker_ids: Sequence[WorkerId]
    answer: Mapping[str, Any]
    answered_at: datetime

    @property
    def locator(self) -> str:
        """Where it is in the project."""
        return f"task {self.task_id} {'review' if self.annotation_id is None else f'answer {self.annotation_id}'}"

    @property
    def state(self) -> str:
        """What differs once the answer does."""
        return f"{self.locator}\t{self.answered_at.isoformat()}"


@dataclass(frozen=True)
class Written:
    """The accepted answers of a project: an item for each, derived from the item that was shown.

    A transcript is a text; a conversation is a record of all its messages, those of the item and those of the answer; a
    form is a record of its fields, or with a text column the text of that field, with the others in `meta`. Images and
    recordings that were handed in are media of the record; other files stay what they are there, a digest. `meta`
    also says which project, task and workers (by number) it is from, and when it was given.

    Attributes:
        project: its name.
        kind: its label kind, one of `KINDS`.
        mode: of a conversation, what was done with it.
        answers: in the order of the tasks.
        options: how items are made.
        fields: of a form, as the project asks for them.
        uploads: where files lie that were handed in.
        is_rest: whether these are what came after others, of which there may be none.
    """

    project: str
    kind: str
    mode: str
    answers: Sequence[Accepted]
    options: Options
    fields: Sequence[Mapping[str, Any]]
    uploads: BlobStore
    is_rest: bool = False
    name: ClassVar[str] = "answers"

    def read(self) -> Iterator[Item | Drop]:
        """Yield an item for each answer.

        Raises:
            EmptySource: none is accepted yet.
        """
        origin = Origin(self.describe(), self.name, self.options)
        records = (self._item(each, origin) for each in self.answers)
        return records if self.is_rest else require_good(records, self.describe())

    def describe(self) -> str:
        """Return what is read."""
        return f"answers of the project {self.project}"

    def size_bytes(self) -> None:
        """Return None: nobody has counted."""

    def state(self) -> Iterator[str]:
        """Yield a line for each answer."""
        return (each.state for each in self.answers)

    def cursor(self, before: Cursor | None = None) -> Cursor:
        """Return which answers there are."""
        return cursor_of(self.state(), before)

    def after(self, cursor: Cursor) -> Source:
        """Return the answers that were not accepted before; one that a review has changed since is new."""
        known = Known.from_json(cursor)
        new = tuple(each for each in self.answers if each.state not in known)
        return replace(self, answers=new, is_rest=True)

    def _item(self, given: Accepted, origin: Origin) -> Item | Drop:
        made = self._payload(given, origin)
        if isinstance(made, Drop):
            return made
        about = {
            "project": self.project,
            "task": given.task_id,
            "workers": list(given.worker_ids),
            "answered_at": given.answered_at.isoformat(),
        }
        return replace(made, meta={**made.meta, **about}, derived_from=ItemId(given.item_id))

    def _payload(self, given: Accepted, origin: Origin) -> Item | Drop:
        if self.kind == "transcription":
            return origin.text(given.answer["text"], given.locator)
        if self.kind == "chat":
            said = conversation(given.payload["record"]["messages"], given.answer["messages"], self.mode)
            return origin.record({"messages": said}, given.locator)
        if self.options.text_column in (None, AS_RECORD):
            return origin.record(with_files(given.answer["fields"], self.fields, self._medium), given.locator)
        fields = dict(given.answer["fields"])
        return origin.row(fields, self.options.text_column, given.locator, without_text="answer:no_text")

    def _medium(self, digest: str) -> Any:
        """Return the bytes of a file that was handed in, where it is an image or a recording; else its digest."""
        try:
            data = self.uploads.get(digest)
            reference_to(data)
        except (NotFound, TooLarge, UnreadableSource):
            return digest
        return {"bytes": data}


def conversation(
    shown: Sequence[Mapping[str, Any]], written: Sequence[Mapping[str, Any]], mode: str
) -> list[dict[str, Any]]:
    """Return a conversation as it became: messages that were shown, with their media, then those that were written.

    Args:
        shown: messages of the item.
        written: of the answer; one of the system, in front, takes the place of the item's.
        mode: of the project; with `edit` the last message that was shown is replaced.
    """
    before = list(shown[:-1] if mode == "edit" else shown)
    after = list(written)
    if after and after[0]["role"] == "system":
        before = [after.pop(0), *(each for each in before if each["role"] != "system")]
    return [
        {"role": each["role"], "content": each["content"], **reference_of(each)} for each in (*before, *after)
    ]


async def written_in(
    db: Database, scope: Scope, project_id: ProjectId, options: Options, uploads: BlobStore
) -> Written:
    """Return the accepted answers of a project as a source; for managers and above, as it says whose they are.

    Those of completed tasks, but not of tests. They are held in memory, but for the files that were handed in.

    Raises:
        InputError: its label kind is none in which people write.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        mode = str(project.options.get("mode", "write"))
        if project.kind not in KINDS or (project.kind == "chat" and mode == "steps"):
            raise InputError(
                f"in the project {project.name!r} ({project.kind}) nobody writes what could be an item; "
                f"label kinds that do: {', '.join(KINDS)}. Labels come home by groundswell export {project.name}"
            )
        answers = [
            each
            async for page in tx.pages(SQL["accepted"], Accepted, ROWS_AT_ONCE, project_id=project_id)
            for each in page
        ]
    fields = project.options.get("fields", ())
    return Written(project.name, project.kind, mode, tuple(answers), options, fields, uploads)
