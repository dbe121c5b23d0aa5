"""A service with many kinds of work, and people who are invited to label: what a crowd's screens are tested on."""

import asyncio
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from psycopg import sql

from groundswell.app import App, local_member, open_app
from groundswell.clock import now
from groundswell.ids import ProjectId, WorkerId
from groundswell.items import digest_text
from groundswell.label.kinds import Answer
from groundswell.label.opening import open_project
from groundswell.label.projects.model import ProjectSpec
from groundswell.label.review.model import Decision, Verdict
from groundswell.label.review.service import decide, lease_reviews
from groundswell.organize import collect
from groundswell.settings import Settings
from groundswell.tenancy.model import Member, Role
from groundswell.tenancy.service import add_member, create_sign_in_token, find_member
from groundswell.workforce.restrictions.model import NewRestriction, Reason
from groundswell.workforce.restrictions.service import restrict

T = TypeVar("T")

TEXTS = [f"a story about {animal}, number {number}" for number in range(20) for animal in ("cats", "dogs")]
TRUTH = {digest_text(text): "cat" if "cats" in text else "dog" for text in TEXTS}
REASON = "Read to the last word: this one is about dogs."

ANIMALS = ProjectSpec(
    name="animals", kind="", classes=("cat", "dog"), dataset="", dataset_version=0, price_cents=3, answers=40
)
TEST = replace(
    ANIMALS,
    name="entry test",
    purpose="qualification",
    price_cents=0,
    gold=TRUTH,
    requirements={"test_size": 3, "pass_mark": 0.6},
)
LESSON = replace(TEST, name="first lesson", purpose="training", requirements={"test_size": 3})


@dataclass(frozen=True)
class House:
    """A running service; `projects` are its projects by name."""

    home: Path
    process: subprocess.Popen
    address: str
    projects: dict[str, ProjectId]

    def do(self, use: Callable[[App], Awaitable[T]]) -> T:
        """Do something beside the running service, on its database."""
        return in_app(self.home, use)

    def invite(self, name: str, role: Role = Role.LABELER) -> tuple[str, WorkerId]:
        """Invite somebody, as a rule to label; returns the sign-in link and the worker."""

        async def invite(app: App) -> tuple[str, WorkerId]:
            member = await _member(app, name, role)
            token = await create_sign_in_token(app.db, member, now=now())
            return f"{self.address}/sign-in#token={token}", await app.workforce.worker_of(member)

        return self.do(invite)

    def owner_link(self) -> str:
        """Return a sign-in link for whom the house belongs to."""

        async def link(app: App) -> str:
            token = await create_sign_in_token(app.db, await local_member(app), now=now())
            return f"{self.address}/sign-in#token={token}"

        return self.do(link)

    def page_of(self, name: str) -> str:
        """Return the address of a project's workspace."""
        return f"{self.address}/projects/{self.projects[name]}"

    def rows(self, query: str, **of: Any) -> list[tuple]:
        """Read the database."""

        async def read(app: App) -> list[tuple]:
            async with app.db.system_transaction() as tx:
                return await tx.fetch_all(sql.SQL(query), tuple, **of)

        return self.do(read)

    def leases(self, worker_id: WorkerId) -> dict[int, Any]:
        """Return the tasks that a worker holds, and until when."""
        return dict(
            self.rows("select task_id, expires_at from leases where worker_id = %(worker)s", worker=worker_id)
        )

    def send_back(self, name: str, should_be: Answer | None = None) -> None:
        """Reject all answers of a project that wait for a review."""

        async def reject(app: App) -> None:
            reviewer = (await _member(app, "rae", Role.MEMBER)).scope()
            held = await lease_reviews(app.db, reviewer, self.projects[name], want=20)
            for review in held:
                verdict = Verdict(
                    review.review_id,
                    Decision.REJECT,
                    uuid.uuid4(),
                    should_be or {"choice": "dog"},
                    REASON,
                    tuple(one["annotation_id"] for one in review.answers),
                )
                await decide(app.db, reviewer, self.projects[name], verdict)

        self.do(reject)

    def restrict(self, worker_id: WorkerId) -> None:
        """Keep a worker from new work for a week."""

        async def act(app: App) -> None:
            given = NewRestriction(
                worker_id=worker_id,
                project_id=None,
                reason=Reason.QUALITY,
                evidence={"note": "Nine of ten known answers were wrong on 20 November."},
                appeal_to="people@example.org",
                starts_at=now(),
                ends_at=now() + timedelta(days=7),
                idempotency_key=uuid.uuid4(),
            )
            await restrict(app.db, (await local_member(app)).scope(), given, now=now())

        self.do(act)


def in_app(home: Path, use: Callable[[App], Awaitable[T]]) -> T:
    """Use a data folder from a thread of its own: the main one has the event loop of the browser driver."""

    async def run() -> T:
        async with open_app(Settings(home=home)) as app:
            return await use(app)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run()).result()


async def furnish(app: App) -> dict[str, ProjectId]:
    """Open one project of each kind, and return them by name."""
    member = await local_member(app)
    version = collect(TEXTS).save("stories", store=app.datasets(member.org_slug))
    at = {"dataset": version.name, "dataset_version": version.number}

    async def opened(spec: ProjectSpec) -> ProjectId:
        return await open_project(app.db, member.scope(), version, replace(spec, **at))

    test = await opened(TEST)
    specs = [
        TEST,
        LESSON,
        replace(ANIMALS, priority=-1),
        replace(ANIMALS, name="experts only", price_cents=9, requirements={"qualifications": [test]}),
        replace(ANIMALS, name="short leases", price_cents=0, lease_seconds=6),
        replace(ANIMALS, name="reviewed", price_cents=0, answers=1, review_levels=1, review_share=1.0),
        replace(ANIMALS, name="hard to look at", price_cents=5),
    ]
    projects = {spec.name: await opened(spec) for spec in specs[1:]} | {TEST.name: test}
    async with app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL("update batches set content = 'violence' where project_id = %(id)s"),
            id=projects["hard to look at"],
        )
    return projects


def open_house(home: Path, furnish: Callable[[App], Awaitable[dict[str, ProjectId]]] = furnish) -> House:
    """Furnish a data folder and serve it."""
    projects = in_app(home, furnish)
    command = [sys.executable, "-m", "groundswell.cli.main", "--home", str(home), "up", "--port", "0"]
    log = home.parent / "stderr.txt"
    with log.open("a") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    link = process.stdout.readline().strip()
    assert link, log.read_text()
    return House(home, process, link.split("/sign-in")[0], projects)


async def _member(app: App, name: str, role: Role) -> Member:
    owner, email = await local_member(app), f"{name}@example.org"
    await add_member(app.db, owner.scope(), email=email, person=name.capitalize(), role=role)
    return await find_member(app.db, slug=owner.org_slug, email=email)
