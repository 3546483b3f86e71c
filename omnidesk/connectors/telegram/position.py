"""How far updates have been read: the number to ask from next, and which groups became larger ones.

    {"version": 1, "offset": 812345679, "moved": {"-1001234567890": "-4711"}}

Asking from a number confirms all before it: Telegram forgets them (https://core.telegram.org/bots/api#getupdates). So a
number is asked from only once what lies before it is committed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import Cursor, DecodeError, Item
from omnidesk.connectors.telegram import update as updates
from omnidesk.connectors.telegram.update import inner, whole

MEDIA_TYPE = "application/json"
_MOST_MOVED = 50


@dataclass(frozen=True, slots=True)
class Position:
    """`offset` is the first update that was not read, 0 unknown; `moved` names for a chat the group that it was."""

    offset: int = 0
    moved: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: Cursor) -> Position:
        """Read a cursor; one that cannot be read begins anew."""
        moved = {str(new): str(old) for new, old in inner(cursor, "moved").items()}
        return cls(max(0, whole(cursor, "offset") or 0), moved)

    def cursor(self) -> Cursor:
        """Return it as it is kept."""
        return {"version": 1, "offset": self.offset, **({"moved": self.moved} if self.moved else {})}

    def after(self, taken: Sequence[Any]) -> Position:
        """Return the position behind these updates."""
        moved = dict(self.moved)
        for one in taken:
            message = inner(one, "message")
            old, new = whole(message, "migrate_from_chat_id"), whole(inner(message, "chat"), "id")
            if old and new:
                moved[str(new)] = moved.pop(str(old), str(old))
        numbers = [number for one in taken if (number := whole(one, "update_id")) is not None]
        return Position(max(numbers) + 1 if numbers else self.offset, dict(list(moved.items())[-_MOST_MOVED:]))

    def item(self, said: object, bot: str) -> Item:
        """Return an update as an item; what cannot be read as one is an item all the same."""
        raw = json.dumps(said, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
        try:
            update = updates.of(said)
        except DecodeError:
            return Item(updates.source_id(raw), raw, clock.now(), MEDIA_TYPE, {"bot": bot})
        chat = whole(inner(update.said, "chat"), "id")
        was = self.moved.get(str(chat), "")
        headers = {"bot": bot, **({"was": was} if was else {})}
        return Item(update.source_id, raw, update.at or clock.now(), MEDIA_TYPE, headers)
