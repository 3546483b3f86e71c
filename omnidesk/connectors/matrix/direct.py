"""The private room with somebody: found where there is one, so that each person has one, else made.

Which rooms are private ones is written in the account's own data (`m.direct`), as every Matrix client does. A room
whose making was interrupted is not there yet, and is known by the invitation that it was made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from omnidesk.connectors.base import Committing, Failed, Retry, Unknown
from omnidesk.connectors.http import Answer, AnswerError
from omnidesk.connectors.matrix.homeserver import V3, Homeserver, document
from omnidesk.connectors.matrix.rooms import word

MOST_LOOKED_AT = 500
"""Rooms that are in no list of private ones and are looked through for one whose making was interrupted."""


@dataclass(frozen=True, slots=True)
class Look:
    """A room as it is now, for one who should read something there: `there` says whether they would."""

    there: bool
    invited_by: str
    encrypted: bool
    public: bool

    @property
    def private(self) -> bool:
        """Whether they read there in private what we can write."""
        return self.there and not self.encrypted and not self.public


async def look(server: Homeserver, room: str, user: str) -> Look:
    """Look who would read what is written into a room. Raises AnswerError where we are not in it."""
    states = f"{V3}/rooms/{quote(room, safe='')}/state"
    member = await server.read_if_there(f"{states}/m.room.member/{quote(user, safe='')}", params={"format": "event"})
    encryption = await server.read_if_there(f"{states}/m.room.encryption")
    rules = await server.read_if_there(f"{states}/m.room.join_rules") or {}
    visible = await server.read_if_there(f"{states}/m.room.history_visibility") or {}
    event: Mapping[str, Any] = member or {}
    said = event.get("content")
    content = said if isinstance(said, dict) else {}
    return Look(
        there=word(content, "membership") in ("join", "invite"),
        invited_by=word(event, "sender") if content.get("is_direct") is True else "",
        encrypted=encryption is not None,
        public=word(rules, "join_rule") == "public" or word(visible, "history_visibility") == "world_readable",
    )


async def find(server: Homeserver, user: str) -> str:
    """Return the private room with somebody that can be written in, "" where there is none. Raises ConnectorError."""
    told = await _told(server)
    joined = (await server.read(f"{V3}/joined_rooms")).get("joined_rooms")
    ours = [str(room) for room in joined] if isinstance(joined, list) else []
    for room in reversed(told.get(user, ())):
        if room in ours and (await look(server, room, user)).private:
            return room
    listed = {room for rooms in told.values() for room in rooms}
    for room in [room for room in ours if room not in listed][:MOST_LOOKED_AT]:
        try:
            found = await look(server, room, user)
        except AnswerError:
            continue
        if found.private and found.invited_by == server.me:
            await note(server, user, room)
            return room
    return ""


async def make(server: Homeserver, user: str, committing: Committing) -> str | Retry | Failed | Unknown:
    """Make a private room with somebody; return it, or how the send ended without one."""
    said = {"preset": "private_chat", "is_direct": True, "invite": [user]}
    answer = await server.hand_over(committing, "POST", f"{V3}/createRoom", json=said)
    if not isinstance(answer, Answer):
        return answer
    room = word(document(answer), "room_id")
    if not room:
        return Unknown(f"{answer.host} made a room and does not say which")
    await note(server, user, room)
    return room


async def note(server: Homeserver, user: str, room: str) -> None:
    """Have a room stand among the private ones with somebody; what the server does not take is nobody's loss."""
    told = await _told(server)
    if room in told.get(user, ()):
        return
    try:
        await server.request("PUT", _path(server), json={**told, user: [*told.get(user, ()), room]})
    except AnswerError:
        return


async def _told(server: Homeserver) -> dict[str, list[str]]:
    said: Any = await server.read_if_there(_path(server)) or {}
    return {str(user): [str(room) for room in rooms] for user, rooms in said.items() if isinstance(rooms, list)}


def _path(server: Homeserver) -> str:
    return f"{V3}/user/{quote(server.me, safe='')}/account_data/m.direct"
