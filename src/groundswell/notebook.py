"""Labelling in one call, from a notebook: `groundswell.label`."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np

from groundswell.app import App, local_member, open_app
from groundswell.clock import now
from groundswell.errors import Conflict, InputError
from groundswell.http.serve import address_of, bind, serving
from groundswell.ids import ProjectId
from groundswell.items import Item
from groundswell.label.delivery.service import deliver, labels_of
from groundswell.label.kinds import Answer
from groundswell.label.opening import open_or_resume, open_project, resume
from groundswell.label.projects.model import ProjectSpec, ProjectState
from groundswell.label.projects.service import get_project
from groundswell.label.work.model import LeasedTask, Progress
from groundswell.label.work.programs import Answerer, Said, answer_open_tasks
from groundswell.organize import Collection, Version, collect
from groundswell.settings import Settings
from groundswell.tenancy.model import Member
from groundswell.tenancy.service import create_sign_in_token
from groundswell.workforce.model import Origin
from groundswell.workforce.service import add_workers

T = TypeVar("T")
Labeller = Callable[[Item], str | Answer | None]
"""A program that labels: gets an item, returns a class (of other kinds the whole answer), or None to pass."""


def label(
    source: Any,
    classes: Sequence[str] = (),
    *,
    kind: str = "",
    options: Mapping[str, Any] | None = None,
    name: str = "labelling",
    by: Sequence[Labeller] = (),
    instructions: str = "",
    answers: int = 1,
    target: float | None = None,
    home: str | Path | None = None,
    port: int = 0,
) -> "Labelling":
    """Open a labelling project over items and serve its workspace from this process, until closed.

    Example:
        >>> import groundswell as gs, tempfile
        >>> def has_a_cat(item):
        ...     return "cat" if "cat" in item.text else "other"
        >>> with gs.label(["a cat", "two cats", "a dog"], ["cat", "other"], by=[has_a_cat],
        ...               home=tempfile.mkdtemp()) as labelling:
        ...     [row["label"] for row in labelling.labels()]
        ['cat', 'cat', 'other']

    Args:
        source: a `Collection`, a `Version`, or whatever `collect` takes (a path, a list of texts).
        classes: to choose from, or to give to what is marked; some kinds have none.
        kind: how to label, such as `text_spans`; one class for each item if empty. See `groundswell kinds`.
        options: what the kind lets a project decide.
        name: of the project; the same name goes on with it.
        by: programs that answer, each a worker of its own; with them the call returns when they are done.
            Without, open `.url` in a browser and label.
        instructions: what people read, Markdown.
        answers: answers for each item.
        target: let people and model together stop at this expected accuracy, instead of `answers` each.
        home: the data folder; `groundswell-data` in the current folder if None.
        port: to listen on; 0 takes a free one.

    Raises:
        GroundswellError: whatever collecting, cleaning or the database raises.
    """
    spec = ProjectSpec(
        name=name,
        kind=kind,
        options=options or {},
        classes=list(classes),
        dataset=name,
        dataset_version=0,
        instructions=instructions,
        answers=max(answers, len(by)) if target is None else answers,
        max_answers=max(answers, len(by), 7),
        target_probability=target,
    )
    settings = Settings.from_env()
    return Labelling(replace(settings, home=Path(home)) if home else settings, source, spec, by, port)


class Labelling:
    """A labelling project that this process serves; made by `label`. Use it as a context manager, or `close` it.

    Attributes:
        url: a sign-in link to the project's workspace, good once.
    """

    def __init__(
        self, settings: Settings, source: Any, spec: ProjectSpec, by: Sequence[Labeller], port: int
    ) -> None:
        self.url = ""
        self._settings, self._spec = settings, spec
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="groundswell-label", daemon=True)
        self._thread.start()
        self._stack = contextlib.AsyncExitStack()
        try:
            self._wait(self._open(source, by, port))
        except BaseException:
            self.close()
            raise

    def progress(self) -> Progress:
        """Return how many items are labelled, and of how many."""
        _, counts = self._wait(get_project(self._app.db, self._member.scope(), self._project_id))
        return Progress(counts.tasks_completed, counts.tasks_total, counts.annotations)

    def labels(self) -> list[dict[str, Any]]:
        """Return what is labelled so far: `id`, `label`, `probability`, `source` and `answers` of each item."""
        found = self._wait(labels_of(self._app.db, self._member.scope(), self._project_id))
        return [
            {
                "id": task.item_id,
                "label": task.answer.get("choice", task.answer),
                "probability": task.probability,
                "source": task.source,
                "answers": task.annotations,
            }
            for task in found
            if task.answer is not None
        ]

    def save(self) -> Version:
        """Write the labels as a new version of the dataset and return it."""
        store, scope = self._app.datasets(self._member.org_slug), self._member.scope()
        self._wait(self._app.learn_what_is_new(scope, self._project_id))
        return self._wait(deliver(self._app.db, scope, store, self._project_id))

    def close(self) -> None:
        """Stop serving; everything is kept. Harmless when repeated."""
        if self._loop.is_running():
            try:
                self._wait(self._end())
            finally:
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join()
                self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._loop.is_closed():
            return f"<Labelling {self._spec.name!r}: closed>"
        done = self.progress()
        return f"<Labelling {self._spec.name!r}: {done.completed:,} of {done.total:,} done; open {self.url}>"

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop.is_closed():
            work.close()
            raise Conflict(f"labelling {self._spec.name!r} is closed; call label() again to go on with it")
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:  # Ctrl-C, for example: nothing goes on behind the caller's back
            future.cancel()
            raise

    async def _end(self) -> None:
        """Close what was opened, and leave no task behind in a loop that will not run again."""
        try:
            await self._stack.aclose()
        finally:
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await self._loop.shutdown_default_executor()

    async def _open(self, source: Any, by: Sequence[Labeller], port: int) -> None:
        listener = self._stack.enter_context(bind(self._settings.host, port))
        self._app = await self._stack.enter_async_context(open_app(self._settings))
        self._member = await local_member(self._app)
        self._project_id = await _open_project(self._app, self._member, source, self._spec)
        if by:
            await _answer_by_programs(self._app, self._member, self._project_id, by)
        await self._stack.enter_async_context(serving(self._app, listener, in_process=True))
        token = await create_sign_in_token(self._app.db, self._member, now=now())
        self.url = f"{address_of(listener)}/sign-in#token={token}&next=/projects/{self._project_id}"


async def _open_project(app: App, member: Member, source: Any, spec: ProjectSpec) -> ProjectId:
    if isinstance(source, Version):
        resumed = await resume(app.db, member.scope(), spec)
        return resumed[0] if resumed else await open_project(app.db, member.scope(), source, spec)
    collection = source if isinstance(source, Collection) else collect(source)
    store = app.datasets(member.org_slug)
    project_id, _ = await open_or_resume(app.db, member.scope(), store, collection, spec)
    return project_id


async def _answer_by_programs(
    app: App, member: Member, project_id: ProjectId, by: Sequence[Labeller]
) -> None:
    """Let each program answer as a worker until none has anything left to answer."""
    scope = member.scope()
    project, _ = await get_project(app.db, scope, project_id)
    version = app.datasets(member.org_slug).open(project.dataset, project.dataset_version)
    items = {item.id: item for item in version.items()}
    names = [getattr(function, "__name__", f"program {place + 1}") for place, function in enumerate(by)]
    workers = await add_workers(app.db, scope, names, Origin.PROGRAM)
    answerers = {worker: _answerer(function, items) for worker, function in zip(workers, by, strict=True)}
    rng = np.random.default_rng(project_id)
    stored = 1
    while stored and project.state == ProjectState.ACTIVE:
        await app.learn(scope, project_id)
        stored = await answer_open_tasks(app.db, scope, project_id, answerers, rng=rng)
        project, _ = await get_project(app.db, scope, project_id)
    await app.learn(scope, project_id)


def _answerer(function: Labeller, items: Mapping[Any, Item]) -> Answerer:
    def answer(task: LeasedTask) -> Said | None:
        choice = function(items[task.item_id])
        if choice is not None and not isinstance(choice, str | Mapping):
            raise InputError(
                f"a labelling function returns a class name, an answer or None; {function!r} gave {choice!r}"
            )
        return None if choice is None else Said(choice)

    return answer
