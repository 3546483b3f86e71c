"""What a message becomes: its text as one event, each file as another after it.

The payload's bytes are those of the files, one after the other; beside them stands

    {"room", "to", "public", "read": the event that is answered, "events": [..], "files": [{"name", "type", "size"}]}
"""

from __future__ import annotations

from typing import Any, Final

from omnidesk.connectors.base import File, Outgoing, Payload
from omnidesk.connectors.matrix.homeserver import USER
from omnidesk.connectors.matrix.incoming import room_of
from omnidesk.connectors.matrix.manifest import MOST_BYTES
from omnidesk.text.clean import one_line

_SHOWN: Final = {"image": "m.image", "audio": "m.audio", "video": "m.video"}


def prepared(outgoing: Outgoing) -> Payload:
    """Return what goes to the homeserver. Raises ValueError in words."""
    everyone = (*outgoing.to, *outgoing.cc)
    if outgoing.bcc or not everyone:
        raise ValueError("a message on Matrix goes to those in its room: nobody can read it unseen")
    if len(everyone) > 1 and not outgoing.thread:
        raise ValueError("write to one person: a room for several is made with a Matrix client")
    for one in everyone:
        if USER.match(one.address) is None:
            raise ValueError(f"{one.address or 'nothing'} is no Matrix account: one looks like @anna:example.org")
    text = outgoing.text.strip()
    if len(text.encode()) > MOST_BYTES:
        raise ValueError(f"the text has {len(text.encode()):,} bytes, a message on Matrix holds {MOST_BYTES:,}")
    if not text and not outgoing.files:
        raise ValueError("a message needs a text or a file")
    answered = outgoing.in_reply_to if outgoing.in_reply_to.startswith("$") and outgoing.thread else ""
    return Payload(
        b"".join(file.data for file in outgoing.files),
        {
            "room": room_of(outgoing.thread),
            "to": outgoing.to[0].address if outgoing.to else everyone[0].address,
            "public": outgoing.public,
            "read": answered,
            "events": [_text(outgoing, text, answered)] if text else [],
            "files": [
                {"name": one_line(file.name, 200) or "file", "type": file.content_type, "size": len(file.data)}
                for file in outgoing.files
            ],
        },
    )


def file_event(name: str, content_type: str, size: int, uri: str) -> dict[str, Any]:
    """Return the content of the event that shows a file; a drawing may hold a script and is shown as a file."""
    media, _, sort = content_type.partition("/")
    kind = _SHOWN.get(media, "m.file") if not sort.startswith("svg") else "m.file"
    info = {"mimetype": content_type, "size": size}
    return {"msgtype": kind, "body": name, "filename": name, "info": info, "url": uri}


def _text(outgoing: Outgoing, text: str, answered: str) -> dict[str, Any]:
    said: dict[str, Any] = {"msgtype": "m.notice" if outgoing.auto else "m.text", "body": text}
    if answered:
        said["m.relates_to"] = {"m.in_reply_to": {"event_id": answered}}
        said["m.mentions"] = {"user_ids": [one.address for one in outgoing.to]}
    return said


def lay_apart(payload: Payload) -> list[File]:
    """Return the files of a payload with their bytes."""
    found, at = [], 0
    for one in payload.envelope["files"]:
        size = int(one["size"])
        found.append(File(str(one["name"]), str(one["type"]), payload.data[at : at + size]))
        at += size
    return found
