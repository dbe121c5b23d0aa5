"""Labels as files: ask for one, see whether it is ready, download it."""

from groundswell.http.endpoint import MAX_ID, Call, Download, Endpoint, whole_number
from groundswell.http.wire import exports as wire
from groundswell.ids import ExportId
from groundswell.label.delivery import exports
from groundswell.label.projects.service import get_project

PAGE = 50

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
}


async def list_exports(call: Call) -> wire.ExportPage:
    """One page of the files of a project, the newest first; for members and above."""
    limit = whole_number("limit", call.query.get("limit", str(PAGE)), 1, 500)
    cursor = call.query.get("cursor")
    before = whole_number("cursor", cursor, 1, MAX_ID) if cursor else None
    rows = await exports.list_exports(
        call.app.db, call.scope, call.project_id, before=before, limit=limit + 1
    )
    page = [wire.ExportOut.of(export) for export in rows[:limit]]
    return wire.ExportPage(page, str(page[-1].id) if len(rows) > limit else None)


async def create_export(call: Call) -> wire.ExportOut:
    """Ask for the labels of a project as a file. It is written in the background; see its `state`."""
    body: wire.ExportBody = call.body
    return wire.ExportOut.of(
        await exports.ask_for_export(
            call.app.db, call.scope, call.project_id, body.format, proposals=body.proposals
        )
    )


async def get_export(call: Call) -> wire.ExportOut:
    """One file: whether it is ready, and then its size and digest."""
    export_id = ExportId(call.path_id("export_id"))
    return wire.ExportOut.of(await exports.get_export(call.app.db, call.scope, call.project_id, export_id))


async def download_export(call: Call) -> Download:
    """The file itself. It never changes: its ETag is its SHA-256, and a download that broke off goes on by Range."""
    export_id = ExportId(call.path_id("export_id"))
    export = await exports.get_export(call.app.db, call.scope, call.project_id, export_id)
    path = call.app.export_room.path_of(call.member.org_slug, export)
    project, _ = await get_project(call.app.db, call.scope, call.project_id)
    name = f"{project.name}-labels-{export.version}{path.suffix}".replace("/", "_")
    return Download(path, name, MEDIA_TYPES[export.format], str(export.sha256))


PAGING = {
    "cursor": "where the page begins: `next_cursor` of the page before",
    "limit": "1 to 500, 50 unless given",
}
EXPORTS = "/projects/{project_id}/exports"

ENDPOINTS = (
    Endpoint(
        "GET", EXPORTS, "List the exports of a project", list_exports, answer=wire.ExportPage, query=PAGING
    ),
    Endpoint("POST", EXPORTS, "Export labels to a file", create_export, wire.ExportBody, wire.ExportOut),
    Endpoint("GET", EXPORTS + "/{export_id}", "One export", get_export, answer=wire.ExportOut),
    Endpoint("GET", EXPORTS + "/{export_id}/file", "Download an export", download_export, answer=Download),
)
