"""Files: handed over once, named by any number of tasks."""

from email import message_from_bytes
from email.message import Message
from typing import Any

from groundswell.errors import InputError
from groundswell.http.scale.route import Call, Route
from groundswell.http.scale.v1.projects import text_of
from groundswell.label.commissions.attachments import reference_to
from groundswell.label.commissions.model import StoredFile


async def upload(call: Call) -> dict[str, Any]:
    """Hand over the bytes of a file, as a form with the part `file`."""
    data, name, fields = _form(call)
    stored = await call.app.attachments.upload(
        call.scope, call.member.org_slug, data, name=name, fields=fields
    )
    return _out(call, stored)


async def import_file(call: Call) -> dict[str, Any]:
    """Name the address of a file; it is fetched when a task names it."""
    body = call.object()
    address = text_of(body, "file_url")
    fields = {name: value for name, value in body.items() if name != "file_url"}
    stored = await call.app.attachments.keep_address(
        call.scope, address, fields=fields, unseen=call.member.is_sandbox
    )
    return _out(call, stored)


def _form(call: Call) -> tuple[bytes, str, dict[str, str]]:
    """Return the bytes and the name of the file in a form, and the other fields."""
    head = Message()
    head["content-type"] = call.media_type.replace("\r", " ").replace("\n", " ") or "none"
    boundary = head.get_param("boundary")
    if head.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise InputError("upload the file as multipart/form-data, in the part `file`")
    file: tuple[bytes, str] | None = None
    fields: dict[str, str] = {}
    for part in (b"\r\n" + call.data).split(f"\r\n--{boundary}".encode())[1:]:
        name, given_name, content = _part(part)
        if name == "file":
            file = content, given_name
        elif name:
            fields[name] = content.decode(errors="replace")
    if file is None:
        raise InputError("the form has no part `file`")
    return *file, fields


def _part(part: bytes) -> tuple[str, str, bytes]:
    """Return the name of a part of a form, the name of the file that it is, and its content."""
    head, _, content = part.partition(b"\r\n\r\n")
    said = message_from_bytes(head.strip() + b"\r\n\r\n")
    name = said.get_param("name", header="content-disposition")
    return name if isinstance(name, str) else "", said.get_filename() or "", content


def _out(call: Call, file: StoredFile) -> dict[str, Any]:
    return {"id": file.id, "attachment_url": reference_to(call.member.org_slug, file)}


ROUTES = (
    Route("POST", "/files/upload", upload, takes_file=True),
    Route("POST", "/files/import", import_file, needs=("file_url",)),
)
