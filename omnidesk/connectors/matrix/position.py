"""How far an account has been read: the token of /sync, and the invitations that wait to be accepted.

    {"version": 1, "since": "s72594_4483_1934", "invited": {"!room": "@inviter"}, "more": false, "hour": 494000, "n": 3}

`invited` names with each room who is to be found there in private, "" where it is for several. A room stays until it
shows up among those that were joined. `more`: there were too many to note, so the server is asked again later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from omnidesk.connectors.base import Cursor

MOST_BYTES = 3_000
"""Of all invitations: a cursor has 4 KB."""


@dataclass(frozen=True, slots=True)
class Position:
    """A cursor that was read. `accepted` counts the invitations accepted within `hour` (hours since 1970)."""

    since: str = ""
    invited: Mapping[str, str] = field(default_factory=dict)
    more: bool = False
    hour: int = 0
    accepted: int = 0

    @classmethod
    def of(cls, cursor: Cursor) -> Position:
        """Read a cursor; what cannot be read of it counts as not there."""
        since, invited = cursor.get("since"), cursor.get("invited")
        return cls(
            since if isinstance(since, str) else "",
            {str(room): str(who) for room, who in invited.items()} if isinstance(invited, dict) else {},
            bool(cursor.get("more")),
            _number(cursor.get("hour")),
            _number(cursor.get("n")),
        )

    def cursor(self) -> Cursor:
        """Return what is kept."""
        return {
            "version": 1, "since": self.since, "invited": dict(self.invited), "more": self.more, "hour": self.hour,
            "n": self.accepted,
        }  # fmt: skip

    def noting(self, invited: Mapping[str, str]) -> Position:
        """Return it with further invitations, as many as have room."""
        noted, more = dict(self.invited), self.more
        for room, who in invited.items():
            if len(json.dumps({**noted, room: who})) > MOST_BYTES:
                more = True
            else:
                noted[room] = who
        return replace(self, invited=noted, more=more)

    def without(self, rooms: frozenset[str]) -> Position:
        """Return it without the invitations into these rooms."""
        return replace(self, invited={room: who for room, who in self.invited.items() if room not in rooms})

    def counting(self, hour: int) -> Position:
        """Return it with one more invitation accepted in an hour."""
        return replace(self, hour=hour, accepted=self.accepted + 1 if hour == self.hour else 1)


def _number(said: Any) -> int:
    return said if isinstance(said, int) and not isinstance(said, bool) else 0
