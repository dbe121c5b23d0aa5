"""Commands that label: up, label, sign-in, projects, export, keys, demo."""

import asyncio
import uuid
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundswell.cli import options
from groundswell.cli.output import Steps, say, show, table
from groundswell.settings import Settings

if TYPE_CHECKING:
    from groundswell.app import App
    from groundswell.ids import ProjectId
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
    asyncio.run(_up(settings, settings.port if port is None else port, None))


async def _up(settings: Settings, port: int, project: "ProjectId | None") -> None:
    from groundswell.app import local_member, open_app
    from groundswell.http.serve import address_of, bind, serving

    listener = bind(settings.host, port)
    with listener:
        say("Starting the database ...")
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

    async def run() -> str:
        from groundswell.app import local_member, open_app

        async with open_app(settings) as app:
            address = f"http://{settings.host}:{settings.port if port is None else port}"
            return await _sign_in_link(app, await local_member(app), address)

    click.echo(asyncio.run(run()))


@click.command()
@click.argument("path")
@click.option(
    "--classes", required=True, metavar="A,B,...", help="The classes to choose from, with commas between."
)
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
@options.text_column
@options.licence
@options.yes
@port_option
@click.pass_obj
def label(
    settings: Settings,
    path: str,
    classes: str,
    name: str | None,
    instructions: str,
    answers: int,
    target: float | None,
    text_column: str | None,
    licence: str | None,
    yes: bool,
    port: int | None,
) -> None:
    """Label your own folder of images or file of texts in the browser.

    PATH is a folder of images or of .txt files, or a .jsonl, .csv, .parquet or .txt file. Run the same
    command again to go on where you were; `groundswell export` writes the labelled file.
    """
    from groundswell.label.model import ProjectSpec
    from groundswell.organize import collect

    collection = collect(
        path, text_column=text_column, licence=licence, max_item_bytes=settings.max_item_bytes
    )
    options.refuse_if_huge(collection.size_bytes(), settings.max_source_bytes, confirmed=yes)
    spec = ProjectSpec(
        name=options.dataset_name(path, name),
        kind="",
        classes=[part.strip() for part in classes.split(",")],
        dataset=options.dataset_name(path, name),
        dataset_version=0,
        instructions=_read_instructions(instructions),
        answers=answers,
        max_answers=max(answers, 7),
        target_probability=target,
    )
    asyncio.run(_label(settings, collection, spec, settings.port if port is None else port))


def _read_instructions(given: str) -> str:
    if not given.startswith("@"):
        return given
    from groundswell.errors import SourceNotFound

    try:
        return Path(given[1:]).read_text()
    except OSError as error:
        raise SourceNotFound(f"instructions {given[1:]!r} cannot be read: {error.strerror}") from None


async def _label(settings: Settings, collection, spec, port: int) -> None:  # type: ignore[no-untyped-def]
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
        from groundswell.label.service import list_projects

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
@click.argument("project")
@click.option(
    "--to", "destination", type=click.Path(path_type=Path), help="Where to write [default: PROJECT.jsonl]."
)
@click.option(
    "--format", "exporter", help="jsonl, csv, parquet or image_folder [default: from the file's name]."
)
@click.option("--proposals", is_flag=True, help="Include items that only the model has labelled so far.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
@options.as_json
@click.pass_obj
def export(
    settings: Settings,
    project: str,
    destination: Path | None,
    exporter: str | None,
    proposals: bool,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Write a project's labels to a file; also works while `groundswell up` runs.

    The labels become a new version of the dataset first, with their lineage; then that version is
    written out.
    """
    from groundswell.feed.exporters import exporter_for

    chosen = exporter_for(exporter or destination or "jsonl")
    target = destination or Path(f"{project}{chosen.suffix}")

    async def run() -> dict[str, object]:
        from groundswell.app import local_member, open_app
        from groundswell.label.delivery import deliver, labelled_batches
        from groundswell.label.service import find_project

        async with open_app(settings) as app:
            member = await local_member(app)
            store = app.datasets(member.org_slug)
            project_id = await find_project(app.db, member.scope(), project)
            version = await deliver(app.db, member.scope(), store, project_id, proposals=proposals)
            written = chosen.write(
                labelled_batches(version, with_data=chosen.needs_data), target, overwrite=overwrite
            )
        return {
            "file": str(target),
            "rows": written.rows,
            "bytes": written.bytes,
            "sha256": written.sha256,
            "dataset": version.name,
            "version": version.number,
        }

    result = asyncio.run(run())
    text = "{rows:,} labelled items written to {file} (dataset {dataset}, version {version})"
    show(result, as_json=as_json, text=text.format(**result))


@click.group()
def keys() -> None:
    """Create, list and revoke API keys."""


@keys.command("create")
@click.argument("name")
@click.pass_obj
def create_key(settings: Settings, name: str) -> None:
    """Create an API key and print it: the only time that it is shown."""

    async def run() -> str:
        from groundswell.app import local_member, open_app
        from groundswell.tenancy.service import create_api_key

        async with open_app(settings) as app:
            return await create_api_key(app.db, (await local_member(app)).scope(), name)

    click.echo(asyncio.run(run()))


@keys.command("list")
@options.as_json
@click.pass_obj
def list_keys(settings: Settings, as_json: bool) -> None:
    """List the API keys, without their secrets."""

    async def run() -> list[dict[str, object]]:
        from groundswell.app import local_member, open_app
        from groundswell.tenancy.service import list_api_keys

        async with open_app(settings) as app:
            return [vars(key) for key in await list_api_keys(app.db, (await local_member(app)).scope())]

    rows = asyncio.run(run())
    text = table(list(rows[0]), [row.values() for row in rows]) if rows else "No API keys yet."
    show(rows, as_json=as_json, text=text)


@keys.command("revoke")
@click.argument("key_id", type=click.UUID)
@click.pass_obj
def revoke_key(settings: Settings, key_id: uuid.UUID) -> None:
    """End an API key at once."""

    async def run() -> None:
        from groundswell.app import local_member, open_app
        from groundswell.clock import now
        from groundswell.tenancy.service import revoke_api_key

        async with open_app(settings) as app:
            await revoke_api_key(app.db, (await local_member(app)).scope(), key_id, now=now())

    asyncio.run(run())
    say(f"Key {key_id} is revoked.")


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
