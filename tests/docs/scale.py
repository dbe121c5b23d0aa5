"""Which of Scale's routes are served: every route that its official client calls, and what becomes of it here."""

import json
from dataclasses import dataclass

from groundswell.http.scale.route import Route
from groundswell.http.scale.v1 import OPEN as V1
from groundswell.http.scale.v2 import OPEN as V2
from groundswell.label.commissions.types import TYPES, UNSEEN

CALLS = """
v1 POST /task/{type} create_task
v1 GET /task/{id} get_task
v1 POST /task/{id}/cancel cancel_task
v1 POST /task/{id}/audit audit_task
v1 POST /task/{id}/unique_id update_task_unique_id
v1 DELETE /task/{id}/unique_id clear_task_unique_id
v1 POST /task/{id}/setMetadata set_task_metadata
v1 POST /task/{id}/tags set_task_tags
v1 PUT /task/{id}/tags add_task_tags
v1 DELETE /task/{id}/tags delete_task_tags
v1 GET /tasks tasks, get_tasks, get_tasks_count
v1 POST /batches create_batch
v1 POST /batches/{name}/finalize finalize_batch
v1 GET /batches/{name}/status batch_status
v1 GET /batches/{name} get_batch
v1 GET /batches batches, get_batches
v1 POST /batches/{name}/setMetadata set_batch_metadata
v1 POST /projects create_project
v1 GET /projects/{name} get_project
v1 GET /projects projects, get_projects
v1 POST /projects/{name}/setParams update_project
v1 GET /projects/{name}/taskTemplates get_project_template
v1 POST /files/upload upload_file
v1 POST /files/import import_file
v1 POST /evaluation_tasks/{type} create_evaluation_task
v1 POST /training_tasks/{type} create_training_task
v1 GET /teams list_teammates
v1 POST /teams/invite invite_teammates
v1 POST /teams/set_role update_teammates_role
v1 GET /studio/assignments list_studio_assignments
v1 POST /studio/assignments/add add_studio_assignments
v1 POST /studio/assignments/remove remove_studio_assignments
v1 GET /studio/projects/{project}/groups list_project_groups
v1 POST /studio/projects/{project}/groups create_project_group
v1 PUT /studio/projects/{project}/groups/{group} update_project_group
v1 GET /studio/batches list_studio_batches
v1 PUT /studio/batches/{batch} assign_studio_batches
v1 POST /studio/batches/set_priorities set_studio_batches_priorities
v1 POST /studio/batches/reset_priorities reset_studio_batches_priorities
v2 GET /projects v2.get_projects
v2 GET /project v2.get_project
v2 POST /batch v2.create_batch
v2 GET /batch v2.get_batch
v2 GET /batches v2.get_batches
v2 POST /batch/finalize v2.finalize_batch
v2 POST /batch/pause v2.pause_batch
v2 POST /batch/resume v2.resume_batch
v2 POST /batch/cancel v2.cancel_batch
v2 POST /batch/metadata v2.set_batch_metadata
v2 POST /task/chat v2.create_chat_task
v2 GET /task v2.get_task
v2 GET /tasks v2.get_tasks, v2_get_tasks
v2 POST /task/metadata v2.set_task_metadata
v2 GET /annotation v2.get_annotation
v2 GET /deliveries v2.get_deliveries
v2 GET /delivery v2.get_delivery
v2 GET /delivery/tasks v2.get_delivery_tasks
v2 GET /schema v2.get_schema
v2 GET /datasets v2.get_datasets
v2 GET /datasets/deliveries v2.get_dataset_deliveries
v2 GET /datasets/delivery v2.get_dataset_delivery
v2 GET /datasets/tasks v2.get_dataset_tasks
v2 GET /datasets/task v2.get_dataset_task
v2 GET /datasets/task/{taskId}/response_url/{attachmentId} v2.get_dataset_task_response_url
"""
"""Version, method and path of each route, and the calls of the official client that use it."""

WORKS, MISSING = "works", "missing"

PARTS = {
    "cuboids with `camera_intrinsics`, `camera_rotation_quaternion`, `camera_height`": "places in space",
    "`annotation_attributes`: other types than category, number, angle, text, boolean, linked": "them",
    "`textcollection`: fields of type `unit`, `fieldset`": "them",
    "`documenttranscription`: features that are no blocks": "them",
    "`links`; `layers` of other types than those of shapes on an image": "them",
    "`context_attachments` of other types than images; uploaded ones": "them",
    "`can_edit_base_annotations` and its like, where they are false": "what may not be changed",
}
"""Parts of task types that are answered with 402, with what they would need a screen for."""

ANNOTATIONS = {
    "boolean": "a field that is yes or no",
    "integer": "a rating of a message; a field that is a whole number",
    "text": "a field of text, numbers, dates",
    "category": "a category; a field that is one of some choices",
    "category_multiple": "categories; a field that is some of its choices",
    "ranked_choices": "a field that is an order",
    "ranked_groups": "an order of responses, equal ones beside each other",
    "labeled_text": "the entities of a text",
    "rubric_criteria": "each of the `criteria` that a conversation is rated by",
    "rubric_rating": "what a message comes to by one of them",
    "file": "the images of segments; a field that is a file",
    "workspace_container": "what people hand in of a workspace that runs elsewhere: a field of that type",
}
"""Types of annotations of the second version, and what comes back as one."""


@dataclass(frozen=True, order=True)
class Called:
    """A route of Scale's, and what becomes of it here.

    Attributes:
        status: `works`: driven by the official client in tests/integration/scale/test_coverage.py; `missing`: answered
            with 404.
    """

    version: str
    method: str
    path: str
    calls: str
    status: str


def called() -> list[Called]:
    """Return every route in the order of Scale's documentation."""
    served = dict.fromkeys([*_keys("v1", V1), *_keys("v2", V2)], WORKS)
    found = []
    for line in CALLS.strip().splitlines():
        version, method, path, calls = line.split(" ", 3)
        found.append(Called(version, method, path, calls, served.pop((version, method, path), MISSING)))
    assert not served, f"no client calls {sorted(served)}"
    return found


def _keys(version: str, routes: tuple[Route, ...]) -> list[tuple[str, str, str]]:
    return [(version, route.method, route.path) for route in routes]


def coverage_file() -> str:
    """Return what is covered, for machines."""
    routes = called()
    covered = {v: sum(one.version == v and one.status == WORKS for one in routes) for v in ("v1", "v2")}
    body = {"client": "scaleapi 2.18.4", "covered": covered, "routes": [vars(one) for one in routes]}
    return json.dumps(body, indent=1) + "\n"


def scale_page() -> str:
    """Return what is covered, for people."""
    routes = called()
    rows = "\n".join(_row(one) for one in routes)
    counts = {status: sum(one.status == status for one in routes) for status in (WORKS, MISSING)}
    types = "\n".join(f"| `{name}` | {_first_line(kind)} |" for name, kind in TYPES.items())
    unseen = "\n".join(
        f"| `{name}` | not yet: there is no screen for {needs} |" for name, needs in UNSEEN.items()
    )
    parts = "\n".join(f"| {name} | {needs} |" for name, needs in PARTS.items())
    annotations = "\n".join(f"| `{name}` | {what} |" for name, what in ANNOTATIONS.items())
    return (
        "# Scale AI's API\n\n"
        "What the official Python client (`scaleapi` 2.18.4) calls, and what becomes of it here. *works*: driven by "
        "that client in `tests/integration/scale`; *missing*: answered with 404. "
        "[How to change over](../howto/from-scale.md). For machines: [scale-coverage.json](scale-coverage.json).\n\n"
        f"Of {len(routes)} routes {counts[WORKS]} work{_missing(counts[MISSING])}. "
        "The Nucleus API is missing as a whole.\n\n"
        f"| route | calls | here |\n|---|---|---|\n{rows}\n\n"
        "## Task types\n\n"
        f"| type | how it is labelled |\n|---|---|\n{types}\n{unseen}\n\n"
        "What is *not yet* is answered with 402, as are these parts of types:\n\n"
        f"| part | no screen for |\n|---|---|\n{parts}\n\n"
        "## Annotations of the second version\n\n"
        f"| type | what comes back as one |\n|---|---|\n{annotations}\n\n"
        "Shapes have no type there; the first version of the API tells them.\n"
    )


def _missing(number: int) -> str:
    return f" and {number} are missing" if number else ""


def _row(one: Called) -> str:
    calls = ", ".join(f"`{call}`" for call in one.calls.split(", "))
    return f"| `{one.method} /{one.version}{one.path}` | {calls} | {one.status} |"


def _first_line(kind: object) -> str:
    return (type(kind).__doc__ or "").splitlines()[0]
