"""Commands that prove the accuracy of labels: audits, certify."""

import asyncio
import math
from dataclasses import asdict
from typing import Any

import click

from groundswell.cli import options
from groundswell.cli.output import show, table
from groundswell.settings import Settings

level_option = click.option(
    "--level",
    default=0.95,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Share of such intervals that hold the truth.",
)


@click.command()
@click.argument("project")
@click.option(
    "--within",
    default=0.01,
    show_default=True,
    type=click.FloatRange(0, 0.5, min_open=True, max_open=True),
    help="Half the length of the interval: 0.01 is plus or minus one point.",
)
@click.option(
    "--accuracy",
    type=click.FloatRange(0, 1),
    help="Accuracy to expect [default: what the labels claim, or the project's target].",
)
@level_option
@options.as_json
@click.pass_obj
def audits(
    settings: Settings, project: str, within: float, accuracy: float | None, level: float, as_json: bool
) -> None:
    """Say how many audits a certificate of PROJECT takes.

    Audits are reviews of the audit share, which is drawn at random when a project is opened.
    """

    async def run() -> dict[str, Any]:
        from groundswell.app import local_member, open_app
        from groundswell.label.delivery.certificates import plan_audits
        from groundswell.label.projects.service import find_project

        async with open_app(settings) as app:
            scope = (await local_member(app)).scope()
            project_id = await find_project(app.db, scope, project)
            plan = await plan_audits(
                app.db, scope, project_id, within=within, expected_accuracy=accuracy, level=level
            )
        return asdict(plan)

    plan = asyncio.run(run())
    show(plan, as_json=as_json, text=_planned(plan))


def _planned(plan: dict[str, Any]) -> str:
    """Say a plan in words."""
    needed = (
        "{needed:,} audits of {population:,} labels for plus or minus {within:.2%} at {level:.0%}, "
        "if {expected_accuracy:.1%} are right; the audit share has {drawn:,} tasks, {reviewed:,} of them reviewed"
    ).format(**plan)
    if plan["drawn"] >= plan["needed"]:
        return needed
    share = math.ceil(1000 * plan["needed"] / max(plan["population"], 1)) / 1000
    return f"{needed}; open the next such project with --audit-share {share:g}"


@click.command()
@click.argument("project")
@click.option(
    "--by",
    multiple=True,
    metavar="NAME",
    help="Slice by label, source or a field of the items; may be repeated.",
)
@level_option
@options.as_json
@click.pass_obj
def certify(settings: Settings, project: str, by: tuple[str, ...], level: float, as_json: bool) -> None:
    """Certify the accuracy of the labels of PROJECT from its reviewed audit share.

    The certificate goes into the lineage of what is delivered next.
    """

    async def run() -> dict[str, Any]:
        from groundswell.app import local_member, open_app
        from groundswell.label.delivery.certificates import issue_certificate
        from groundswell.label.projects.service import find_project

        async with open_app(settings) as app:
            member = await local_member(app)
            scope, store = member.scope(), app.datasets(member.org_slug)
            project_id = await find_project(app.db, scope, project)
            await app.learn_what_is_new(scope, project_id)
            return asdict(await issue_certificate(app.db, scope, project_id, level=level, by=by, store=store))

    found = asyncio.run(run())
    rows = [_row("all", found), *(_row(name, part) for name, part in found["slices"].items())]
    headings = ["labels", f"accuracy, {level:.0%} interval", "estimate", "claimed", "audited", "of"]
    show(found, as_json=as_json, text=table(headings, rows))


def _row(name: str, part: dict[str, Any]) -> list[object]:
    between = f"{part['low']:.1%} to {part['high']:.1%}"
    estimate, claimed = ("-" if part[key] is None else f"{part[key]:.1%}" for key in ("estimate", "claimed"))
    return [name, between, estimate, claimed, part["audited"], part["population"]]
