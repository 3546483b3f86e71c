"""Reads an account: what /sync tells becomes items, gaps in a room's timeline are closed, invitations accepted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import Batch, Cursor, Item
from omnidesk.connectors.http import AnswerError
from omnidesk.connectors.matrix import invites, items
from omnidesk.connectors.matrix.homeserver import V3, Homeserver
from omnidesk.connectors.matrix.position import Position
from omnidesk.connectors.matrix.rooms import STATE, Room

BATCH = 50
LONGEST_POLL = 30.0
"""Seconds that a long poll waits at the server."""
MOST_BYTES = 200 * 1024 * 1024
"""Of one answer to /sync: the first names every room."""
PAGE = 100
_NOTHING = {"not_types": ["*"]}
_LAZY = {"lazy_load_members": True, "include_redundant_members": True}
FILTER = {
    "presence": _NOTHING,
    "account_data": _NOTHING,
    "room": {
        "timeline": {"limit": 50, "types": [*items.TYPES, *STATE]},
        "state": {"types": STATE, **_LAZY},
        "ephemeral": {"types": ["m.receipt"]},
        "account_data": _NOTHING,
    },
}
INVITATIONS = {**FILTER, "room": {**FILTER["room"], "timeline": {"limit": 1, **_NOTHING}, "state": _NOTHING}}  # type: ignore[dict-item]
OLDER = {"types": [*items.TYPES, *STATE], **_LAZY}


class Reader:
    """Reads an account within one connection; what it knows of rooms lasts as long."""

    def __init__(self, server: Homeserver) -> None:
        self.server = server
        self.rooms: dict[str, Room] = {}
        self._joined: set[str] = set()
        self._later: dict[str, int] = {}

    async def read(self, cursor: Cursor, waits: bool) -> AsyncIterator[Batch]:
        """Yield what happened since; to its end, or for ever where it `waits` for more. Raises ConnectorError.

        A cursor is yielded before the invitations in it are accepted, so that none is forgotten on the way."""
        position = Position.of(cursor)
        await self.server.whoami()
        poll = min(LONGEST_POLL, self.server.account.timeout) if waits else 0.0
        while True:
            said = await self._sync(position.since, poll)
            if said is None:  # the server knows nothing of where we were: from the start, receipts sort it out
                position = replace(position, since="")
                continue
            came = await self._items(said, position)
            after = self._after(said, position)
            for start in range(0, len(came) - BATCH, BATCH):
                yield Batch(tuple(came[start : start + BATCH]), position.cursor(), start + BATCH, len(came))
            last = came[(len(came) - 1) // BATCH * BATCH :]
            if last or waits or after != position:  # a quiet source was read too
                yield Batch(tuple(last), after.cursor(), len(came), len(came))
            known = len(self._joined)
            position = await invites.accept(self.server, after, self._joined, self._later)
            if position.more and not position.invited:
                position = await self._more(position)
            if not (waits or came or len(self._joined) > known):
                return

    async def _sync(self, since: str, poll: float, wanted: Mapping[str, Any] = FILTER) -> Mapping[str, Any] | None:
        """Ask what is new, waiting for it at the server; None where it does not know our position."""
        params: dict[str, str | int] = {
            "filter": json.dumps(wanted, separators=(",", ":")),
            "timeout": int(poll * 1000),
            "set_presence": "offline",
        }
        if since:
            params["since"] = since
        patience = poll + self.server.account.timeout
        try:
            said = await self.server.read(f"{V3}/sync", params=params, patience=patience, most_bytes=MOST_BYTES)
        except AnswerError as error:
            if since and error.answer.status in (400, 404):
                return None
            raise
        return said

    @staticmethod
    def _rooms(said: Mapping[str, Any], *sections: str) -> dict[str, Mapping[str, Any]]:
        rooms = said.get("rooms") if isinstance(said.get("rooms"), dict) else {}
        return {
            str(room): one
            for section in sections
            for room, one in (rooms or {}).get(section, {}).items()
            if isinstance(one, dict)
        }

    def _after(self, said: Mapping[str, Any], position: Position) -> Position:
        """Return the position after an answer: the rooms we are in now are invitations no more, others came."""
        there = self._rooms(said, "join", "leave")
        asked = invites.invited(said, self.server.me, self.server.account.settings)
        since = str(said.get("next_batch") or position.since)
        self._joined -= set(there)
        return replace(position, since=since).without(frozenset(there)).noting(asked)

    async def _more(self, position: Position) -> Position:
        """Ask for the invitations that had no room in the position."""
        said = await self._sync("", 0.0, INVITATIONS) or {}
        asked = invites.invited(said, self.server.me, self.server.account.settings)
        return replace(position, more=False).noting(asked)

    # --- rooms

    async def _items(self, said: Mapping[str, Any], position: Position) -> list[Item]:
        """Return what an answer brings, room after room, oldest first in each."""
        found: list[Item] = []
        for room_id, one in self._rooms(said, "join", "leave").items():
            room = self.rooms.setdefault(room_id, Room(room_id))
            room.hear(_events(one.get("state")))
            room.summed_up(one.get("summary"))
            whole = not position.since or room_id in position.invited
            found += await self._of_room(room, one, position, whole)
            if position.since and room_id not in position.invited:
                found += await self._receipts(room, one)
        return found

    async def _of_room(self, room: Room, said: Mapping[str, Any], position: Position, whole: bool) -> list[Item]:
        """Return what was said in a room since the position; of one that is new to us its history too."""
        timeline = said.get("timeline") if isinstance(said.get("timeline"), dict) else {}
        assert isinstance(timeline, dict)
        events = _events(timeline)
        earliest = self._earliest() if whole else 0
        before = timeline.get("prev_batch")
        if timeline.get("limited") and isinstance(before, str):
            older = await self._older(room, before, "" if whole else position.since, earliest)
            events = list({one.get("event_id"): one for one in (*older, *events)}.values())  # they may overlap
        room.hear(events, change=True)
        events = [event for event in events if items.at(event) >= earliest]
        if any(items.says_something(event) for event in events):
            await room.learn(self.server)
        return [item for event in events if (item := await items.of_event(self.server, room, event, events))]

    async def _older(self, room: Room, before: str, since: str, earliest: int) -> list[Any]:
        """Page back through a room to where we were, or to a time; return it oldest first."""
        found: list[Any] = []
        while True:
            params: dict[str, str | int] = {
                "dir": "b", "from": before, "limit": PAGE, "filter": json.dumps(OLDER, separators=(",", ":")),
            }  # fmt: skip
            if since:
                params["to"] = since
            page = await self.server.read(f"{room.path}/messages", params=params)
            room.hear(_events(page, "state"))
            events = _events(page, "chunk")
            found += events
            end = page.get("end")
            if not isinstance(end, str) or end in (before, since) or any(items.at(one) < earliest for one in events):
                return found[::-1]
            before = end

    async def _receipts(self, room: Room, said: Mapping[str, Any]) -> list[Item]:
        """Return which messages of ours somebody has read."""
        found = []
        for event in _events(said.get("ephemeral")):
            content = event.get("content") if event.get("type") == "m.receipt" else None
            for event_id, by in items.read_by(content, self.server.me):
                await room.learn(self.server)
                if not room.public and (item := await items.of_receipt(self.server, room, event_id, by)) is not None:
                    found.append(item)
        return found

    def _earliest(self) -> int:
        days = self.server.account.settings.get("history", 30)
        return clock.now() - int((days if isinstance(days, int | float) else 30) * clock.DAY)


def _events(said: Any, key: str = "events") -> list[Any]:
    found = said.get(key) if isinstance(said, dict) else None
    return [event for event in found if isinstance(event, dict)] if isinstance(found, list) else []
