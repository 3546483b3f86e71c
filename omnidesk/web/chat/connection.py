"""One page of a visitor that is connected: what it was told, and what it is still to be told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from omnidesk import clock
from omnidesk.connectors.chat.manifest import MANIFEST
from omnidesk.desk.talks import Line, Staff, Talk
from omnidesk.desk.visitors import Page
from omnidesk.web.chat.frames import Frame
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import Channel

KIND = MANIFEST.identity_kinds[0]
TYPING = 6.0
"""Seconds for which a visitor types who said so."""
MOST_WAITING = 300
"""Frames that wait for a page; one that takes none of them is let go, and asks anew."""
_AFTER = {"received": 0, MessageStatus.SENT: 1, MessageStatus.DELIVERED: 2, MessageStatus.READ: 3}

Link = Callable[[int], str]
"""Gives the address of a file by its attachment."""


class Connection:
    """One connected page. Frames for it stand in `waiting` under numbers that grow, until `taken`."""

    def __init__(self, key: str, channel: Channel, visitor: str, link: Link) -> None:
        self.key = key
        self.channel = channel
        self.visitor = visitor
        self.page = ""
        self.identity_id: int | None = None
        self.conversation_id: int | None = None
        self.waiting: list[tuple[int, Frame]] = []
        self.came = asyncio.Event()
        self.ended = False
        self.seen_at = clock.monotonic()
        self.shown: tuple[float, Page] | None = None
        """When it was last written down that the page is there (seconds, monotonic), and as what."""
        self._link = link
        self.last = 0
        self._told: dict[str, tuple[int, str]] = {}
        self._typing_until = float("-inf")
        self._staff: tuple[tuple[str, ...], bool] = ((), False)

    # --- what the page is told

    def tell(self, **frame: Any) -> None:
        """Tell the page something."""
        if self.ended:
            return
        self.last += 1
        self.waiting.append((self.last, frame))
        if len(self.waiting) > MOST_WAITING:
            self.end("slow")
        self.came.set()

    def end(self, reason: str) -> None:
        """Let the page go; it is told why where it still listens."""
        if not self.ended:
            self.last += 1
            self.waiting.append((self.last, {"type": "end", "reason": reason}))
            self.ended = True
            self.came.set()

    def taken(self, number: int) -> None:
        """Forget the frames up to a number: the page has them."""
        self.waiting = [one for one in self.waiting if one[0] > number]

    def welcome(self, talk: Talk, token: str, online: bool) -> None:
        """Tell all at the beginning: what was said last, and whether anybody is there."""
        self._take(talk)
        told = [self._message(line) for line in talk.lines]
        self._told |= {line.key: (line.message_id, line.status) for line in talk.lines}
        self.tell(type="welcome", token=token, online=online, messages=told)

    def show(self, talk: Talk) -> None:
        """Tell what the page does not know yet; states go forward only, whatever order the news come in."""
        self._take(talk)
        fresh = [line for line in talk.lines if self._is_news(line)]
        self._told |= {line.key: (line.message_id, line.status) for line in fresh}
        if fresh:
            self.tell(type="messages", messages=[self._message(line) for line in fresh])

    def show_staff(self, staff: Staff) -> None:
        """Tell who types an answer, and whether anybody looks at what was written."""
        number = self.conversation_id
        now = (staff.typing.get(number, ()), number in staff.looking) if number is not None else ((), False)
        if now != self._staff:
            self._staff = now
            self.tell(type="staff", typing=list(now[0]), looking=now[1])

    def _take(self, talk: Talk) -> None:
        self.identity_id, self.conversation_id = talk.identity_id, talk.conversation_id

    def _is_news(self, line: Line) -> bool:
        before = self._told.get(line.key)
        return before is None or _AFTER.get(line.status, 0) > _AFTER.get(before[1], 0)

    def _message(self, line: Line) -> Frame:
        files = [{"name": one.name, "size": one.size, "url": self._link(one.id)} for one in line.files]
        said = {"id": line.key, "ours": line.ours, "by": line.by, "text": line.text, "at": line.at}
        return said | {"status": line.status} | ({"files": files} if files else {})

    # --- what the page says

    def reached(self, keys: Sequence[str]) -> list[int]:
        """Return which messages these keys name: those of ours that this page was told."""
        return [self._told[key][0] for key in keys if key in self._told and self._told[key][1] != "received"]

    def types(self, on: bool, page: str) -> None:
        """Take note that the visitor types, or stopped."""
        self._typing_until = clock.monotonic() + TYPING if on else float("-inf")
        self.page = page or self.page

    def here(self) -> Page | None:
        """Return what colleagues are shown of the page; None before the visitor has said anything."""
        if self.identity_id is None:
            return None
        typing = clock.monotonic() < self._typing_until
        return Page(self.key, self.channel.id, self.identity_id, self.conversation_id, typing, self.page)
