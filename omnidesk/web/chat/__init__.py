"""Live chat: the pages of visitors, who are connected to this process (see `frames` for what is said on the wire)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route, WebSocketRoute

from omnidesk.web.chat.arriving import Arriving, Rates
from omnidesk.web.chat.hall import Hall
from omnidesk.web.chat.pages import Pages
from omnidesk.web.chat.talking import Talking
from omnidesk.web.door import Door

PATH = "/chat/{channel}"


class Chat:
    """All chats of a workspace. `told` hears what changed, `close` lets everybody go."""

    def __init__(self, door: Door) -> None:
        self.rates = Rates()
        self._hall = Hall(door)
        arriving = Arriving(door, self.rates)
        pages, talking = Pages(door, self._hall, arriving, self.rates), Talking(door, self._hall, arriving, self.rates)
        self.routes: Sequence[BaseRoute] = (
            Route(f"{PATH}.js", pages.script),
            Route(f"{PATH}/", pages.page),
            Route(f"{PATH}/widget.js", pages.static),
            Route(f"{PATH}/widget.css", pages.static),
            Route(f"{PATH}/file/{{file}}", pages.file),
            Route(f"{PATH}/form", pages.form, methods=["POST"]),
            Route(f"{PATH}/session", talking.session, methods=["POST"]),
            Route(f"{PATH}/post", talking.post, methods=["POST"]),
            Route(f"{PATH}/poll", talking.poll, methods=["POST"]),
            WebSocketRoute(f"{PATH}/socket", talking.socket),
        )

    def told(self, conversations: Sequence[int]) -> None:
        """Take note that these conversations changed."""
        self._hall.told(conversations)

    async def close(self) -> None:
        """Let everybody go: their pages come back when there is a server again."""
        await self._hall.close()
