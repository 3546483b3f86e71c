"""What an event becomes: a message, a new text of an earlier one, or news of ours that were read.

What is written with formatting has a plain text beside it (`body`), and that is what is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from omnidesk.connectors.base import Decoded, DecodeError, Delivery, File, Item, Party
from omnidesk.connectors.matrix.rooms import word
from omnidesk.text.clean import clean, one_line
from omnidesk.words.kinds import Auto

KIND = "matrix"
ENCRYPTED = (
    "This room is end-to-end encrypted: OmniDesk can read nothing that is written in it, now or later. This is said "
    "once. Write to the customer anew: that makes a room without encryption, in which they can answer."
)
TAKEN_BACK = "(taken back by who wrote it)"
REMOVED = "(removed by a moderator)"
_SAID: Final = ("m.room.message", "m.sticker", "m.room.encrypted")
_FILES: Final = ("m.image", "m.file", "m.audio", "m.video")
_BY_MACHINES: Final = ("m.notice", "m.server_notice")
_QUOTE = re.compile(r"> (?:\* )?<[^>\n]*>[^\n]*\n(?:>[^\n]*\n)*\n?")
"""How clients before v1.13 repeated the message that is answered: `> <@user:server> its text`, each line so marked."""
_PART = re.compile(r"([0-9a-f-]{36})(?:\.\d{1,2})?\Z")


def decoded(item: Item) -> Sequence[Decoded]:
    """Return the message or the news in an item; none of what is no message. Raises DecodeError."""
    said = _read(item.raw)
    room = _object(said, "room")
    if "read" in said:
        return (_receipt(said),)
    event = _object(said, "event")
    if word(event, "type") == "m.room.redaction":
        return (_taken_back(said, event, room, item),)
    if word(event, "type") and word(event, "type") not in _SAID:
        return ()
    if not word(event, "sender") or not word(event, "event_id"):
        raise DecodeError("an event of Matrix has an id and says from whom it is")
    if word(event, "type") == "m.room.encrypted":
        return (_message(said, event, room, item, ENCRYPTED, warnings=("encrypted",)),)
    return _of_content(said, event, room, item)


def thread_of(room: Mapping[str, Any], sender: str, outbound: bool) -> str:
    """Return what holds a conversation together: a private room; in a public one each person has their own."""
    if room.get("public") is not True:
        return word(room, "id")
    return "" if outbound else f"{word(room, 'id')} {sender}"


def room_of(thread: str) -> str:
    """Return the room of a thread."""
    return thread.partition(" ")[0]


def source_id(raw: bytes) -> str:
    """Return what names an item: its event; "" where it has none. All that is encrypted in a room is one."""
    try:
        said = _read(raw)
    except DecodeError:
        return ""
    room, event, read = _object(said, "room"), _object(said, "event"), said.get("read")
    if isinstance(read, list) and read:
        return f"{read[0]}/read"
    if word(event, "type") == "m.room.encrypted":
        return f"{word(room, 'id')}/encrypted"
    return word(event, "event_id")


def _of_content(
    said: Mapping[str, Any], event: Mapping[str, Any], room: Mapping[str, Any], item: Item
) -> Sequence[Decoded]:
    content, relation = _object(event, "content"), _object(_object(event, "content"), "m.relates_to")
    edits = word(relation, "event_id") if word(relation, "rel_type") == "m.replace" else ""
    if edits and isinstance(content.get("m.new_content"), dict):
        content = content["m.new_content"]
    kind = "m.image" if word(event, "type") == "m.sticker" else word(content, "msgtype")
    if kind.startswith("m.key.verification"):
        return ()
    body = content.get("body")
    if not kind or not isinstance(body, str):
        raise DecodeError("a message of Matrix has a msgtype and a text")
    answered = word(_object(relation, "m.in_reply_to"), "event_id")
    files = _files(content, kind)
    text = clean(_without_quote(body) if answered else body)
    if files:
        text = "" if word(content, "filename") in ("", one_line(body, 255)) else text
    if kind == "m.emote":
        text = f"* {_name(said, event)} {text}"
    if kind == "m.location" and word(content, "geo_uri"):
        text = f"{text}\n{word(content, 'geo_uri')}"
    return (
        _message(
            said, event, room, item, text, files=files, edits=edits,
            in_reply_to=(answered,) if answered and not edits else (),
            auto=Auto.AUTO_REPLY if kind in _BY_MACHINES else None,
        ),
    )  # fmt: skip


def _message(
    said: Mapping[str, Any], event: Mapping[str, Any], room: Mapping[str, Any], item: Item, text: str, **more: Any
) -> Decoded:
    """Return a message with what all have; `more` are further fields."""
    return Decoded(
        external_id=word(event, "event_id"),
        sender=Party(KIND, word(event, "sender"), _name(said, event, ""), verified=True),
        to=tuple(_others(said)),
        text=text,
        reply_text=text,
        thread=thread_of(room, word(event, "sender"), item.outbound),
        received_at=item.received_at,
        public=room.get("public") is True,
        outbound=item.outbound,
        deliveries=_sent_by_us(event) if item.outbound else (),
        **more,
    )


def _taken_back(said: Mapping[str, Any], event: Mapping[str, Any], room: Mapping[str, Any], item: Item) -> Decoded:
    """A message that was taken back, by who wrote it or by a moderator, says so from now on in its place."""
    author = word(said, "author")
    target = word(_object(event, "content"), "redacts") or word(event, "redacts")
    if not author or not target:
        raise DecodeError("what takes a message of Matrix back names it and its author")
    text = TAKEN_BACK if word(event, "sender") == author else REMOVED
    by = {**event, "sender": author}
    return _message({**said, "name": said.get("author_name")}, by, room, item, text, edits=target)


def _receipt(said: Mapping[str, Any]) -> Decoded:
    read = said.get("read")
    if not isinstance(read, list):
        raise DecodeError("what was read in Matrix is a list of events")
    return Decoded(
        external_id="",
        sender=None,
        deliveries=tuple(Delivery("read", one_line(str(one)), recipient=word(said, "by")) for one in read),
    )


def _sent_by_us(event: Mapping[str, Any]) -> tuple[Delivery, ...]:
    """An echo names our key, to the session that sent it; a file of a message bears the key and its number."""
    found = _PART.match(word(_object(event, "unsigned"), "transaction_id"))
    return (Delivery("sent", key=found[1]),) if found else ()


def _files(content: Mapping[str, Any], kind: str) -> tuple[File, ...]:
    reference = word(content, "url", 600)
    if kind not in _FILES or not reference.startswith("mxc://"):
        return ()
    info = _object(content, "info")
    name = word(content, "filename", 200) or word(content, "body", 200) or "file"
    size = info.get("size")
    return (
        File(
            name, word(info, "mimetype") or "application/octet-stream", reference=reference,
            size=size if isinstance(size, int) and size > 0 else 0,
        ),
    )  # fmt: skip


def _without_quote(body: str) -> str:
    return _QUOTE.sub("", body, count=1) if _QUOTE.match(body) else body


def _name(said: Mapping[str, Any], event: Mapping[str, Any], usual: str | None = None) -> str:
    name = word(said, "name", 200)
    return name or (word(event, "sender") if usual is None else usual)


def _others(said: Mapping[str, Any]) -> list[Party]:
    others = said.get("others")
    found = []
    for one in others if isinstance(others, list) else ():
        if isinstance(one, list) and len(one) == 2 and all(isinstance(each, str) for each in one):
            found.append(Party(KIND, one_line(one[0]), one_line(one[1], 200), verified=True))
    return found


def _object(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def _read(raw: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"this is no event of Matrix: {error}") from error
    if not isinstance(said, dict):
        raise DecodeError("this is no event of Matrix")
    if isinstance(said.get("type"), str):  # an event alone, as clients show it
        return {"event": said, "room": {"id": said.get("room_id")}}
    return said
