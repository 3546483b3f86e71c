"""What is known of a room: its name, who is in it, and whether everybody can read it.

A new room comes with its whole state; of others only changes are told, so what is missing is asked for once in each
connection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from omnidesk.connectors.http import AnswerError
from omnidesk.connectors.matrix.homeserver import V3, Homeserver
from omnidesk.text.clean import one_line

STATE = ("m.room.join_rules", "m.room.history_visibility", "m.room.name", "m.room.member")
MOST_PEOPLE = 20
"""How many others in a private room are named as recipients; of more none is."""


@dataclass(slots=True)
class Room:
    """One room. `count` is how many are in it, None unknown; `names` what those who were met are called."""

    id: str
    known: bool = False
    rule: str = ""
    visibility: str = ""
    name: str = ""
    count: int | None = None
    names: dict[str, str] = field(default_factory=dict)
    people: tuple[str, ...] | None = None

    @property
    def public(self) -> bool:
        """Whether everybody may come in, or read without coming in."""
        return self.rule == "public" or self.visibility == "world_readable"

    @property
    def path(self) -> str:
        """Where the server has it."""
        return f"{V3}/rooms/{quote(self.id, safe='')}"

    def hear(self, events: Iterable[Any], change: bool = False) -> None:
        """Take state events in, in their order; `change`: they happened now, so that who is in it may be others."""
        for event in events:
            content = event.get("content") if isinstance(event, dict) and "state_key" in event else None
            if not isinstance(content, dict):
                continue
            kind = event.get("type")
            if kind == "m.room.join_rules":
                self.rule, self.known = word(content, "join_rule"), True
            elif kind == "m.room.history_visibility":
                self.visibility = word(content, "history_visibility")
            elif kind == "m.room.name":
                self.name = word(content, "name")
            elif kind == "m.room.member":
                if change:
                    self.people = self.count = None
                who = str(event["state_key"])
                self.names[who] = word(content, "displayname") or self.names.get(who, "")

    def summed_up(self, said: Any) -> None:
        """Take in how many are in the room, where the server says it."""
        if isinstance(said, dict) and isinstance(said.get("m.joined_member_count"), int):
            self.count = said["m.joined_member_count"]

    async def learn(self, server: Homeserver) -> None:
        """Ask for what is missing. A room that tells us nothing any more counts as private."""
        if not self.known:
            for kind in ("m.room.history_visibility", "m.room.name", "m.room.join_rules"):
                content = await _asked(server, f"{self.path}/state/{kind}")
                self.hear([{"type": kind, "state_key": "", "content": content}])
            self.known = True
        if self.public or self.people is not None or (self.count is not None and self.count <= 2):
            return
        joined = (await _asked(server, f"{self.path}/joined_members")).get("joined")
        found = joined if isinstance(joined, dict) else {}
        self.people, self.count = tuple(found), len(found) or None
        self.names |= {user: word(one, "display_name") for user, one in found.items() if isinstance(one, dict)}

    def others(self, *but: str) -> list[tuple[str, str]]:
        """Return who else is in a private room, by id and name; none of a public room or a crowd."""
        if self.public or self.people is None or len(self.people) > MOST_PEOPLE:
            return []
        return [(user, self.names.get(user, "")) for user in self.people if user not in but]


async def _asked(server: Homeserver, path: str) -> Mapping[str, Any]:
    try:
        return await server.read_if_there(path) or {}
    except AnswerError:
        return {}  # we have left


def word(said: Mapping[str, Any], name: str, limit: int = 255) -> str:
    """Return a field as one clean line, "" where it has none."""
    value = said.get(name)
    return one_line(value, limit) if isinstance(value, str) else ""
