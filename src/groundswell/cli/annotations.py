"""The command that brings annotations of other tools in: import."""

import click

from groundswell.cli import options
from groundswell.cli.output import show
from groundswell.settings import Settings


@click.command("import")
@click.argument("path")
@click.option(
    "--format",
    "format_name",
    required=True,
    help="coco, yolo, yolo_pose, yolo_obb, voc, cvat, label_studio, conll, spacy, spacy_docbin, trl_chat or "
    "trl_preference.",
)
@click.option("--name", help="Name of the dataset [default: from PATH].")
@options.as_json
@click.pass_obj
def import_(settings: Settings, path: str, format_name: str, name: str | None, as_json: bool) -> None:
    """Store annotated items of another tool as a new version of a dataset, with their labels.

    PATH is the folder or file that the tool exported. The column `label` holds each answer as JSON; an item that
    comes twice is kept once.
    """
    from groundswell.feed.importers import import_annotations
    from groundswell.organize import local_store

    chosen = options.dataset_name(path, name)
    version = import_annotations(path, format_name, chosen, store=local_store(settings.home))
    result = {"dataset": version.name, "version": version.number, "rows": version.rows}
    text = f"{version.rows:,} labelled items stored as {version.name}, version {version.number}"
    show(result, as_json=as_json, text=text)
