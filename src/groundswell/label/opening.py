"""From a collection to a running project, in one step: what `groundswell label` and `gs.label` do."""

import asyncio
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np

from groundswell.errors import Conflict, EmptySource, InputError, NotFound
from groundswell.ids import ProjectId
from groundswell.items import digest_text
from groundswell.label.delivery.service import known_answers
from groundswell.label.kinds import Answer, kind_for_items
from groundswell.label.projects.intake import check_items
from groundswell.label.projects.model import Project, ProjectSpec, ProjectState
from groundswell.label.projects.rules import check_spec
from groundswell.label.projects.service import create_project, find_project, get_project, set_project_state
from groundswell.organize import Collection, DatasetStore, Version
from groundswell.store import Database
from groundswell.tenancy.model import Scope


async def open_or_resume(
    db: Database,
    scope: Scope,
    store: DatasetStore,
    collection: Collection,
    spec: ProjectSpec,
    *,
    on_progress: Callable[[int], None] | None = None,
) -> tuple[ProjectId, str]:
    """Open an active project over the cleaned items of a collection, or go on with the one of its name.

    Args:
        spec: the project; `kind` follows from the items, `dataset` is written under its name.
        on_progress: called with the number of items read so far.

    Returns:
        The project, and one line that says what was done.

    Raises:
        Conflict: the project of this name has other classes.
        EmptySource: nothing was left to label; the message says why.
    """
    resumed = await resume(db, scope, spec)
    if resumed is not None:
        return resumed
    check_spec(spec)  # before anything is stored
    version, outcome = await asyncio.to_thread(_store, store, collection, spec.dataset, on_progress)
    return await open_project(db, scope, version, spec), outcome


async def resume(db: Database, scope: Scope, spec: ProjectSpec) -> tuple[ProjectId, str] | None:
    """Go on with the project of the spec's name, and say where it stands; None if there is none.

    Raises:
        Conflict: it has other classes.
    """
    try:
        project_id = await find_project(db, scope, spec.name)
    except NotFound:
        return None
    project, counts = await get_project(db, scope, project_id)
    if not _is_same(spec, project):
        classes = f" with the classes {','.join(project.classes)}" if project.classes else ""
        raise Conflict(
            f"project {spec.name!r} is there already, of kind {project.kind}{classes}; "
            "use the same schema to go on with it, or --name to begin another"
        )
    if project.state in (ProjectState.DRAFT, ProjectState.PAUSED):
        await set_project_state(db, scope, project_id, ProjectState.ACTIVE)
    done = f"{counts.tasks_completed:,} of {counts.tasks_total:,} done"
    return project_id, f"going on with project {spec.name!r}: {done}"


def _is_same(spec: ProjectSpec, project: Project) -> bool:
    """Say whether a spec asks for the label schema that a project has."""
    if spec.kind not in ("", project.kind):
        return False
    return check_spec(replace(spec, kind=project.kind)).ontology == project.schema.ontology


async def open_project(db: Database, scope: Scope, version: Version, spec: ProjectSpec) -> ProjectId:
    """Open an active project over a dataset version; see `draft_project`."""
    project_id = await draft_project(db, scope, version, spec)
    await set_project_state(db, scope, project_id, ProjectState.ACTIVE)
    return project_id


async def draft_project(
    db: Database,
    scope: Scope,
    version: Version,
    spec: ProjectSpec,
    *,
    items: AbstractSet[str] | None = None,
) -> ProjectId:
    """Open a project over a dataset version, in state draft.

    The label kind follows from the items where the spec names none: one class for each.

    Args:
        items: which of them become tasks; None is all.

    Raises:
        Conflict: the items are of several kinds.
        GroundswellError: whatever `create_project` raises.
    """
    check_items(version)
    kinds = set(version.to_table(columns=["kind"])["kind"].unique().to_pylist())
    if len(kinds) != 1:
        raise Conflict(
            f"{version.name} holds {' and '.join(sorted(kinds))}; label each kind in a project of its own"
        )
    complete = replace(
        spec,
        kind=spec.kind or kind_for_items(kinds.pop()).name,
        dataset=version.name,
        dataset_version=version.number,
    )
    # The draw of the audit share follows from the items alone: the same items give the same audit.
    drawn_by = int(digest_text(" ".join(version.ids()))[:16], 16)
    rng = np.random.default_rng(drawn_by)
    return await create_project(db, scope, complete, version, rng=rng, items=items)


async def draft_project_after(
    db: Database, scope: Scope, version: Version, spec: ProjectSpec, labelled: ProjectId
) -> ProjectId:
    """Open a project whose known answers are the labels of another one, in state draft; see `draft_project`.

    A qualification or training asks only the items that have one; else they are hidden among the others. What
    the spec knows itself comes first.

    Args:
        labelled: the other project.

    Raises:
        InputError: none of the items has a label there.
        GroundswellError: whatever `draft_project` raises.
    """
    labels = await known_answers(db, scope, labelled)
    known: dict[str, str | Answer] = {
        item_id: labels[item_id] for item_id in version.ids() if item_id in labels
    }
    if not known:
        raise InputError(
            f"no item of {version.name} version {version.number} has a label in project {labelled}; "
            "label some of the same items there first"
        )
    gold = {**known, **spec.gold}
    asked = None if spec.purpose == "production" else gold.keys() & set(version.ids())
    return await draft_project(db, scope, version, replace(spec, gold=gold), items=asked)


def _store(
    store: DatasetStore, collection: Collection, name: str, on_progress: Callable[[int], None] | None
) -> tuple[Version, str]:
    cleaned = collection.clean()
    version = cleaned.save(name, store=store, on_progress=on_progress)
    if version.rows == 0:
        raise EmptySource(
            f"nothing is left to label of {collection.describe()}: {cleaned.report}; "
            f"see why with `groundswell datasets {name} --drops`"
        )
    return version, str(cleaned.report)
