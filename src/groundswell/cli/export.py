"""The command that brings labels home: export."""

import asyncio
from pathlib import Path

import click

from groundswell.cli import options
from groundswell.cli.output import show
from groundswell.settings import Settings


@click.command()
@click.argument("project")
@click.option(
    "--to",
    "destination",
    type=click.Path(path_type=Path),
    help="Where to write [default: PROJECT-labels.jsonl].",
)
@click.option(
    "--format",
    "exporter",
    help="jsonl, csv, parquet, image_folder, huggingface, webdataset, mds, coco, yolo, yolo_pose, yolo_obb, voc, "
    "cvat, label_studio, conll, spacy, spacy_docbin, trl_chat or trl_preference [default: from the file's name].",
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
    from groundswell.errors import InputError
    from groundswell.feed.exporters import exporter_for

    chosen = exporter_for(exporter or destination or "jsonl")
    target = destination or Path(f"{project}-labels{chosen.suffix}")
    _require_free(target, overwrite=overwrite)

    async def run() -> dict[str, object]:
        from groundswell.app import local_member, open_app
        from groundswell.label.delivery.service import deliver, labelled_batches
        from groundswell.label.projects.service import find_project
        from groundswell.organize import note_use

        async with open_app(settings) as app:
            member = await local_member(app)
            store = app.datasets(member.org_slug)
            project_id = await find_project(app.db, member.scope(), project)
            await app.learn_what_is_new(member.scope(), project_id)
            version = await deliver(app.db, member.scope(), store, project_id, proposals=proposals)
            batches = labelled_batches(version, with_data=chosen.needs_data)
            try:
                written = chosen.write(batches, target, overwrite=overwrite)
            except OSError as error:
                reason = error.strerror or error
                raise InputError(f"{target} cannot be written ({reason}); choose another with --to") from None
            note_use(version, "export", target.name, {"sha256": written.sha256, "rows": written.rows})
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


def _require_free(target: Path, *, overwrite: bool) -> None:
    """Refuse to replace a file by a slip of the hand, before anything is done for it."""
    from groundswell.errors import Conflict

    if target.exists() and not overwrite:
        raise Conflict(f"{target} is there already; choose another with --to, or replace it with --overwrite")
