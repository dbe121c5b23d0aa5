"""Files of tasks, for whoever has their address."""

from starlette.requests import Request
from starlette.responses import Response

from groundswell.clock import now
from groundswell.errors import GroundswellError
from groundswell.http.scale.face import error_response, status_of
from groundswell.label.commissions.links import PATH, open_link

LINK = PATH + "{signature}/{place:path}"


async def linked_file(request: Request) -> Response:
    """Send a file of a response, or what was attached to a task."""
    signature, place = request.path_params["signature"], request.path_params["place"]
    app = request.app.state.app
    try:
        file = await open_link(app.db, app.attachments, signature, place, now())
    except GroundswellError as error:
        return error_response(status_of(error), str(error))
    headers = {"Content-Disposition": "attachment", "Cache-Control": "private, max-age=86400"}
    return Response(file.data, media_type=file.media_type, headers=headers)
