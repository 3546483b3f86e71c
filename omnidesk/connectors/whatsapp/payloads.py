"""What goes to WhatsApp: one message is one thing there, so a text and its files may be several, in their order.

The payload is the list of messages in JSON on its first line, and behind it the bytes of the files; the envelope says
which are whose. A message that carries a file gets the id under which Meta keeps it once that was uploaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk.connectors.base import File, Outgoing, Payload
from omnidesk.connectors.whatsapp import templates
from omnidesk.connectors.whatsapp.manifest import LONGEST_CAPTION, LONGEST_TEXT, MEDIA, Media
from omnidesk.text.filename import safe_name
from omnidesk.text.phone import could_be_phone

_HIDDEN = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{5,128}")
"""https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids"""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of a payload: the place of the message that carries it, and the file."""

    place: int
    name: str
    content_type: str
    data: bytes


def prepared(outgoing: Outgoing) -> Payload:
    """Return what WhatsApp gets. Raises ValueError in words."""
    if len(outgoing.to) != 1 or outgoing.cc or outgoing.bcc:
        raise ValueError("a WhatsApp message goes to one number")
    said = list(_messages(outgoing))
    whom = _addressee(outgoing.to[0].address)
    context = {"context": {"message_id": outgoing.in_reply_to}} if outgoing.in_reply_to else {}
    messages = [
        {
            "messaging_product": "whatsapp", "recipient_type": "individual", **whom, **one,
            "biz_opaque_callback_data": outgoing.key, **(context if place == 0 else {}),
        }
        for place, one in enumerate(said)
    ]  # fmt: skip
    files = [] if outgoing.template else outgoing.files
    first = len(messages) - len(files)
    enclosed = [
        {"place": first + number, "name": file.name, "type": _plain(file), "size": len(file.data)}
        for number, file in enumerate(files)
    ]
    head = json.dumps(messages, ensure_ascii=False).encode()
    return Payload(
        b"\n".join((head, b"".join(file.data for file in files))),
        {"files": enclosed, "answers": outgoing.in_reply_to},
    )


def unpacked(payload: Payload) -> tuple[list[dict[str, Any]], list[Enclosed]]:
    """Return the messages of a payload and its files."""
    head, _, rest = payload.data.partition(b"\n")
    files, start = [], 0
    for one in payload.envelope["files"]:
        files.append(Enclosed(one["place"], one["name"], one["type"], rest[start : start + one["size"]]))
        start += one["size"]
    return json.loads(head), files


def _addressee(address: str) -> dict[str, str]:
    """Return to whom it goes: a number, or the id that Meta gives to who hides theirs. Raises ValueError."""
    if could_be_phone(address):
        return {"to": address}
    if _HIDDEN.fullmatch(address):
        return {"recipient": address}
    raise ValueError(f"{address} is no telephone number")


def _messages(outgoing: Outgoing) -> Iterator[dict[str, Any]]:
    if outgoing.template is not None:
        yield {"type": "template", "template": templates.message(outgoing.template)}
        return
    text = outgoing.text.strip()
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"the text has {len(text)} characters, WhatsApp takes {LONGEST_TEXT}")
    sorts = [_sort(file) for file in outgoing.files]
    with_file = bool(sorts) and sorts[0].captioned and len(text) <= LONGEST_CAPTION
    if text and not with_file:
        yield {"type": "text", "text": {"body": text, "preview_url": False}}
    elif not text and not sorts:
        raise ValueError("a WhatsApp message needs a text or a file")
    yield from _files(outgoing.files, sorts, text if with_file else "")


def _files(files: Sequence[File], sorts: Sequence[Media], caption: str) -> Iterator[dict[str, Any]]:
    for place, (file, sort) in enumerate(zip(files, sorts, strict=True)):
        said: dict[str, Any] = {"filename": safe_name(file.name, file.content_type)} if sort.sort == "document" else {}
        if caption and place == 0:
            said["caption"] = caption
        yield {"type": sort.sort, sort.sort: said}


def _sort(file: File) -> Media:
    """Return as what a file goes. Raises ValueError in words."""
    kind = _plain(file)
    sort = next((one for one in MEDIA if kind in one.types), None)
    if sort is None:
        raise ValueError(f"WhatsApp carries no {kind} ({file.name}): make it a PDF or a picture, or send a link")
    if len(file.data) > sort.max_bytes:
        size, most = len(file.data) / 1e6, sort.max_bytes / 1e6
        raise ValueError(f"{file.name} has {size:.1f} MB: WhatsApp takes {sort.name} up to {most:g} MB")
    if not file.data:
        raise ValueError(f"{file.name} is empty: WhatsApp takes no empty files")
    return sort


def _plain(file: File) -> str:
    return file.content_type.partition(";")[0].strip().lower()


def uploaded(messages: Sequence[Mapping[str, Any]], ids: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return messages whose files are named by the ids under which Meta keeps them."""
    found = []
    for place, one in enumerate(messages):
        if place in ids:
            kind = str(one["type"])
            one = {**one, kind: {**one[kind], "id": ids[place]}}
        found.append(dict(one))
    return found
