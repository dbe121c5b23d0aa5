"""Commands for API keys: create, list, revoke."""

import asyncio
import uuid

import click

from groundswell.cli import options
from groundswell.cli.output import say, show, table
from groundswell.settings import Settings


@click.group()
def keys() -> None:
    """Create, list and revoke API keys."""


@keys.command("create")
@click.argument("name")
@click.option(
    "--test", is_flag=True, help="For a sandbox, where tasks that programs ask for are answered at once."
)
@click.pass_obj
def create_key(settings: Settings, name: str, test: bool) -> None:
    """Create an API key and print it: the only time that it is shown."""

    async def run() -> str:
        from groundswell.app import local_member, open_app
        from groundswell.tenancy.sandbox import create_test_key
        from groundswell.tenancy.service import create_api_key

        async with open_app(settings) as app:
            create = create_test_key if test else create_api_key
            return await create(app.db, (await local_member(app)).scope(), name)

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
