"""The hall: all pages that are connected, told of what changes; and what visitors say, on its way in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Sequence

from omnidesk import clock
from omnidesk.connectors.chat.posted import Posted, item
from omnidesk.connectors.chat.settings import Look, look
from omnidesk.desk import availability, log, talks, visitors
from omnidesk.desk.talks import Staff, Talk
from omnidesk.desk.visitors import Page
from omnidesk.store.workspace import Workspace
from omnidesk.web.chat.connection import KIND, Connection
from omnidesk.web.chat.frames import FrameError, Post, Reached, Said, Typing
from omnidesk.web.door import Door
from omnidesk.words.errors import OmniDeskError
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import Channel

LOOK = 0.4
"""Seconds between looks at who is there."""
TICK = 1.0
QUIET = 60.0
"""Seconds after which a page that asks no more (long polling) is gone."""
STAYS = 60.0
"""Seconds that the chat stays open after the last agent left: consoles are restarted."""
MOST = 5_000
"""Pages that are connected at once."""
ENDS = 5.0
"""Seconds that what is under way may take at the end."""
AT_ONCE = 25
"""Talks that are read by one thread at a time."""


class Hall:
    """Everybody who is connected. Works on one event loop, from the first page that joins until `close`."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._connections: dict[str, Connection] = {}
        self._changed: set[int] = set()
        self._stirred = asyncio.Event()
        self._reached: dict[int, MessageStatus] = {}
        self._gone: list[str] = []
        self._staff = Staff({}, frozenset())
        self._looked_at = self._ticked_at = self._available_at = float("-inf")
        self._open = False
        self._online: dict[int, bool] = {}
        self._working: asyncio.Task[None] | None = None
        self.closing = False

    # --- pages that come and go

    async def join(self, connection: Connection, token: str) -> None:
        """Let a page in and tell it all. Raises FrameError where there are too many, OmniDeskError."""
        if len(self._connections) >= MOST or self.closing:
            raise FrameError("busy", 503, after=10.0)
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        self._connections[connection.key] = connection
        try:
            online = await self.online(connection.channel)
            connection.welcome(await self.talk(connection.channel, connection.visitor), token, online)
        except BaseException:
            self.leave(connection)
            raise
        connection.show_staff(self._staff)

    def leave(self, connection: Connection) -> None:
        """Take note that a page is gone."""
        if self._connections.pop(connection.key, None) is not None and connection.shown is not None:
            self._gone.append(connection.key)
            self._stirred.set()

    def find(self, key: str) -> Connection | None:
        """Return the connected page of a key."""
        return self._connections.get(key)

    async def talk(self, channel: Channel, visitor: str) -> Talk:
        """Return what was said last. Raises OmniDeskError."""
        found: Talk = await self._door.in_thread(talks.recent, self._door.workspace, channel.id, KIND, visitor)
        return found

    # --- what pages say

    async def take(self, connection: Connection, said: Said) -> None:
        """Take a frame of a connected page; a post is answered once it is kept. Raises FrameError."""
        connection.seen_at = clock.monotonic()
        if isinstance(said, Post):
            connection.types(False, said.page)
            await self.post(connection.channel, connection.visitor, said)
            connection.tell(type="posted", id=said.id)
        elif isinstance(said, Reached):
            status = MessageStatus.READ if said.seen else MessageStatus.DELIVERED
            for message_id in connection.reached(said.keys):
                if self._reached.get(message_id) is not MessageStatus.READ:
                    self._reached[message_id] = status
            self._stirred.set()
        elif isinstance(said, Typing):
            connection.types(said.on, said.page)
            self._stirred.set()

    async def post(self, channel: Channel, visitor: str, said: Post) -> None:
        """Keep a message of a visitor; the same id is the same message. Raises FrameError."""
        online = await self.online(channel)
        wanted = look_of(channel)
        if not online and not said.email:
            raise FrameError("email-needed", 422, said.id)
        if wanted.required and wanted.ask != "none" and not said.name:
            raise FrameError("name-needed", 422, said.id)
        if wanted.required and wanted.ask == "name-and-email" and not said.email:
            raise FrameError("email-needed", 422, said.id)
        made = Posted(
            visitor, said.id, said.text, said.name, said.email, said.page, said.language, not online, said.files
        )
        try:
            await self._door.admit(channel, [item(made, clock.now())])
        except OmniDeskError as error:
            log.warn(f"a visitor's message was not kept: {error}", channel=channel.name)
            raise FrameError("later", 503, said.id, after=5.0) from error

    async def online(self, channel: Channel) -> bool:
        """Say whether somebody is there for a visitor who writes now. Raises OmniDeskError."""
        if look_of(channel).always_online:
            return True
        if clock.monotonic() - self._looked_at > TICK:
            await self._look()
        return self._open and clock.monotonic() - self._available_at < STAYS

    # --- what pages are told

    def told(self, conversations: Collection[int]) -> None:
        """Take note that these conversations changed, or anything else."""
        if self._connections:
            self._changed.update(conversations)
            self._stirred.set()

    async def _work(self) -> None:
        while not self.closing:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._stirred.wait()
            self._stirred.clear()
            try:
                await self._go_round()
            except OmniDeskError as error:
                log.warn(f"visitors are not told of what changes: {error}")
                await asyncio.sleep(TICK)
            except Exception:  # noqa: BLE001  one page's trouble must not leave all others without answers
                log.trace("telling visitors broke")
                await asyncio.sleep(TICK)

    async def _go_round(self) -> None:
        await self._spread()
        await self._write_down()
        if clock.monotonic() - self._looked_at > LOOK:
            await self._look()
            for connection in list(self._connections.values()):
                connection.show_staff(self._staff)
        if clock.monotonic() - self._ticked_at > TICK:
            self._ticked_at = clock.monotonic()
            await self._tick()

    async def _spread(self) -> None:
        """Show what changed to whom it concerns."""
        numbers, self._changed = self._changed, set()
        if not numbers or not self._connections:
            return
        door = self._door
        try:
            who = await door.in_thread(talks.concerned, door.workspace, KIND, sorted(numbers))
            wanted: dict[tuple[int, str], list[Connection]] = {}
            for one in self._connections.values():
                if one.visitor in who:
                    wanted.setdefault((one.channel.id, one.visitor), []).append(one)
            keys = list(wanted)
            parts = [keys[first : first + AT_ONCE] for first in range(0, len(keys), AT_ONCE)]
            found = await asyncio.gather(*(door.in_thread(_read, door.workspace, part) for part in parts))
        except OmniDeskError:
            self._changed |= numbers
            raise
        for key, talk in (pair for part in found for pair in part):
            for connection in wanted[key]:
                connection.show(talk)

    async def _look(self) -> None:
        self._looked_at = clock.monotonic()
        door = self._door
        self._staff, self._open, available = await door.in_thread(_who_is_there, door.workspace)
        if available:
            self._available_at = clock.monotonic()

    async def _write_down(self) -> None:
        """Write what reached whom, and which pages are there: much in few transactions."""
        door, now = self._door, clock.monotonic()
        reached, self._reached = self._reached, {}
        if reached:
            try:
                await door.in_thread(talks.reached, door.workspace, reached)
            except OmniDeskError:
                self._reached = reached | self._reached
                raise
        there = [(one, page) for one in self._connections.values() if (page := _worth_writing(one, now)) is not None]
        gone, self._gone = self._gone, []
        if there or gone:
            await door.in_thread(visitors.show_all, door.workspace, [page for _, page in there], gone)
            for one, page in there:
                one.shown = now, page

    async def _tick(self) -> None:
        """Let pages go that ask no more, or whose chat was switched off; tell when somebody comes or all have left."""
        channels = await self._door.channels()
        now = clock.monotonic()
        for one in list(self._connections.values()):
            channel = channels.get(str(one.channel.id))
            if channel is None or not channel.enabled:
                one.end("closed")
            elif now - one.seen_at > QUIET:
                self.leave(one)
            else:
                one.channel = channel
        for channel in {one.channel.id: one.channel for one in self._connections.values()}.values():
            try:
                online = await self.online(channel)
            except FrameError:  # its settings cannot be used any more; its set-up says so
                for one in self._connections.values():
                    if one.channel.id == channel.id:
                        one.end("closed")
                continue
            if self._online.get(channel.id) not in (None, online):
                for one in self._connections.values():
                    if one.channel.id == channel.id:
                        one.tell(type="online", online=online)
            self._online[channel.id] = online

    async def close(self) -> None:
        """Let all pages go, and write down what is known of them."""
        self.closing = True
        for one in list(self._connections.values()):
            one.end("restart")
            self.leave(one)
        if self._working is not None:
            self._stirred.set()
            await asyncio.wait({self._working}, timeout=ENDS)
            self._working.cancel()
            with contextlib.suppress(OmniDeskError):
                await self._write_down()


def look_of(channel: Channel) -> Look:
    """Return how a chat presents itself. Raises FrameError where its settings cannot be used."""
    try:
        return look(channel.settings, channel.address)
    except ValueError as error:
        raise FrameError("closed", 503) from error


def _worth_writing(one: Connection, now: float) -> Page | None:
    page = one.here()
    if page is None or (one.shown is not None and one.shown[1] == page and now - one.shown[0] < visitors.RENEWED):
        return None
    if one.shown is not None and now - one.shown[0] < TICK:
        return None
    return page


def _read(workspace: Workspace, keys: Sequence[tuple[int, str]]) -> list[tuple[tuple[int, str], Talk]]:
    return [(key, talks.recent(workspace, key[0], KIND, key[1])) for key in keys]


def _who_is_there(workspace: Workspace) -> tuple[Staff, bool, bool]:
    """Return the staff, whether it is within opening hours, and whether one of them takes chats."""
    return talks.staff(workspace), availability.within_hours(workspace), availability.someone_takes_chats(workspace)
