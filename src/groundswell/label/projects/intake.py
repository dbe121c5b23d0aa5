"""From the items of a dataset version to tasks: what is shown, what is audited, which batch each belongs to."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from groundswell.errors import EmptySource, InputError
from groundswell.items import ItemKind
from groundswell.label.kinds import Schema
from groundswell.label.projects.model import ProjectSpec
from groundswell.label.projects.rules import content_of
from groundswell.organize import Version

ROWS_AT_ONCE = 2_000


@dataclass(frozen=True)
class TaskRow:
    """One task to be: an item, what a worker is shown of it, and the class of its content, if it has one."""

    item_id: str
    payload: str
    content: str | None


def check_items(version: Version) -> None:
    """Refuse what could be labelled but never delivered: labels go back to items by their id.

    Raises:
        EmptySource: the version has no items.
        InputError: an item is there more than once.
    """
    if version.rows == 0:
        raise EmptySource(f"{version.name} version {version.number} has no items; there is nothing to label")
    repeated = version.rows - len(version.to_table(["id"])["id"].unique())
    if repeated:
        raise InputError(
            f"{repeated:,} items of {version.name} version {version.number} are there more than once; "
            "drop exact duplicates first, as .clean() does"
        )


def check_gold(spec: ProjectSpec, version: Version, items: AbstractSet[str] | None) -> None:
    """Refuse a qualification or training project with a task of unknown answer.

    Raises:
        InputError: an item has no gold label.
    """
    if spec.purpose == "production" or (items is not None and spec.gold.keys() >= items):
        return
    unknown = [item_id for item_id in version.ids() if item_id not in spec.gold]
    if unknown:
        raise InputError(
            f"a {spec.purpose} project asks tasks of known answer, and {len(unknown):,} of {version.rows:,} items "
            f"have no gold label, such as {unknown[0][:12]}; give one for each"
        )


def item_rows(version: Version) -> Iterator[list[dict[str, Any]]]:
    """Yield the items of a version in their order, as far as tasks need them, some thousand at a time."""
    for batch in version.batches(
        columns=["id", "kind", "text", "media_type", "meta"], batch_rows=ROWS_AT_ONCE
    ):
        yield batch.to_pylist()


def task_rows(rows: Iterable[dict[str, Any]], schema: Schema) -> list[TaskRow]:
    """Return the tasks that items become.

    Raises:
        InputError: an item cannot be labelled in this way, or its field `content` names no class of content.
    """
    return [_task_row(row, schema) for row in rows]


def _task_row(row: dict[str, Any], schema: Schema) -> TaskRow:
    meta = json.loads(row["meta"].replace("\\u0000", "\\ufffd"))
    payload = {"kind": row["kind"], "text": None, "media_type": row["media_type"], "meta": meta}
    if row["kind"] == ItemKind.TEXT:
        payload["text"] = row["text"].replace("\x00", "\N{REPLACEMENT CHARACTER}")
    elif row["kind"] == ItemKind.RECORD:
        payload["record"] = json.loads(row["text"].replace("\\u0000", "\\ufffd"))
    try:
        schema.check_item(payload)
    except InputError as error:
        raise InputError(f"item {row['id'][:12]} cannot be labelled: {error}") from None
    return TaskRow(row["id"], json.dumps(payload), content_of(meta, row["id"]))


def insert_parameters(
    tasks: list[TaskRow],
    first_position: int,
    batch_ids: list[int],
    audited: Collection[int],
    gold: Mapping[str, str],
) -> dict[str, list[Any]]:
    """Return the parameters of `insert_tasks` for tasks that are numbered from `first_position`."""
    positions = range(first_position, first_position + len(tasks))
    return {
        "batch_ids": batch_ids,
        "item_ids": [task.item_id for task in tasks],
        "positions": list(positions),
        "is_audit": [position in audited for position in positions],
        "gold": [gold.get(task.item_id) for task in tasks],
        "payloads": [task.payload for task in tasks],
    }
