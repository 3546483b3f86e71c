"""What goes out: a private message, the one private answer to a comment, or an answer that everybody reads.

A payload is a JSON document: `path` under the account (or a comment), `parts` that are posted one after another, each
`{"said": {..}}` or with a `file`. A file goes before its text, so that one that is refused leaves nothing half said.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from omnidesk.connectors.base import Outgoing, Payload
from omnidesk.connectors.messenger.remarks import MENTION

SORTS = ("image", "video", "audio")
_ID = re.compile(r"[\w.-]{1,200}")
_PSEUDO = ("@", MENTION)
"""How people are called of whom Meta gives no id."""


def prepared(outgoing: Outgoing, kind: str) -> Payload:
    """Return what Meta gets. Raises ValueError in words."""
    text = outgoing.text.strip()
    if len(outgoing.to) != 1 or outgoing.cc or outgoing.bcc:
        raise ValueError("it goes to one person")
    if not text and not outgoing.files:
        raise ValueError("it needs a text")
    made = _public(outgoing, text, kind) if outgoing.public else _private(outgoing, text, kind)
    facts = {"to": outgoing.to[0].address, "text": text, "at": outgoing.at, "public": outgoing.public,
             "answers": outgoing.in_reply_to if outgoing.public else ""}  # fmt: skip
    return Payload(json.dumps(made, ensure_ascii=False).encode(), facts)


def _public(outgoing: Outgoing, text: str, kind: str) -> dict[str, Any]:
    """An answer under a comment, a post or a mention, where everybody reads it."""
    if outgoing.files:
        raise ValueError("files go in private only")
    under = outgoing.in_reply_to
    if under.startswith(MENTION):
        _, media, comment = (*under.split("/"), "", "")[:3]
        said = {"media_id": _id(media), "message": text} | ({"comment_id": _id(comment)} if comment else {})
        return {"path": f"{_id(outgoing.sender.address)}/mentions", "parts": [{"said": said}]}
    edge = "replies" if kind == "instagram" else "comments"
    return {"path": f"{_id(under)}/{edge}", "parts": [{"said": {"message": text}}]}


def _private(outgoing: Outgoing, text: str, kind: str) -> dict[str, Any]:
    if outgoing.files and kind == "instagram":
        raise ValueError("Instagram takes no files here: send a link")
    recipient = _recipient(outgoing)
    manner = (
        {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"} if outgoing.late else {"messaging_type": "RESPONSE"}
    )
    if outgoing.privately:
        manner = {}
    parts: list[dict[str, Any]] = []
    for file in outgoing.files:
        sort = next((one for one in SORTS if file.content_type.startswith(f"{one}/")), "file")
        said = {"recipient": recipient, **manner, "message": {"attachment": {"type": sort, "payload": {}}}}
        kept = {"name": file.name, "type": file.content_type, "base64": base64.b64encode(file.data).decode()}
        parts.append({"said": said, "file": kept})
    if text:
        parts.append({"said": {"recipient": recipient, **manner, "message": {"text": text}}})
    if outgoing.privately and len(parts) > 1:
        raise ValueError("one message may go in private before they write back: a text or a file")
    if kind == "messenger":
        for part in parts:
            part["said"]["message"]["metadata"] = outgoing.key  # its echo bears it, so that it is known as ours
    return {"path": "messages", "parts": parts}


def _recipient(outgoing: Outgoing) -> Mapping[str, str]:
    if outgoing.privately:
        under = outgoing.in_reply_to
        if under.startswith(_PSEUDO):
            raise ValueError("who only mentions us cannot be answered in private: answer where everybody reads it")
        return {"comment_id": _id(under)} if "_" not in under or not _is_post(under, outgoing) else {"post_id": under}
    address = outgoing.to[0].address
    if address.startswith(_PSEUDO):
        raise ValueError("Meta does not say who this is: they have to write to you first")
    return {"id": _id(address)}


def _is_post(under: str, outgoing: Outgoing) -> bool:
    """Say whether what is answered is a post on the page itself: its id begins with that of the page."""
    return under.startswith(f"{outgoing.sender.address}_")


def _id(value: str) -> str:
    """Return an id of Meta's that may stand in a path. Raises ValueError for what cannot be one."""
    if not _ID.fullmatch(value) or ".." in value:
        raise ValueError(f"{value!r} is no id of Meta's")
    return value
