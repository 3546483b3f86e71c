"""The private room with somebody: the one there is, so that each person has one, else a new one.

Which rooms are private ones is written in the account's own data (`m.direct`), as every Matrix client does. A room is
made empty, written down, and only then is the other invited, which does no harm a second time: what breaks off on the
way leaves nothing that anybody sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from omnidesk.connectors.base import ConnectorError
from omnidesk.connectors.matrix.homeserver import V3, Homeserver, document
from omnidesk.connectors.matrix.rooms import word


@dataclass(frozen=True, slots=True)
class Look:
    """A room as it is now, for one who should read something there: `there` says whether they are in it or invited."""

    there: bool
    encrypted: bool
    public: bool


async def look(server: Homeserver, room: str, user: str) -> Look:
    """Look who would read what is written into a room. Raises AnswerError where we are not in it."""
    states = f"{V3}/rooms/{quote(room, safe='')}/state"

    async def state(kind: str) -> Mapping[str, Any] | None:
        return await server.read_if_there(f"{states}/{kind}")

    member = await state(f"m.room.member/{quote(user, safe='')}") or {}
    encryption = await state("m.room.encryption")
    rules, visible = await state("m.room.join_rules") or {}, await state("m.room.history_visibility") or {}
    return Look(
        there=word(member, "membership") in ("join", "invite"),
        encrypted=encryption is not None,
        public=word(rules, "join_rule") == "public" or word(visible, "history_visibility") == "world_readable",
    )


async def room_with(server: Homeserver, user: str) -> str:
    """Return the private room with somebody in which we can write, and where they can read. Raises ConnectorError."""
    told = await _told(server)
    joined = (await server.read(f"{V3}/joined_rooms")).get("joined_rooms")
    for room in reversed(told.get(user, ())):
        if not isinstance(joined, list) or room not in joined:
            continue
        found = await look(server, room, user)
        if not found.encrypted and not found.public:
            if not found.there:
                await _invite(server, room, user)
            return room
    said = {"preset": "private_chat", "is_direct": True}
    answer = await server.request("POST", f"{V3}/createRoom", json=said)
    room = word(document(answer), "room_id")
    if not room:
        raise ConnectorError(f"{answer.host} made a room and does not say which")
    await note(server, user, room)
    await _invite(server, room, user)
    return room


async def _invite(server: Homeserver, room: str, user: str) -> None:
    """Invite somebody into a room that is for them alone."""
    path = f"{V3}/rooms/{quote(room, safe='')}/state/m.room.member/{quote(user, safe='')}"
    await server.request("PUT", path, json={"membership": "invite", "is_direct": True})


async def note(server: Homeserver, user: str, room: str) -> None:
    """Have a room stand among the private ones with somebody. Raises ConnectorError."""
    told = await _told(server)
    if room not in told.get(user, ()):
        await server.request("PUT", _path(server), json={**told, user: [*told.get(user, ()), room]})


async def _told(server: Homeserver) -> dict[str, list[str]]:
    said: Any = await server.read_if_there(_path(server)) or {}
    return {str(user): [str(room) for room in rooms] for user, rooms in said.items() if isinstance(rooms, list)}


def _path(server: Homeserver) -> str:
    return f"{V3}/user/{quote(server.me, safe='')}/account_data/m.direct"
