"""Events of a room as items: each with what has to be known of its room to read it later, without the server.

{"event": {..}, "name": "Anna", "room": {"id", "name", "public"}, "others": [["@bram:example.org", "Bram"]]}
{"event": {.. m.room.redaction ..}, "author": "@anna:example.org", ..}      whose message was taken back
{"room": {..}, "read": ["$event"], "by": "@anna:example.org"}               what of ours was read
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.connectors.http import AnswerError
from omnidesk.connectors.matrix.homeserver import Homeserver
from omnidesk.connectors.matrix.incoming import source_id
from omnidesk.connectors.matrix.rooms import Room, word

MESSAGES = ("m.room.message", "m.sticker")
TYPES = (*MESSAGES, "m.room.encrypted", "m.room.redaction")
"""What says something; all else that happens in a room is left alone."""
CONTEXT = 20
"""Events around one that was read, among which are those of ours that were read with it."""


def says_something(event: Any) -> bool:
    """Say whether an event is one of those that become items."""
    return event.get("type") in TYPES


def at(event: Any) -> int:
    """Return when an event happened, by the server it came from (UTC ms); now where it does not say."""
    said = event.get("origin_server_ts")
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else clock.now()


async def of_event(server: Homeserver, room: Room, event: Any, around: Sequence[Any]) -> Item | None:
    """Return an event as an item; None for what says nothing, or was taken back before we came."""
    if not says_something(event) or _taken_back(event):
        return None
    sender = str(event.get("sender") or "")
    said = {
        "event": {key: value for key, value in event.items() if key != "age"},
        "name": room.names.get(sender, ""),
        "room": _room(room),
    }
    if event["type"] == "m.room.redaction":
        author = await _author(server, room, redacted(event), around)
        if not author:
            return None
        said |= {"author": author, "author_name": room.names.get(author, "")}
        sender = author
    if others := room.others(server.me, sender):
        said["others"] = others
    return _item(said, at(event), room, outbound=sender == server.me)


def redacted(event: Any) -> str:
    """Return which event one takes back: since room version 11 its content says so."""
    content = event.get("content") if isinstance(event.get("content"), dict) else {}
    return word(content, "redacts") or word(event, "redacts")


async def _author(server: Homeserver, room: Room, event_id: str, around: Sequence[Any]) -> str:
    """Return whose message was taken back; "" where nobody can say, or where we never had it."""
    one = next((other for other in around if other.get("event_id") == event_id), None)
    if one is not None:
        return "" if _taken_back(one) else word(one, "sender")
    if not event_id:
        return ""
    try:
        found = await server.read_if_there(f"{room.path}/event/{quote(event_id, safe='')}")
    except AnswerError:
        return ""
    return word(found, "sender") if found and found.get("type") in MESSAGES else ""


def _taken_back(event: Any) -> bool:
    unsigned = event.get("unsigned")
    return event.get("type") in MESSAGES and isinstance(unsigned, dict) and "redacted_because" in unsigned


def read_by(content: Any, me: str) -> Iterator[tuple[str, str]]:
    """Return which events others have read up to, and who of them."""
    for event_id, kinds in content.items() if isinstance(content, dict) else ():
        users = kinds.get("m.read") if isinstance(kinds, dict) else None
        who = next((str(user) for user in users if user != me), "") if isinstance(users, dict) else ""
        if who:
            yield str(event_id), who


async def of_receipt(server: Homeserver, room: Room, event_id: str, by: str) -> Item | None:
    """Return which messages of ours were read by now: whoever has read one has read those before it."""
    params: dict[str, str | int] = {"limit": CONTEXT, "filter": json.dumps({"types": list(MESSAGES)})}
    try:
        said = await server.read_if_there(f"{room.path}/context/{quote(event_id, safe='')}", params=params) or {}
    except AnswerError:
        return None
    before = said.get("events_before")
    events = [said.get("event"), *(before if isinstance(before, list) else ())]
    ours = [
        word(event, "event_id")
        for event in events
        if isinstance(event, dict) and event.get("sender") == server.me and event.get("type") in MESSAGES
    ]
    return _item({"room": _room(room), "read": ours, "by": by}, clock.now(), room, False) if ours else None


def _room(room: Room) -> dict[str, Any]:
    return {"id": room.id, "name": room.name, "public": room.public}


def _item(said: Any, moment: int, room: Room, outbound: bool) -> Item:
    raw = json.dumps(said, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    return Item(
        source_id(raw) or hashlib.sha256(raw).hexdigest(), raw, moment, "application/json", folder=room.name,
        outbound=outbound,
    )  # fmt: skip
