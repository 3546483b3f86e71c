"""Files of messages that go out, for the providers that fetch them: see `omnidesk.desk.handing`."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from omnidesk.desk import handing
from omnidesk.web.door import Door
from omnidesk.words.errors import NotFoundError, OmniDeskError

PATH = "/files/{number:int}/{until:int}/{signature}/{name}"


class Files:
    """The door for those who were told an address."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def handle(self, request: Request) -> Response:
        """Give a file; 404 to whoever guesses, and when its time is over."""
        said = request.path_params
        try:
            found: handing.Handed | None = await self._door.in_thread(
                handing.fetched, self._door.workspace, said["number"], said["until"], said["signature"]
            )
        except NotFoundError:
            found = None
        except OmniDeskError:
            return JSONResponse({"error": "this cannot be given now"}, 503, {"Retry-After": "10"})
        if found is None:
            return JSONResponse({"error": "there is no such file"}, 404)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        }
        return Response(found.data, headers=headers, media_type=found.content_type)
