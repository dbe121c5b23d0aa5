"""Commands that label: up, label, sign-in, projects, demo."""

import asyncio
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundswell.cli import options, schemas
from groundswell.cli.output import Steps, say, show, table
from groundswell.settings import Settings

if TYPE_CHECKING:
    from groundswell.app import App
    from groundswell.ids import ProjectId
    from groundswell.label.projects.model import ProjectSpec
    from groundswell.organize import Collection
    from groundswell.tenancy.model import Member

port_option = click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one."
)


@click.command()
@port_option
@click.pass_obj
def up(settings: Settings, port: int | None) -> None:
    """Start the database, the service and the web UI, and print a sign-in link.

    Ctrl-C stops everything; the next start finds everything where it was.
    """
    import uvloop

    uvloop.run(_up(settings, settings.port if port is None else port, None))


async def _up(settings: Settings, port: int, project: "ProjectId | None") -> None:
    from groundswell.app import local_member, open_app
    from groundswell.http.serve import address_of, bind, serving

    listener = bind(settings.host, port)
    with listener:
        say(
            "Starting the database ..." if settings.database_url is None else "Connecting to the database ..."
        )
        async with open_app(settings) as app:
            member = await local_member(app)
            async with serving(app, listener) as stop:
                say(f"Groundswell runs on {address_of(listener)}; data in {settings.home.absolute()}")
                click.echo(await _sign_in_link(app, member, address_of(listener), project))
                say("Open this link to sign in (good once, for 30 minutes). Ctrl-C stops.")
                await stop.wait()
                say("Stopping; everything is kept.")


async def _sign_in_link(
    app: "App", member: "Member", address: str, project: "ProjectId | None" = None
) -> str:
    from groundswell.clock import now
    from groundswell.tenancy.service import create_sign_in_token

    token = await create_sign_in_token(app.db, member, now=now())
    return f"{address}/sign-in#token={token}" + (f"&next=/projects/{project}" if project is not None else "")


@click.command("sign-in")
@port_option
@click.pass_obj
def sign_in(settings: Settings, port: int | None) -> None:
    """Print a new sign-in link for a running `groundswell up`."""
    at = (settings.host, settings.port if port is None else port)
    _require_listener(at)

    async def run() -> str:
        from groundswell.app import local_member, open_app

        async with open_app(settings) as app:
            return await _sign_in_link(app, await local_member(app), f"http://{at[0]}:{at[1]}")

    click.echo(asyncio.run(run()))


def _require_listener(at: tuple[str, int]) -> None:
    """Refuse to print a link that nobody would answer."""
    import socket

    from groundswell.errors import Conflict

    try:
        socket.create_connection(at, timeout=2).close()
    except OSError as error:
        raise Conflict(
            f"nothing answers on {at[0]}:{at[1]} ({error.strerror or error}); start `groundswell up`, "
            "or say with --port where it listens"
        ) from None


@click.command()
@click.argument("path")
@schemas.classes
@schemas.kind
@schemas.schema_file
@schemas.label_studio
@click.option("--name", help="Name of the project and dataset [default: from PATH].")
@click.option("--instructions", default="", metavar="TEXT|@FILE", help="What the worker reads (Markdown).")
@click.option(
    "--answers", default=1, show_default=True, type=click.IntRange(1, 100), help="Answers for each item."
)
@click.option(
    "--target",
    type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
    help="Let people and model together stop at this expected accuracy, instead of a fixed number of answers.",
)
@click.option(
    "--audit-share",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Share of the items, drawn at random, that is reviewed for a certificate.",
)
@options.text_column
@options.records
@options.licence
@options.yes
@port_option
@click.pass_obj
def label(
    settings: Settings,
    path: str,
    classes: str | None,
    kind: str | None,
    schema: str | None,
    label_studio: str | None,
    name: str | None,
    instructions: str,
    answers: int,
    target: float | None,
    audit_share: float,
    text_column: str | None,
    records: bool,
    licence: str | None,
    yes: bool,
    port: int | None,
) -> None:
    """Label your own folder of images or recordings, or file of texts or records, in the browser.

    PATH is a folder of images, of recordings or of .txt files, or a .jsonl, .csv, .parquet or .txt file. Without
    --kind one class is chosen for each item; `groundswell kinds` lists the other ways. Run the same command
    again to go on where you were; `groundswell export` writes the labelled file.
    """
    from groundswell.label.projects.model import ProjectSpec
    from groundswell.label.projects.rules import check_spec
    from groundswell.organize import collect, require_name

    said = schemas.read_schema(classes, kind, schema, label_studio)
    collection = collect(
        path,
        text_column=text_column,
        licence=licence,
        max_item_bytes=settings.max_item_bytes,
        as_records=records,
    )
    options.refuse_if_huge(path, collection.size_bytes(), settings.max_source_bytes, confirmed=yes)
    spec = ProjectSpec(
        name=require_name(options.dataset_name(path, name)),
        kind=said.kind,
        classes=said.classes,
        options=said.options,
        dataset=options.dataset_name(path, name),
        dataset_version=0,
        instructions=_read_instructions(instructions),
        answers=answers,
        max_answers=max(answers, 7),
        target_probability=target,
        audit_share=audit_share,
    )
    check_spec(spec)  # before anything is read or written
    import uvloop

    uvloop.run(_label(settings, collection, spec, settings.port if port is None else port))


def _read_instructions(given: str) -> str:
    if not given.startswith("@"):
        return given
    from groundswell.errors import SourceNotFound

    try:
        return Path(given[1:]).read_text()
    except OSError as error:
        raise SourceNotFound(f"instructions {given[1:]!r} cannot be read: {error.strerror}") from None


async def _label(settings: Settings, collection: "Collection", spec: "ProjectSpec", port: int) -> None:
    from groundswell.app import local_member, open_app
    from groundswell.http.serve import address_of, bind, serving
    from groundswell.label.opening import open_or_resume

    with bind(settings.host, port) as listener:
        steps = Steps()
        async with open_app(settings) as app:
            member = await local_member(app)
            with steps.step(f"Reading {collection.describe()}") as step:
                project_id, step.outcome = await open_or_resume(
                    app.db,
                    member.scope(),
                    app.datasets(member.org_slug),
                    collection,
                    spec,
                    on_progress=step.reach,
                )
            async with serving(app, listener) as stop:
                say(f"Groundswell runs on {address_of(listener)}; data in {settings.home.absolute()}")
                click.echo(await _sign_in_link(app, member, address_of(listener), project_id))
                say("Open this link and label. Ctrl-C stops; the same command goes on later.")
                say(f"Get the labels, at any time: groundswell export {spec.name}")
                if find_spec("sklearn") is None:
                    say("For a model's proposals on texts: pip install 'groundswell[models]'")
                await stop.wait()
                say("Stopping; everything is kept.")


@click.command()
@options.as_json
@click.pass_obj
def projects(settings: Settings, as_json: bool) -> None:
    """List the labelling projects."""

    async def run() -> list[dict[str, object]]:
        from groundswell.app import local_member, open_app
        from groundswell.label.projects.service import list_projects

        async with open_app(settings) as app:
            rows = await list_projects(app.db, (await local_member(app)).scope(), limit=200)
        return [
            {
                "id": project.id,
                "name": project.name,
                "kind": project.kind,
                "state": project.state,
                "completed": counts.tasks_completed,
                "tasks": counts.tasks_total,
                "answers": counts.annotations,
            }
            for project, counts in rows
        ]

    rows = asyncio.run(run())
    empty = "No projects yet. Start one: groundswell label PATH --classes cat,dog"
    text = table(list(rows[0]), [row.values() for row in rows]) if rows else empty
    show(rows, as_json=as_json, text=text)


@click.command()
@click.option(
    "--seeds", default=5, show_default=True, type=click.IntRange(1, 50), help="Repetitions of the comparison."
)
@click.option(
    "--report", type=click.Path(path_type=Path), help="The HTML report [default: in the data folder]."
)
@options.as_json
@click.pass_obj
def demo(settings: Settings, seeds: int, report: Path | None, as_json: bool) -> None:
    """Run the whole river: real raw images in, a trained model and a report out.

    1,797 images of handwritten digits are collected, cleaned, labelled by a SIMULATED crowd together with a
    model, certified, and fed to a classifier; compared with automatic labels and with three votes.
    """
    from groundswell.cli.demo import run_demo

    run_demo(settings, seeds=seeds, report=report, as_json=as_json)
