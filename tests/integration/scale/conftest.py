"""The real service on a socket, and the official client of Scale AI against it."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import psycopg
import pytest
import scaleapi
import uvicorn
from psycopg.conninfo import make_conninfo
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Scope_

from groundswell.app import App, local_member
from groundswell.http.serve import bind
from groundswell.http.server import create_server
from groundswell.ids import ProjectId, WorkerId, new_uuid
from groundswell.label.work.model import Submit
from groundswell.label.work.service import work
from groundswell.store import Database
from groundswell.tenancy.model import Member
from groundswell.tenancy.service import create_api_key, create_organization
from groundswell.workforce.model import Origin
from groundswell.workforce.service import add_workers

T = TypeVar("T")


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self):
        yield


@dataclass
class Service:
    """A service in a thread of its own: programs call it over the socket, and tests work in it as people do.

    `answered` has the method and path of each request of the official client that was answered with success.
    """

    url: str
    app: App
    member: Member
    key: str
    loop: asyncio.AbstractEventLoop
    client: scaleapi.ScaleClient
    answered: list[tuple[str, bytes]] = field(default_factory=list)

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do something in the service."""
        return asyncio.run_coroutine_threadsafe(work(), self.loop).result(60)

    def answer(self, task: Any, answer: dict[str, Any], *, worker: WorkerId | None = None) -> None:
        """Answer a task as a person does in the workspace, and let it be settled."""
        self.run(lambda: self._answer(task.id, answer, worker))
        task.refresh()

    async def _answer(self, public_id: str, answer: dict[str, Any], worker: WorkerId | None) -> None:
        db, scope = self.app.db, self.member.scope()
        row = await ids_of(self, public_id)
        worker = worker or (await add_workers(db, scope, ["somebody"], Origin.PROGRAM))[0]
        project_id = ProjectId(row["project_id"])
        held: list[Any] = []
        while row["task_id"] not in held:
            given = await work(db, scope, project_id, worker, want=8, holding=held)
            held += [task.task_id for task in given.tasks]
            if not given.tasks:
                break
        others = [task_id for task_id in held if task_id != row["task_id"]]
        await work(db, scope, project_id, worker, releases=others, want=0)
        submit = Submit(row["task_id"], answer, 1000, new_uuid(), False)
        done = await work(db, scope, project_id, worker, submits=[submit], want=0)
        assert done.receipts[0].status == "stored", done.receipts[0]
        await self.app.settler.settle_project(scope.org_id, project_id)

    async def stranger_key(self) -> str:
        other = await create_organization(
            self.app.db, slug="other", name="Other", email="eve@other.example", person="Eve"
        )
        return await create_api_key(self.app.db, other.scope(), "theirs")


async def ids_of(service: Service, public_id: str) -> dict[str, Any]:
    """Return the project and the task of a commission."""
    async with service.app.db.system_transaction() as tx:
        row = await tx.fetch_one(
            psycopg.sql.SQL("select project_id, task_id from commissions where public_id = %(id)s"),
            dict,
            id=public_id,
        )
    assert row is not None
    return row


def scale_client(service_url: str, key: str) -> scaleapi.ScaleClient:
    return scaleapi.ScaleClient(key, api_instance_url=f"{service_url}/v1")


def noting(server: ASGIApp, answered: list[tuple[str, bytes]]) -> ASGIApp:
    """Return the server; it notes what the official client asks and is answered with success."""

    async def note(scope: Scope_, receive: Receive, send: Send) -> None:
        async def noted(message: Message) -> None:
            agent = dict(scope.get("headers", [])).get(b"user-agent", b"")
            if (
                message["type"] == "http.response.start"
                and message["status"] in (200, 302)
                and b"scaleapi/" in agent
            ):
                answered.append((scope["method"], scope["raw_path"]))
            await send(message)

        await server(scope, receive, noted)

    return note


@contextlib.contextmanager
def running(dsn: str, home: Path, **options: Any) -> Iterator[Service]:
    """Run a service on a free port until the end of the context."""
    listener = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    made, stop = threading.Event(), threading.Event()
    box: dict[str, Any] = {"answered": []}

    async def serve() -> None:
        async with Database(dsn) as db:
            app = App(home, db, **options)
            member = await local_member(app)
            key = await create_api_key(db, member.scope(), "program")
            server = _Server(
                uvicorn.Config(
                    noting(create_server(app), box["answered"]),
                    log_level="warning",
                    access_log=False,
                    lifespan="off",
                )
            )
            task = asyncio.create_task(server.serve(sockets=[listener]))
            while not server.started:
                await asyncio.sleep(0.01)
            box.update(app=app, member=member, key=key, loop=asyncio.get_running_loop())
            made.set()
            await asyncio.to_thread(stop.wait)
            server.should_exit = True
            await task

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            box["error"] = error
            made.set()
            raise

    thread = threading.Thread(target=run)
    thread.start()
    made.wait(30)
    try:
        if "error" in box:
            raise box["error"]
        yield Service(url, client=scale_client(url, box["key"]), **box)
    finally:
        stop.set()
        thread.join(30)


@pytest.fixture(scope="module")
def options() -> dict[str, Any]:
    """What the operator allows; see `App`."""
    return {}


@pytest.fixture(scope="module")
def service(server, migrated_template, tmp_path_factory, request, options) -> Iterator[Service]:
    name = f"scale_{request.module.__name__.rpartition('.')[2]}"
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f'create database "{name}" template {migrated_template} strategy file_copy')
    with running(
        make_conninfo(server.dsn, dbname=name), tmp_path_factory.mktemp("scale"), **options
    ) as service:
        yield service


@pytest.fixture(scope="module")
def client(service: Service) -> scaleapi.ScaleClient:
    return service.client


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)
